package table

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sealed = NewCursors([]byte("a secret of at least thirty-two bytes"))

func TestCursorComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scope, position := rapid.String().Draw(t, "scope"), rapid.StringMatching(`[!-~é]{1,200}`).Draw(t, "position")
		cursor := sealed.Make(scope, position)
		got, err := sealed.Position(scope, cursor)
		if got != position || err != nil {
			t.Fatalf("%q came back as %q, %v", position, got, err)
		}
		if other, err := NewCursors([]byte("another secret of thirty-two bytes")).Position(scope, cursor); !errors.Is(err, ErrCursor) {
			t.Fatalf("another secret reads it as %q, %v", other, err)
		}
	})
}

// A cursor tells nothing of its position: neither its digits nor, of an id, how
// many they are.
func TestCursorIsOpaque(t *testing.T) {
	one, other := sealed.Make("list", "151"), sealed.Make("list", "9007199254740991")
	raw, err := base64.RawURLEncoding.DecodeString(one)
	if err != nil || bytes.Contains(raw, []byte("151")) {
		t.Errorf("%q, %v", raw, err)
	}
	if len(one) != len(other) {
		t.Errorf("%q and %q", one, other)
	}
}

func TestCursorsThatAreNone(t *testing.T) {
	const scope = "get-all-projects /api/project team_id=7"
	good := sealed.Make(scope, "0000000000000151")
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw { // any one byte changed, checksum and position alike
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		if p, err := sealed.Position(scope, base64.RawURLEncoding.EncodeToString(bad)); !errors.Is(err, ErrCursor) {
			t.Errorf("byte %d changed: %q, %v", i, p, err)
		}
	}
	for says, cursor := range map[string]string{
		"of another list": sealed.Make("get-all-projects /api/project team_id=8", "0000000000000151"),
		"where scope and position are cut elsewhere": sealed.Make(scope+"\x000", "000000000000151"),
		"cut short":             good[:len(good)-2],
		"with more behind":      good + "AA",
		"the tag alone":         base64.RawURLEncoding.EncodeToString(raw[:tagLen]),
		"too long":              strings.Repeat(good, 100),
		"empty":                 "",
		"padded":                good + "=",
		"in another alphabet":   "++//",
		"with a line's end":     good + "\n",
		"with a loose last bit": loose(good),
		"plain text":            "0000000000000151",
	} {
		if p, err := sealed.Position(scope, cursor); !errors.Is(err, ErrCursor) {
			t.Errorf("a cursor %s: %q, %v", says, p, err)
		}
	}
	if c := sealed.Make(scope, ""); c != "" {
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
	f.Add("scope", sealed.Make("scope", "0000000000000151"))
	f.Add("", "AAAA")
	f.Fuzz(func(t *testing.T, scope, cursor string) {
		position, err := sealed.Position(scope, cursor)
		if err != nil {
			if position != "" || !errors.Is(err, ErrCursor) {
				t.Errorf("%q, %v", position, err)
			}
			return
		}
		if again := sealed.Make(scope, position); again != cursor {
			t.Errorf("%q is taken for %q", cursor, again)
		}
	})
}
