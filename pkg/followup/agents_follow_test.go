package followup_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const (
	path   = "/api/project/200"
	inBand = "/api/project/201"
)

// A project that has moved twice has its agents in the last team, in whatever
// order its moves are followed, and however often; nobody sees a change of them.
func TestAgentsFollowTheirProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofCrowd())
	w.do(t, http.MethodPut, path, `{"team_id":8}`)
	w.do(t, http.MethodPut, path, `{"team_id":18}`)
	moves, moved := w.changes(t, "project:200"), w.Rows(t.Context(), t)
	var settled fixture.Dump
	for _, order := range [][]int{{0, 1}, {1, 0}, {0}, {1}, {1, 1, 0, 0, 1}} {
		w.Restore(t.Context(), t, moved)
		for _, i := range order {
			if err := w.follow(t.Context(), moves[i]); err != nil {
				t.Fatal(err)
			}
		}
		w.inTeam(t, crowd, 18)
		fixture.Check(t, w.System)
		for _, a := range table.Agents.All(w.Rows(t.Context(), t)) {
			if was, _ := table.Agents.In(moved, a.ID); a.Version != was.Version || a.ModifiedOn != was.ModifiedOn {
				t.Errorf("agent %d shows a change: %+v", a.ID, a)
			}
		}
		now := w.Dump(t.Context(), t)
		if settled == nil {
			settled = now
		}
		if d := cmp.Diff(settled, now); d != "" {
			t.Errorf("followed in the order %v (- in theirs, + so):\n%s", order, d)
		}
	}
	w.do(t, http.MethodPut, path, `{"team_id":null}`)
	if err := w.follow(t.Context(), w.changes(t, "project:200")[2]); err != nil {
		t.Error(err)
	}
	w.inTeam(t, crowd, 0)
	fixture.Check(t, w.System)
}

// What tells of no move and no deletion makes no calls.
func TestNothingToFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	team := func(id any) map[string]any { return map[string]any{"team": id} }
	for name, a := range map[string]model.Audit{
		"a new project":           {Resource: "project:151", After: team(7)},
		"an edit":                 {Resource: "project:151", Before: team(7), After: map[string]any{"team": 7, "renamed": true}},
		"a member":                {Resource: "project:151/user:15", Before: team(7), After: team(8)},
		"what is no project":      {Resource: "team:7", Before: team(7), After: team(8)},
		"what only begins so":     {Resource: "project:151x", Before: team(7), After: team(8)},
		"what isn't deleted":      {Resource: "project:151", Before: team(7), After: map[string]any{"is_deleted": false}},
		"a team that isn't named": {Resource: "project:151", Before: team(7), After: map[string]any{"renamed": true}},
	} {
		var calls fixture.Faults
		if err := w.follow(calls.In(t.Context()), a); err != nil || len(calls.Calls()) > 0 {
			t.Errorf("%s: %v, %v", name, err, calls.Calls())
		}
	}
	if err := w.follow(t.Context(), model.Audit{Resource: "project:99", Before: team(7), After: team(8)}); err != nil {
		t.Errorf("a project that is gone: %v", err)
	}
}

// Agents are made, edited and deleted, and their project moves on, while its
// moves are followed: in the end all of them say the team that it has.
func TestFollowedAmongWriters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofBand(), fixture.Crowd(band, first, 34, 0)) // two pages, of which the first is nearly the last
	var all sync.WaitGroup
	for worker := range 4 {
		rnd := rand.New(rand.NewPCG(uint64(worker), 9))
		all.Go(func() {
			for range 8 {
				agent := fmt.Sprint("/api/agent/", first+rnd.IntN(34))
				r := fixture.Request{Method: http.MethodPut, Path: agent, Body: fmt.Sprintf(`{"instructions":"Number %d."}`, rnd.IntN(1000)), Key: demo.GlobalAdmin}
				switch rnd.IntN(4) {
				case 0:
					r.Method, r.Path, r.Body = http.MethodPost, "/api/agent", `{"project_id":201,"name":"Fresh"}`
				case 1:
					r.Method, r.Body = http.MethodDelete, ""
				case 2:
					r.Path, r.Body = inBand, `{"team_id":`+[]string{"7", "8", "18", "null"}[rnd.IntN(4)]+`}`
				}
				if got := w.Do(t.Context(), r); got.Status >= http.StatusInternalServerError && got.Status != http.StatusServiceUnavailable {
					t.Errorf("%s %s: %d %s", r.Method, r.Path, got.Status, got.Body)
				}
				for _, a := range w.changes(t, "project:201") {
					_ = w.follow(t.Context(), a) // which may lose to another writer, and is called again
				}
			}
		})
	}
	all.Wait()
	moves := w.changes(t, "project:201")
	rand.New(rand.NewPCG(1, 9)).Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
	for _, a := range moves {
		if err := w.follow(t.Context(), a); err != nil {
			t.Error(err)
		}
	}
	p, _ := table.Projects.In(w.Rows(t.Context(), t), band)
	w.inTeam(t, band, p.Team())
	fixture.Check(t, w.System)
	if len(moves) < 2 {
		t.Errorf("it moved %d times", len(moves))
	}
}

