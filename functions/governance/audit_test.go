package governance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func as(key, path string) fixture.Request {
	return fixture.Request{Method: http.MethodGet, Path: path, Key: key}
}

// withKey gives a user a key for his personal data.
func withKey(user int64) fixture.Given {
	return fixture.Change(table.Users, func(u *model.User) { u.AuditKey = model.NewPersonalKey() }, user)
}

var made = []fixture.Request{
	{Method: http.MethodPut, Path: "/api/project/4", Key: demo.ProjectAdmin, Body: `{"description":"A"}`},
	{Method: http.MethodPut, Path: "/api/project/151", Key: demo.GlobalAdmin, Body: `{"description":"B"}`},
	{Method: http.MethodDelete, Path: "/api/project/151/user/16", Key: demo.ProjectAdmin},
}

func TestAuditLog(t *testing.T) {
	first := made
	added := append([]fixture.Request{{Method: http.MethodPost, Path: "/api/project/4/user", Key: demo.ProjectAdmin, Body: `{"user_ids":[15]}`}}, made...)
	paged := append(append([]fixture.Request(nil), made...), as(demo.GlobalAdmin, "/api/audit?limit=3"))
	fixture.Table(t, []fixture.Row{
		{Name: "a log without changes", Request: as(demo.GlobalAdmin, "/api/audit?start=2026-01-01T00:00:00Z"), Status: 200, Data: `[]`},
		{Name: "every change, oldest first", First: first, Request: as(demo.GlobalAdmin, "/api/audit"), Status: 200,
			Has: []string{`"seq":null,"hash":null,"prev_hash":null`, `"edit-project-by-id"`, `"remove-user-from-project"`, `"resource":"project:151/user:16"`, `"source_ip":"127.0.0.1"`}, Lacks: []string{"enc:"}},
		{Name: "by who made them", First: first, Request: as(demo.GlobalAdmin, "/api/audit?actor=user:1"), Status: 200, Has: []string{`"user:1"`}, Lacks: []string{`"actor":"user:7"`}},
		{Name: "by resource, with what belongs to it", First: first, Request: as(demo.GlobalAdmin, "/api/audit?resource=project:151"), Status: 200, Has: []string{`project:151/user:16`, `"actor":"user:1"`}, Lacks: []string{"project:4"}},
		{Name: "by what belongs to a resource", First: first, Request: as(demo.GlobalAdmin, "/api/audit?resource=project:151/user:16"), Status: 200, Has: []string{`"actor":"user:7"`}, Lacks: []string{`"actor":"user:1"`}},
		{Name: "by resource and by who", First: first, Request: as(demo.GlobalAdmin, "/api/audit?resource=project:151&actor=user:1"), Status: 200, Lacks: []string{`"actor":"user:7"`}, Has: []string{`"user:1"`}},
		{Name: "by action", First: first, Request: as(demo.GlobalAdmin, "/api/audit?action=remove-user-from-project"), Status: 200, Lacks: []string{"edit-project"}, Has: []string{"remove-user"}},
		{Name: "the newest before a time", First: first, Request: as(demo.GlobalAdmin, "/api/audit?order=desc&end=2024-01-01T00:00:00Z"), Status: 200, Data: `[]`},
		{Name: "an order that there isn't", Request: as(demo.GlobalAdmin, "/api/audit?order=up"), Status: 400, Code: "invalid", Fields: map[string]string{"query.order": ""}},
		{Name: "a change of a person in a place, by the person", First: first, Request: as(demo.GlobalAdmin, "/api/audit?resource=user:16"), Status: 200, Has: []string{`"resource":"project:151/user:16"`}, Lacks: []string{"edit-project"}},
		{Name: "and of nobody else", First: first, Request: as(demo.GlobalAdmin, "/api/audit?resource=user:7"), Status: 200, Data: `[]`},
		{Name: "who was added, by the person and the place", First: added, Request: as(demo.GlobalAdmin, "/api/audit?resource=project:4/user:15"), Status: 200, Has: []string{"add-user-to-project"}, Lacks: []string{"edit-project"}},
		{Name: "who was added, by the person", First: added, Request: as(demo.GlobalAdmin, "/api/audit?resource=user:15"), Status: 200, Has: []string{"add-user-to-project"}, Lacks: []string{"edit-project"}},
		{Name: "a resource of no form", Request: as(demo.GlobalAdmin, "/api/audit?resource=project"), Status: 400, Code: "invalid", Says: "Invalid request: query.resource must look like project:151, or project:151/user:16", Fields: map[string]string{"query.resource": ""}},
		{Name: "a project's admin is told to name the project", Request: as(demo.ProjectAdmin, "/api/audit"), Status: 403, Code: "forbidden", Says: "You do not have permission to perform this action. It takes an admin rank; a project's admin names their project by resource."},
		{Name: "a resource of three parts", Request: as(demo.GlobalAdmin, "/api/audit?resource=project:1/user:2/x:3"), Status: 400, Code: "invalid", Fields: map[string]string{"query.resource": ""}},
		{Name: "an actor of no form", Request: as(demo.GlobalAdmin, "/api/audit?actor=7"), Status: 400, Code: "invalid", Fields: map[string]string{"query.actor": ""}},
		{Name: "an action of no form", Request: as(demo.GlobalAdmin, "/api/audit?action=Remove%20User"), Status: 400, Code: "invalid", Fields: map[string]string{"query.action": ""}},
		{Name: "an admin of the project reads what concerns it", First: first, Request: as(demo.ProjectAdmin, "/api/audit?resource=project:151"), Status: 200, Has: []string{"project:151/user:16", `"actor":"user:1"`}, Lacks: []string{"project:4"}},
		{Name: "and of a person in it", First: first, Request: as(demo.ProjectAdmin, "/api/audit?resource=project:151/user:16"), Status: 200, Has: []string{"remove-user"}, Lacks: []string{"edit-project"}},
		{Name: "and not of the person everywhere", First: first, Request: as(demo.ProjectAdmin, "/api/audit?resource=user:16"), Status: 403, Code: "forbidden"},
		{Name: "nor of another's project", First: first, Request: as(demo.ProjectAdmin, "/api/audit?resource=project:9"), Status: 404, Code: "not_found"},
		{Name: "its member doesn't", First: first, Request: as(demo.ProjectMember, "/api/audit?resource=project:151"), Status: 403, Code: "forbidden"},
		{Name: "none before they began", First: first, Request: as(demo.GlobalAdmin, "/api/audit?end=2024-01-01T00:00:00Z"), Status: 200, Data: `[]`},
		{Name: "none later", First: first, Request: as(demo.GlobalAdmin, "/api/audit?start=2026-01-02T00:00:00Z"), Status: 200, Data: `[]`},
		{Name: "an end before the start", First: first, Request: as(demo.GlobalAdmin, "/api/audit?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z"), Status: 200, Data: `[]`},
		{Name: "a page and the next", First: paged, Request: as(demo.GlobalAdmin, "/api/audit?limit=3&cursor="+fixture.Cursor), Status: 200, Has: []string{"remove-user"}, Lacks: []string{"edit-project", "next_cursor\":\""}},
		{Name: "another organisation sees its own", First: first, Request: as(demo.OtherOrganization, "/api/audit"), Status: 200, Has: []string{`"project:9/user:90"`}, Lacks: []string{"project:4", "project:151"}},
		{Name: "who manages nobody sees none", Request: as(demo.ProjectAdmin, "/api/audit"), Status: 403, Code: "forbidden"},
		{Name: "no time", Request: as(demo.GlobalAdmin, "/api/audit?start=yesterday"), Status: 400, Code: "invalid", Fields: map[string]string{"query.start": ""}},
		{Name: "a cursor of another filter", First: paged, Request: as(demo.GlobalAdmin, "/api/audit?limit=3&actor=user:7&cursor="+fixture.Cursor), Status: 400, Code: "invalid"},
		{Name: "verify an empty chain", Request: as(demo.GlobalAdmin, "/api/audit/verify"), Status: 200,
			Data: `{"ok":true,"checked":0,"first_bad_seq":null,"next_seq":null,"erased":0,"unsealed":1,"oldest_unsealed_s":60354000.002}`},
		{Name: "no number", Request: as(demo.GlobalAdmin, "/api/audit/verify?from_seq=0"), Status: 400, Code: "invalid", Fields: map[string]string{"query.from_seq": ""}},
	}, withKey(1), withKey(7))
}

