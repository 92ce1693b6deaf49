package agent_test

import (
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func create(key, body string) fixture.Request { return post(key, "/api/agent/", body) }

func TestCreate(t *testing.T) {
	full := `{"project_id":151,"name":"Returns","description":"What comes back","agent_type_id":3,"instructions":"You take <returns> & more.","model":"m-1","temperature":0.3,"starters":["How long?","Where to?"],"created_by":"somebody else"}`
	made := `{"instructions":"You take <returns> & more.","model":"m-1","temperature":0.3,"starters":["How long?","Where to?"]}`
	empty := `{"instructions":"","model":"","temperature":null,"starters":[]}`
	fresh := `"like_count":0,"dislike_count":0,"average_rating":null,"version":1,`
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever may edit the project makes an agent in it, which he owns", Request: create(demo.ProjectAdmin, full), Status: 201,
			Body: `{"success":true,"message":"Agent created successfully.","data":{"id":1001,"name":"Returns","description":"What comes back","project":151,"team":7,"organization":1,"agent_type":3,"owner":7,
				"access_level":"private","public_mode":null,` + fresh + `"config_hash":"` + hash(made) + `",
				"is_deleted":false,"created_by":"lead@organization.com","created_on":"` + at(2) + `","modified_by":"","modified_on":"` + at(2) + `","config":` + made + `}}`,
			Sends: map[string]string{"Etag": `"1"`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				m, _ := table.AgentMembers.In(rows, 7, 1001)
				if p, _ := table.Projects.In(rows, 151); m.Role != "owner" || m.ID != 1001 || p.AgentCount != 2 {
					t.Errorf("%+v in %+v", m, p)
				}
				if a := audit(t, s); a.Actor != "user:7" || a.Action != "create-agent" || a.Resource != "agent:1001" || a.After["config_hash"] != hash(made) {
					t.Errorf("audit row %+v", a)
				}
				then(
					sees(demo.ProjectMember, "/api/agent/1001", `"config":`+made),
					sees(demo.ProjectMember, "/api/agent", `"id":1001`), sees(demo.ProjectMember, "/api/agent/team?team_id=7", `"id":1001`),
					sees(demo.ProjectMember, "/api/agent/1001/version", `"version":1`), sees(demo.ProjectMember, "/api/project/151", `{"id":1001,"name":"Returns"}`),
				)(t, s)
			},
		},
		{
			Name: "a name is enough; the team's editor may", Given: fixture.All(people(20, 20), fixture.JoinsTeam(7, 20, "editor")), Request: create(key(20), `{"project_id":4,"name":"N"}`), Status: 201,
			Data: `{"id":1001,"name":"N","description":"","project":4,"team":7,"organization":1,"agent_type":1,"owner":20,"access_level":"private","public_mode":null,` + fresh + `"config_hash":"` + hash(empty) + `",
				"is_deleted":false,"created_by":"user20@organization.com","created_on":"` + at(2) + `","modified_by":"","modified_on":"` + at(2) + `","config":` + empty + `}`,
		},
		{
			Name: "what a service key makes belongs to nobody", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: create("test.secret", `{"project_id":151,"name":"N"}`), Status: 201,
			Has: []string{`"owner":null`, `"created_by":"key:test"`}, Then: func(t *testing.T, s *fixture.System) {
				for _, m := range table.AgentMembers.All(s.Rows(t.Context(), t)) {
					if m.AgentID == 1001 {
						t.Errorf("%+v", m)
					}
				}
			},
		},
		{
			Name: "somebody who was taken out of the project once", Given: fixture.All(people(20, 20), removed(-time.Hour), fixture.Joins(151, 20, "admin")), Request: create(key(20), `{"project_id":151,"name":"N"}`), Status: 201,
			Has: []string{`"owner":20`},
		},
		{
			Name: "by a clock that was ahead", Given: fixture.All(people(20, 20), removed(time.Hour), fixture.Joins(151, 20, "admin")), Request: create(key(20), `{"project_id":151,"name":"N"}`), Status: 201,
			Has: []string{`"owner":20`}, Then: func(t *testing.T, s *fixture.System) {
				if m, _ := table.AgentMembers.In(s.Rows(t.Context(), t), 20, 1001); m.Epoch != 1 {
					t.Errorf("%+v", m)
				}
			},
		},
		{Name: "in a project without a team", Given: fixture.Project(30, 0, "Lone"), Request: create(demo.GlobalAdmin, `{"project_id":30,"name":"N"}`), Status: 201, Has: []string{`"project":30,"team":null`, `"owner":1,`}},
		{
			Name: "two of one name", First: after(create(demo.ProjectAdmin, `{"project_id":151,"name":"Support Assistant"}`)),
			Request: create(demo.ProjectAdmin, `{"project_id":151,"name":"Support Assistant","temperature":null}`), Status: 201, Has: []string{`"id":1002`, `"temperature":null`},
		},
		{Name: "a repeated request makes one", First: after(keyed(create(demo.ProjectAdmin, full))), Request: keyed(create(demo.ProjectAdmin, full)), Status: 201, Again: true, Idle: true},
		{Name: "a member may not", Request: create(demo.ProjectMember, `{"project_id":151,"name":"N"}`), Status: 403, Code: "forbidden"},
		{Name: "nor the team's viewer", Request: create(demo.ProjectMember, `{"project_id":4,"name":"N"}`), Status: 403, Code: "forbidden"},
		{Name: "for a stranger there is no such project, not even with an agent in it that is his", Given: on("owner"), Request: create(key(20), `{"project_id":151,"name":"N"}`), Status: 404, Code: "not_found"},
		{Name: "another organisation's project", Request: create(demo.GlobalAdmin, `{"project_id":9,"name":"N"}`), Status: 404, Code: "not_found"},
		{Name: "a deleted project", First: after(drop(demo.GlobalAdmin, "/api/project/151")), Request: create(demo.GlobalAdmin, `{"project_id":151,"name":"N"}`), Status: 404, Code: "not_found"},
		{Name: "a key bound to another project", Given: fixture.Key("test", 7, fixture.Bound(4)), Request: create("test.secret", `{"project_id":151,"name":"N"}`), Status: 404, Code: "not_found"},
		{
			Name:    "all that is wrong at once",
			Request: create(demo.ProjectAdmin, `{"project_id":0,"name":" ","description":"`+strings.Repeat("d", 4001)+`","agent_type_id":4,"instructions":"`+strings.Repeat("i", 8001)+`","temperature":2.1,"starters":["A",""],"owner":7}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.project_id": "", "body.name": "", "body.description": "", "body.agent_type_id": "", "body.instructions": "", "body.temperature": "", "body.starters[1]": "", "body.owner": "is unknown"},
		},
		{
			Name: "nothing at all", Request: create(demo.ProjectAdmin, `{"starters":["A"`+strings.Repeat(`,"A"`, 20)+`]}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.project_id": "is required", "body.name": "is required", "body.starters": "must have at most 20 items"},
		},
	})
}

