package agent_test

import (
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

func TestAccess(t *testing.T) {
	const path = "/api/agent/21/access"
	level := func(agent, level, mode string) string {
		return `{"agent":` + agent + `,"access_level":"` + level + `","public_mode":` + mode + `}`
	}
	set := func(key, body string) fixture.Request { return put(key, path, body) }
	opened := func(want bool) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			t.Helper()
			if _, open := table.OpenAgents.In(s.Rows(t.Context(), t), 1, 21); open != want {
				t.Errorf("it is listed to everybody: %v", open)
			}
		}
	}
	stranger := people(20, 20)
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever sees the agent sees who else may", Request: get(demo.ProjectMember, path+"/"), Status: 200, Sends: map[string]string{"Etag": `"1"`},
			Body: `{"success":true,"message":"Agent access level found successfully.","data":` + level("21", "private", "null") + `}`,
		},
		{
			Name: "of an open one that is everybody", Given: stranger, Request: get(key(20), "/api/agent/22/access"), Status: 200, Data: level("22", "organization", "null"),
			Then: then(knowsNot(key(20), path), knowsNot(demo.OtherOrganization, "/api/agent/22/access"), knowsNot(demo.GlobalAdmin, "/api/agent/29/access")),
		},
		{
			Name: "open to the organisation every user of it sees it, and nobody else", Given: stranger, Request: set(demo.ProjectAdmin, `{"access_level":"organization"}`), Status: 200, Sends: map[string]string{"Etag": `"2"`},
			Body: `{"success":true,"message":"Agent access level updated successfully.","data":` + level("21", "organization", "null") + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				opened(true)(t, s)
				if a := audit(t, s); a.Action != "update-agent-access-level" || a.Resource != "agent:21" || a.Before["access_level"] != "private" || a.After["access_level"] != "organization" {
					t.Errorf("audit row %+v", a)
				}
				then(
					sees(key(20), "/api/agent/21", `"access_level":"organization"`), sees(key(20), "/api/agent", `"id":21,`), knowsNot(key(20), "/api/project/151"), knowsNot(demo.OtherOrganization, "/api/agent/21"),
					answers(403, edit(key(20), `{"name":"N"}`)), sees(key(20), "/api/agent/21/version", `"version":2`), sees(demo.ProjectAdmin, "/api/agent/21", `"modified_by":"lead@organization.com"`, `"version":2`),
				)(t, s)
			},
		},
		{
			Name: "public it is to be seen, where nothing else is said", Given: stranger, Request: set(demo.ProjectAdmin, `{"access_level":"public"}`), Status: 200,
			Data: level("21", "public", `"view_only"`),
			Then: then(answers(403, edit(key(20), `{"name":"N"}`)), sees(key(20), "/api/agent", `"id":21,`)),
		},
		{
			Name: "or to be edited, and not to be managed", Given: stranger, First: after(set(demo.ProjectAdmin, `{"access_level":"public","public_mode":"edit"}`)),
			Request: edit(key(20), `{"name":"N"}`), Status: 200, Has: []string{`"access_level":"public","public_mode":"edit"`},
			Then: then(answers(403, set(key(20), `{"access_level":"private"}`)), answers(403, handOver(key(20), "20")), answers(403, get(key(20), usersPath))),
		},
		{
			Name: "another mode of it", First: after(set(demo.ProjectAdmin, `{"access_level":"public","public_mode":"edit"}`)),
			Request: set(demo.ProjectAdmin, `{"access_level":"public","public_mode":"view_only"}`), Status: 200, Data: level("21", "public", `"view_only"`), Sends: map[string]string{"Etag": `"3"`},
			Then: opened(true),
		},
		{Name: "closed again it has none", Given: stranger, First: after(set(demo.ProjectAdmin, `{"access_level":"public","public_mode":"edit"}`)), Request: set(demo.ProjectAdmin, `{"access_level":"private"}`), Status: 200, Data: level("21", "private", "null"), Then: func(t *testing.T, s *fixture.System) {
			opened(false)(t, s)
			then(knowsNot(key(20), "/api/agent/21"), not(key(20), "/api/agent", `"id":21,`))(t, s)
		}},
		{Name: "as it is already", Request: set(demo.ProjectAdmin, `{"access_level":"private"}`), Status: 200, Data: level("21", "private", "null"), Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{
			Name: "a mode of what isn't public", Request: set(demo.ProjectAdmin, `{"access_level":"organization","public_mode":"edit"}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.public_mode": "is for public agents alone"},
		},
		{
			Name: "what there isn't", Request: set(demo.ProjectAdmin, `{"access_level":"Public","public_mode":"none"}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.access_level": "must be one of private, organization, public", "body.public_mode": "must be one of view_only, edit"},
		},
		{Name: "no level", Request: set(demo.ProjectAdmin, `{"public_mode":"edit"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.access_level": "is required"}},
		{Name: "of the agent's version", First: after(edit(demo.ProjectAdmin, `{"name":"N"}`)), Request: ifMatch(set(demo.ProjectAdmin, `{"access_level":"public"}`), `"2"`), Status: 200},
		{Name: "of another one", First: after(edit(demo.ProjectAdmin, `{"name":"N"}`)), Request: ifMatch(set(demo.ProjectAdmin, `{"access_level":"public"}`), `"1"`), Status: 412, Code: "version_mismatch"},
		{
			Name: "an editor may not", Given: on("editor"), Request: set(key(20), `{"access_level":"public"}`), Status: 403, Code: "forbidden",
			Then: then(answers(403, set(demo.ProjectMember, `{"access_level":"public"}`)), answers(404, set(demo.OtherOrganization, `{"access_level":"public"}`))),
		},
		{Name: "an owner by his own permission may", Given: on("owner"), Request: set(key(20), `{"access_level":"public"}`), Status: 200},
	})
}
