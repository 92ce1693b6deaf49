package followup_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// The projects and teams of these tests. A crowd has more agents than are looked
// at at a time, a band few with all the aliases that they may have.
const (
	crowd, band = 200, 201
	members     = 65
	first       = 2000 // agent of the crowd
	firstOfBand = 3000
)

// world is a system in which indexes may be late and calls may fail.
type world struct {
	*fixture.System
	late fixture.Late
}

func newWorld(t *testing.T, given ...fixture.Given) *world {
	t.Helper()
	w := &world{}
	w.System = fixture.New(t, w.late.Option, fixture.Trouble)
	w.Put(t, fixture.All(fixture.Team(8, "Eight"), fixture.Team(18, "Eighteen")))
	for _, g := range given {
		w.Put(t, g)
	}
	return w
}

// ofCrowd and ofBand are the projects with their agents, in team 7.
func ofCrowd() fixture.Given {
	return fixture.All(fixture.Project(crowd, 7, "Crowd"), fixture.Crowd(crowd, first, members, 0))
}

func ofBand() fixture.Given {
	return fixture.All(fixture.Project(band, 7, "Band"), fixture.Crowd(band, firstOfBand, 5, 1))
}

// do sends a request of a global admin that must be answered.
func (w *world) do(t *testing.T, method, path, body string) fixture.Response {
	t.Helper()
	got := w.Do(t.Context(), fixture.Request{Method: method, Path: path, Body: body, Key: demo.GlobalAdmin})
	if got.Status >= http.StatusBadRequest {
		t.Fatalf("%s %s %s: %d %s", method, path, body, got.Status, got.Body)
	}
	return got
}

// changes are the audit rows of a project, in order.
func (w *world) changes(t *testing.T, resource string) []model.Audit {
	t.Helper()
	rows := slices.DeleteFunc(fixture.Audits(w.Rows(t.Context(), t)), func(a model.Audit) bool { return a.Resource != resource })
	slices.SortFunc(rows, func(a, b model.Audit) int { return a.TS.Std().Compare(b.TS.Std()) })
	return rows
}

func (w *world) now() model.Time { return model.At(w.Now()) }

func (w *world) follow(ctx context.Context, a model.Audit) error {
	return followup.FollowProject(ctx, w.Store, a, w.now())
}

// inTeam demands that all agents of a project that aren't deleted say a team, and
// are in its list and in that of no other.
func (w *world) inTeam(t *testing.T, project, team int64) {
	t.Helper()
	var want []int64
	for _, a := range table.Agents.All(w.Rows(t.Context(), t)) {
		if a.ProjectID != project || a.IsDeleted {
			continue
		}
		if want = append(want, a.ID); a.Team() != team {
			t.Errorf("agent %d says team %d, want %d", a.ID, a.Team(), team)
		}
	}
	slices.Sort(want)
	for _, other := range []int64{7, 8, 18} {
		found, err := w.Store.AgentsOfTeam(t.Context(), other, 0, 1000)
		var got []int64
		for _, at := range found {
			if at.Project == project {
				got = append(got, at.Agent)
			}
		}
		if err != nil || other == team && !slices.Equal(got, want) || other != team && len(got) > 0 {
			t.Errorf("in the list of team %d are %v of %v, %v", other, got, want, err)
		}
	}
}

// ended demands that nothing is left of a deleted project's agents but their
// rows, until their retention is over.
func (w *world) ended(t *testing.T, project int64) {
	t.Helper()
	rows := w.Rows(t.Context(), t)
	if p, _ := table.Projects.In(rows, project); p.AgentCount != 0 {
		t.Errorf("project %d counts %d agents", project, p.AgentCount)
	}
	of := map[int64]bool{}
	for _, a := range table.Agents.All(rows) {
		if of[a.ID] = a.ProjectID == project; a.ProjectID == project && (!a.IsDeleted || a.PendingOn == nil || a.AliasCount != 0) {
			t.Errorf("%+v", a)
		}
	}
	for _, a := range table.Aliases.All(rows) {
		if of[a.AgentID] {
			t.Errorf("alias %q is still taken", a.Alias)
		}
	}
	for _, a := range table.TeamAgents.All(rows) {
		if of[a.AgentID] {
			t.Errorf("agent %d is in the list of team %d", a.AgentID, a.TeamID)
		}
	}
	told := map[string]int{}
	for _, a := range fixture.Audits(rows) {
		if a.Action == "finish-project-deletion" {
			told[a.Resource]++
		}
	}
	for resource, n := range told {
		if n != 1 {
			t.Errorf("the end of %s is told %d times", resource, n)
		}
	}
	fixture.Check(t, w.System)
}