// The life of a log: sealed, signed, verified, and a person in it purged.
func TestSealedLog(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, withKey(1))
	s.Put(t, withKey(7))
	for _, r := range made {
		if got := s.Do(t.Context(), r); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	rows := fixture.Audits(s.Rows(t.Context(), t))
	if done, err := audit.Seal(t.Context(), s.Store, rows[:2]); done != 2 || err != nil {
		t.Fatal(done, err)
	}
	ask := func(path string, into any) {
		t.Helper()
		got := s.Do(t.Context(), as(demo.GlobalAdmin, path))
		if got.Status != 200 {
			t.Fatalf("%s: %d %s", path, got.Status, got.Body)
		}
		if err := json.Unmarshal([]byte(got.Body), &struct{ Data any }{into}); err != nil {
			t.Fatal(err)
		}
	}
	s.Pass(5 * time.Second)
	var v audit.Verdict
	ask("/api/audit/verify", &v)
	if !v.OK || v.Checked != 2 || v.Unsealed != 2 || v.OldestUnsealedS < 5 || v.Erased != 0 {
		t.Errorf("%d checked, %d unsealed for %v s, %d erased", v.Checked, v.Unsealed, v.OldestUnsealedS, v.Erased)
	}
	type point struct {
		Seq             int64
		Hash, Signature string
	}
	var a, b point
	ask("/api/audit/checkpoint", &a)
	ask("/api/audit/checkpoint", &b)
	if a.Seq != 2 || a != b || len(a.Hash) != 64 {
		t.Errorf("one end, two checkpoints: %+v %+v", a, b)
	}
	if done, err := audit.Seal(t.Context(), s.Store, rows); done != 3 || err != nil {
		t.Fatal(done, err)
	}
	s.Put(t, fixture.Change(table.Users, func(u *model.User) { u.AuditKey = nil }, int64(7)))
	ask("/api/audit/verify", &v)
	if !v.OK || v.Checked != 3 || v.Erased != 2 || v.Unsealed != 1 { // that of the demo data
		t.Errorf("%d checked, %d unsealed, %d erased", v.Checked, v.Unsealed, v.Erased)
	}
	for _, from := range []string{"4", "9"} { // as who goes on after what he has seen
		if ask("/api/audit/verify?from_seq="+from, &v); !v.OK || v.Checked != 0 {
			t.Errorf("from %s: %+v", from, v)
		}
	}
	got := s.Do(t.Context(), as(demo.GlobalAdmin, "/api/audit?actor=user:7"))
	if strings.Count(got.Body, `"source_ip":"erased"`) != 2 || !strings.Contains(got.Body, `"seq":3`) {
		t.Errorf("%s", got.Body)
	}
}

