package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
)

// formIn has a field of every sort that a row of the surface asks for.
type formIn struct {
	ThingID int64       `path:"thing_id"`
	TeamID  int64       `query:"team_id"`
	Dry     bool        `query:"dry_run"`
	Top     *int        `query:"top" minimum:"1" maximum:"50"`
	Colour  string      `query:"colour" enum:"red,green"`
	IDs     []int64     `query:"ids" maxItems:"3"`
	Since   *model.Time `query:"since"`
	Body    struct {
		Name     string              `json:"name" minLength:"1" maxLength:"20"`
		Title    string              `json:"title"`
		Note     string              `json:"note,omitempty" maxLength:"40"`
		Alias    string              `json:"alias,omitempty" pattern:"^[a-z]+$"`
		Role     *string             `json:"role,omitempty" enum:"member,admin" default:"member"`
		Enabled  *bool               `json:"is_enabled,omitempty" default:"true"`
		UserIDs  []int64             `json:"user_ids,omitempty" minItems:"1" maxItems:"3"`
		TeamID   api.Optional[int64] `json:"team_id,omitempty"`
		Share    float64             `json:"share,omitempty"`
		Until    *model.Time         `json:"until,omitempty"`
		Parts    []part              `json:"parts,omitempty"`
		Labels   map[string]string   `json:"labels,omitempty"`
		Required *int64              `json:"nullable"`
	}
}

type part struct {
	Rating int   `json:"rating" minimum:"1" maximum:"5"`
	Hidden *bool `json:"hidden,omitempty" default:"false"`
}

func formOp(seen **formIn) api.Op {
	return api.POST("/api/thing/{thing_id}", "Fill Form", func(_ context.Context, in *formIn) (struct{}, error) {
		*seen = in
		return struct{}{}, nil
	}).Says("Filled.").Anyone()
}

// good is a body without faults; with replaces one of its members.
func with(member string) string {
	m := map[string]json.RawMessage{"name": json.RawMessage(`"a"`), "title": json.RawMessage(`"b"`), "nullable": json.RawMessage(`null`)}
	out := "{"
	name, _, _ := strings.Cut(strings.TrimPrefix(member, `"`), `"`)
	for k, v := range m {
		if k != name {
			out += fmt.Sprintf("%q:%s,", k, v)
		}
	}
	if member == "" {
		return strings.TrimSuffix(out, ",") + "}"
	}
	return out + member + "}"
}

