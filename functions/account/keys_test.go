package account_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func post(key, path, body string) fixture.Request {
	return fixture.Request{Method: http.MethodPost, Path: path, Key: key, Body: body}
}

func drop(key, path string) fixture.Request {
	return fixture.Request{Method: http.MethodDelete, Path: path, Key: key}
}

func with(r fixture.Request, header, value string) fixture.Request {
	r.Header = http.Header{header: {value}}
	return r
}

func scoped(scope string, groups map[string]string) func(*model.APIKey) {
	return func(k *model.APIKey) { k.Scope, k.Groups = scope, groups }
}

func TestCreateKey(t *testing.T) {
	made := func(key, body string) fixture.Request { return post(key, "/api/api-key", body) }
	fields := func(name, body, field string) fixture.Row {
		return fixture.Row{Name: name, Request: made(demo.ProjectAdmin, body), Status: 400, Code: "invalid", Fields: map[string]string{field: ""}}
	}
	cut := func(name string, edit func(*model.APIKey), body string, status int) fixture.Row {
		r := fixture.Row{Name: name, Given: fixture.Key("test", 7, edit), Request: made("test.secret", body), Status: status}
		if status == 403 {
			r.Code = "forbidden"
		}
		if status == 404 {
			r.Code = "not_found"
		}
		return r
	}
	soon := model.At(fixture.Epoch.Add(time.Hour))
	ends := func(k *model.APIKey) { k.ExpiresOn = &soon }
	writes := scoped("restricted", map[string]string{"account": "write", "project": "read"})
	fixture.Table(t, []fixture.Row{
		{Name: "a key is shown once", Request: made(demo.ProjectAdmin, `{"name":"Mine"}`), Status: 201, Says: "API key created successfully.",
			Has: []string{`"key":"`, `"kind":"personal"`, `"scope":"all"`, `"user":7`, `"project":null`, `"last_used_on":null`},
			Then: func(t *testing.T, s *fixture.System) {
				for _, k := range table.Keys.All(s.Rows(t.Context(), t)) {
					if k.ID == 1001 && (len(k.Hash) != 32 || k.Name != "Mine") {
						t.Errorf("%+v", k)
					}
				}
			}},
		{Name: "not a second time", First: []fixture.Request{with(made(demo.ProjectAdmin, `{"name":"Mine"}`), "Idempotency-Key", "k")},
			Request: with(made(demo.ProjectAdmin, `{"name":"Mine"}`), "Idempotency-Key", "k"), Status: 201, Idle: true, Has: []string{`"id":1001`, `"replayed":true`}, Lacks: []string{`"key"`}},
		{Name: "a member's key to his project", Request: made(demo.ProjectMember, `{"name":"Bound","project_id":151}`), Status: 201, Has: []string{`"project":151`}},
		{Name: "a project that isn't there", Request: made(demo.ProjectMember, `{"name":"Bound","project_id":8}`), Status: 404, Code: "not_found"},
		{Name: "another organisation's", Request: made(demo.GlobalAdmin, `{"name":"Bound","project_id":9}`), Status: 404, Code: "not_found"},
		{Name: "a service key is no user's", Request: made(demo.GlobalAdmin, `{"name":"Robot","kind":"service"}`), Status: 201, Has: []string{`"user":null`}},
		{Name: "a plain user makes none", Request: made(demo.ProjectAdmin, `{"name":"Robot","kind":"service","project_id":151}`), Status: 403, Code: "forbidden"},
		cut("no more than the key it is made with: read only can't write at all", scoped("read_only", nil), `{"name":"x","scope":"read_only"}`, 403),
		cut("a restricted key makes no key for all", writes, `{"name":"x"}`, 403),
		cut("nor one that reads everything", writes, `{"name":"x","scope":"read_only"}`, 403),
		cut("nor one that writes where it reads", writes, `{"name":"x","scope":"restricted","groups":{"project":"write"}}`, 403),
		cut("but one of its own kind", writes, `{"name":"x","scope":"restricted","groups":{"project":"read","account":"read","user":"none"}}`, 201),
		cut("a key that ends makes none that lasts", ends, `{"name":"x"}`, 403),
		cut("nor one that lasts longer", ends, `{"name":"x","expires_on":"2026-01-01T01:00:01Z"}`, 403),
		cut("but one that ends with it", ends, `{"name":"x","expires_on":"2026-01-01T01:00:00Z"}`, 201),
		cut("a bound key makes no free one", fixture.Bound(151), `{"name":"x"}`, 403),
		cut("nor one to elsewhere", fixture.Bound(151), `{"name":"x","project_id":4}`, 404),
		cut("but one to its project", fixture.Bound(151), `{"name":"x","project_id":151}`, 201),
		fields("groups without scope", `{"name":"x","groups":{"project":"read"}}`, "body.groups"),
		fields("scope without groups", `{"name":"x","scope":"restricted"}`, "body.groups"),
		{Name: "an unknown group is told which there are", Request: post(demo.ProjectAdmin, "/api/api-key", `{"name":"x","scope":"restricted","groups":{"nothing":"read"}}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.groups.nothing": "is unknown: there are " + strings.Join(slices.Sorted(slices.Values(access.Groups())), ", ")}},
		fields("an unknown grant", `{"name":"x","scope":"restricted","groups":{"project":"all"}}`, "body.groups.project"),
		fields("an end in the past", `{"name":"x","expires_on":"2025-01-01T00:00:00Z"}`, "body.expires_on"),
		fields("no name", `{"scope":"all"}`, "body.name"),
		fields("an unknown kind", `{"name":"x","kind":"robot"}`, "body.kind"),
	})
}

func TestListAndRevokeKeys(t *testing.T) {
	service := fixture.All(fixture.Key("robot", 0), fixture.Key("bound1", 7, fixture.Bound(151)))
	const robot, bound = "/api/api-key/616", "/api/api-key/549"
	revoked := func(id int64) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			for _, k := range table.Keys.All(s.Rows(t.Context(), t)) {
				if k.ID == id && k.RevokedOn == nil {
					t.Errorf("%+v", k)
				}
			}
		}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "one's own", Given: service, Request: get(demo.ProjectAdmin, "/api/api-key"), Status: 200, Has: []string{`"prefix":"demoproj"`, `"prefix":"bound1"`}, Lacks: []string{"robot", "demoglob", `"key":`, "hash"}},
		{Name: "a bound key sees those to its project", Given: service, Request: get("bound1.secret", "/api/api-key"), Status: 200, Has: []string{"bound1"}, Lacks: []string{"demoproj"}},
		{Name: "the ranks see service keys", Given: service, Request: get(demo.GlobalAdmin, "/api/api-key"), Status: 200, Has: []string{"robot", "demoglob"}, Lacks: []string{"demoproj"}},
		{Name: "so does a service key", Given: service, Request: get("robot.secret", "/api/api-key"), Status: 200, Has: []string{"robot"}},
		{Name: "by pages", Given: service, Request: get(demo.ProjectAdmin, "/api/api-key?limit=1"), Status: 200, Has: []string{"demoproj", "next_cursor"}, Lacks: []string{"bound1"}},
		{Name: "to the end", Given: service, First: []fixture.Request{get(demo.ProjectAdmin, "/api/api-key?limit=1")}, Request: get(demo.ProjectAdmin, "/api/api-key?limit=1&cursor="+fixture.Cursor), Status: 200, Has: []string{"bound1"}, Lacks: []string{"next_cursor"}},
		{Name: "revoked and kept", Given: service, Request: drop(demo.ProjectAdmin, bound), Status: 200, Has: []string{`"revoked_on":"2026-`}, Then: revoked(549)},
		{Name: "and still listed", Given: service, First: []fixture.Request{drop(demo.ProjectAdmin, bound)}, Request: get(demo.ProjectAdmin, "/api/api-key"), Status: 200, Has: []string{`"revoked_on":"2026-`}},
		{Name: "it opens nothing any more", Given: service, First: []fixture.Request{drop(demo.ProjectAdmin, bound)}, Request: get("bound1.secret", "/api/project/151"), Status: 401, Code: "unauthorized"},
		{Name: "not twice", Given: service, First: []fixture.Request{drop(demo.ProjectAdmin, bound)}, Request: drop(demo.ProjectAdmin, bound), Status: 404, Code: "not_found"},
		{Name: "a key ends itself", Request: drop(demo.ProjectAdmin, "/api/api-key/2"), Status: 200, Then: revoked(2)},
		{Name: "a service key too", Given: service, Request: drop("robot.secret", robot), Status: 200, Then: revoked(616)},
		{Name: "a bound key doesn't reach others", Given: service, Request: drop("bound1.secret", "/api/api-key/2"), Status: 404, Code: "not_found"},
		{Name: "nobody another's without a rank", Request: drop(demo.ProjectMember, "/api/api-key/2"), Status: 404, Code: "not_found"},
		{Name: "a service key isn't a plain user's", Given: service, Request: drop(demo.ProjectAdmin, robot), Status: 404, Code: "not_found"},
		{Name: "an unknown one", Request: drop(demo.ProjectAdmin, "/api/api-key/77"), Status: 404, Code: "not_found"},
	})
}

// When a key was last used is written at most once an hour, beside the request,
// and moves no version.
func TestLastUsed(t *testing.T) {
	trace := new(fixture.Trace)
	s := fixture.New(t, trace.Option())
	s.Put(t, fixture.Key("test", 7, func(k *model.APIKey) { k.LastUsedOn = nil }))
	used := func() (at *model.Time, writes int) {
		trace.Take()
		if got := s.Do(t.Context(), get("test.secret", "/api/project/151")); got.Status != http.StatusOK {
			t.Fatal(got)
		}
		for _, c := range trace.Take() {
			if c.Name == "UpdateItem" {
				writes++
			}
		}
		k, _ := table.Keys.In(s.Rows(t.Context(), t), "test")
		if k.Version != 1 {
			t.Errorf("version %d", k.Version)
		}
		return k.LastUsedOn, writes
	}
	first, writes := used()
	if first == nil || writes != 1 {
		t.Fatalf("first use: %v, %d writes", first, writes)
	}
	if again, writes := used(); !again.Equal(*first) || writes != 0 {
		t.Errorf("a moment later: %v, %d writes", again, writes)
	}
	s.Pass(time.Hour)
	if later, writes := used(); !later.After(*first) || writes != 1 {
		t.Errorf("an hour later: %v, %d writes", later, writes)
	}
}
