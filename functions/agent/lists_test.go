package agent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// list is a list of agents as JSON.
func list(agents ...string) string { return "[" + strings.Join(agents, ",") + "]" }

func TestList(t *testing.T) {
	const path = "/api/agent"
	cast := fixture.All(people(20, 27),
		fixture.OnAgent(21, 21, "viewer"), fixture.OnAgent(21, 22, "owner", fixture.Ends(0)),
		fixture.Joins(151, 23, "member"), fixture.Joins(151, 24, "member", fixture.Until(0)), fixture.JoinsTeam(7, 25, "deployment_manager"),
		fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 26),
		fixture.Project(30, 0, "Lone"), fixture.Agent(30, 30, "Lone", fixture.Open("public", "edit")), fixture.Agent(31, 30, "Hidden"),
		fixture.OnAgent(31, 27, "viewer"), fixture.OnAgent(21, 27, "viewer"), fixture.Joins(151, 27, "member"), fixture.JoinsTeam(7, 27, "viewer"))
	all := func(key string, ids ...int) look {
		l := look{Request: get(key, path), status: 200, lacks: []string{"next_cursor"}}
		for _, id := range []int{21, 22, 29, 30, 31} {
			if text := fmt.Sprintf(`{"id":%d,`, id); slices.Contains(ids, id) {
				l.has = append(l.has, text)
			} else {
				l.lacks = append(l.lacks, text)
			}
		}
		return l
	}
	wrong := map[string]string{"query.cursor": "is not a cursor of this list"}
	first := get(demo.ProjectMember, path+"?limit=1")
	fixture.Table(t, []fixture.Row{
		{Name: "what the caller sees, by id", Request: get(demo.ProjectMember, path+"/"), Status: 200, Body: `{"success":true,"message":"Agents found successfully.","data":` + list(assistant, search) + `}`},
		{
			Name: "open ones are everybody's, others for whom a live role leads to them", Given: cast, Request: get(key(20), path), Status: 200, Has: []string{`"id":22,`, `"id":30,`}, Lacks: []string{`"id":21,`, `"id":31,`},
			Then: then(all(key(21), 21, 22, 30), all(key(22), 22, 30), all(key(23), 21, 22, 30), all(key(24), 22, 30), all(key(25), 21, 22, 30),
				all(key(26), 21, 22, 30, 31), all(demo.GlobalAdmin, 21, 22, 30, 31), all(key(27), 21, 22, 30, 31), all(demo.OtherOrganization, 29)),
		},
		{
			Name: "keys of their project alone, or of the organization", Given: fixture.All(people(20, 20), fixture.Key("test1", 0), fixture.Key("test2", 0, fixture.Bound(151)),
				fixture.Key("test3", 7, fixture.Bound(4)), fixture.Key("test4", 1, fixture.Bound(4)), fixture.Key("test5", 20, fixture.Bound(151))),
			Request: get("test1.secret", path), Status: 200, Data: list(assistant, search),
			Then: then(all("test2.secret", 21), all("test3.secret", 22), all("test4.secret", 22), all("test5.secret")),
		},
		{Name: "a page", Request: first, Status: 200, Data: list(assistant), Has: []string{`"next_cursor":"`}},
		{Name: "the next one is the last", First: after(first), Request: get(demo.ProjectMember, path+"?limit=5&cursor="+fixture.Cursor), Status: 200, Data: list(search), Lacks: []string{"next_cursor"}},
		{Name: "a cursor holds no rights", First: after(first), Request: get(demo.OtherOrganization, path+"?cursor="+fixture.Cursor), Status: 200, Has: []string{`"id":29,`}, Lacks: []string{`"id":22,`}},
		{Name: "a changed cursor", First: after(first), Request: get(demo.ProjectMember, path+"?cursor=A"+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "another list's cursor", First: after(get(demo.ProjectMember, "/api/agent/team?limit=1")), Request: get(demo.ProjectMember, path+"?cursor="+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "what there isn't to ask", Request: get(demo.ProjectMember, path+"?limit=201&team_id=7"), Status: 400, Code: "invalid", Fields: map[string]string{"query.limit": "must be at most 200", "query.team_id": "is unknown"}},
	})
}

func TestListOfProject(t *testing.T) {
	const path = "/api/project/151/agent"
	third := fixture.Agent(30, 151, "Third")
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever sees the project sees all of its agents", Request: get(demo.ProjectMember, path+"/"), Status: 200,
			Body: `{"success":true,"message":"Agents found successfully.","data":` + list(assistant) + `}`,
			Then: then(sees(demo.ProjectMember, "/api/project/4/agent", `"id":22,`)),
		},
		{Name: "one at a time", Given: third, Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: list(assistant), Has: []string{"next_cursor"}},
		{
			Name: "the next one", Given: third, First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=1&cursor="+fixture.Cursor), Status: 200,
			Has: []string{`"id":30,`}, Lacks: []string{`"id":21,`},
		},
		{
			Name: "another project's cursor", Given: third, First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, "/api/project/4/agent?cursor="+fixture.Cursor),
			Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
		{Name: "none", Given: fixture.Project(30, 7, "Empty"), Request: get(demo.ProjectMember, "/api/project/30/agent"), Status: 200, Data: `[]`},
		{Name: "a permission on one of them doesn't lead to the project", Given: on("owner"), Request: get(key(20), path), Status: 404, Code: "not_found", Then: then(knowsNot(key(20), "/api/project/4/agent"))},
		{Name: "another organisation's project", Request: get(demo.GlobalAdmin, "/api/project/9/agent"), Status: 404, Code: "not_found"},
		{Name: "a deleted project", First: after(drop(demo.ProjectAdmin, "/api/project/151")), Request: get(demo.GlobalAdmin, path), Status: 404, Code: "not_found"},
	})
}