func TestGet(t *testing.T) {
	cast := fixture.All(people(20, 28),
		fixture.OnAgent(21, 20, "viewer"), fixture.OnAgent(21, 21, "viewer", fixture.Ends(0)),
		fixture.Joins(151, 22, "member"), fixture.Joins(151, 23, "member", fixture.Until(0)),
		fixture.JoinsTeam(7, 24, "evaluator"), fixture.JoinsTeam(7, 25, "viewer"), fixture.Change(table.TeamMembers, func(m *model.TeamMember) { m.Role = "" }, 7, 25),
		fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 26), fixture.OnAgent(22, 27, "owner"))
	is := func(agent, level, mode string) fixture.Request {
		body := `{"access_level":"` + level + `"}`
		if mode != "" {
			body = `{"access_level":"` + level + `","public_mode":"` + mode + `"}`
		}
		return put(demo.ProjectAdmin, "/api/agent/"+agent+"/access", body)
	}
	const path = "/api/agent/21"
	removed := drop(demo.ProjectAdmin, "/api/project/151/user/20")
	member := fixture.All(on("editor"), fixture.Joins(151, 20, "member"))
	fixture.Table(t, []fixture.Row{
		{
			Name: "an agent with the configuration that is in force", Request: get(demo.ProjectMember, path+"/"), Status: 200,
			Body:  `{"success":true,"message":"Agent found successfully.","data":` + detail(assistant, config) + `}`,
			Sends: map[string]string{"Etag": `"1"`},
		},
		{
			Name: "by a permission of one's own, the project, its team or a rank, and by nothing that has ended", Given: cast, Request: get(key(20), path), Status: 200,
			Then: then(
				knowsNot(key(21), path), sees(key(22), path), knowsNot(key(23), path), sees(key(24), path), knowsNot(key(25), path),
				sees(key(26), path), knowsNot(key(27), path), knowsNot(key(28), path), sees(demo.GlobalAdmin, path), knowsNot(demo.OtherOrganization, path),
			),
		},
		{
			Name: "open to the organisation it is for every user of it, and for nobody else", Given: people(20, 20), Request: get(key(20), "/api/agent/22"), Status: 200,
			Data: detail(search, searchConfig),
			Then: then(knowsNot(demo.OtherOrganization, "/api/agent/22")),
		},
		{
			Name: "public too", Given: people(20, 20), First: after(is("21", "public", "")), Request: get(key(20), path), Status: 200,
			Has:  []string{`"access_level":"public","public_mode":"view_only"`},
			Then: then(knowsNot(demo.OtherOrganization, path)),
		},
		{Name: "closed again it isn't", Given: people(20, 20), First: after(is("22", "private", "")), Request: get(key(20), "/api/agent/22"), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "another organisation's isn't there, however open", Request: get(demo.GlobalAdmin, "/api/agent/29"), Status: 404, Code: "not_found"},
		{Name: "an unknown one", Request: get(demo.GlobalAdmin, "/api/agent/23"), Status: 404, Code: "not_found"},
		{Name: "a permission counts until it ends", Given: on("viewer", fixture.Ends(3*time.Millisecond)), Request: get(key(20), path), Status: 200},
		{Name: "and from that very millisecond on no more", Given: on("viewer", fixture.Ends(2*time.Millisecond)), Request: get(key(20), path), Status: 404, Code: "not_found"},
		{
			Name: "a bound key reaches agents of its project", Given: fixture.All(fixture.Key("test", 0, fixture.Bound(151)), fixture.Key("bound", 1, fixture.Bound(4))),
			Request: get("test.secret", path), Status: 200,
			Then: then(knowsNot("test.secret", "/api/agent/22"), sees("bound.secret", "/api/agent/22"), knowsNot("bound.secret", path)),
		},
		{
			Name: "an unbound service key all of the organisation", Given: fixture.Key("test", 0), Request: get("test.secret", path), Status: 200,
			Then: then(sees("test.secret", "/api/agent/22"), knowsNot("test.secret", "/api/agent/29")),
		},

		{
			Name: "who is taken out of the project loses what he had on its agents, at once", Given: member, First: after(removed), Request: get(key(20), path), Status: 404, Code: "not_found",
			Then: then(not(key(20), "/api/agent", `"id":21`)),
		},
		{
			Name: "a permission that he is given after that counts", Given: member, First: after(removed, post(demo.ProjectAdmin, path+"/user", `{"user_ids":[20]}`)), Request: get(key(20), path),
			Status: 200,
			Then:   then(sees(key(20), "/api/agent", `"id":21`)),
		},
		{
			Name: "back in the project he doesn't get back the old one", Given: member, First: after(removed, post(demo.ProjectAdmin, "/api/project/151/user", `{"user_ids":[20]}`)),
			Request: put(key(20), path, `{"name":"N"}`), Status: 403, Code: "forbidden",
		},
		{
			Name: "with its project it is gone", First: after(drop(demo.ProjectAdmin, "/api/project/151")), Request: get(demo.GlobalAdmin, path), Status: 404, Code: "not_found",
			Then: then(not(demo.GlobalAdmin, "/api/agent", `"id":21`), knowsNot(demo.GlobalAdmin, path+"/version"), knowsNot(demo.GlobalAdmin, path+"/review")),
		},
	})
}

