package table

import (
	"encoding/base64"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestCursorComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scope, position := rapid.String().Draw(t, "scope"), rapid.String().Draw(t, "position")
		got, err := Position(scope, Cursor(scope, position))
		if got != position || err != nil {
			t.Fatalf("%q came back as %q, %v", position, got, err)
		}
	})
}

func TestCursorsThatAreNone(t *testing.T) {
	const scope = "get-all-projects /api/project team_id=7"
	good := Cursor(scope, "0000000000000151")
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw { // any one byte changed, checksum and position alike
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		if p, err := Position(scope, base64.RawURLEncoding.EncodeToString(bad)); !errors.Is(err, ErrCursor) {
			t.Errorf("byte %d changed: %q, %v", i, p, err)
		}
	}
	for says, cursor := range map[string]string{
		"of another list": Cursor("get-all-projects /api/project team_id=8", "0000000000000151"),
		"where scope and position are cut elsewhere": Cursor(scope+"\x000", "000000000000151"),
		"cut short":             good[:len(good)-2],
		"with more behind":      good + "AA",
		"the checksum alone":    base64.RawURLEncoding.EncodeToString(raw[:sumLen]),
		"padded":                good + "=",
		"in another alphabet":   "++//",
		"with a line's end":     good + "\n",
		"with a loose last bit": loose(good),
		"plain text":            "0000000000000151",
	} {
		if p, err := Position(scope, cursor); !errors.Is(err, ErrCursor) {
			t.Errorf("a cursor %s: %q, %v", says, p, err)
		}
	}
	if p, err := Position(scope, ""); p != "" || err != nil {
		t.Errorf("no cursor: %q, %v", p, err)
	}
	if c := Cursor(scope, ""); c != "" {
		t.Errorf("the end of a list has a cursor: %q", c)
	}
}

// loose sets a bit of the last letter that stands for nothing, so that two
// texts would be one cursor.
func loose(cursor string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if len(cursor)%4 == 0 {
		return cursor + "!"
	}
	last := cursor[len(cursor)-1]
	for i := range letters {
		if letters[i] == last {
			return cursor[:len(cursor)-1] + string(letters[i|1])
		}
	}
	return cursor
}

func FuzzPosition(f *testing.F) {
	f.Add("scope", "")
	f.Add("scope", Cursor("scope", "0000000000000151"))
	f.Add("", "AAAA")
	f.Fuzz(func(t *testing.T, scope, cursor string) {
		position, err := Position(scope, cursor)
		if err != nil {
			if position != "" || !errors.Is(err, ErrCursor) {
				t.Errorf("%q, %v", position, err)
			}
			return
		}
		if again := Cursor(scope, position); again != cursor {
			t.Errorf("%q is taken for %q", cursor, again)
		}
	})
}
