package governance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// off plans that user 7 leaves and user 15 takes over, unless the body says
// otherwise.
func off(key, body string) fixture.Request {
	if body == "" {
		body = `{"user_id":7,"transfer_to":15}`
	}
	return fixture.Request{Method: "POST", Path: "/api/offboarding/plan", Key: key, Body: body}
}

// carry applies plan 1001.
func carry(key, hash string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/offboarding/apply", Key: key, Body: `{"plan_id":1001,"plan_hash":"` + hash + `"}`}
}

// hashOf is the hash of a plan on such data.
func hashOf(t *testing.T, q fixture.Request, given ...fixture.Given) string {
	t.Helper()
	s := fixture.New(t)
	for _, g := range given {
		s.Put(t, g)
	}
	var got struct {
		Data struct {
			PlanHash string `json:"plan_hash"`
		}
	}
	r := s.Do(t.Context(), q)
	if err := json.Unmarshal([]byte(r.Body), &got); err != nil || len(got.Data.PlanHash) != 64 {
		t.Fatal(r.Status, r.Body)
	}
	return got.Data.PlanHash
}

// ranked is user 20 with a rank, and his key.
func ranked(edit func(*model.User)) fixture.Given {
	return fixture.All(fixture.Person(20, edit), fixture.Key("test", 20))
}

func staff(u *model.User) { u.IsStaff = true }

// kindsOf counts the rows of each entity.
func kindsOf(rows table.Rows) map[string]int {
	n := map[string]int{}
	for _, item := range rows {
		n[table.KindOf(item)]++
	}
	return n
}

func TestPlanOffboarding(t *testing.T) {
	glob := demo.GlobalAdmin
	hash := hashOf(t, off(glob, ""))
	idle := fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, int64(15))
	other := fixture.All(fixture.People(20, 21), fixture.Joins(151, 20, "admin"), fixture.Project(160, 0, "Alone"), fixture.Joins(160, 7, "member"), fixture.Delete(160))
	had := kindsOf(fixture.New(t).Rows(t.Context(), t))
	had["Offboarding"]++
	missing := func(field string) map[string]string { return map[string]string{"body." + field: ""} }
	fixture.Table(t, []fixture.Row{
		{
			Name: "everything the leaver holds", Request: off(glob, ""), Status: 201, Has: []string{
				`"plan_id":1001,"plan_hash":"` + hash + `"`, `{"resource":"user:7","action":"delete","detail":"account, purged 30 days later"}`,
				`{"resource":"project:4/user:15","action":"transfer","detail":"becomes admin"}`, `{"resource":"team:7/user:15","action":"transfer","detail":"becomes owner"}`,
				`{"resource":"agent:22","action":"transfer","detail":"owner becomes user:15"}`, `{"resource":"api_key:2","action":"revoke","detail":"personal key"}`,
			},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				if p, ok := table.Plans.In(rows, 1001); !ok || p.State != model.Planned || p.UserID != 7 || p.TransferTo != 15 || p.TTL != p.ExpiresOn.Std().Unix() {
					t.Errorf("%+v", p)
				}
				if d := cmp.Diff(had, kindsOf(rows)); d != "" {
					t.Errorf("beside the plan (- before, + after):\n%s", d)
				}
				if u, _ := table.Users.In(rows, 7); u.Version != 1 || !u.IsActive {
					t.Errorf("%+v", u)
				}
			},
		},
		{Name: "nobody takes over where somebody else is admin", Given: other, Request: off(glob, ""), Status: 201, Lacks: []string{`"resource":"project:151/user:15"`}},
		{Name: "projects may have an heir of their own", Request: off(glob, `{"user_id":7,"transfer_to":15,"reassign":{"projects":16,"agents":1,"corpora":15}}`), Status: 201, Has: []string{
			`"resource":"project:4/user:16","action":"transfer"`, `"resource":"team:7/user:15","action":"transfer"`,
		}},
		{Name: "what an heir can't take is nobody's, and named", Given: fixture.People(20, 20), Request: off(glob, `{"user_id":7,"transfer_to":20}`), Status: 201, Has: []string{
			`"warnings":["no_admin_left"]`, `{"resource":"project:4","action":"transfer","detail":"admin becomes nobody, since user:20 can't take it"}`,
		}},
		{Name: "an application admin gives nobody a team", Given: ranked(staff), Request: off("test.secret", ""), Status: 201, Has: []string{
			`{"resource":"team:7","action":"transfer","detail":"owner becomes nobody, since user:15 can't take it"}`, `"resource":"project:4/user:15","action":"transfer"`,
		}},
		{Name: "by an application admin", Given: ranked(staff), Request: off("test.secret", ""), Status: 201},
		{Name: "who holds nothing has an account", Given: fixture.People(21, 21), Request: off(glob, `{"user_id":21,"transfer_to":15}`), Status: 201, Has: []string{
			`"steps":[{"resource":"user:21","action":"delete"`,
		}},
		{Name: "so has who is inactive", Given: idle, Request: off(glob, `{"user_id":15,"transfer_to":7}`), Status: 201, Has: []string{`"steps":[{"resource":"user:15","action":"delete"`}},

		{Name: "a plain user", Request: off(demo.ProjectAdmin, `{"user_id":15,"transfer_to":7}`), Status: 403, Code: "forbidden"},
		{Name: "oneself", Request: off(glob, `{"user_id":1,"transfer_to":7}`), Status: 409, Code: "self_delete"},
		{Name: "a global admin", Request: off(glob, `{"user_id":16,"transfer_to":7}`), Status: 403, Code: "forbidden"},
		{Name: "a global admin, by an application admin", Given: ranked(staff), Request: off("test.secret", `{"user_id":1,"transfer_to":7}`), Status: 403, Code: "forbidden"},
		{Name: "another organization's user", Request: off(glob, `{"user_id":90,"transfer_to":7}`), Status: 404, Code: "not_found"},
		{Name: "nobody", Request: off(glob, `{"user_id":99,"transfer_to":7}`), Status: 404, Code: "not_found"},
		{Name: "an heir of another organization", Request: off(glob, `{"user_id":15,"transfer_to":90}`), Status: 404, Code: "not_found", Fields: missing("transfer_to")},
		{Name: "an inactive heir", Given: idle, Request: off(glob, ""), Status: 404, Code: "not_found", Fields: missing("transfer_to")},
		{Name: "the leaver as heir", Request: off(glob, `{"user_id":7,"transfer_to":7}`), Status: 404, Code: "not_found", Fields: missing("transfer_to")},
		{Name: "an heir of agents whom nobody knows", Request: off(glob, `{"user_id":15,"transfer_to":7,"reassign":{"agents":99}}`), Status: 404, Code: "not_found", Fields: missing("reassign.agents")},
		{Name: "an heir who can't, of who is nowhere the last", Given: fixture.People(20, 20), Request: off(glob, `{"user_id":15,"transfer_to":20}`), Status: 201},
		{Name: "nobody takes over", Request: off(glob, `{"user_id":7}`), Status: 400, Code: "invalid", Fields: missing("transfer_to")},
	})
}