// An agent is deleted before it has followed its project: it is in no list then.
func TestDeletedBeforeItFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begin := w.Rows(t.Context(), t)
	for _, to := range []string{"8", "null"} {
		for _, back := range []bool{false, true} {
			w.Restore(t.Context(), t, begin)
			w.Fresh()
			w.do(t, http.MethodPut, "/api/project/151", `{"team_id":`+to+`}`)
			if back { // it says that team, and its project is where it was
				if err := w.follow(t.Context(), w.changes(t, "project:151")[0]); err != nil {
					t.Error(err)
				}
				w.do(t, http.MethodPut, "/api/project/151", `{"team_id":7}`)
			}
			got := w.do(t, http.MethodDelete, "/api/agent/21", "")
			shown := map[bool]string{false: `"team":` + to, true: `"team":7`}[back]
			if !strings.Contains(got.Body, shown) {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			fixture.Check(t, w.System)
			w.inTeam(t, 151, 0)
			for _, a := range w.changes(t, "project:151") {
				if err := w.follow(t.Context(), a); err != nil {
					t.Error(err)
				}
			}
			fixture.Check(t, w.System)
		}
	}
}

// Each part of following a move or a deletion ends before or after each of its
// calls; who follows again comes to what it comes to without that.
func TestFollowCrashPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ofCrowd(), ofBand())
	w.do(t, http.MethodPut, path, `{"team_id":8}`)
	w.do(t, http.MethodDelete, inBand, "")
	begin, points := w.Rows(t.Context(), t), 0
	for name, change := range map[string]model.Audit{"move": w.changes(t, "project:200")[0], "end": w.changes(t, "project:201")[0]} {
		if err := w.follow(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		done := w.plain(t)
		for call, struck := 1, true; struck; call += scale.Stride(4) {
			struck = false
			for _, ending := range fixture.Endings() {
				w.Restore(t.Context(), t, begin)
				f := fixture.Faults{Call: call, Fault: ending}
				err := w.follow(f.In(t.Context()), change)
				if f.Struck() == 0 {
					continue
				}
				struck = true
				points++
				what := fmt.Sprintf("%s: %s at call %d", name, ending.Name, call)
				if err == nil {
					t.Errorf("%s: it says that all is done", what)
				}
				for _, broken := range fixture.Broken(w.Rows(t.Context(), t)) {
					t.Errorf("%s: %s", what, broken)
				}
				if err := w.follow(t.Context(), change); err != nil {
					t.Errorf("%s: again: %v", what, err)
				}
				if d := cmp.Diff(done, w.plain(t)); d != "" {
					t.Errorf("%s (- without it, + with it):\n%s", what, d)
				}
			}
		}
		w.Restore(t.Context(), t, begin)
	}
	t.Logf("%d crash points", points)
	if want := 40 / scale.Stride(4); points < want {
		t.Errorf("%d crash points, want %d at least", points, want)
	}
}

// plain is what the table holds, without the audit log and times.
func (w *world) plain(t *testing.T) fixture.Dump {
	t.Helper()
	out := fixture.Dump{}
	for p, row := range w.Dump(t.Context(), t) {
		if row["kind"] == "Audit" {
			continue
		}
		for _, name := range []string{"modified_on", "pending_on", "gsi3sk"} {
			delete(row, name)
		}
		out[p] = row
	}
	return out
}
