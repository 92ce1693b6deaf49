package ledger

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// In an organisation of 10,000 agents of which the caller sees 200, by his
// projects, his teams, permissions of his own and openness, a page of 50 takes four
// round trips at most, and costs what it costs where there are only a few others.
func TestManyAgents(t *testing.T) {
	const visible, page = 200, 50
	trace := new(fixture.Trace)
	s := fixture.New(t, trace.Option(), fixture.Away)
	s.Put(t, fixture.All(fixture.People(301, 301), fixture.Key("viewer1", 301)))
	c := &crowd{t: t, s: s}
	c.places()
	c.seen(visible)
	c.others(20_000, 200)
	c.walk(trace, page) // the first cursor of a process reads the secret that seals them
	few := c.walk(trace, page)
	c.others(30_000, 9_600)
	many := c.walk(trace, page)
	if many.agents != visible || few.agents != visible {
		t.Errorf("a walk shows %d and %d agents, want %d", few.agents, many.agents, visible)
	}
	for range 2 { // a machine that stalls makes calls look as if they came one after the other
		if many.trips > int(people) {
			many = c.walk(trace, page)
		}
	}
	if many.trips > int(people) {
		t.Errorf("a page takes %d round trips, want %d at most", many.trips, people)
	}
	if !slices.Equal(few.units, many.units) {
		t.Errorf("pages cost %v units among 200 others, and %v among 9,800", few.units, many.units)
	}
	t.Logf("pages of %d take %d round trips and %v read units", page, many.trips, many.units)
}

// Somebody in fifty projects and fifty teams has a page in four round trips, too: a
// list asks all places at the same time.
func TestAgentsOfManyPlaces(t *testing.T) {
	const places, page = 50, 50
	trace := new(fixture.Trace)
	s := fixture.New(t, trace.Option(), fixture.FarAway)
	s.Put(t, fixture.All(fixture.People(301, 301), fixture.Key("viewer1", 301)))
	c := &crowd{t: t, s: s}
	var rows []dynamo.Item
	for i := range int64(places) {
		own, team, ofTeam := 1000+i, 2000+i, 3000+i
		project := func(id int64, in *int64) dynamo.Item {
			return item(t, table.Projects, model.Project{ID: id, Name: fmt.Sprint("Project ", id), OrganizationID: 1, TeamID: in, AgentCount: 2, Version: 1})
		}
		rows = append(rows, project(own, nil), project(ofTeam, &team), item(t, table.Teams, model.Team{ID: team, Name: fmt.Sprint("Team ", i), OrganizationID: 1, Version: 1}),
			item(t, table.ProjectMembers, model.ProjectMember{ID: 9000 + i, ProjectID: own, UserID: 301, Role: "member", Version: 1}),
			item(t, table.TeamMembers, model.TeamMember{ID: 9500 + i, TeamID: team, UserID: 301, Role: "viewer", Version: 1}))
		for n := range int64(2) {
			rows = append(append(rows, c.agent(10_000+4*i+n, own, 0, "private")...), c.agent(10_002+4*i+n, ofTeam, team, "private")...)
		}
	}
	c.write(rows)
	var got walked
	for range 3 { // a machine that stalls makes calls look as if they came one after the other
		if got = c.walk(trace, page); got.trips <= int(people) {
			break
		}
	}
	if got.agents != 4*places+1 { // and agent 22 of the demo data
		t.Errorf("a walk shows %d agents, want %d", got.agents, 4*places+1)
	}
	if got.trips > int(people) {
		t.Errorf("a page takes %d round trips, want %d at most", got.trips, people)
	}
	t.Logf("pages of %d, of %d places, take %d round trips and %v read units", page, 2*places, got.trips, got.units)
}

// crowd is an organisation with very many agents.
type crowd struct {
	t *testing.T
	s *fixture.System
}

// The viewer's places: projects 501 to 503 are his own, 511 to 514 belong to his two
// teams, and 520 is none of his.
var viewers = map[int64]int64{501: 0, 502: 0, 503: 0, 511: 51, 512: 51, 513: 52, 514: 52, 520: 53}