func TestBadBodies(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	for _, tt := range []struct{ name, body, field, says string }{
		{"no body", ``, "body", "is required"},
		{"nothing but white space", " \n\t ", "body", "is required"},
		{"null", `null`, "body", "must not be null"},
		{"a list", `[]`, "body", "must be an object"},
		{"broken", `{"name":`, "body", "is not valid JSON (at byte 8)"},
		{"trailing garbage", with("") + "x", "body", "is not valid JSON (at byte 36)"},
		{"two bodies", with("") + " {}", "body", "is not valid JSON (at byte 37)"},
		{"a comma too many", `{"name":"a",}`, "body", "is not valid JSON (at byte 12)"},
		{"single quotes", `{'name':'a'}`, "body", "is not valid JSON (at byte 1)"},
		{"NaN", with(`"share":NaN`), "body", "is not valid JSON (at byte 44)"},
		{"leading zero", with(`"share":01`), "body", "is not valid JSON (at byte 45)"},
		{"two byte order marks", "\ufeff\ufeff" + with(""), "body", "is not valid JSON (at byte 0)"},
		{"control character in a string", with("\"note\":\"a\nb\""), "body", "is not valid JSON (at byte 45)"},
		{"100 levels deep", strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat(`}`, 100), "body", "is nested too deeply"},
		{"100,000 levels deep", strings.Repeat(`[`, 100_000), "body", "is nested too deeply"},

		{"unknown field", with(`"colour":"red"`), "body.colour", "is unknown"},
		{"unknown field with a dot", with(`"a.b":1`), "body.a.b", "is unknown"},
		{"unknown field inside", with(`"parts":[{"rating":1,"x":1}]`), "body.parts[0].x", "is unknown"},
		{"smuggled case", with(`"NAME":"b"`), "body.NAME", "is unknown"},
		{"smuggled case of a stamp", with(`"Created_By":"b"`), "body.Created_By", "is unknown"},
		{"key given twice", with(`"note":"a","note":"a"`), "body.note", "is given twice"},
		{"key given twice, once escaped", with(`"note":"a","n\u006fte":"a"`), "body.note", "is given twice"},
		{"key given twice inside", with(`"parts":[{"rating":1},{"rating":1,"rating":2}]`), "body.parts[1].rating", "is given twice"},
		{"stamp given twice", with(`"created_by":"a","created_by":"a"`), "body.created_by", "is given twice"},

		{"missing", `{"title":"b","nullable":1}`, "body.name", "is required"},
		{"missing inside", with(`"parts":[{}]`), "body.parts[0].rating", "is required"},
		{"missing though nullable", `{"name":"a","title":"b"}`, "body.nullable", "is required"},
		{"null for a required text", with(`"name":null`), "body.name", "must not be null"},
		{"null for an optional text", with(`"note":null`), "body.note", "must not be null"},
		{"null for an optional pointer", with(`"role":null`), "body.role", "must not be null"},
		{"null for a list", with(`"user_ids":null`), "body.user_ids", "must not be null"},
		{"null in a list", with(`"user_ids":[1,null]`), "body.user_ids[1]", "must not be null"},
		{"null for an object", with(`"labels":null`), "body.labels", "must not be null"},

		{"blank required text", with(`"name":" \t\u00a0\u2003"`), "body.name", "must not be blank"},
		{"empty required text", with(`"name":""`), "body.name", "must not be blank"},
		{"blank required text without a length", with(`"title":"  "`), "body.title", "must not be blank"},
		{"too long", with(`"name":"` + strings.Repeat("é", 21) + `"`), "body.name", "must have at most 20 characters"},
		{"wrong pattern", with(`"alias":"A"`), "body.alias", "must match ^[a-z]+$"},
		{"not one of them", with(`"role":"king"`), "body.role", "must be one of member, admin"},
		{"invalid UTF-8", with("\"note\":\"\xff\""), "body.note", "is not valid UTF-8"},
		{"invalid UTF-8 after an escape", with("\"note\":\"\\n\xc0\x80\""), "body.note", "is not valid UTF-8"},
		{"a line break in a name", with(`"name":"a\nb"`), "body.name", "must not hold control characters, or others that nobody sees"},
		{"a name turned round", with(`"name":"a\u202eb"`), "body.name", "must not hold control characters, or others that nobody sees"},
		{"a joiner that nothing needs", with(`"name":"a\u200db"`), "body.name", "must not hold control characters, or others that nobody sees"},
		{"lone surrogate", with(`"note":"\ud800"`), "body.note", "holds a lone surrogate"},
		{"lone low surrogate", with(`"note":"\udc00x"`), "body.note", "holds a lone surrogate"},
		{"surrogates the wrong way round", with(`"note":"\udc00\ud800"`), "body.note", "holds a lone surrogate"},
		{"surrogate as raw bytes", with("\"note\":\"\xed\xa0\x80\""), "body.note", "is not valid UTF-8"},
		{"NUL", with(`"note":"a\u0000"`), "body.note", "must not hold NUL"},

		{"NUL in a free key", with(`"labels":{"a\u0000":"b"}`), "body.labels", "must not hold NUL"},

		{"text for a number", with(`"user_ids":["1"]`), "body.user_ids[0]", "must be an integer"},
		{"number for a text", with(`"note":1`), "body.note", "must be a string"},
		{"object for a text", with(`"note":{}`), "body.note", "must be a string"},
		{"object for an enumeration", with(`"role":{}`), "body.role", "must be a string"},
		{"text for a boolean", with(`"is_enabled":"true"`), "body.is_enabled", "must be true or false"},
		{"object for a list", with(`"user_ids":{}`), "body.user_ids", "must be a list"},
		{"list for an object", with(`"labels":[]`), "body.labels", "must be an object"},
		{"number in a map of texts", with(`"labels":{"a":1}`), "body.labels.a", "must be a string"},
		{"text for a share", with(`"share":"1"`), "body.share", "must be a number"},
		{"a share beyond float64", with(`"share":1e999`), "body.share", "must be a number"},
		{"1.5 is no integer", with(`"user_ids":[1.5]`), "body.user_ids[0]", "must be an integer"},
		{"1e-1 is no integer", with(`"user_ids":[1e-1]`), "body.user_ids[0]", "must be an integer"},
		{"nearly an integer is none", with(`"team_id":9007199254740990.9999999999`), "body.team_id", "must be an integer"},
		{"an integer of a thousand digits", with(`"team_id":1e1000`), "body.team_id", "must be an integer"},
		{"id 0", with(`"user_ids":[1,0]`), "body.user_ids[1]", "must be at least 1"},
		{"negative id", with(`"team_id":-7`), "body.team_id", "must be at least 1"},
		{"id 2^53", with(`"team_id":9007199254740992`), "body.team_id", "must be at most 9007199254740991"},
		{"an id of a hundred digits", with(`"team_id":` + strings.Repeat("9", 100)), "body.team_id", "must be at most 9007199254740991"},
		{"rating 6", with(`"parts":[{"rating":6}]`), "body.parts[0].rating", "must be at most 5"},
		{"too few", with(`"user_ids":[]`), "body.user_ids", "must not be empty"},
		{"too many", with(`"user_ids":[1,2,3,4]`), "body.user_ids", "must have at most 3 items"},
		{"no time", with(`"until":"tomorrow"`), "body.until", "must be an RFC 3339 date and time"},
		{"a time without offset", with(`"until":"2024-01-30T17:23:41"`), "body.until", "must be an RFC 3339 date and time"},
		{"a time with a comma", with(`"until":"2024-01-30T17:23:41,5Z"`), "body.until", "must be an RFC 3339 date and time"},
		{"a time of the year 10000 in UTC", with(`"until":"9999-12-31T23:59:59-23:59"`), "body.until", "must be within the years 1970 to 9999, in UTC"},
		{"a time before 1970 in UTC", with(`"until":"1970-01-01T00:00:00+00:01"`), "body.until", "must be within the years 1970 to 9999, in UTC"},
		{"a stamp that is no text", with(`"created_by":1`), "body.created_by", "must be a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen = nil
			w := ask(t, h, "POST", "/api/thing/1", tt.body)
			if w.Code != 400 || seen != nil {
				t.Fatalf("status %d, handler reached: %t: %s", w.Code, seen != nil, w.Body)
			}
			if diff := cmp.Diff(map[string]string{tt.field: tt.says}, fields(t, w)); diff != "" && !strings.Contains(tt.says, "at byte") {
				t.Error(diff)
			} else if got := fields(t, w)[tt.field]; strings.Contains(tt.says, "at byte") && !strings.HasPrefix(got, "is not valid JSON (at byte ") {
				t.Errorf("%q: %q", tt.field, got)
			}
		})
	}
}

