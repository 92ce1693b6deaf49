package agent_test

import (
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
)

func TestStars(t *testing.T) {
	const path = "/api/agent/starred"
	star := func(key, agent string) fixture.Request { return post(key, "/api/agent/"+agent+"/starred", "") }
	marked := func(id, agent, at string) string {
		return `{"id":` + id + `,"agent":` + agent + `,"created_on":"` + at + `"}`
	}
	old, fresh := marked("51", assistant, "2024-02-01T10:00:00.000000Z"), marked("1001", search, at(2))
	both := after(star(demo.ProjectMember, "22"), star(demo.ProjectMember, "21"))
	inBody := drop(demo.ProjectAdmin, path)
	inBody.Body = `{"agent_ids":[21,22,21,99]}`
	either := drop(demo.ProjectAdmin, path+"?agent_ids=21")
	either.Body = `{"agent_ids":[21]}`
	fixture.Table(t, []fixture.Row{
		{Name: "an agent is starred", Request: star(demo.ProjectAdmin, "22"), Status: 200, Body: `{"success":true,"message":"Agent starred successfully.","data":` + list(fresh) + `}`},
		{Name: "one that is already stays as it is", Request: star(demo.ProjectAdmin, "21"), Status: 200, Data: list(old), Idle: true},
		{
			Name: "in the order in which they were", First: after(star(demo.ProjectAdmin, "22")), Request: get(demo.ProjectAdmin, path+"/"), Status: 200,
			Body: `{"success":true,"message":"Starred agents found successfully.","data":` + list(old, fresh) + `}`,
			Then: then(not(demo.GlobalAdmin, path, `"id":21,`)),
		},
		{Name: "one at a time", First: both, Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: list(fresh), Has: []string{"next_cursor"}},
		{
			Name: "the next one", First: append(both, get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=1&cursor="+fixture.Cursor), Status: 200,
			Data: list(marked("1002", assistant, at(4))), Lacks: []string{"next_cursor"},
		},
		{Name: "a changed cursor", Request: get(demo.ProjectMember, path+"?cursor=AAAA"), Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"}},
		{Name: "what was deleted is dropped", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: get(demo.ProjectAdmin, path), Status: 200, Data: `[]`},
		{
			Name: "and what he doesn't see any more", Given: fixture.LeavesTeam(7, 15), First: append(both, drop(demo.ProjectAdmin, "/api/project/151/user/15")),
			Request: get(demo.ProjectMember, path), Status: 200, Data: list(fresh),
			Then: then(answers(200, drop(demo.ProjectMember, path+"?agent_ids=21")), answers(404, drop(demo.ProjectMember, path+"?agent_ids=21"))),
		},
		{Name: "one that he doesn't see isn't starred", Given: people(20, 20), Request: star(key(20), "21"), Status: 404, Code: "not_found", Then: then(answers(404, star(demo.GlobalAdmin, "29")))},
		{
			Name: "a service key has none", Given: fixture.Key("test", 0), Request: star("test.secret", "21"), Status: 403, Code: "forbidden",
			Then: then(answers(403, get("test.secret", path)), answers(403, drop("test.secret", path+"?agent_ids=21"))),
		},
		{
			Name: "a bound key shows those of its project", Given: fixture.Key("test", 15, fixture.Bound(4)), First: both, Request: get("test.secret", path), Status: 200, Data: list(fresh),
			Then: then(answers(404, drop("test.secret", path+"?agent_ids=21"))),
		},
		{Name: "a repeated request stars it once", First: after(keyed(star(demo.ProjectAdmin, "22"))), Request: keyed(star(demo.ProjectAdmin, "22")), Status: 200, Again: true, Idle: true},

		{
			Name: "of several those that are starred are not any more", Request: inBody, Status: 200,
			Body: `{"success":true,"message":"Starred agents deleted successfully.","data":` + list(old) + `}`,
			Then: then(sees(demo.ProjectAdmin, path, `"data":[]`)),
		},
		{
			Name: "named in the query, in its order", First: both, Request: drop(demo.ProjectMember, path+"?agent_ids=21,22,29"), Status: 200, Data: list(marked("1002", assistant, at(4)), fresh),
			Then: then(sees(demo.ProjectAdmin, path, `"id":51,`), sees(demo.OtherOrganization, path, `"id":59,`)),
		},
		{
			Name: "those that he doesn't see any more, without showing them", First: after(drop(demo.ProjectAdmin, "/api/agent/21")),
			Request: drop(demo.ProjectAdmin, path+"?agent_ids=21"), Status: 200, Data: `[]`, Then: then(answers(404, drop(demo.ProjectAdmin, path+"?agent_ids=21"))),
		},
		{Name: "where none of them is starred", Request: drop(demo.ProjectAdmin, path+"?agent_ids=22,29"), Status: 404, Code: "not_found"},
		{Name: "twice with one Idempotency-Key", First: after(keyed(inBody)), Request: keyed(inBody), Status: 200, Again: true, Idle: true},
		{Name: "none", Request: drop(demo.ProjectAdmin, path), Status: 400, Code: "invalid", Then: then(
			answers(400, drop(demo.ProjectAdmin, path+"?agent_ids=0")), answers(400, drop(demo.ProjectAdmin, path+"?agent_ids=x")), answers(400, either))},
		{Name: "ninety at once", Request: drop(demo.ProjectAdmin, path+"?agent_ids="+ids(1, 90)), Status: 200, Data: list(old), Then: then(answers(400, drop(demo.ProjectAdmin, path+"?agent_ids="+ids(1, 91))))},
	})
}