func TestListOfTeams(t *testing.T) {
	const path = "/api/agent/team"
	second := fixture.All(people(20, 21), fixture.Team(8, "Second"), fixture.JoinsTeam(8, 20, "viewer"), fixture.Project(30, 8, "Theirs"), fixture.Agent(30, 30, "Theirs"), fixture.OnAgent(21, 20, "viewer"))
	fixture.Table(t, []fixture.Row{
		{Name: "those of the caller's teams", Request: get(demo.ProjectMember, path+"/"), Status: 200, Body: `{"success":true,"message":"Agents found successfully.","data":` + list(assistant, search) + `}`},
		{
			Name: "of his teams alone, whatever else he sees", Given: second, Request: get(key(20), path), Status: 200, Has: []string{`"id":30,`}, Lacks: []string{`"id":21,`, `"id":22,`},
			Then: then(sees(key(21), path, `"data":[]`), sees(demo.GlobalAdmin, path, `"data":[]`)),
		},
		{
			Name: "of one team", Given: second, Request: get(demo.GlobalAdmin, path+"?team_id=8"), Status: 200, Has: []string{`"id":30,`}, Lacks: []string{`"id":21,`},
			Then: then(not(demo.GlobalAdmin, path+"?team_id=7", `"id":30,`), sees(key(20), path+"?team_id=8", `"id":30,`), knowsNot(key(20), path+"?team_id=7"),
				knowsNot(demo.ProjectMember, path+"?team_id=8"), knowsNot(demo.GlobalAdmin, path+"?team_id=9"), knowsNot(demo.GlobalAdmin, path+"?team_id=10")),
		},
		{
			Name: "of another user's teams, what he sees of them", Given: second, Request: get(demo.GlobalAdmin, path+"?user_id=20"), Status: 200, Has: []string{`"id":30,`}, Lacks: []string{`"id":21,`},
			Then: then(sees(demo.GlobalAdmin, path+"?user_id=15", `"id":21,`, `"id":22,`), sees(demo.GlobalAdmin, path+"?user_id=20&team_id=7", `"id":21,`, `"id":22,`),
				not(demo.GlobalAdmin, path+"?user_id=21&team_id=7", `"id":21,`), not(demo.GlobalAdmin, path+"?user_id=21&team_id=8", `"id":30,`)),
		},
		{Name: "an inactive user sees none", Given: inactive(15), Request: get(demo.GlobalAdmin, path+"?user_id=15"), Status: 200, Data: `[]`},
		{Name: "for one's own id no rank is needed", Request: get(demo.ProjectMember, path+"?user_id=15"), Status: 200, Data: list(assistant, search)},
		{Name: "for another's it is, even for the team's owner", Request: get(demo.ProjectAdmin, path+"?user_id=15"), Status: 403, Code: "forbidden", Then: then(answers(403, get(demo.ProjectAdmin, path+"?user_id=15&team_id=7")))},
		{Name: "an unknown user, before that", Request: get(demo.ProjectAdmin, path+"?user_id=99"), Status: 404, Code: "not_found", Then: then(knowsNot(demo.GlobalAdmin, path+"?user_id=90"))},
		{
			Name: "a service key has no teams", Given: fixture.All(fixture.Key("test1", 0), fixture.Key("test2", 0, fixture.Bound(151)), fixture.Key("test3", 7, fixture.Bound(4))),
			Request: get("test1.secret", path), Status: 403, Code: "forbidden",
			Then: then(
				sees("test1.secret", path+"?team_id=7", `"id":21,`), sees("test1.secret", path+"?user_id=15", `"id":21,`), knowsNot("test2.secret", path+"?team_id=7"),
				sees("test3.secret", path, `"id":22,`), not("test3.secret", path, `"id":21,`),
			),
		},
		{Name: "one at a time", Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: list(assistant), Has: []string{"next_cursor"}},
		{Name: "the next one", First: after(get(demo.ProjectMember, path+"?team_id=7&limit=1")), Request: get(demo.ProjectMember, path+"?team_id=7&cursor="+fixture.Cursor), Status: 200, Data: list(search)},
		{
			Name: "another filter with its cursor", First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?team_id=7&cursor="+fixture.Cursor), Status: 400,
			Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
	})
}

// A walk sees each agent once, whatever the size of its pages and by however many
// paths they are reached, and those that don't count shorten pages only.
func TestWalk(t *testing.T) {
	s := fixture.New(t)
	given := fixture.All(people(20, 20), fixture.Team(8, "Second"), fixture.JoinsTeam(8, 20, "viewer"), fixture.Project(30, 0, "Lone"), fixture.Project(31, 8, "Theirs"), fixture.Project(32, 0, "Own"), fixture.Joins(32, 20, "member"))
	want := map[int64]bool{22: true}
	for id := int64(40); id < 60; id++ {
		var open []func(*model.Agent)
		if id%7 == 0 {
			open = append(open, fixture.Open("organization", ""))
		}
		given = fixture.All(given, fixture.Agent(id, 30+id%3, fmt.Sprint("A", id), open...))
		switch id % 4 {
		case 0:
			given = fixture.All(given, fixture.OnAgent(id, 20, "viewer"))
		case 1:
			given = fixture.All(given, fixture.OnAgent(id, 20, "viewer", fixture.Ends(0)))
		}
		if id%7 == 0 || id%3 != 0 || id%4 == 0 {
			want[id] = true
		}
	}
	s.Put(t, given)
	for limit := 1; limit < 9; limit += 2 {
		if seen := walk(t, s, key(20), "/api/agent", limit); fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("limit %d: saw %v, want %v", limit, seen, want)
		}
	}
}

// walk goes through all pages of a list, and returns the agents in it.
func walk(t *testing.T, s *fixture.System, key, path string, limit int) map[int64]bool {
	t.Helper()
	seen, last := map[int64]bool{}, int64(0)
	for _, page := range s.Pages(t, get(key, fmt.Sprint(path, "?limit=", limit))) {
		if len(page) > limit {
			t.Fatalf("limit %d: %v", limit, page)
		}
		for _, id := range page {
			if seen[id] || id <= last {
				t.Errorf("limit %d: agent %d after %d", limit, id, last)
			}
			seen[id], last = true, id
		}
	}
	return seen
}