func TestDelete(t *testing.T) {
	remove := drop(demo.ProjectAdmin, "/api/agent/21")
	gone := edited(assistant, "lead@organization.com", 2, `"is_deleted":false`, `"is_deleted":true`)
	fixture.Table(t, []fixture.Row{
		{
			Name: "the deleted row in a list", Request: drop(demo.ProjectAdmin, "/api/agent/21/"), Status: 200,
			Body: `{"success":true,"message":"Agent deleted successfully.","data":[` + gone + `]}`,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				p, _ := table.Projects.In(rows, 151)
				a, _ := table.Agents.In(rows, 21)
				if end := model.At(fixture.Epoch.Add(30*24*time.Hour + 2*time.Millisecond)); p.AgentCount != 0 || a.PendingOn == nil || !a.PendingOn.Equal(end) {
					t.Errorf("%+v in %+v", a, p)
				}
				if a := audit(t, s); a.Action != "delete-agent" || a.Resource != "agent:21" || a.After["is_deleted"] != true {
					t.Errorf("audit row %+v", a)
				}
				then(
					not(demo.ProjectAdmin, "/api/agent", `"id":21`), not(demo.ProjectAdmin, "/api/project/151/agent", `"id":21`), not(demo.ProjectAdmin, "/api/agent/team?team_id=7", `"id":21`),
					not(demo.ProjectAdmin, "/api/project/151", `"id":21`), not(demo.ProjectAdmin, "/api/agent/recent", `"id":21`), not(demo.ProjectAdmin, "/api/agent/starred", `"id":21`),
					not(demo.ProjectAdmin, "/api/agent-alias", "support"), knowsNot(demo.GlobalAdmin, "/api/agent-alias?agent_id=21"),
					knowsNot(demo.GlobalAdmin, "/api/agent/21"), knowsNot(demo.GlobalAdmin, "/api/agent/21/review"), knowsNot(demo.GlobalAdmin, "/api/agent/21/rating"),
					knowsNot(demo.GlobalAdmin, "/api/agent/21/access"), knowsNot(demo.GlobalAdmin, "/api/agent/21/user"), knowsNot(demo.GlobalAdmin, "/api/agent/21/version/1"),
				)(t, s)
			},
		},
		{
			Name: "an open one is in nobody's list any more", Given: people(20, 20), Request: drop(demo.GlobalAdmin, "/api/agent/22"), Status: 200,
			Then: then(not(key(20), "/api/agent", `"id":22`), knowsNot(key(20), "/api/agent/22")),
		},
		{Name: "twice", First: after(remove), Request: remove, Status: 404, Code: "not_found"},
		{Name: "twice with one Idempotency-Key", First: after(keyed(remove)), Request: keyed(remove), Status: 200, Again: true, Idle: true},
		{Name: "of another version", Request: ifMatch(remove, `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "of this version", Request: ifMatch(remove, `"1"`), Status: 200},
		{Name: "an owner by his own permission may", Given: on("owner"), Request: drop(key(20), "/api/agent/21"), Status: 200},
		{Name: "an editor may not", Given: on("editor"), Request: drop(key(20), "/api/agent/21"), Status: 403, Code: "forbidden"},
		{Name: "nor whoever may edit a public one", Given: fixture.All(people(20, 20), fixture.Agent(30, 151, "P", fixture.Open("public", "edit"))), Request: drop(key(20), "/api/agent/30"), Status: 403, Code: "forbidden"},
		{Name: "for a stranger there is none", Given: people(20, 20), Request: drop(key(20), "/api/agent/21"), Status: 404, Code: "not_found"},
		{Name: "nor for another organisation's admin", Request: drop(demo.OtherOrganization, "/api/agent/22"), Status: 404, Code: "not_found"},
	})
}
