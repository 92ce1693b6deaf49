package agent_test

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

func edit(key, body string) fixture.Request { return put(key, "/api/agent/21", body) }

func TestEdit(t *testing.T) {
	const lead = "lead@organization.com"
	longer := `{"instructions":"Be kind.","model":"m-2","temperature":null,"starters":[]}`
	same := `{"name":"Support Assistant","instructions":"You answer questions of customers. Be brief.","temperature":0.2,"starters":["How do I reset my password?"],"owner":7}`
	public := fixture.All(people(20, 20), fixture.Agent(30, 151, "P", fixture.Open("public", "edit")), fixture.Agent(31, 151, "Q", fixture.Open("public", "view_only")))
	fixture.Table(t, []fixture.Row{
		{
			Name: "name, description and type, which leave the configuration as it is", Request: edit(demo.ProjectAdmin, `{"name":"Help","description":"","agent_type_id":3,"modified_by":"somebody"}`), Status: 200,
			Body:  `{"success":true,"message":"Agent updated successfully.","data":` + detail(edited(assistant, lead, 2, `Support Assistant`, `Help`, `Answers what customers ask`, ``, `"agent_type":1`, `"agent_type":3`), config) + `}`,
			Sends: map[string]string{"Etag": `"2"`},
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "edit-agent" || a.Resource != "agent:21" || fmt.Sprint(a.Before, a.After) != "map[type:1] map[described:true renamed:true type:3]" {
					t.Errorf("audit row %+v", a)
				}
				then(not(demo.ProjectAdmin, "/api/agent/21/version", `"version":3`))(t, s)
			},
		},
		{
			Name: "another configuration is another version of it", Request: edit(demo.ProjectAdmin, `{"instructions":"Be kind.","model":"m-2","temperature":null,"starters":[]}`), Status: 200,
			Data: detail(edited(assistant, lead, 2, `"version":2`, `"version":3`, hash(config), hash(longer)), longer),
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); fmt.Sprint(a.Before, a.After) != "map[config_hash:"+hash(config)+"] map[config_hash:"+hash(longer)+"]" {
					t.Errorf("audit row %+v", a)
				}
				then(sees(demo.ProjectAdmin, "/api/agent/21/version/3", `"config":`+longer, hash(longer)), sees(demo.ProjectAdmin, "/api/agent/21/version/2", config))(t, s)
			},
		},
		{Name: "what isn't named stays", Request: edit(demo.ProjectAdmin, `{"temperature":0}`), Status: 200, Has: []string{but(config, "0.2", "0"), hash(but(config, "0.2", "0"))}},
		{Name: "nothing that is otherwise changes nothing", Request: edit(demo.ProjectAdmin, same), Status: 200, Data: detail(assistant, config), Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "an empty object neither", Request: edit(demo.ProjectAdmin, `{}`), Status: 200, Data: detail(assistant, config), Idle: true},
		{Name: "no body", Request: edit(demo.ProjectAdmin, ``), Status: 400, Code: "invalid", Fields: map[string]string{"body": "is required"}},
		{
			Name:    "all that is wrong at once",
			Request: edit(demo.ProjectAdmin, `{"name":"","description":null,"agent_type_id":0,"instructions":"`+strings.Repeat("i", 8001)+`","temperature":-0.1,"starters":["`+strings.Repeat("s", 501)+`"],"owner":0,"project_id":4}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.name": "", "body.description": "must not be null", "body.agent_type_id": "", "body.instructions": "", "body.temperature": "", "body.starters[0]": "", "body.owner": "", "body.project_id": "is unknown"},
		},
		{Name: "an editor may", Given: on("editor"), Request: edit(key(20), `{"name":"N"}`), Status: 200, Has: []string{`"owner":7`, `"modified_by":"user20@organization.com"`}},
		{Name: "a viewer may not", Given: on("viewer"), Request: edit(key(20), `{"name":"N"}`), Status: 403, Code: "forbidden"},
		{Name: "nor a member of the project", Request: edit(demo.ProjectMember, `{"name":"N"}`), Status: 403, Code: "forbidden"},
		{
			Name: "nor an editor whose permission has ended, though he still sees it", Given: fixture.All(on("editor", fixture.Ends(0)), fixture.JoinsTeam(7, 20, "viewer")),
			Request: edit(key(20), `{"name":"N"}`), Status: 403, Code: "forbidden",
		},
		{Name: "anybody may where it is public for that", Given: public, Request: put(key(20), "/api/agent/30", `{"instructions":"X"}`), Status: 200, Has: []string{`"version":2`}},
		{Name: "not where it is only to be seen", Given: public, Request: put(key(20), "/api/agent/31", `{"instructions":"X"}`), Status: 403, Code: "forbidden"},
		{Name: "not from another organisation", Request: put(demo.GlobalAdmin, "/api/agent/29", `{"name":"N"}`), Status: 404, Code: "not_found"},
		{Name: "a deleted one", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: edit(demo.ProjectAdmin, `{"name":"N"}`), Status: 404, Code: "not_found"},
		{Name: "a bound key may", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: edit("test.secret", `{"name":"N"}`), Status: 200, Has: []string{`"modified_by":"key:test"`}},

		{Name: "of the version there is", Request: ifMatch(edit(demo.ProjectAdmin, `{"name":"N"}`), `"1"`), Status: 200},
		{Name: "of any version", Request: ifMatch(edit(demo.ProjectAdmin, `{"name":"N"}`), `*`), Status: 200},
		{Name: "of another version", First: after(edit(demo.ProjectAdmin, `{"name":"M"}`)), Request: ifMatch(edit(demo.ProjectAdmin, `{"name":"N"}`), `"1"`), Status: 412, Code: "version_mismatch"},
		{
			Name: "votes, reviews, aliases and users don't move it",
			First: after(put(demo.ProjectAdmin, "/api/agent/21/rating", `{"vote":"down"}`), post(demo.GlobalAdmin, "/api/agent/21/review", `{"review":"R"}`),
				post(demo.ProjectAdmin, "/api/agent/21/alias", `{"alias":"other"}`), post(demo.ProjectAdmin, "/api/agent/21/user", `{"user_ids":[15]}`)),
			Request: ifMatch(edit(demo.ProjectAdmin, `{"name":"N"}`), `"1"`), Status: 200,
			Has: []string{`"like_count":1,"dislike_count":1,`},
		},
		{Name: "403 before 409", Request: ifMatch(edit(demo.ProjectMember, `{"name":"N"}`), `"9"`), Status: 403, Code: "forbidden"},
	})
}

// handOver is a request that makes a user the owner of agent 21.
func handOver(key, user string) fixture.Request { return edit(key, `{"owner":`+user+`}`) }

func TestHandOver(t *testing.T) {
	plain := people(20, 20)
	is := func(user int64, id int64) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			t.Helper()
			rows := s.Rows(t.Context(), t)
			a, _ := table.Agents.In(rows, 21)
			m, _ := table.AgentMembers.In(rows, user, 21)
			old, _ := table.AgentMembers.In(rows, 7, 21)
			if a.Owner() != user || m.ID != id || m.Role != "owner" || m.ExpiresOn != nil || old.Role != "owner" {
				t.Errorf("agent %+v, owner's permission %+v, the former owner's %+v", a, m, old)
			}
		}
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "another owner has the permission of one, and the former one keeps his", Given: plain, Request: handOver(demo.ProjectAdmin, "20"), Status: 200,
			Data: detail(edited(assistant, "lead@organization.com", 2, `"owner":7`, `"owner":20`), config), Sends: map[string]string{"Etag": `"2"`},
			Then: func(t *testing.T, s *fixture.System) {
				is(20, 1001)(t, s)
				if a := audit(t, s); a.After["owner"] == nil || a.Before["owner"] == nil || a.After["user:20"] == nil || len(a.Notices) != 1 || a.Notices[0].UserID != 20 {
					t.Errorf("audit row %+v", a)
				}
				then(sees(key(20), "/api/agent/21", `"owner":20`), sees(demo.ProjectAdmin, "/api/agent/21/user?permission=owner", `"id":1001`, `"id":311`))(t, s)
			},
		},
		{Name: "with another configuration at once", Given: plain, Request: edit(demo.ProjectAdmin, `{"owner":20,"instructions":"New."}`), Status: 200, Has: []string{`"owner":20`, `"version":3`}, Then: is(20, 1001)},
		{Name: "an editor becomes owner, and his permission doesn't end any more", Given: on("editor", fixture.Ends(time.Hour)), Request: handOver(demo.GlobalAdmin, "20"), Status: 200, Then: is(20, 30020)},
		{Name: "one that has ended is taken up again", Given: on("viewer", fixture.Ends(0)), Request: handOver(demo.GlobalAdmin, "20"), Status: 200, Then: is(20, 30020)},
		{
			Name: "one that a removal from the project has ended is not", Given: fixture.All(on("viewer"), fixture.Joins(151, 20, "member")),
			First: after(drop(demo.ProjectAdmin, "/api/project/151/user/20")), Request: handOver(demo.GlobalAdmin, "20"), Status: 200,
			Then: is(20, 1001),
		},
		{Name: "an owner by his own permission may give it to himself", Given: on("owner"), Request: handOver(key(20), "20"), Status: 200, Then: is(20, 30020)},
		{Name: "an application admin may", Given: fixture.All(plain, fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 20)), Request: handOver(key(20), "20"), Status: 200, Then: is(20, 1001)},
		{Name: "an editor may not", Given: on("editor"), Request: handOver(key(20), "20"), Status: 403, Code: "forbidden"},
		{Name: "but send back whom it belongs to", Given: on("editor"), Request: handOver(key(20), "7"), Status: 200, Has: []string{`"owner":7`}, Idle: true},
		{Name: "even somebody inactive", Given: fixture.All(people(20, 21), fixture.OnAgent(21, 20, "editor"), fixture.OnAgent(21, 21, "owner"), fixture.Owns(21, 21), inactive(21)), Request: edit(key(20), `{"name":"N","owner":21}`), Status: 200, Has: []string{`"name":"N"`, `"owner":21`}},
		{Name: "nor to name it along with what he may", Given: on("editor"), Request: edit(key(20), `{"name":"N","owner":20}`), Status: 403, Code: "forbidden"},
		{Name: "an unknown user, before that", Given: on("editor"), Request: handOver(key(20), "99"), Status: 404, Code: "not_found"},
		{Name: "another organisation's", Request: handOver(demo.GlobalAdmin, "90"), Status: 404, Code: "not_found"},
		{Name: "an inactive one", Given: inactive(15), Request: handOver(demo.ProjectAdmin, "15"), Status: 404, Code: "not_found", Fields: map[string]string{"body.owner": "must be an active user of the organization"}},
		{Name: "403 before 409", Given: on("editor"), Request: ifMatch(handOver(key(20), "20"), `"9"`), Status: 403, Code: "forbidden"},
		{
			Name: "afterwards the former owner can be lowered, and the new one can't", Given: plain, Tried: true,
			First: after(handOver(demo.ProjectAdmin, "20"), drop(demo.ProjectAdmin, "/api/agent/21/user?user_ids=7")), Request: drop(demo.ProjectAdmin, "/api/agent/21/user?user_ids=20"), Status: 409,
			Code: "owner_permission",
			Then: then(not(demo.ProjectAdmin, "/api/agent/21/user", `"id":311`)),
		},
	})
}
