package workspace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func add(key, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/team/7/user/", Key: key, Body: body}
}

func row(id, user, role string) string {
	return `{"id":` + id + `,"user":` + user + `,"role":"` + role + `"}`
}

func TestTeamMembers(t *testing.T) {
	all := `[` + row("71", fixture.User7, "owner") + `,` + row("72", fixture.User15, "viewer") + `,` + row("73", fixture.User16, "editor") + `]`
	no := func(name string, given fixture.Given, r fixture.Request, status int, code string) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: status, Code: code}
	}
	var list []string
	for id := 20; id < 66; id++ {
		list = append(list, fmt.Sprint(id))
	}
	full := fixture.Change(table.Teams, func(t *model.Team) { t.MemberCount = 1000 }, 7)
	fixture.Table(t, []fixture.Row{
		{Name: "by the id of the membership, with roles", Request: get(demo.ProjectMember, "/api/team/7/user"), Status: 200, Body: `{"success":true,"message":"Team users found successfully.","data":` + all + `}`},
		{Name: "a page", Request: get(demo.ProjectMember, "/api/team/7/user?limit=2"), Status: 200, Has: []string{`"id":72`, "next_cursor"}, Lacks: []string{`"id":73`}},
		{Name: "the next", First: []fixture.Request{get(demo.ProjectMember, "/api/team/7/user?limit=2")}, Request: get(demo.ProjectMember, "/api/team/7/user?limit=2&cursor="+fixture.Cursor), Status: 200, Data: `[` + row("73", fixture.User16, "editor") + `]`},
		no("a stranger", stranger(), get("test.secret", "/api/team/7/user"), 404, "not_found"),

		{
			Name: "in the order of the request, duplicates folded, members as they are", Request: add(demo.ProjectAdmin, `{"user_ids":[16,1,16],"created_by":"x"}`), Status: 200,
			Body: `{"success":true,"message":"Users added to team successfully.","data":[` + row("73", fixture.User16, "editor") + `,` + row("1001", fixture.User1, "viewer") + `]}`,
			Then: func(t *testing.T, s *fixture.System) {
				team, _ := table.Teams.In(s.Rows(t.Context(), t), 7)
				if a := audits(t, s); team.MemberCount != 4 || len(a) != 1 || a[0].Action != "add-user-to-team" || roleIn(a[0].After["user:1"]) != "viewer" {
					t.Errorf("%+v, audit rows %+v", team, a)
				}
			},
		},
		{Name: "with a role", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"role":"evaluator"}`), Status: 200, Data: `[` + row("1001", fixture.User1, "evaluator") + `]`, Then: role(1, "evaluator")},
		{Name: "a role named changes who is one already", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"role":"editor"}`), Status: 200, Data: `[` + row("72", fixture.User15, "editor") + `]`, Then: role(15, "editor")},
		{Name: "the same role changes nothing", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"role":"viewer"}`), Status: 200, Idle: true},
		{Name: "another owner", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"role":"owner"}`), Status: 200, Then: role(15, "owner")},
		no("the last owner isn't demoted", nil, add(demo.ProjectAdmin, `{"user_ids":[7],"role":"editor"}`), 403, "forbidden"),
		no("not by a global admin either", nil, add(demo.GlobalAdmin, `{"user_ids":[7],"role":"editor"}`), 403, "forbidden"),
		{Name: "one of two owners is", Given: member("owner"), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"role":"editor"}`), Status: 200, Then: role(20, "editor")},
		{Name: "an owner steps back while another remains", Given: member("owner"), Request: add(demo.ProjectAdmin, `{"user_ids":[7],"role":"viewer"}`), Status: 200, Then: role(7, "viewer")},
		{Name: "a workspace_admin adds a viewer", Given: member("workspace_admin"), Request: add("test.secret", `{"user_ids":[1]}`), Status: 200},
		{Name: "and gives roles", Given: member("workspace_admin"), Request: add("test.secret", `{"user_ids":[1,15],"role":"workspace_admin"}`), Status: 200},
		no("but not owner", member("workspace_admin"), add("test.secret", `{"user_ids":[1],"role":"owner"}`), 403, "forbidden"),
		no("not even to himself", member("workspace_admin"), add("test.secret", `{"user_ids":[20],"role":"owner"}`), 403, "forbidden"),
		no("nor takes it", fixture.All(member("workspace_admin"), fixture.JoinsTeam(7, 1, "owner")), add("test.secret", `{"user_ids":[1],"role":"editor"}`), 403, "forbidden"),
		no("an application admin acts as workspace_admin: no owner", staff(), add("test.secret", `{"user_ids":[15],"role":"owner"}`), 403, "forbidden"),
		{Name: "a global admin as owner", Request: add(demo.GlobalAdmin, `{"user_ids":[15],"role":"owner"}`), Status: 200},
		no("an editor adds nobody", member("editor"), add("test.secret", `{"user_ids":[1]}`), 403, "forbidden"),
		no("a viewer doesn't raise himself", member("viewer"), add("test.secret", `{"user_ids":[20],"role":"workspace_admin"}`), 403, "forbidden"),
		no("an unknown user: 404 before 403", member("viewer"), add("test.secret", `{"user_ids":[99]}`), 404, "not_found"),
		no("an unknown user, and nobody is added", nil, add(demo.ProjectAdmin, `{"user_ids":[1,99]}`), 404, "not_found"),
		no("another organisation's user", nil, add(demo.ProjectAdmin, `{"user_ids":[90]}`), 404, "not_found"),
		no("an inactive user", fixture.All(fixture.People(20, 20), inactive(20)), add(demo.ProjectAdmin, `{"user_ids":[20]}`), 404, "not_found"),
		no("another organisation's team", nil, fixture.Request{Method: "POST", Path: "/api/team/9/user", Key: demo.GlobalAdmin, Body: `{"user_ids":[15]}`}, 404, "not_found"),
		{Name: "45 users", Given: fixture.People(20, 64), Request: add(demo.ProjectAdmin, `{"user_ids":[`+strings.Join(list[:45], ",")+`],"role":"owner"}`), Status: 200, Then: role(64, "owner")},
		{Name: "46", Given: fixture.People(20, 65), Request: add(demo.ProjectAdmin, `{"user_ids":[`+strings.Join(list, ",")+`]}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "must have at most 45 items"}},
		{Name: "a role there is not", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"role":"admin"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.role": "must be one of owner, workspace_admin, editor, viewer, evaluator, deployment_manager"}},
		no("1,000 members are all", full, add(demo.ProjectAdmin, `{"user_ids":[1]}`), 409, "limit"),
	})
}

