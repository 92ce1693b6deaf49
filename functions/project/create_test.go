package project_test

import (
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// create is a request that makes a project.
func create(key, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/project/", Key: key, Body: body}
}

// support is project 151 as every answer shows it.
const support = `{"id":151,"project_name":"Support","description":"Demo project","team":7,"organization":1,"user_count":3,"agent_count":1,
	"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-01-31T10:00:00.000000Z","modified_by":"","modified_on":"2024-01-31T10:00:00.000000Z"}`

// handbook is project 4.
const handbook = `{"id":4,"project_name":"Handbook","description":"Demo project","team":7,"organization":1,"user_count":1,"agent_count":1,
	"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-01-23T10:00:00.000000Z","modified_by":"","modified_on":"2024-01-23T10:00:00.000000Z"}`

func TestCreate(t *testing.T) {
	fixture.Table(t, []fixture.Row{
		{
			Name: "any user makes a project without a team and becomes its admin", Request: create(demo.ProjectMember, `{"project_name":"New"}`), Status: 201,
			Body: `{"success":true,"message":"Project created successfully.","data":{"id":1001,"project_name":"New","description":"","team":null,"organization":1,"user_count":1,"agent_count":0,
				"is_deleted":false,"created_by":"member@organization.com","created_on":"2026-01-01T00:00:00.002000Z","modified_by":"","modified_on":"2026-01-01T00:00:00.002000Z"}}`,
			Sends: map[string]string{"Etag": `"1"`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				p, _ := table.Projects.In(rows, 1001)
				m, _ := table.ProjectMembers.In(rows, 1001, 15)
				if m.Role != "admin" || p.AdminCount != 1 || p.UserCount != 1 {
					t.Errorf("member %+v of project %+v", m, p)
				}
			},
		},
		{
			Name: "first members, duplicates and the caller himself folded", Request: create(demo.ProjectAdmin, `{"project_name":"New","description":"D","team_id":7,"user_ids":[16,15,16,7]}`), Status: 201,
			Has: []string{`"team":7`, `"user_count":3`, `"description":"D"`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				team, _ := table.Teams.In(rows, 7)
				for user, role := range map[int64]string{7: "admin", 15: "member", 16: "member"} {
					if m, ok := table.ProjectMembers.In(rows, 1001, user); !ok || m.Role != role {
						t.Errorf("user %d is %+v, want %s", user, m, role)
					}
				}
				if team.ProjectCount != 3 {
					t.Errorf("the team counts %d projects, want 3", team.ProjectCount)
				}
			},
		},
		{Name: "created_by in the body is accepted and ignored", Request: create(demo.ProjectAdmin, `{"project_name":"New","created_by":"somebody else"}`), Status: 201, Has: []string{`"created_by":"lead@organization.com"`}, Lacks: []string{"somebody"}},
		{Name: "an editor of a team may create in it", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "editor"), fixture.Key("test", 20)), Request: create("test.secret", `{"project_name":"New","team_id":7}`), Status: 201},
		{Name: "a viewer may not", Request: create(demo.ProjectMember, `{"project_name":"New","team_id":7}`), Status: 403, Code: "forbidden"},
		{Name: "to a stranger the team doesn't exist", Given: fixture.All(fixture.People(20, 20), fixture.Key("test", 20)), Request: create("test.secret", `{"project_name":"New","team_id":7}`), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "a global admin creates in any team of his organisation", Request: create(demo.GlobalAdmin, `{"project_name":"New","team_id":7}`), Status: 201},
		{Name: "not in a team of another organisation", Request: create(demo.GlobalAdmin, `{"project_name":"New","team_id":9}`), Status: 404, Code: "not_found"},
		{Name: "not in a team there is not", Request: create(demo.GlobalAdmin, `{"project_name":"New","team_id":8}`), Status: 404, Code: "not_found"},
		{Name: "an unknown first member", Request: create(demo.ProjectAdmin, `{"project_name":"New","user_ids":[15,99]}`), Status: 404, Code: "not_found"},
		{Name: "a first member of another organisation", Request: create(demo.ProjectAdmin, `{"project_name":"New","user_ids":[90]}`), Status: 404, Code: "not_found"},
		{Name: "an inactive first member", Given: inactive(16), Request: create(demo.ProjectAdmin, `{"project_name":"New","user_ids":[16]}`), Status: 404, Code: "not_found"},
		{Name: "404 before 403", Request: create(demo.ProjectMember, `{"project_name":"New","team_id":7,"user_ids":[99]}`), Status: 404, Code: "not_found"},
		{Name: "40 first members", Given: fixture.People(20, 59), Request: create(demo.ProjectAdmin, `{"project_name":"New","user_ids":`+ids(20, 59)+`}`), Status: 201, Has: []string{`"user_count":41`}},
		{Name: "41 are too many", Given: fixture.People(20, 60), Request: create(demo.ProjectAdmin, `{"project_name":"New","user_ids":`+ids(20, 60)+`}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "must have at most 40 items"}},
		{Name: "a name of 200 characters", Request: create(demo.ProjectAdmin, `{"project_name":"`+strings.Repeat("ä", 200)+`"}`), Status: 201},
		{Name: "a name of 201", Request: create(demo.ProjectAdmin, `{"project_name":"`+strings.Repeat("ä", 201)+`"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_name": "must have at most 200 characters"}},
		{
			Name: "a service key creates with its stamp", Given: fixture.Key("test", 0), Request: create("test.secret", `{"project_name":"New","team_id":7,"user_ids":[15]}`), Status: 201,
			Has: []string{`"created_by":"key:test"`, `"user_count":1`},
		},
		{Name: "a key bound to a project reaches no further", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: create("test.secret", `{"project_name":"New"}`), Status: 403, Code: "forbidden"},
		{Name: "a key bound to a project doesn't know its team", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: create("test.secret", `{"project_name":"New","team_id":7}`), Status: 404, Code: "not_found"},
		{
			Name: "one audit row tells of it", Request: create(demo.ProjectAdmin, `{"project_name":"New","team_id":7,"user_ids":[15]}`), Status: 201,
			Then: func(t *testing.T, s *fixture.System) {
				a := audit(t, s)
				if a.Action != "create-new-project" || a.Resource != "project:1001" || a.Actor != "user:7" || a.Outcome != "success" || !model.Concealed(a.SourceIP) {
					t.Errorf("audit row %+v", a)
				}
			},
		},
	})
}

// Names are unique in a team, or among the organisation's team-less projects.
func TestNames(t *testing.T) {
	free := fixture.Project(20, 0, "Lone Straße")
	taken := map[string]string{"body.project_name": "is taken"}
	rename := func(id, body string) fixture.Request {
		return fixture.Request{Method: "PUT", Path: "/api/project/" + id, Key: demo.ProjectAdmin, Body: body}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "taken", Request: create(demo.ProjectAdmin, `{"project_name":"Support","team_id":7}`), Status: 409, Code: "duplicate", Fields: taken},
		{Name: "taken, white space aside", Request: create(demo.ProjectAdmin, `{"project_name":"  Support ","team_id":7}`), Status: 409, Code: "duplicate"},
		{Name: "taken, case aside", Request: create(demo.ProjectAdmin, `{"project_name":"sUPPORT","team_id":7}`), Status: 409, Code: "duplicate"},
		{Name: "taken among those without a team, case folded", Request: create(demo.ProjectMember, `{"project_name":"LONE STRASSE"}`), Status: 409, Code: "duplicate"},
		{Name: "taken, composed or not", First: []fixture.Request{create(demo.ProjectAdmin, `{"project_name":"Ame\u0301lie"}`)}, Request: create(demo.ProjectMember, `{"project_name":"AM\u00c9LIE"}`), Status: 409, Code: "duplicate"},
		{Name: "the same name in another team", Given: fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "owner")), Request: create(demo.ProjectAdmin, `{"project_name":"Support","team_id":8}`), Status: 201},
		{Name: "the same name without a team", Request: create(demo.ProjectAdmin, `{"project_name":"Support"}`), Status: 201},
		{Name: "another organisation's names are free", Request: create(demo.ProjectAdmin, `{"project_name":"Elsewhere"}`), Status: 201},
		{Name: "renaming to a taken name", Request: rename("4", `{"project_name":"support"}`), Status: 409, Code: "duplicate", Fields: taken},
		{Name: "renaming to its own name, written otherwise", Request: rename("151", `{"project_name":" SUPPORT"}`), Status: 200, Has: []string{`"project_name":" SUPPORT"`}},
		{Name: "moving out of the team to where the name is taken", Given: fixture.Project(21, 0, "support"), Request: rename("151", `{"team_id":null}`), Status: 409, Code: "duplicate", Fields: taken},
		{Name: "a deleted project frees its name", First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151", Key: demo.ProjectAdmin}}, Request: create(demo.ProjectAdmin, `{"project_name":"Support","team_id":7}`), Status: 201},
		{Name: "a renamed one too", First: []fixture.Request{rename("151", `{"project_name":"Other"}`)}, Request: create(demo.ProjectAdmin, `{"project_name":"Support","team_id":7}`), Status: 201},
		{Name: "one that left the team too", First: []fixture.Request{rename("151", `{"team_id":null}`)}, Request: create(demo.ProjectAdmin, `{"project_name":"Support","team_id":7}`), Status: 201},
		{Name: "and takes the name where it goes", First: []fixture.Request{rename("151", `{"team_id":null}`)}, Request: create(demo.ProjectMember, `{"project_name":"Support"}`), Status: 409, Code: "duplicate"},
	}, free)
}

// inactive is a user who was deactivated. He counts for nothing any more.
func inactive(user int64) fixture.Given {
	return fixture.All(
		fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, user),
		fixture.Change(table.Organizations, func(o *model.Organization) {
			if user == 1 || user == 16 {
				o.GlobalAdminCount--
			}
		}, int64(1)),
	)
}
