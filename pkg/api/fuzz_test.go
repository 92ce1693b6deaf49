package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What the strict parser takes, encoding/json takes and reads alike; what it
// refuses, it refuses for one of its own reasons.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,true,false,null,"\u00e9\ud83d\ude00\n"]}`, `{"a":1,"a":2}`, `"\ud800"`, `"\u0000"`, "\"\xff\"", `[[[[]]]]`, `01`, `1.`, `-`, `1e`, `{`, `{"a"`, `{"a":`,
		`[1,]`, `{"a":1,}`, ` 1 `, `1 2`, `tru`, `"\x"`, `"\u12"`, "\"\t\"", "\ufeff1", strings.Repeat("[", 200), `{"":{"":{}}}`, `"\ud83d\u0041"`,
	} {
		f.Add([]byte(seed))
	}
	own := []flaw{givenTwice, invalidUTF8, loneSurrogate, holdsNUL, tooDeep}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, bad := parseJSON(slices.Clone(text), false)
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var want any
		err := d.Decode(&want)
		if json.Valid(text) && bad != nil && !slices.Contains(own, bad.flaw) {
			t.Fatalf("valid JSON is refused: %v", bad)
		}
		if bad == nil {
			if !json.Valid(text) || err != nil {
				t.Fatalf("invalid JSON is taken: %v", err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("read as %#v, not as %#v", got, want)
			}
			return
		}
		if !utf8.ValidString(bad.where) || !strings.HasPrefix(bad.where, "body") {
			t.Fatalf("the place is %q", bad.where)
		}
	})
}

// A body that is taken keeps its rule and can be decoded.
func FuzzBody(f *testing.F) {
	type in struct {
		Body struct {
			Name  string          `json:"name" minLength:"1"`
			IDs   []int64         `json:"user_ids,omitempty" maxItems:"3"`
			Team  Optional[int64] `json:"team_id,omitempty"`
			Parts []struct {
				Rating *int `json:"rating" minimum:"1"`
			} `json:"parts,omitempty"`
		}
	}
	b := inputOf(reflect.TypeFor[in](), "").body
	for _, seed := range []string{
		`{"name":"a"}`, `{"name":" "}`, `{"name":"a","user_ids":[1,2,3]}`, `{"name":"a","team_id":null}`, `{"name":"a","parts":[{"rating":null}]}`,
		`{"name":"a","NAME":"b"}`, `{"name":"a","user_ids":[1e2]}`, `{"name":"a","created_by":null}`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, lenient bool) {
		var v in
		c := checker{}
		if lenient {
			c.dialect = agenta
		}
		b.bind(reflect.ValueOf(&v).Elem(), text, url.Values{}, &c)
		if len(c.bad) > 0 {
			return
		}
		if v.Body.Name == "" || !utf8.ValidString(v.Body.Name) || strings.ContainsRune(v.Body.Name, 0) || len(v.Body.IDs) > 3 {
			t.Fatalf("%q is taken as %+v", text, v.Body)
		}
		for _, id := range v.Body.IDs {
			if id < 1 || id > maxID {
				t.Fatalf("id %d", id)
			}
		}
	})
}

func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{`*`, `"3"`, `"3", "4"`, `W/"3"`, `"3`, `3`, `"*"`, `,,"3",`, `"a,b"`, ``, ` `, `"3""4"`, `W/`, `w/"3"`} {
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		lines := []string{one}
		if two != "" {
			lines = append(lines, two)
		}
		tags, ok := parseIfMatch(lines)
		if ok == (tags == nil) {
			t.Fatalf("%q: %q, %t", lines, tags, ok)
		}
		for _, tag := range tags {
			if strings.ContainsAny(tag, "\" \t") || tag == "*" && strings.Trim(strings.Join(lines, ","), " \t") != "*" {
				t.Fatalf("%q: %q", lines, tags)
			}
		}
	})
}

func FuzzIdempotencyKey(f *testing.F) {
	f.Add("k")
	f.Add(strings.Repeat("k", 256))
	f.Add("é")
	f.Fuzz(func(t *testing.T, line string) {
		key, ok := parseKey([]string{line})
		if ok && (key != line || len(key) == 0 || len(key) > 255) || !ok && key != "" {
			t.Fatalf("%q: %q, %t", line, key, ok)
		}
	})
}

// A path that is plain is one that the mux neither redirects nor reads in two
// ways.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/api/a", "/api//a", "/api/../a", "/api/%2e%2e/a", "/api/%2Fa", "/", "", "a", "/.", "/..a", "/a.b/", "/%252e", "/a%2", "//api/a", "///api", "//%2fa", "//"} {
		f.Add(seed)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			return
		}
		u = pathed(&http.Request{URL: u}, func(u *url.URL) { u.Path, u.RawPath = withoutFirst(u.Path), withoutFirst(u.RawPath) }).URL
		if !isPlain(u.EscapedPath()) {
			return
		}
		for segment := range strings.SplitSeq(u.Path, "/") {
			if segment == "." || segment == ".." {
				t.Fatalf("%q is plain", path)
			}
		}
		if strings.Count(u.Path, "/") != strings.Count(u.EscapedPath(), "/") {
			t.Fatalf("%q hides a slash", path)
		}
		if _, pattern := mux.Handler(&http.Request{Method: "GET", URL: u}); pattern != "/" {
			t.Fatalf("%q is redirected", path)
		}
	})
}

func FuzzQuery(f *testing.F) {
	type in struct {
		ID  int64   `query:"team_id"`
		IDs []int64 `query:"ids" maxItems:"3"`
		On  bool    `query:"on"`
		At  string  `query:"at" enum:"a,b"`
		Paging
	}
	plan := inputOf(reflect.TypeFor[in](), "")
	for _, seed := range []string{"team_id=1", "team_id=+1", "ids=1,2&ids=3", "on=true", "at=a", "limit=200&cursor=x", "x=1", "%zz", ";", "on=True", "ids=1, 2", "ids[]=1&ids%5B%5D=2", "_=1", "team_id[]=1", "ids[][]=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		var v in
		c := checker{}
		plan.respell(values)
		again := maps.Clone(values)
		if plan.respell(again); !maps.EqualFunc(again, values, slices.Equal) {
			t.Fatalf("%q: %v, then %v", query, values, again)
		}
		plan.bind(reflect.ValueOf(&v).Elem(), &http.Request{}, values, &c)
		if len(c.bad) == 0 && (v.ID < 0 || v.ID > maxID || values.Has("team_id") && v.ID == 0 || len(v.IDs) > 3 || v.Limit < 1 || v.Limit > 200 || v.At != "" && v.At != "a" && v.At != "b") {
			t.Fatalf("%q is taken as %+v", query, v)
		}
	})
}