func (c *crowd) places() {
	given := fixture.All(fixture.Team(51, "One"), fixture.Team(52, "Two"), fixture.Team(53, "Other"))
	for id, team := range viewers {
		given = append(given, fixture.Project(id, team, "Project "+strconv.FormatInt(id, 10))...)
		if team == 0 {
			given = append(given, fixture.Joins(id, 301, "member")...)
		}
	}
	for _, team := range []int64{51, 52} {
		given = append(given, func(tx *table.Tx, _ table.Rows) {
			table.TeamMembers.Put(tx, model.TeamMember{ID: 600 + team, TeamID: team, UserID: 301, Role: "viewer", CreatedOn: model.At(fixture.Epoch), Version: 1})
			tx.Add(table.Teams.Key(team), "member_count", 1)
		})
	}
	c.s.Put(c.t, given)
}

// seen makes the agents that the viewer sees: of four kinds, one as many as the
// other, but for agent 22 of the demo data, which is open to him too.
func (c *crowd) seen(n int64) {
	own, teams := []int64{501, 502, 503}, []int64{511, 512, 513, 514}
	var rows []dynamo.Item
	for i := range n - 1 {
		id := 10_000 + i
		switch i % 4 {
		case 0:
			rows = append(rows, c.agent(id, own[i%3], 0, "private")...)
		case 1:
			rows = append(rows, c.agent(id, teams[i/4%4], viewers[teams[i/4%4]], "private")...)
		case 2:
			rows = append(append(rows, c.agent(id, 520, 53, "private")...), item(c.t, table.AgentMembers, model.AgentMember{
				ID: 700_000 + id, AgentID: id, ProjectID: 520, UserID: 301, Role: "viewer", CreatedOn: model.At(fixture.Epoch), Version: 1,
			}))
		case 3:
			rows = append(rows, c.agent(id, 520, 53, "organization")...)
		}
	}
	c.write(rows)
}

// others makes agents that he doesn't see.
func (c *crowd) others(first, n int64) {
	var rows []dynamo.Item
	for i := range n {
		rows = append(rows, c.agent(first+i, 520, 53, "private")...)
	}
	c.write(rows)
}

// agent is the rows of an agent that a list looks at; team is that of its project, 0
// for none.
func (c *crowd) agent(id, project, team int64, level string) []dynamo.Item {
	a := model.Agent{
		ID: id, Name: "Agent", ProjectID: project, OrganizationID: 1, TypeID: 1, AccessLevel: level, ConfigVersion: 1, LastVersion: 1,
		Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1,
	}
	var rows []dynamo.Item
	if team != 0 {
		a.TeamID = &team
		rows = append(rows, item(c.t, table.TeamAgents, model.TeamAgent{TeamID: team, AgentID: id, ProjectID: project}))
	}
	if level != "private" {
		rows = append(rows, item(c.t, table.OpenAgents, model.OpenAgent{OrganizationID: 1, AgentID: id, ProjectID: project}))
	}
	return append(rows, item(c.t, table.Agents, a))
}

func item[T any](t *testing.T, e *table.Entity[T], v T) dynamo.Item {
	t.Helper()
	row, err := e.Item(v)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// write puts rows as they are, many at a time.
func (c *crowd) write(rows []dynamo.Item) {
	c.t.Helper()
	for some := range slices.Chunk(rows, 25) { // what one batch may hold
		var puts []types.WriteRequest
		for _, row := range some {
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: row}})
		}
		out, err := c.s.Client.BatchWriteItem(c.t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{c.s.Table: puts}})
		if err != nil || len(out.UnprocessedItems) > 0 {
			c.t.Fatal(err, len(out.UnprocessedItems))
		}
	}
}

// walked is what a walk through the whole list showed and cost.
type walked struct {
	agents, trips int
	units         []float64 // of each page
}

func (c *crowd) walk(trace *fixture.Trace, limit int) (w walked) {
	c.t.Helper()
	for cursor := ""; ; {
		trace.Take()
		got := c.s.Do(c.t.Context(), fixture.Request{Method: "GET", Path: fmt.Sprintf("/api/agent?limit=%d%s", limit, cursor), Key: "viewer1.secret"})
		calls := trace.Take()
		var page struct {
			Data []model.Agent
			Meta struct {
				Next string `json:"next_cursor"`
			}
		}
		if err := json.Unmarshal([]byte(got.Body), &page); err != nil || got.Status != http.StatusOK {
			c.t.Fatal(got.Status, got.Body)
		}
		w.agents += len(page.Data)
		w.trips = max(w.trips, fixture.Trips(calls))
		units := 0.0
		for _, call := range calls {
			units += call.Units
		}
		w.units = append(w.units, units)
		if page.Meta.Next == "" {
			return w
		}
		cursor = "&cursor=" + page.Meta.Next
	}
}
