package scim_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/scim"
)

const core = "urn:ietf:params:scim:schemas:core:2.0:User"

func work(p scim.Path) scim.Path {
	p.Filter = []scim.Term{{Path: scim.Path{Attribute: "type"}, Value: "work"}}
	return p
}

func TestPaths(t *testing.T) {
	const lower = "urn:ietf:params:scim:schemas:core:2.0:user"
	for text, want := range map[string]scim.Path{
		"userName":                             {Attribute: "username"},
		"NAME.GivenName":                       {Attribute: "name", Sub: "givenname"},
		core + ":name.familyName":              {Schema: lower, Attribute: "name", Sub: "familyname"},
		core:                                   {Schema: lower},
		"$ref":                                 {Attribute: "$ref"},
		`emails[type eq "work"]`:               work(scim.Path{Attribute: "emails"}),
		`emails[TYPE EQ "work"].Value`:         work(scim.Path{Attribute: "emails", Sub: "value"}),
		core + `:emails[type eq "work"].value`: work(scim.Path{Schema: lower, Attribute: "emails", Sub: "value"}),
		`emails[primary eq true].value`:        {Attribute: "emails", Sub: "value", Filter: []scim.Term{{Path: scim.Path{Attribute: "primary"}, Value: true}}},
		`members[value eq "a]\"b"]`:            {Attribute: "members", Filter: []scim.Term{{Path: scim.Path{Attribute: "value"}, Value: `a]"b`}}},
		`emails[type eq "work" and primary eq true]`:                            {Attribute: "emails", Filter: []scim.Term{{Path: scim.Path{Attribute: "type"}, Value: "work"}, {Path: scim.Path{Attribute: "primary"}, Value: true}}},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {Schema: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user", Attribute: "department"},
		"urn:x:2.0": {Schema: "urn:x:2.0"},
	} {
		got, ok := scim.ParsePath(text, core)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %v %s", text, ok, diff)
		}
	}
	for _, text := range []string{"", " ", ".", "a.", ".a", "a..b", "a.b.c", "emails[0]", "emails[0].value", "emails[]", "emails[type]", `emails[type sw "w"]`, `emails[type eq "work"`, `emails[type eq "work"]value`,
		`emails[type eq "work"].`, `emails.value[type eq "work"]`, `[type eq "work"]`, "user name", "urn:", "urn:x y", "userName eq", "9lives", `emails[type eq work]`, `a[b[c eq "d"] eq "e"]`} {
		if got, ok := scim.ParsePath(text, core); ok {
			t.Errorf("%q is taken for the path %+v", text, got)
		}
	}
}

func TestFilters(t *testing.T) {
	name := scim.Path{Attribute: "username"}
	for text, want := range map[string][]scim.Term{
		`userName eq "a@b.c"`:                     {{Path: name, Value: "a@b.c"}},
		` USERNAME  Eq   "a b" `:                  {{Path: name, Value: "a b"}},
		`userName eq "a\"b\\ \u00e9"`:             {{Path: name, Value: `a"b\ é`}},
		`active eq true`:                          {{Path: scim.Path{Attribute: "active"}, Value: true}},
		`id eq 15`:                                {{Path: scim.Path{Attribute: "id"}, Value: json.Number("15")}},
		`userName eq null`:                        {{Path: name}},
		`userName eq "and" AND id eq "1"`:         {{Path: name, Value: "and"}, {Path: scim.Path{Attribute: "id"}, Value: "1"}},
		`emails[type eq "work"].value eq "a@b.c"`: {{Path: work(scim.Path{Attribute: "emails", Sub: "value"}), Value: "a@b.c"}},
	} {
		got, ok := scim.ParseFilter(text)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %v %s", text, ok, diff)
		}
	}
	for _, text := range []string{"", "x", "userName", "userName eq", `userName eq x`, `userName sw "x"`, `userName pr`, `not userName eq "x"`, `(userName eq "x")`,
		`userName eq "x" or id eq "1"`, `userName eq "x" and`, `userName eq "x" id eq "1"`, `userName eq "x`, `userName eq "x" "y"`, `userName eq ["x"]`, `userName eq "a" eq "b" and`, `emails[type eq "work" eq "x"`} {
		if got, ok := scim.ParseFilter(text); ok {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func FuzzPathsAndFilters(f *testing.F) {
	f.Add(`emails[type eq "work"].value`)
	f.Add(`userName eq "a\"b" and id eq "1"`)
	f.Fuzz(func(_ *testing.T, text string) {
		scim.ParsePath(text, core)
		scim.ParseFilter(text)
	})
}

func TestValuesAsProvidersWrapThem(t *testing.T) {
	for text, want := range map[string]any{
		`"x"`: "x", `["x"]`: "x", `{"value":"x"}`: "x", `[{"$ref":null,"VALUE":"x"}]`: "x", `{"value":["x"]}`: "x",
		`[]`: []any{}, `["x","y"]`: []any{"x", "y"}, `{"a":1}`: map[string]any{"a": 1.0}, `null`: nil,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, scim.Unwrap(v)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, row := range []struct {
		value  any
		is, ok bool
	}{{true, true, true}, {"True", true, true}, {"FALSE", false, true}, {[]any{map[string]any{"value": "true"}}, true, true}, {"yes", false, false}, {"fal\u017fe", false, false}, {nil, false, false}, {[]any{true, true}, false, false}} {
		if is, ok := scim.Truth(row.value); is != row.is || ok != row.ok {
			t.Errorf("%v is %v, %v", row.value, is, ok)
		}
	}
}