func TestApplyOffboarding(t *testing.T) {
	glob := demo.GlobalAdmin
	hash := hashOf(t, off(glob, ""))
	plan := []fixture.Request{off(glob, "")}
	done := []fixture.Request{off(glob, ""), carry(glob, hash)}
	after := func(more ...fixture.Request) []fixture.Request { return append(plan[:1:1], more...) }
	stale := func(name string, given fixture.Given, first ...fixture.Request) fixture.Row {
		return fixture.Row{Name: name, Given: given, First: after(first...), Request: carry(glob, hash), Status: 409, Code: "plan_stale"}
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "the account ends at once, the rest afterwards", First: plan, Request: carry(glob, hash), Status: 200,
			Has: []string{`"kind":"user","user_ids":[7],"removed_by":"admin@organization.com"`, `{"resource":"project:4/user:15","action":"transfer","detail":"becomes admin"}`},
			Then: func(t *testing.T, s *fixture.System) {
				if u, _ := table.Users.In(s.Rows(t.Context(), t), 7); u.IsActive || u.DeletedOn == nil {
					t.Errorf("%+v", u)
				}
				s.Settle(t.Context(), t)
				rows := s.Rows(t.Context(), t)
				heir4, _ := table.ProjectMembers.In(rows, 4, 15)
				heir151, _ := table.ProjectMembers.In(rows, 151, 15)
				team, _ := table.TeamMembers.In(rows, 7, 15)
				if heir4.Role != "admin" || heir151.Role != "admin" || team.Role != "owner" {
					t.Errorf("%+v\n%+v\n%+v", heir4, heir151, team)
				}
				if p, _ := table.Plans.In(rows, 1001); p.State != model.Applied || p.RemovalID != 1001 {
					t.Errorf("%+v", p)
				}
			},
		},
		{Name: "once more: the same answer, and nothing is done", First: done, Request: carry(glob, hash), Status: 200, Idle: true},
		{Name: "and by another admin", Given: ranked(staff), First: done, Request: carry("test.secret", hash), Status: 200, Idle: true},
		{
			Name: "by an admin who takes over himself", First: []fixture.Request{off(glob, `{"user_id":7,"transfer_to":1}`)},
			Request: carry(glob, hashOf(t, off(glob, `{"user_id":7,"transfer_to":1}`))), Status: 200, Has: []string{`"resource":"team:7/user:1","action":"transfer"`},
		},
		{
			Name: "by a service key", Given: fixture.Key("serv", 0), First: []fixture.Request{off("serv.secret", "")},
			Request: carry("serv.secret", hash), Status: 200, Has: []string{`"removed_by":"key:serv"`},
		},

		{Name: "another hash", First: plan, Request: carry(glob, strings.Repeat("0", 64)), Status: 409, Code: "plan_stale"},
		{Name: "when it was undone", First: append(done[:2:2], fixture.Request{Method: "POST", Path: "/api/removal/1001/undo", Key: glob}), Request: carry(glob, hash), Status: 409, Code: "plan_stale"},
		{Name: "another hash, when all is done", First: done, Request: carry(glob, strings.Repeat("0", 64)), Status: 409, Code: "plan_stale"},
		{Name: "what is no hash", First: plan, Request: carry(glob, "abc"), Status: 400, Code: "invalid", Fields: map[string]string{"body.plan_hash": ""}},
		{Name: "there is no such plan", Request: carry(glob, hash), Status: 404, Code: "not_found"},
		{Name: "a plan of another organization", First: plan, Request: carry(demo.OtherOrganization, hash), Status: 404, Code: "not_found"},
		{Name: "a plain user doesn't know of plans", First: plan, Request: carry(demo.ProjectMember, hash), Status: 404, Code: "not_found"},
		{Name: "a day later", First: plan, Later: 24 * time.Hour, Request: carry(glob, hash), Status: 404, Code: "not_found"},
		{Name: "nearly a day later", First: plan, Later: 24*time.Hour - time.Minute, Request: carry(glob, hash), Status: 200},
		{
			Name: "who became a global admin", First: after(fixture.Request{Method: "PUT", Path: "/api/user/7", Key: glob, Body: `{"is_superuser":true}`}),
			Request: carry(glob, hash), Status: 409, Code: "plan_stale",
		},
		{
			Name: "oneself", Given: ranked(staff), First: []fixture.Request{off(glob, `{"user_id":20,"transfer_to":7}`)},
			Request: carry("test.secret", hashOf(t, off(glob, `{"user_id":20,"transfer_to":7}`), ranked(staff))), Status: 409, Code: "self_delete",
		},

		stale("the heir is gone", nil, fixture.Request{Method: "DELETE", Path: "/api/user/15", Key: glob}),
		stale("he is gone", nil, fixture.Request{Method: "DELETE", Path: "/api/user/7?transfer_to=15", Key: glob}),
		{
			Name: "what doesn't concern it may change", First: after(
				fixture.Request{Method: "PUT", Path: "/api/project/151", Key: glob, Body: `{"description":"New"}`},
				fixture.Request{Method: "PUT", Path: "/api/user/7", Key: glob, Body: `{"first_name":"New"}`},
				fixture.Request{Method: "DELETE", Path: "/api/project/151/user/16", Key: glob},
				fixture.Request{Method: "POST", Path: "/api/project/151/recent", Key: demo.ProjectAdmin},
				fixture.Request{Method: "POST", Path: "/api/notification/user/7", Key: glob, Body: `{"message":"Hello"}`},
				fixture.Request{Method: "PUT", Path: "/api/agent/21", Key: glob, Body: `{"instructions":"New"}`},
				fixture.Request{Method: "POST", Path: "/api/agent/22/starred", Key: demo.ProjectAdmin},
				fixture.Request{Method: "POST", Path: "/api/agent/22/recent", Key: demo.ProjectAdmin},
			),
			Request: carry(glob, hash), Status: 200,
		},
	})
}

