package agent_test

import (
	"fmt"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

// An agent goes with its project: to another team, whose people have a way to it
// from then on and those of the old one no more, and into deletion.
func TestWithItsProject(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(people(20, 21), fixture.JoinsTeam(7, 20, "editor"), fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "owner"), fixture.JoinsTeam(8, 21, "editor")))
	const path = "/api/agent/21"
	at := func(looks ...look) {
		t.Helper()
		for _, l := range looks {
			l.at(t, s)
		}
	}
	at(
		sees(key(20), path), sees(key(20), "/api/agent", `"id":21,`), sees(key(20), "/api/agent/team?team_id=7", `"id":21,`),
		knowsNot(key(21), path), not(key(21), "/api/agent", `"id":21,`),
		answers(200, put(demo.ProjectAdmin, "/api/project/151", `{"team_id":8}`)),
		// At once, though the rows of the agents still say the old team.
		knowsNot(key(20), path), not(key(20), "/api/agent", `"id":21,`), not(key(20), "/api/agent/team?team_id=7", `"id":21,`), not(key(20), "/api/agent/team", `"id":21,`),
		not(demo.ProjectAdmin, "/api/agent/team?team_id=7", `"id":21,`), not(demo.GlobalAdmin, "/api/agent/team?team_id=7", `"id":21,`),
		sees(key(21), path, `"team":8`), answers(200, edit(key(21), `{"name":"N"}`), `"team":8`),
		sees(demo.ProjectAdmin, path+"/user?user_id=21", `"permission":"editor","source":"team:8"`), knowsNot(demo.ProjectAdmin, path+"/user?user_id=20"),
		sees(key(21), "/api/project/151/agent", `"id":21,`), sees(key(21), "/api/agent-alias?agent_id=21", "support"),
	)
	s.Settle(t.Context(), t)
	if a, _ := table.Agents.In(s.Rows(t.Context(), t), 21); a.Team() != 8 {
		t.Errorf("the agent's row says team %d", a.Team())
	}
	at(
		sees(key(21), "/api/agent", `"id":21,`), sees(key(21), "/api/agent/team?team_id=8", `"id":21,`), sees(key(21), "/api/agent/team", `"id":21,`),
		not(key(20), "/api/agent", `"id":21,`), not(key(20), "/api/agent/team", `"id":21,`), sees(demo.ProjectAdmin, path+"/user", `"source":"direct"`),
		answers(200, drop(demo.ProjectAdmin, "/api/project/151")),
		knowsNot(demo.GlobalAdmin, path), not(demo.GlobalAdmin, "/api/agent", `"id":21,`), not(demo.GlobalAdmin, "/api/agent-alias", "support"),
	)
	s.Settle(t.Context(), t)
	rows := s.Rows(t.Context(), t)
	if a, _ := table.Agents.In(rows, 21); !a.IsDeleted || a.PendingOn == nil {
		t.Errorf("after its project: %+v", a)
	}
	at(answers(201, post(demo.ProjectAdmin, "/api/agent/22/alias", `{"alias":"support"}`)))
	for _, broken := range fixture.Broken(s.Rows(t.Context(), t)) {
		t.Error(broken)
	}
}

// A project's details show its agents, of very many the first 200.
func TestInDetails(t *testing.T) {
	var crowd fixture.Given
	for id := int64(1001); id <= 1199; id++ {
		crowd = append(crowd, fixture.Agent(id, 151, fmt.Sprint("A", id))...)
	}
	last := fixture.Agent(1200, 151, "Last")
	both := `{"project_ids":[4,151],"include":["agents"]}`
	fetch := post(demo.ProjectMember, "/api/project/details", both)
	fixture.Table(t, []fixture.Row{
		{
			Name: "200 are shown whole", Request: get(demo.ProjectMember, "/api/project/151"), Status: 200, Has: []string{`"agent_count":200`, `"agents":[{"id":21,"name":"Support Assistant"},{"id":1001,"name":"A1001"}`, `{"id":1199,"name":"A1199"}]`}, Lacks: []string{"meta"},
			Then: then(look{Request: fetch, status: 200, has: []string{`"agents":[{"id":22,"name":"Handbook Search"}]`, `{"id":1199,"name":"A1199"}]`}, lacks: []string{"meta"}}),
		},
		{
			Name: "of 201 the last is not, which meta says", Given: last, Request: get(demo.ProjectMember, "/api/project/151"), Status: 200, Has: []string{`{"id":1199,"name":"A1199"}]`},
			Lacks: []string{`"id":1200,`}, Meta: `{"agents_truncated":true}`,
		},
		{Name: "Fetch Project Details says so too", Given: last, Request: fetch, Status: 200, Has: []string{`{"id":1199,"name":"A1199"}]`}, Lacks: []string{`"id":1200,`}, Meta: `{"agents_truncated":true}`},
		{
			Name: "not where the agents aren't asked for", Given: last, Request: post(demo.ProjectMember, "/api/project/details", `{"project_ids":[151],"include":["users"]}`), Status: 200,
			Has: []string{`"agents":[]`}, Lacks: []string{"meta"},
		},
		{
			Name: "a deleted one isn't shown", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: get(demo.ProjectMember, "/api/project/151"), Status: 200,
			Has: []string{`"agent_count":199`, `"agents":[{"id":1001,`}, Lacks: []string{`"id":21,`, "meta"},
		},
		{Name: "a list without a limit has 200 of them", Given: last, Request: get(demo.ProjectMember, "/api/project/151/agent"), Status: 200, Has: []string{`"id":1199,`, "next_cursor"}, Lacks: []string{`"id":1200,`}},
	}, fixture.Together(crowd))
}