func TestGoodBodies(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	for _, tt := range []struct {
		name, body string
		want       func(in *formIn) bool
	}{
		{"defaults", with(""), func(in *formIn) bool { return *in.Body.Role == "member" && *in.Body.Enabled && !in.Body.TeamID.Given }},
		{"an explicit false is kept", with(`"is_enabled":false`), func(in *formIn) bool { return !*in.Body.Enabled }},
		{"defaults inside", with(`"parts":[{"rating":5}]`), func(in *formIn) bool { return !*in.Body.Parts[0].Hidden }},
		{"an explicit true inside is kept", with(`"parts":[{"rating":5,"hidden":true}]`), func(in *formIn) bool { return *in.Body.Parts[0].Hidden }},
		{"null where it is meant", with(`"team_id":null`), func(in *formIn) bool { return in.Body.TeamID.Given && in.Body.TeamID.Value == nil }},
		{"a value where null is allowed", with(`"team_id":7`), func(in *formIn) bool { return *in.Body.TeamID.Value == 7 }},
		{"the largest id", with(`"team_id":9007199254740991`), func(in *formIn) bool { return *in.Body.TeamID.Value == 9007199254740991 }},
		{"1.0 is an integer, as JSON Schema has it", with(`"user_ids":[1.0,2e2,30.0e-1]`), func(in *formIn) bool { return cmp.Equal(in.Body.UserIDs, []int64{1, 200, 3}) }},
		{"in an object, too", with(`"team_id":7.0,"parts":[{"rating":5.00}]`), func(in *formIn) bool { return *in.Body.TeamID.Value == 7 && in.Body.Parts[0].Rating == 5 }},
		{"an optional text may be blank", with(`"note":" "`), func(in *formIn) bool { return in.Body.Note == " " }},
		{"stamps are ignored", with(`"created_by":"x","modified_by":null`), func(in *formIn) bool { return in.Body.Name == "a" }},
		{"any script", with(`"note":"\ud83d\ude00 ß 日本"`), func(in *formIn) bool { return in.Body.Note == "😀 ß 日本" }},
		{"escapes", with(`"title":"\"\\\/\b\f\n\r\t\u00e9"`), func(in *formIn) bool { return in.Body.Title == "\"\\/\b\f\n\r\té" }},
		{"a joiner that an emoji needs", with(`"name":"\ud83d\udc69\u200d\ud83d\ude80"`), func(in *formIn) bool { return in.Body.Name == "👩\u200d🚀" }},
		{"a time", with(`"until":"2024-01-30T18:23:41.6632815+01:00"`), func(in *formIn) bool { return in.Body.Until.String() == "2024-01-30T17:23:41.663281Z" }},
		{"white space around", "\n " + with("") + "\r\n", func(in *formIn) bool { return in.Body.Name == "a" }},
		{"a number in any spelling", with(`"share":-1.5e-1`), func(in *formIn) bool { return in.Body.Share == -0.15 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen = nil
			w := ask(t, h, "POST", "/api/thing/1", tt.body)
			if w.Code != 200 || seen == nil || !tt.want(seen) {
				t.Errorf("status %d, input %+v: %s", w.Code, seen, w.Body)
			}
		})
	}
}