// A full team still takes changes of who is in it.
func TestFullTeam(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.Change(table.Teams, func(t *model.Team) { t.MemberCount = 999 }, 7))
	s.Put(t, fixture.People(20, 21))
	for _, tt := range []struct {
		body   string
		status int
	}{
		{`{"user_ids":[20,21]}`, 409},
		{`{"user_ids":[20]}`, 200},
		{`{"user_ids":[21]}`, 409},
		{`{"user_ids":[20],"role":"editor"}`, 200},
	} {
		if got := s.Do(t.Context(), add(demo.ProjectAdmin, tt.body)); got.Status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.body, got.Status, got.Body, tt.status)
		}
	}
}

func TestRemoveTeamMembers(t *testing.T) {
	out := func(key, query, body string) fixture.Request {
		return fixture.Request{Method: "DELETE", Path: "/api/team/7/user" + query, Key: key, Body: body}
	}
	no := func(name string, given fixture.Given, r fixture.Request, status int, code string) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: status, Code: code}
	}
	both := `[` + row("73", fixture.User16, "editor") + `,` + row("72", fixture.User15, "viewer") + `]`
	stays := `{"resource":"team:7/user:15","action":"delete","detail":"membership as viewer"},{"resource":"project:151/user:15","action":"keep","detail":"direct membership as member"}`
	stranded := fixture.All(fixture.People(21, 21), fixture.JoinsTeam(7, 21, "viewer"))
	fixture.Table(t, []fixture.Row{
		{Name: "nothing leads him to a project any more", Given: stranded, Request: out(demo.ProjectAdmin, "?user_ids=21&report=true", ""), Status: 200, Has: []string{`"warnings":["no_project_left"]`}},
		{Name: "his own membership does", Given: fixture.All(stranded, fixture.Joins(151, 21, "member")), Request: out(demo.ProjectAdmin, "?user_ids=21&report=true", ""), Status: 200, Has: []string{`"warnings":[]`}},
		{Name: "another team does", Given: fixture.All(stranded, fixture.Team(8, "Second"), fixture.Project(30, 8, "Theirs"), fixture.JoinsTeam(8, 21, "viewer")), Request: out(demo.ProjectAdmin, "?user_ids=21&report=true", ""), Status: 200, Has: []string{`"warnings":[]`}},
		{Name: "one of two is stranded", Given: stranded, Request: out(demo.ProjectAdmin, "?user_ids=15,21&dry_run=true", ""), Status: 200, Has: []string{`"warnings":["no_project_left"]`}, Idle: true},
		{Name: "a team's member has no version of his own: If-Match means nothing", Request: with(out(demo.ProjectAdmin, "?user_ids=15", ""), "If-Match", `"99"`), Status: 200},
		{
			Name: "named in the body, duplicates folded", Request: out(demo.ProjectAdmin, "/", `{"user_ids":[16,15,16]}`), Status: 200,
			Body: `{"success":true,"message":"Users removed from team successfully.","data":` + both + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				team, _ := table.Teams.In(rows, 7)
				r, _ := table.Removals.In(rows, 1001)
				m, still := table.ProjectMembers.In(rows, 151, 15)
				if team.MemberCount != 1 || team.OwnerCount != 1 || !still || m.ID != 147 {
					t.Errorf("%+v, %+v", team, m)
				}
				if r.Kind != "workspace" || len(r.UserIDs) != 2 || r.TeamID == nil || *r.TeamID != 7 || r.State != "revoked" || len(r.TeamMembers) != 2 || r.PendingOn == nil ||
					!r.UndoUntil.Equal(model.At(fixture.Epoch.Add(30*24*time.Hour+2*time.Millisecond))) {
					t.Errorf("record %+v", r)
				}
				if a := audits(t, s); len(a) != 1 || a[0].Action != "remove-user-from-team" || a[0].Resource != "team:7" {
					t.Errorf("audit rows %+v", a)
				}
			},
		},
		{Name: "named in the query", Request: out(demo.ProjectAdmin, "?user_ids=16,15", ""), Status: 200, Data: both},
		{Name: "named there one by one", Request: out(demo.ProjectAdmin, "?user_ids=16&user_ids=15", ""), Status: 200, Data: both},
		{Name: "named in both", Request: out(demo.ProjectAdmin, "?user_ids=16", `{"user_ids":[15]}`), Status: 400, Code: "invalid", Fields: map[string]string{"query.user_ids": "is given twice"}},
		{Name: "named in neither", Request: out(demo.ProjectAdmin, "", ""), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "is required"}},
		{Name: "a bad id in the query", Request: out(demo.ProjectAdmin, "?user_ids=16,0", ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.user_ids[1]": "must be at least 1"}},
		{Name: "the report: what ends, and what stays", Request: out(demo.ProjectAdmin, "?user_ids=15&report=true", ""), Status: 200, Meta: `{"removal_id":1001,"effective_access":{"still_has_access":false,"via":[]},"warnings":[],"effects":[` + stays + `]}`},
		{Name: "the report of who has a rank", Request: out(demo.ProjectAdmin, "?user_ids=16&report=true", ""), Status: 200, Has: []string{`"effective_access":{"still_has_access":true,"via":["rank"]}`}},
		{Name: "a preview writes nothing", Request: out(demo.ProjectAdmin, "?user_ids=15&dry_run=true", ""), Status: 200, Data: `[` + row("72", fixture.User15, "viewer") + `]`, Meta: `{"removal_id":null,"effective_access":{"still_has_access":false,"via":[]},"warnings":[],"effects":[` + stays + `]}`, Idle: true},
		{Name: "anyone leaves by himself", Request: out(demo.ProjectMember, "?user_ids=15", ""), Status: 200, Data: `[` + row("72", fixture.User15, "viewer") + `]`},
		no("but takes nobody along", nil, out(demo.ProjectMember, "?user_ids=15,16", ""), 403, "forbidden"),
		no("an owner can't leave", nil, out(demo.ProjectAdmin, "?user_ids=7", ""), 403, "forbidden"),
		no("nor one of two owners", member("owner"), out(demo.ProjectAdmin, "?user_ids=20", ""), 403, "forbidden"),
		no("nor be taken out by a global admin", nil, out(demo.GlobalAdmin, "?user_ids=7", ""), 403, "forbidden"),
		no("nor in a preview", nil, out(demo.GlobalAdmin, "?user_ids=7&dry_run=true", ""), 403, "forbidden"),
		no("one owner among them, and nobody goes", nil, out(demo.ProjectAdmin, "?user_ids=15,7", ""), 403, "forbidden"),
		{Name: "a workspace_admin takes out another", Given: fixture.All(member("workspace_admin"), fixture.JoinsTeam(7, 1, "workspace_admin")), Request: out("test.secret", "?user_ids=1", ""), Status: 200},
		{Name: "and himself", Given: member("workspace_admin"), Request: out("test.secret", "?user_ids=20", ""), Status: 200},
		no("an editor doesn't", member("editor"), out("test.secret", "?user_ids=15", ""), 403, "forbidden"),
		no("who isn't a member", nil, out(demo.ProjectAdmin, "?user_ids=15,1", ""), 404, "not_found"),
		no("a stranger who isn't one himself", stranger(), out("test.secret", "?user_ids=20", ""), 404, "not_found"),
		no("an unknown user", nil, out(demo.ProjectAdmin, "?user_ids=99", ""), 404, "not_found"),
		no("404 before 403", nil, out(demo.ProjectMember, "?user_ids=99", ""), 404, "not_found"),
		no("another organisation's team", nil, fixture.Request{Method: "DELETE", Path: "/api/team/9/user?user_ids=90", Key: demo.GlobalAdmin}, 404, "not_found"),
		{Name: "twice", First: []fixture.Request{out(demo.ProjectAdmin, "?user_ids=15", "")}, Request: out(demo.ProjectAdmin, "?user_ids=15", ""), Status: 404, Code: "not_found"},
		{Name: "twice with an Idempotency-Key", First: []fixture.Request{with(out(demo.ProjectAdmin, "?user_ids=15", ""), "Idempotency-Key", "k")}, Request: with(out(demo.ProjectAdmin, "?user_ids=15", ""), "Idempotency-Key", "k"), Status: 200, Again: true, Idle: true},
		{Name: "it counts on the next request", Given: member("viewer"), First: []fixture.Request{get("test.secret", "/api/project/4"), out(demo.ProjectAdmin, "?user_ids=20", "")}, Request: get("test.secret", "/api/project/4"), Status: 404, Code: "not_found"},
	})
}

// roleIn is the role that an audit row tells of a member.
func roleIn(facts any) any {
	told, _ := facts.(map[string]any)
	return told["role"]
}
