package workspace_test

import (
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: "GET", Path: path, Key: key}
}

// with is a request with a header.
func with(r fixture.Request, header string, values ...string) fixture.Request {
	r.Header = map[string][]string{header: values}
	return r
}

// member is user 20 of organisation 1 with a role in team 7; their key is
// "test.secret".
func member(role string) fixture.Given {
	return fixture.All(fixture.People(20, 20), fixture.Key("test", 20), fixture.JoinsTeam(7, 20, role))
}

// stranger is user 20, who is in no team.
func stranger() fixture.Given {
	return fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
}

// staff is user 20, an application admin in no team.
func staff() fixture.Given {
	return fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("test", 20))
}

func inactive(user int64) fixture.Given {
	return fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, user)
}

// role is what a user is in team 7, as the table holds it.
func role(user int64, want string) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		if m, _ := table.TeamMembers.In(s.Rows(t.Context(), t), 7, user); m.Role != want {
			t.Errorf("user %d is %q, want %q", user, m.Role, want)
		}
	}
}

func audits(t *testing.T, s *fixture.System) []model.Audit {
	t.Helper()
	return fixture.Audits(s.Rows(t.Context(), t))
}

// core is team 7 as Ejento's routes show it.
const core = `{"id":7,"team_name":"Core","description":"Demo team","type":"default","organization":1,"member_count":3,
	"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-01-22T09:10:00.000000Z","modified_by":"","modified_on":"2024-01-22T09:10:00.000000Z"}`

