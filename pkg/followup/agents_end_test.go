package followup_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// A project's agents end with it, however many they are and whatever each has:
// their aliases are free again, and it counts none. To follow it again changes
// nothing.
func TestAgentsEndWithTheirProject(t *testing.T) {
	t.Parallel()
	// Each 19th has all the aliases it may have, after so many that have none that
	// it fills up a transaction of theirs.
	w := newWorld(t, fixture.Project(crowd, 7, "Crowd"), fixture.Crowd(crowd, first, members, 19))
	w.do(t, http.MethodDelete, path, "")
	change := w.changes(t, "project:200")[0]
	for _, q := range []string{"/api/agent/2000", "/api/agent/2018"} {
		if got := w.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: q, Key: demo.GlobalAdmin}); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d before they have followed", q, got.Status)
		}
	}
	var both sync.WaitGroup // as the stream and a sweep do
	for range 2 {
		both.Go(func() {
			if err := w.follow(t.Context(), change); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	w.ended(t, crowd)
	rows := w.Rows(t.Context(), t)
	for id := int64(first); id < first+members; id++ {
		a, _ := table.Agents.In(rows, id)
		if a.ModifiedBy != "admin@organization.com" || a.Version != 2 {
			t.Errorf("%+v", a)
		}
	}
	if n := strings.Count(fmt.Sprint(table.Audits.All(rows)), "finish-project-deletion"); n != members {
		t.Errorf("the log tells of the end of %d agents", n)
	}
	before := w.Dump(t.Context(), t)
	if err := w.follow(t.Context(), change); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(before, w.Dump(t.Context(), t)); d != "" {
		t.Errorf("followed again (- once, + twice):\n%s", d)
	}
	w.do(t, http.MethodPost, "/api/agent/21/alias", `{"alias":"agent-2018-a"}`)
	fixture.Check(t, w.System)
}

// What an index hasn't told yet makes it an error, so that whoever called calls
// again; until then nothing else is done in its place.
func TestLateIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofCrowd(), ofBand())
	begin := w.Rows(t.Context(), t)
	const inTheMiddle, last, ofFive = first + 31, first + members - 1, firstOfBand + 2
	move := func() { w.do(t, http.MethodPut, path, `{"team_id":8}`) }
	end := func() { w.do(t, http.MethodDelete, inBand, "") }
	for _, r := range []struct {
		name    string
		change  func()
		project int64
		late    []table.Primary
		lag     func(table.Rows) bool // what is as it was as long as it is late
	}{
		{"a move, of an agent in the middle", move, crowd, []table.Primary{table.Agents.Key(inTheMiddle)}, inTeamOf(inTheMiddle, 7)},
		{"a move, of the last agent", move, crowd, []table.Primary{table.Agents.Key(last)}, inTeamOf(last, 7)},
		{"a deletion, of an agent", end, band, []table.Primary{table.Agents.Key(ofFive)}, isThere(ofFive)},
		{"a deletion, of an alias", end, band, []table.Primary{table.Aliases.Key(100*ofFive + 7)}, isThere(ofFive)},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.Restore(t.Context(), t, begin)
			w.Fresh()
			r.change()
			change := w.changes(t, fmt.Sprint("project:", r.project))[0]
			w.late.Of(r.late...)
			for range 2 {
				if err := w.follow(t.Context(), change); err == nil {
					t.Error("it says that all is done")
				}
				if !r.lag(w.Rows(t.Context(), t)) {
					t.Error("and yet it knew of it")
				}
				fixture.Check(t, w.System)
			}
			if r.project == band {
				due := w.now().Add(store.Retention*time.Hour + time.Second)
				if err := followup.PurgeThing(t.Context(), w.Store, &resource.Project, due, band); err == nil {
					t.Error("the project is purged")
				}
				if _, is := table.Projects.In(w.Rows(t.Context(), t), int64(band)); !is {
					t.Error("the project is gone before its agents")
				}
			}
			w.late.Of()
			if err := w.follow(t.Context(), change); err != nil {
				t.Error(err)
			}
			if r.project == band {
				w.ended(t, band)
				return
			}
			w.inTeam(t, crowd, 8)
			fixture.Check(t, w.System)
		})
	}
}

// An agent that an index is late with isn't overlooked because another one goes
// that was counted already.
func TestLateIndexAndADeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofCrowd())
	w.do(t, http.MethodPut, path, `{"team_id":8}`)
	change := w.changes(t, "project:200")[0]
	w.late.Of(table.Agents.Key(int64(first + 40)))
	f := fixture.Faults{Call: 4, Fault: fixture.Meanwhile(func() { w.do(t, http.MethodDelete, "/api/agent/2003", "") })} // the first page is moved
	if err := w.follow(f.In(t.Context()), change); err == nil {
		t.Error("it says that all is done")
	}
	if names := f.Calls(); len(names) < 4 || names[2] != "TransactWriteItems" || names[3] != "Query" {
		t.Errorf("the calls were %v", names)
	}
	w.late.Of()
	if err := w.follow(t.Context(), change); err != nil {
		t.Error(err)
	}
	w.inTeam(t, crowd, 8)
	fixture.Check(t, w.System)
}

// inTeamOf reports whether an agent still says a team, and isThere whether it
// isn't deleted.
func inTeamOf(agent, team int64) func(table.Rows) bool {
	return func(rows table.Rows) bool {
		a, _ := table.Agents.In(rows, agent)
		return a.Team() == team
	}
}

func isThere(agent int64) func(table.Rows) bool {
	return func(rows table.Rows) bool {
		a, _ := table.Agents.In(rows, agent)
		return !a.IsDeleted
	}
}

// The stream's function lets agents follow, and purges them when their retention
// is over: what nobody asks for happens by itself.
func TestThroughTheStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofBand())
	listed := func(team, n int) {
		t.Helper()
		got := w.do(t, http.MethodGet, fmt.Sprint("/api/agent/team?limit=100&team_id=", team), "")
		if found := strings.Count(got.Body, `"project":201,"team":`+fmt.Sprint(team)); found != n {
			t.Errorf("team %d has %d of them, want %d: %s", team, found, n, got.Body)
		}
	}
	listed(7, 5)
	w.do(t, http.MethodPut, inBand, `{"team_id":8}`)
	w.do(t, http.MethodPut, inBand, `{"team_id":18}`)
	w.Settle(t.Context(), t)
	listed(7, 0)
	listed(8, 0)
	listed(18, 5)
	w.do(t, http.MethodDelete, "/api/agent/3001", "")
	w.do(t, http.MethodDelete, inBand, "")
	w.Settle(t.Context(), t)
	w.ended(t, band)
	listed(18, 0)
	w.Pass(store.Retention * time.Hour)
	w.Settle(t.Context(), t)
	w.Pass(time.Second)
	w.Settle(t.Context(), t)
	rows := w.Rows(t.Context(), t)
	if _, is := table.Projects.In(rows, int64(band)); is {
		t.Error("the project isn't purged")
	}
	for p, item := range rows {
		if a, is := fixture.Plain(item)["agent_id"].(float64); is && a >= firstOfBand && table.KindOf(item) != "Audit" {
			t.Errorf("%v is left of agent %v", p, a)
		}
	}
	fixture.Check(t, w.System)
}
