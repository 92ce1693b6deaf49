package agent_test

import (
	"fmt"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

func TestRecents(t *testing.T) {
	const path = "/api/agent/recent"
	use := func(key string, agent int64) fixture.Request {
		return post(key, fmt.Sprintf("/api/agent/%d/recent", agent), "")
	}
	entry := func(id, agent, at string) string {
		return `{"id":` + id + `,"agent":` + agent + `,"last_used_on":"` + at + `"}`
	}
	both := after(use(demo.ProjectMember, 21), use(demo.ProjectMember, 22))
	first, second := entry("1001", assistant, at(2)), entry("1002", search, at(4))
	old := entry("61", assistant, "2024-02-01T10:00:00.000000Z")
	var many fixture.Given
	var uses []fixture.Request
	for id := int64(30); id < 51; id++ {
		many = append(many, fixture.Agent(id, 151, fmt.Sprint("A", id))...)
		uses = append(uses, use(demo.ProjectMember, id))
	}
	many = fixture.Together(many)
	remove := drop(demo.ProjectMember, "/api/agent/21/recent")
	fixture.Table(t, []fixture.Row{
		{Name: "an agent at the head of the list", Request: use(demo.ProjectMember, 21), Status: 200, Body: `{"success":true,"message":"Recent agent added successfully.","data":` + first + `}`},
		{
			Name: "newest first", First: both, Request: get(demo.ProjectMember, path+"/"), Status: 200,
			Body: `{"success":true,"message":"Recent agents found successfully.","data":` + list(second, first) + `}`,
			Then: then(not(demo.GlobalAdmin, path, `"id":21,`)),
		},
		{Name: "again keeps the entry, bumps its time and puts it first", First: append(both, use(demo.ProjectMember, 21)), Request: get(demo.ProjectMember, path), Status: 200, Data: list(entry("1001", assistant, at(6)), second)},
		{
			Name: "one at a time", First: append(both, get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=1&cursor="+fixture.Cursor), Status: 200,
			Data: list(first), Lacks: []string{"next_cursor"},
		},
		{Name: "what was deleted is dropped", First: append(both, drop(demo.ProjectAdmin, "/api/agent/22")), Request: get(demo.ProjectMember, path), Status: 200, Data: list(first)},
		{
			Name: "and what he doesn't see any more, which isn't forgotten", Given: fixture.LeavesTeam(7, 15), First: append(both, drop(demo.ProjectAdmin, "/api/project/151/user/15")),
			Request: get(demo.ProjectMember, path), Status: 200, Data: list(second),
			Then: then(answers(404, remove)),
		},
		{Name: "ten where no limit is given", Given: many, First: uses, Request: get(demo.ProjectMember, path), Status: 200, Has: []string{`"id":50,`, `"id":41,`, "next_cursor"}, Lacks: []string{`"id":40,`}, Then: then(
			sees(demo.ProjectMember, path+"?limit=200", `"id":31,`, `"id":50,`), not(demo.ProjectMember, path+"?limit=200", `"id":30,`, "next_cursor"))},
		{Name: "a repeated request is the same answer", First: after(keyed(use(demo.ProjectMember, 21))), Request: keyed(use(demo.ProjectMember, 21)), Status: 200, Again: true, Idle: true},
		{Name: "one that he doesn't see", Given: people(20, 20), Request: use(key(20), 21), Status: 404, Code: "not_found", Then: then(answers(404, use(demo.GlobalAdmin, 29)))},
		{
			Name: "a service key has no list", Given: fixture.All(fixture.Key("test1", 0), fixture.Key("test2", 0, fixture.Bound(4))), Request: use("test1.secret", 21), Status: 403,
			Code: "forbidden",
			Then: then(answers(403, get("test1.secret", path)), answers(403, drop("test1.secret", "/api/agent/21/recent")), answers(404, use("test2.secret", 21))),
		},
		{Name: "a bound key shows what is of its project", Given: fixture.Key("test", 15, fixture.Bound(4)), First: both, Request: get("test.secret", path), Status: 200, Data: list(second)},
		{Name: "a read-only key adds none", Given: fixture.Key("test", 15, func(k *model.APIKey) { k.Scope = "read_only" }), Request: use("test.secret", 21), Status: 403, Code: "forbidden"},

		{
			Name: "off the list again", Request: drop(demo.ProjectAdmin, "/api/agent/21/recent"), Status: 200,
			Body: `{"success":true,"message":"Recent agent deleted successfully.","data":` + list(old) + `}`,
			Then: then(sees(demo.ProjectAdmin, path, `"data":[]`)),
		},
		{Name: "what isn't in it", Request: drop(demo.ProjectAdmin, "/api/agent/22/recent"), Status: 404, Code: "not_found"},
		{Name: "twice", First: append(both, remove), Request: remove, Status: 404, Code: "not_found", Then: then(sees(demo.ProjectMember, path, `"id":22,`))},
		{Name: "twice with one Idempotency-Key", First: append(both, keyed(remove)), Request: keyed(remove), Status: 200, Again: true, Idle: true},
	})
}
