package project_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// leave is a request that takes a user out of project 151.
func leave(key, userAndQuery string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: "/api/project/151/user/" + userAndQuery, Key: key}
}

// documented is the answer of the vendor's own page.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/remove-user-from-project.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Response struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	return string(example.Response.Body)
}

func TestRemove(t *testing.T) {
	body := documented(t)
	lone := fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member"), fixture.Key("test", 20))
	idleAdmin := fixture.All(fixture.People(21, 21), fixture.Joins(151, 21, "admin"), inactive(21))
	second := fixture.All(fixture.People(21, 21), fixture.Joins(151, 21, "admin"))
	fixture.Table(t, []fixture.Row{
		{Name: "the documented call and answer, to the byte", Request: leave(demo.ProjectAdmin, "16"), Status: 200, Body: body},
		{Name: "with a slash behind", Request: leave(demo.ProjectAdmin, "16/"), Status: 200, Body: body},
		{Name: "dry_run=false and report=false are the plain call", Request: leave(demo.ProjectAdmin, "16?dry_run=false&report=false"), Status: 200, Body: body},
		{
			Name: "membership gone, count lowered, tombstone, record and one audit row, in the same call", Request: leave(demo.ProjectAdmin, "16"), Status: 200, Body: body,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				if m, p := membership(t, s, 16); m.ID != 0 || p.UserCount != 2 || p.AdminCount != 1 {
					t.Errorf("membership %+v of %+v", m, p)
				}
				now := model.At(fixture.Epoch.Add(2 * time.Millisecond))
				tomb, _ := table.Tombstones.In(rows, 151, 16)
				if d := cmp.Diff(model.Tombstone{ProjectID: 151, UserID: 16, Epoch: 1, RemovedOn: now, RemovalID: 1001}, tomb); d != "" {
					t.Error(d)
				}
				project, shard := int64(151), int64(1001%table.PendingShards)
				r, _ := table.Removals.In(rows, 1001)
				if d := cmp.Diff(model.Removal{
					ID: 1001, Kind: "project", UserIDs: []int64{16}, ProjectID: &project, OrganizationID: 1,
					RemovedBy: "lead@organization.com", RemovedOn: now, UndoUntil: now.Add(30 * 24 * time.Hour), State: "revoked",
					EffectiveAccess: model.EffectiveAccess{StillHasAccess: true, Via: []string{"team:7", "rank"}}, Warnings: []string{},
					ProjectMembers: []model.ProjectMember{{ID: 148, ProjectID: 151, UserID: 16, Role: "member", CreatedBy: "lead@organization.com", CreatedOn: r.ProjectMembers[0].CreatedOn, Version: 1}},
					Epoch:          1,
					PendingShard:   &shard, PendingOn: &now, Version: 1,
				}, r); d != "" {
					t.Error(d)
				}
				a := audit(t, s)
				if a.Actor != "user:7" || a.Action != "remove-user-from-project" || a.Resource != "project:151/user:16" || a.Outcome != "success" || a.RequestID != "request-1ns" || a.Before["user:16"] == nil {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{Name: "a second time it is 404", First: []fixture.Request{leave(demo.ProjectAdmin, "16")}, Request: leave(demo.ProjectAdmin, "16"), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "who was removed may be added again, as somebody new", First: []fixture.Request{leave(demo.ProjectAdmin, "16")}, Request: add(demo.ProjectAdmin, `{"user_ids":[16]}`), Status: 200, Data: `[{"id":1001,"user":` + fixture.User16 + `}]`},

		{Name: "anyone leaves by himself", Request: leave(demo.ProjectMember, "15"), Status: 200, Has: []string{`"id":147`}},
		{Name: "also whose membership has ended", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0)), fixture.Key("test", 20)), Request: leave("test.secret", "20"), Status: 200},
		{Name: "who isn't in it can't leave", Given: fixture.All(fixture.People(20, 20), fixture.Key("test", 20)), Request: leave("test.secret", "20"), Status: 404, Code: "not_found"},
		{Name: "a member takes nobody else out", Request: leave(demo.ProjectMember, "16"), Status: 403, Code: "forbidden"},
		{Name: "a member asks for who isn't there: 404 before 403", Request: leave(demo.ProjectMember, "1"), Status: 404, Code: "not_found"},
		{Name: "an admin takes out another, whatever his rank", First: []fixture.Request{add(demo.ProjectAdmin, `{"user_ids":[16],"role":"admin"}`)}, Request: leave(demo.ProjectAdmin, "16"), Status: 200},
		{Name: "a global admin takes out anyone", Request: leave(demo.GlobalAdmin, "15"), Status: 200},
		{Name: "an editor of the team doesn't", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "editor"), fixture.Key("test", 20)), Request: leave("test.secret", "15"), Status: 403, Code: "forbidden"},
		{Name: "a workspace_admin of it does", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "workspace_admin"), fixture.Key("test", 20)), Request: leave("test.secret", "15"), Status: 200},
		{Name: "an inactive user can be taken out", Given: inactive(16), Request: leave(demo.ProjectAdmin, "16"), Status: 200, Has: []string{`"is_active":false`}},

		{Name: "an unknown project", Request: fixture.Request{Method: "DELETE", Path: "/api/project/150/user/16", Key: demo.ProjectAdmin}, Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "a deleted project", First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151", Key: demo.ProjectAdmin}}, Request: leave(demo.ProjectAdmin, "16"), Status: 404, Code: "not_found"},
		{Name: "another organisation's project", Request: fixture.Request{Method: "DELETE", Path: "/api/project/9/user/90", Key: demo.ProjectAdmin}, Status: 404, Code: "not_found"},
		{Name: "an unknown user", Request: leave(demo.ProjectAdmin, "99"), Status: 404, Code: "not_found"},
		{Name: "a user who isn't a member", Request: leave(demo.ProjectAdmin, "1"), Status: 404, Code: "not_found"},
		{Name: "a stranger learns nothing", Given: fixture.All(fixture.People(22, 22), fixture.Key("test", 22)), Request: leave("test.secret", "16"), Status: 404, Code: "not_found", Says: "Record Not Found"},

		{Name: "the last admin stays", Request: leave(demo.GlobalAdmin, "7"), Status: 409, Code: "last_project_admin"},
		{Name: "the last admin can't leave", Request: leave(demo.ProjectAdmin, "7"), Status: 409, Code: "last_project_admin"},
		{Name: "the last admin stays in a preview too", Request: leave(demo.ProjectAdmin, "7?dry_run=true"), Status: 409, Code: "last_project_admin"},
		{
			Name: "one of two admins may go", Given: second, Request: leave(demo.ProjectAdmin, "7"), Status: 200,
			Then: func(t *testing.T, s *fixture.System) {
				if m, p := membership(t, s, 7); m.ID != 0 || p.AdminCount != 1 || p.UserCount != 3 {
					t.Errorf("%+v of %+v", m, p)
				}
			},
		},
		{Name: "and then the other one not", Given: second, First: []fixture.Request{leave(demo.ProjectAdmin, "7")}, Request: leave(demo.GlobalAdmin, "21"), Status: 409, Code: "last_project_admin"},

		{
			Name: "transfer_to takes the last admin's place", Request: leave(demo.ProjectAdmin, "7?transfer_to=15"), Status: 200, Data: `[{"id":146,"user":` + fixture.User7 + `}]`,
			Then: func(t *testing.T, s *fixture.System) {
				m, p := membership(t, s, 15)
				r, _ := table.Removals.In(s.Rows(t.Context(), t), 1001)
				if m.Role != "admin" || m.ID != 147 || p.AdminCount != 1 || p.UserCount != 2 || r.TransferTo == nil || *r.TransferTo != 15 {
					t.Errorf("%+v of %+v by %+v", m, p, r)
				}
			},
		},
		{
			Name: "transfer_to who reaches it through the team becomes a member as well", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "viewer")), Request: leave(demo.ProjectAdmin, "7?transfer_to=20"), Status: 200,
			Then: func(t *testing.T, s *fixture.System) {
				if m, p := membership(t, s, 20); m.Role != "admin" || p.AdminCount != 1 || p.UserCount != 3 {
					t.Errorf("%+v of %+v", m, p)
				}
			},
		},
		{Name: "or by rank", Request: leave(demo.ProjectAdmin, "7?transfer_to=1"), Status: 200},
		{Name: "transfer_to changes nothing where another admin remains", Given: second, Request: leave(demo.ProjectAdmin, "21?transfer_to=15"), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, _ := membership(t, s, 15); m.Role != "member" {
				t.Errorf("%+v", m)
			}
		}},
		{Name: "transfer_to who can't reach the project", Given: fixture.People(20, 20), Request: leave(demo.ProjectAdmin, "16?transfer_to=20"), Status: 404, Code: "not_found", Says: "Record Not Found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "transfer_to whose membership has ended", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0))), Request: leave(demo.ProjectAdmin, "7?transfer_to=20"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "transfer_to who is inactive", Given: inactive(15), Request: leave(demo.ProjectAdmin, "7?transfer_to=15"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "transfer_to in another organisation", Request: leave(demo.ProjectAdmin, "7?transfer_to=90"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "transfer_to nobody", Request: leave(demo.ProjectAdmin, "7?transfer_to=99"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "an inactive admin beside an active one isn't the last", Given: idleAdmin, Request: leave(demo.ProjectAdmin, "21"), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if _, p := membership(t, s, 21); p.AdminCount != 1 {
				t.Errorf("%d admins are counted, want the active one", p.AdminCount)
			}
		}},
		{Name: "the last active admin may leave beside one whose account has ended: nobody waits for the clean-up", Given: idleAdmin, Request: leave(demo.ProjectAdmin, "7"), Status: 200},
		{Name: "a membership has no version of its own: If-Match means nothing", Request: with(leave(demo.ProjectAdmin, "16"), "If-Match", `"99"`), Status: 200},
		{Name: "transfer_to himself", Request: leave(demo.ProjectAdmin, "7?transfer_to=7"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "transfer_to that is no id", Request: leave(demo.ProjectAdmin, "7?transfer_to=0"), Status: 400, Code: "invalid", Fields: map[string]string{"query.transfer_to": ""}},

		{Name: "a removal counts on the next request", Given: lone, First: []fixture.Request{{Method: "GET", Path: "/api/project/151", Key: "test.secret"}, leave(demo.ProjectAdmin, "20")}, Request: fixture.Request{Method: "GET", Path: "/api/project/151", Key: "test.secret"}, Status: 404, Code: "not_found"},
	})
}