// The removal of an offboarding is undone, and nothing is left of it.
func TestUndoOffboarding(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(
		fixture.Team(8, "Other"), fixture.JoinsTeam(8, 7, "owner"), fixture.JoinsTeam(8, 15, "editor"), fixture.Key("bound", 7, fixture.Bound(151)),
		fixture.Project(160, 0, "Two"), fixture.Joins(160, 7, "admin"), fixture.Joins(160, 16, "admin"),
	))
	plain := func() fixture.Dump {
		out := fixture.Dump{}
		for p, item := range s.Rows(t.Context(), t) {
			switch table.KindOf(item) {
			case "Audit", "Removal", "RemovalOf", "Effect", "Replay", "Marker", "Notification", "Counter", "Offboarding", "Seal", "SealBatch", "SealHead", "Checkpoint":
			default:
				out[p] = fixture.Plain(item)
				delete(out[p], "last_used_on")
				delete(out[p], "epoch") // which only rise, as the version does
				delete(out[p], "agent_epoch")
				delete(out[p], "version")
			}
		}
		return out
	}
	before := plain()
	ask := func(q fixture.Request, into any) {
		t.Helper()
		r := s.Do(t.Context(), q)
		if err := json.Unmarshal([]byte(r.Body), into); err != nil || r.Status >= http.StatusBadRequest {
			t.Fatal(r.Status, r.Body)
		}
	}
	var planned struct {
		Data struct {
			PlanHash string `json:"plan_hash"`
		}
	}
	var made struct{ Data model.Removal }
	ask(off(demo.GlobalAdmin, ""), &planned)
	ask(carry(demo.GlobalAdmin, planned.Data.PlanHash), &made)
	s.Settle(t.Context(), t)
	fixture.Check(t, s)
	var undone struct {
		Meta struct {
			NotRestored []string `json:"not_restored"`
		}
	}
	ask(fixture.Request{Method: "POST", Path: fmt.Sprintf("/api/removal/%d/undo", made.Data.ID), Key: demo.GlobalAdmin}, &undone)
	if len(undone.Meta.NotRestored) > 0 {
		t.Errorf("%v", undone.Meta.NotRestored)
	}
	fixture.Check(t, s)
	if d := cmp.Diff(before, plain()); d != "" {
		t.Errorf("- before, + after all was undone:\n%s", d)
	}
}