func TestTeams(t *testing.T) {
	post := func(key, body string) fixture.Request {
		return fixture.Request{Method: "POST", Path: "/api/team/", Key: key, Body: body}
	}
	second := fixture.Team(8, "Second")
	fixture.Table(t, []fixture.Row{
		{Name: "one's teams", Request: get(demo.ProjectMember, "/api/team/"), Status: 200, Body: `{"success":true,"message":"Teams found successfully.","data":[` + core + `]}`},
		{Name: "of none an empty list", Given: stranger(), Request: get("test.secret", "/api/team"), Status: 200, Data: `[]`},
		{Name: "not those one isn't in", Given: second, Request: get(demo.ProjectAdmin, "/api/team"), Status: 200, Data: `[` + core + `]`},
		{Name: "to a global admin all of the organisation", Given: second, Request: get(demo.GlobalAdmin, "/api/team"), Status: 200, Has: []string{`"id":7,`, `"id":8,`}, Lacks: []string{`"id":9,`}},
		{Name: "to an application admin too", Given: fixture.All(second, staff()), Request: get("test.secret", "/api/team"), Status: 200, Has: []string{`"id":7,`, `"id":8,`}},
		{Name: "to a service key too", Given: fixture.All(second, fixture.Key("test", 0)), Request: get("test.secret", "/api/team"), Status: 200, Has: []string{`"id":7,`, `"id":8,`}},
		{Name: "to a bound key none", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: get("test.secret", "/api/team"), Status: 200, Data: `[]`},
		{Name: "a page", Given: second, Request: get(demo.GlobalAdmin, "/api/team?limit=1"), Status: 200, Data: `[` + core + `]`, Has: []string{"next_cursor"}},
		{Name: "the next", Given: second, First: []fixture.Request{get(demo.GlobalAdmin, "/api/team?limit=1")}, Request: get(demo.GlobalAdmin, "/api/team?limit=1&cursor="+fixture.Cursor), Status: 200, Has: []string{`"id":8,`}, Lacks: []string{`"id":7,`, "next_cursor"}},

		{
			Name: "any user makes one and owns it", Request: post(demo.ProjectMember, `{"team_name":"New","description":"D"}`), Status: 201,
			Body: `{"success":true,"message":"Team created successfully.","data":{"id":1001,"team_name":"New","description":"D","type":"default","organization":1,"member_count":1,
				"is_deleted":false,"created_by":"member@organization.com","created_on":"2026-01-01T00:00:00.002000Z","modified_by":"","modified_on":"2026-01-01T00:00:00.002000Z"}}`,
			Sends: map[string]string{"Etag": `"1"`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				if m, _ := table.TeamMembers.In(rows, 1001, 15); m.Role != "owner" {
					t.Errorf("he is %q", m.Role)
				}
				if a := audits(t, s); len(a) != 1 || a[0].Action != "create-team" || a[0].Resource != "team:1001" {
					t.Errorf("audit rows %+v", a)
				}
			},
		},
		{Name: "names needn't be unique", Request: post(demo.ProjectMember, `{"team_name":"Core"}`), Status: 201},
		{Name: "a blank name", Request: post(demo.ProjectMember, `{"team_name":" "}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.team_name": "must not be blank"}},
		{Name: "a service key can't own one", Given: fixture.Key("test", 0), Request: post("test.secret", `{"team_name":"New"}`), Status: 403, Code: "forbidden"},
		{Name: "a bound key neither", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: post("test.secret", `{"team_name":"New"}`), Status: 403, Code: "forbidden"},
		{Name: "another's member_count is not to be set", Request: post(demo.ProjectMember, `{"team_name":"New","member_count":9}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.member_count": "is unknown"}},
	})
}

func TestTeam(t *testing.T) {
	put := func(key, body string) fixture.Request {
		return fixture.Request{Method: "PUT", Path: "/api/team/7", Key: key, Body: body}
	}
	drop := fixture.Request{Method: "DELETE", Path: "/api/team/7", Key: demo.ProjectAdmin}
	empty := []fixture.Request{{Method: "DELETE", Path: "/api/project/4", Key: demo.ProjectAdmin}, {Method: "DELETE", Path: "/api/project/151", Key: demo.ProjectAdmin}}
	row := func(name string, given fixture.Given, r fixture.Request, status int, code string) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: status, Code: code}
	}
	renamed := `"team_name":"New","description":"Demo team"`
	fixture.Table(t, []fixture.Row{
		{Name: "one", Request: get(demo.ProjectMember, "/api/team/7/"), Status: 200, Body: `{"success":true,"message":"Team found successfully.","data":` + core + `}`, Sends: map[string]string{"Etag": `"1"`}},
		{Name: "to an admin rank", Request: get(demo.GlobalAdmin, "/api/team/7"), Status: 200, Data: core},
		row("to a stranger it doesn't exist", stranger(), get("test.secret", "/api/team/7"), 404, "not_found"),
		row("an unknown one", nil, get(demo.GlobalAdmin, "/api/team/8"), 404, "not_found"),
		row("another organisation's", nil, get(demo.GlobalAdmin, "/api/team/9"), 404, "not_found"),

		{Name: "renamed", Request: put(demo.ProjectAdmin, `{"team_name":"New"}`), Status: 200, Has: []string{renamed, `"modified_by":"lead@organization.com","modified_on":"2026-01-01T00:00:00.002000Z"`, "Team updated successfully."}, Sends: map[string]string{"Etag": `"2"`}},
		{Name: "nothing to change", Request: put(demo.ProjectAdmin, `{"team_name":"Core"}`), Status: 200, Data: core, Idle: true},
		{Name: "If-Match with this version", Request: with(put(demo.ProjectAdmin, `{"team_name":"New"}`), "If-Match", `"1"`), Status: 200},
		{Name: "If-Match with another", Request: with(put(demo.ProjectAdmin, `{"team_name":"New"}`), "If-Match", `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "an editor may", Given: member("editor"), Request: put("test.secret", `{"team_name":"New"}`), Status: 200},
		row("a viewer may not", member("viewer"), put("test.secret", `{"team_name":"New"}`), 403, "forbidden"),
		row("an evaluator may not", member("evaluator"), put("test.secret", `{"team_name":"New"}`), 403, "forbidden"),
		row("a stranger", stranger(), put("test.secret", `{"team_name":"New"}`), 404, "not_found"),
		{Name: "an application admin may", Given: staff(), Request: put("test.secret", `{"team_name":"New"}`), Status: 200},

		row("it can't be deleted while it has projects", nil, drop, 409, "in_use"),
		{
			Name: "without them it can", First: empty, Request: drop, Status: 200, Has: []string{`"data":[{"id":7,`, `"is_deleted":true`, "Team deleted successfully."},
			Then: func(t *testing.T, s *fixture.System) {
				if team, _ := table.Teams.In(s.Rows(t.Context(), t), 7); !team.IsDeleted || team.PendingOn == nil {
					t.Errorf("%+v", team)
				}
			},
		},
		{Name: "and then it is gone", First: append(empty[:2:2], drop), Request: get(demo.GlobalAdmin, "/api/team/7"), Status: 404, Code: "not_found"},
		{Name: "from the lists too", First: append(empty[:2:2], drop), Request: get(demo.ProjectAdmin, "/api/team"), Status: 200, Data: `[]`},
		{Name: "from Agenta's too", First: append(empty[:2:2], drop), Request: get(demo.ProjectAdmin, "/workspaces"), Status: 200, Body: `[]`},
		{Name: "and takes no project", First: append(empty[:2:2], drop), Request: fixture.Request{Method: "POST", Path: "/api/project", Key: demo.GlobalAdmin, Body: `{"project_name":"New","team_id":7}`}, Status: 404, Code: "not_found"},
		row("a workspace_admin may not delete it", member("workspace_admin"), fixture.Request{Method: "DELETE", Path: "/api/team/7", Key: "test.secret"}, 403, "forbidden"),
		row("an application admin neither", staff(), fixture.Request{Method: "DELETE", Path: "/api/team/7", Key: "test.secret"}, 403, "forbidden"),
		row("403 before 409", member("viewer"), fixture.Request{Method: "DELETE", Path: "/api/team/7", Key: "test.secret"}, 403, "forbidden"),
	})
}