// A default that a handler changes must not become the next caller's.
func TestDefaultsAreCopies(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	ask(t, h, "POST", "/api/thing/1", with(""))
	*seen.Body.Enabled = false
	ask(t, h, "POST", "/api/thing/1", with(""))
	if !*seen.Body.Enabled {
		t.Error("the default was changed for good")
	}
}

func TestPathsAndQueries(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	for _, tt := range []struct{ name, path, field, says string }{
		{"+1", "/api/thing/+1", "path.thing_id", "must be an integer"},
		{"01", "/api/thing/01", "path.thing_id", "must be an integer"},
		{"0", "/api/thing/0", "path.thing_id", "must be at least 1"},
		{"-1", "/api/thing/-1", "path.thing_id", "must be at least 1"},
		{"1.0", "/api/thing/1.0", "path.thing_id", "must be an integer"},
		{"1e2", "/api/thing/1e2", "path.thing_id", "must be an integer"},
		{"0x1", "/api/thing/0x1", "path.thing_id", "must be an integer"},
		{"a space", "/api/thing/%201", "path.thing_id", "must be an integer"},
		{"a newline behind", "/api/thing/1%0A", "path.thing_id", "must be an integer"},
		{"NUL behind", "/api/thing/1%00", "path.thing_id", "must be an integer"},
		{"Arabic digits", "/api/thing/%D9%A1", "path.thing_id", "must be an integer"},
		{"2^53", "/api/thing/9007199254740992", "path.thing_id", "must be at most 9007199254740991"},
		{"2^53+1", "/api/thing/9007199254740993", "path.thing_id", "must be at most 9007199254740991"},
		{"2^64+1", "/api/thing/18446744073709551617", "path.thing_id", "must be at most 9007199254740991"},
		{"a name", "/api/thing/recent", "path.thing_id", "must be an integer"},

		{"unknown", "/api/thing/1?x=1", "query.x", "is unknown"},
		{"smuggled case", "/api/thing/1?TEAM_ID=1", "query.TEAM_ID", "is unknown"},
		{"a field of the body", "/api/thing/1?name=1", "query.name", "is unknown"},
		{"given twice", "/api/thing/1?team_id=1&team_id=1", "query.team_id", "is given twice"},
		{"empty integer", "/api/thing/1?team_id=", "query.team_id", "must be an integer"},
		{"plus", "/api/thing/1?team_id=%2B1", "query.team_id", "must be an integer"},
		{"zero id", "/api/thing/1?team_id=0", "query.team_id", "must be at least 1"},
		{"boolean 1", "/api/thing/1?dry_run=1", "query.dry_run", "must be true or false"},
		{"empty boolean", "/api/thing/1?dry_run", "query.dry_run", "must be true or false"},
		{"tRUE", "/api/thing/1?dry_run=tRUE", "query.dry_run", "must be true or false"},
		{"out of bounds", "/api/thing/1?top=51", "query.top", "must be at most 50"},
		{"not one of them", "/api/thing/1?colour=blue", "query.colour", "must be one of red, green"},
		{"bad in a list", "/api/thing/1?ids=1,x", "query.ids[1]", "must be an integer"},
		{"too many", "/api/thing/1?ids=1,2,3,4", "query.ids", "must have at most 3 items"},
		{"no time", "/api/thing/1?since=now", "query.since", "must be an RFC 3339 date and time"},
		{"a time of the year 10000 in UTC", "/api/thing/1?since=9999-12-31T23:59:59-23:59", "query.since", "must be within the years 1970 to 9999, in UTC"},
		{"never", "/api/thing/1?since=0001-01-01T00:00:00Z", "query.since", "must be within the years 1970 to 9999, in UTC"},
		{"broken escape", "/api/thing/1?team_id=%zz", "query", "is malformed"},
		{"semicolon", "/api/thing/1?team_id=1;dry_run=true", "query", "is malformed"},
		{"invalid UTF-8", "/api/thing/1?colour=%ff", "query.colour", "is not valid UTF-8"},
		{"NUL", "/api/thing/1?colour=red%00", "query.colour", "must not hold NUL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen = nil
			w := ask(t, h, "POST", tt.path, with(""))
			if w.Code != 400 || seen != nil {
				t.Fatalf("status %d, handler reached: %t: %s", w.Code, seen != nil, w.Body)
			}
			if diff := cmp.Diff(map[string]string{tt.field: tt.says}, fields(t, w)); diff != "" {
				t.Error(diff)
			}
		})
	}
	w := ask(t, h, "POST", "/api/thing/9007199254740991?team_id=2&dry_run=true&top=50&colour=green&ids=1,2&ids=3&since=2024-01-30T17:23:41Z", with(""))
	if w.Code != 200 {
		t.Fatal(w.Body)
	}
	if seen.ThingID != 9007199254740991 || seen.TeamID != 2 || !seen.Dry || *seen.Top != 50 || seen.Colour != "green" ||
		cmp.Diff(seen.IDs, []int64{1, 2, 3}) != "" || seen.Since.String() != "2024-01-30T17:23:41.000000Z" {
		t.Errorf("%+v", seen)
	}
}