// Without a key the route says so, and signs nothing.
func TestNoCheckpointKey(t *testing.T) {
	s := fixture.New(t)
	t.Setenv("WARDROOM_CHECKPOINT_FILE", "")
	got := s.Do(t.Context(), as(demo.GlobalAdmin, "/api/audit/checkpoint"))
	if got.Status != 503 || !strings.Contains(got.Body, "No key for checkpoints is configured.") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// A change that is about several people is found by each of them once it is
// sealed: an index leads from one of them alone.
func TestAChangeOfSeveralPeople(t *testing.T) {
	s := fixture.New(t)
	add := fixture.Request{Method: http.MethodPost, Path: "/api/project/4/user", Key: demo.ProjectAdmin, Body: `{"user_ids":[15,16]}`}
	rename := fixture.Request{Method: http.MethodPut, Path: "/api/user/15", Key: demo.GlobalAdmin, Body: `{"first_name":"Other"}`}
	for _, r := range []fixture.Request{add, rename} {
		if got := s.Do(t.Context(), r); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	rows := fixture.Audits(s.Rows(t.Context(), t))
	if done, err := audit.Seal(t.Context(), s.Store, rows); done != len(rows) || err != nil {
		t.Fatal(done, err)
	}
	for query, want := range map[string]int{
		"resource=user:15": 3, "resource=user:16": 1, "resource=project:4/user:15": 2, "resource=project:4/user:16": 1, "resource=user:7": 0,
		"resource=user:15&order=desc": 3, "resource=user:15&actor=user:7": 2,
	} {
		got := s.Do(t.Context(), as(demo.GlobalAdmin, "/api/audit?"+query))
		if n := strings.Count(got.Body, `"action":`); got.Status != 200 || n != want {
			t.Errorf("%s: %d rows, want %d: %s", query, n, want, got.Body)
		}
	}
}

// Page after page, the newest first, is the log backwards: sealed or not, and
// whatever it is asked by.
func TestNewestFirst(t *testing.T) {
	s := fixture.New(t)
	for i := range 3 {
		for _, r := range made[:2] {
			r.Body = fmt.Sprintf(`{"description":"for the %dth time"}`, i) // what changes nothing leaves no row
			if got := s.Do(t.Context(), r); got.Status != 200 {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
		}
	}
	rows := fixture.Audits(s.Rows(t.Context(), t))
	slices.SortFunc(rows, func(a, b model.Audit) int { return strings.Compare(a.TS.String(), b.TS.String()) })
	if done, err := audit.Seal(t.Context(), s.Store, rows[:3]); done != 3 || err != nil {
		t.Fatal(done, err)
	}
	walk := func(query string) (times []string) {
		for cursor := ""; ; {
			got := s.Do(t.Context(), as(demo.GlobalAdmin, "/api/audit?limit=2&"+query+cursor))
			var page struct {
				Data []struct{ TS string }
				Meta struct {
					Next string `json:"next_cursor"`
				}
			}
			if err := json.Unmarshal([]byte(got.Body), &page); got.Status != 200 || err != nil {
				t.Fatalf("%s: %d %s", query, got.Status, got.Body)
			}
			for _, row := range page.Data {
				times = append(times, row.TS)
			}
			if page.Meta.Next == "" {
				return times
			}
			cursor = "&cursor=" + page.Meta.Next
		}
	}
	for query, want := range map[string]int{"": 7, "&resource=project:4": 4, "&actor=user:1": 3, "&start=" + rows[2].TS.String() + "&end=" + rows[5].TS.String(): 3} {
		up, down := walk("order=asc"+query), walk("order=desc"+query)
		slices.Reverse(down)
		if len(up) != want || !slices.Equal(up, down) {
			t.Errorf("%q: %v, and backwards %v; want %d", query, up, down, want)
		}
	}
}
