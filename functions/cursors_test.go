package functions_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/api"
	"wardroom/pkg/table"
)

// paged lists the operations that take a cursor.
func paged(t *testing.T) []seed.Operation {
	t.Helper()
	var out []seed.Operation
	for _, o := range seed.Operations(t) {
		if slices.ContainsFunc(o.Inputs(), func(in api.Input) bool { return in.Name == "cursor" }) {
			out = append(out, o)
		}
	}
	return out
}

// withCursor is a request for the page behind a cursor.
func withCursor(r fixture.Request, cursor string) fixture.Request {
	path, query, _ := strings.Cut(r.Path, "?")
	values, _ := url.ParseQuery(query) // a sample's
	values.Set("cursor", cursor)
	r.Path, r.Key = path+"?"+values.Encode(), demo.GlobalAdmin
	return r
}

// forgeries are cursors that a list mustn't take, made of one of another list,
// and with the text of which cursors used to be made.
func forgeries(of string, random *rand.Rand) []string {
	raw, _ := base64.RawURLEncoding.DecodeString(of) // one that was answered
	out := []string{
		of,
		"151", "0000000000000151", "null", "{}", "%", "=", "\x00", "é", " ", "....",
		base64.RawURLEncoding.EncodeToString([]byte("151")),
		base64.StdEncoding.EncodeToString(raw), of + "=", of + "\n", of + "A", of + of,
		strings.Repeat("A", 43), strings.Repeat("A", 64), strings.Repeat("A", 10_000), strings.Repeat(of, 60),
		base64.RawURLEncoding.EncodeToString(make([]byte, 48)),
		table.NewCursors(make([]byte, 32)).Make("list", "151"),
	}
	for _, n := range []int{1, 2, 8, 16, 32, len(of) / 2, len(of) - 1} {
		out = append(out, of[:n], of[n:])
	}
	for range 60 / scale.Stride(6) {
		bad := append([]byte(nil), raw...)
		bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		out = append(out, base64.RawURLEncoding.EncodeToString(bad))
	}
	return out
}

// No list takes a cursor that it didn't answer, whatever there is in it to list:
// a changed one, another list's, another filter's, or a made-up one.
func TestForgedCursors(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	cursor := func(path string) string {
		got := s.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: path, Key: demo.GlobalAdmin})
		var page struct {
			Meta struct {
				Next string `json:"next_cursor"`
			}
		}
		if err := json.Unmarshal([]byte(got.Body), &page); err != nil || page.Meta.Next == "" {
			t.Fatalf("%s has no second page: %d %s", path, got.Status, got.Body)
		}
		return page.Meta.Next
	}
	// Of a filter that no sample has.
	strange := cursor("/api/project?team_id=7&limit=1")
	if got := s.Do(t.Context(), withCursor(fixture.Request{Method: http.MethodGet, Path: "/api/project?team_id=7"}, strange)); got.Status != http.StatusOK {
		t.Fatalf("the cursor of its own list: %d %s", got.Status, got.Body)
	}
	random := rand.New(rand.NewPCG(1, 4))
	lists, forged := paged(t), 0
	if len(lists) < 20 {
		t.Errorf("only %d lists", len(lists))
	}
	for _, o := range lists {
		if o.Name == "get-all-projects" {
			o.Sample.Path = "/api/project" // of which it is another filter
		}
		for _, bad := range forgeries(strange, random) {
			r := withCursor(o.Sample, bad)
			forged++
			if got := s.Do(t.Context(), r); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `"query.cursor"`) {
				t.Errorf("%s %s: %d %s", o.Name, r.Path, got.Status, got.Body)
				break
			}
		}
	}
	if forged < 2000/scale.Stride(3) {
		t.Errorf("only %d forged cursors", forged)
	}
	t.Log(len(lists), "lists,", forged, "forged cursors")
}

// What a stranger learns of a team is the same, however much there is in it that
// they don't see, by every list that takes a team.
func TestTeamsOfStrangers(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(30, 31), fixture.Key("stran", 30), fixture.Key("guest", 31), fixture.Team(40, "Empty"), fixture.Team(41, "Full")))
	for id := int64(900); id < 906; id++ {
		s.Put(t, fixture.Project(id, 41, "Project "+string(rune('a'+id-900))))
	}
	s.Put(t, fixture.Joins(903, 31, "member"))
	ask := func(key, path string) fixture.Response {
		r := s.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: path, Key: key + ".secret"})
		var body map[string]any
		if json.Unmarshal([]byte(r.Body), &body) == nil {
			if meta, ok := body["meta"].(map[string]any); ok {
				delete(meta, "request_id")
			}
			text, _ := json.Marshal(body)
			r.Body = string(text)
		}
		return r
	}
	for _, query := range []string{"", "limit=1", "limit=2&"} {
		for _, path := range []string{"/api/project?team_id={team}&", "/api/agent/team?team_id={team}&", "/api/team/{team}/user?", "/api/team/{team}/user/30/project?", "/api/team/{team}/user/31/project?"} {
			at := func(team string) fixture.Response {
				return ask("stran", strings.Replace(path, "{team}", team, 1)+query)
			}
			empty, full := at("40"), at("41")
			if empty.Status != full.Status || empty.Body != full.Body {
				t.Errorf("%s%s: of a team without projects %d %s\nof one with six %d %s", path, query, empty.Status, empty.Body, full.Status, full.Body)
			}
		}
		got := ask("guest", "/api/project?team_id=41&"+query)
		if got.Status != http.StatusOK || strings.Count(got.Body, `"project_name"`) != 1 || strings.Contains(got.Body, "next_cursor") {
			t.Errorf("who is in one of the projects: %d %s", got.Status, got.Body)
		}
	}
}