func TestEverythingWrongIsNamedAtOnce(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	w := ask(t, h, "POST", "/api/thing/0?x=1", `{"name":"","user_ids":[0,"a"]}`, "Idempotency-Key", "é")
	want := []string{"path.thing_id", "query.x", "body.name", "body.title", "body.nullable", "body.user_ids[0]", "body.user_ids[1]", "header.Idempotency-Key"}
	got := fields(t, w)
	for _, f := range want {
		if got[f] == "" {
			t.Errorf("%s isn't named: %v", f, got)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
}

// Neither a rejected value nor a Go type is ever told to the caller.
func TestRefusalsRepeatNothing(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	secret := "hunter2"
	for member := range maps.Keys(map[string]bool{
		`"note":["hunter2"]`: true, `"role":"hunter2"`: true, `"alias":"HUNTER2hunter2"`: true, `"until":"hunter2"`: true, `"user_ids":["hunter2"]`: true,
		`"share":"hunter2"`: true, `"name":{"hunter2":"hunter2"}`: true, `"parts":"hunter2"`: true, `"team_id":"hunter2"`: true, `"is_enabled":"hunter2"`: true,
		`"note":"hunter2`: true, `"extra":"hunter2"`: true,
	}) {
		w := ask(t, h, "POST", "/api/thing/1", with(member))
		if w.Code != 400 {
			t.Errorf("%s: %d", member, w.Code)
		}
		for _, told := range []string{secret, "int64", "json:", "Go ", "struct", "float64", "unmarshal"} {
			if strings.Contains(w.Body.String(), told) {
				t.Errorf("%s: tells %q: %s", member, told, w.Body)
			}
		}
	}
}

func TestManyMistakesMakeAShortAnswer(t *testing.T) {
	var seen *formIn
	h, _ := serve(formOp(&seen))
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, `"k%d":1,`, i)
	}
	w := ask(t, h, "POST", "/api/thing/1", "{"+b.String()+`"name":1}`)
	if w.Code != 400 || w.Body.Len() > 10_000 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	w = ask(t, h, "POST", "/api/thing/1", with(`"`+strings.Repeat("k", 100_000)+`":1`))
	if w.Code != 400 || w.Body.Len() > 1_000 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
}
