package removal_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// firstAgent is the id of the first of agentsByChance, of which each project has
// two.
const firstAgent = 30

// agentsByChance are agents of projects 160 to 165, which users 20 to 24 own, have
// a permission on, or have marked.
func agentsByChance(rnd *rand.Rand) []fixture.Given {
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	given := []fixture.Given{fixture.Project(165, 20, "Project 165")}
	for n := range int64(12) {
		id, owner := firstAgent+n, 20+rnd.Int64N(7)
		var edits []func(*model.Agent)
		if chance(30) {
			edits = append(edits, fixture.Open("organization", ""))
		}
		given = append(given, fixture.Agent(id, 160+n/2, fmt.Sprint("Agent ", id), edits...))
		for user := int64(20); user < 25; user++ {
			switch {
			case user == owner:
				given = append(given, fixture.All(fixture.OnAgent(id, user, "owner"), fixture.Owns(id, user)))
			case chance(36):
				var ends []func(*model.AgentMember)
				if chance(55) {
					ends = append(ends, fixture.Ends(time.Duration(rnd.IntN(2))*time.Hour))
				}
				given = append(given, fixture.OnAgent(id, user, []string{"viewer", "editor", "owner"}[rnd.IntN(3)], ends...))
			}
		}
	}
	for user := int64(20); user < 25; user++ {
		if chance(50) {
			given = append(given, fixture.Given{marked(user, firstAgent+rnd.Int64N(12), 21)})
		}
	}
	return given
}

// happens does something to one of the agents, if it is there and lets it be
// done, and returns which.
func (w *world) happens(t *testing.T, rnd *rand.Rand) int64 {
	t.Helper()
	id, user := firstAgent+rnd.Int64N(12), 20+rnd.Int64N(5)
	r := fixture.Request{Method: http.MethodPut, Path: fmt.Sprint("/api/agent/", id), Key: demo.GlobalAdmin}
	switch rnd.IntN(6) {
	case 0:
		r.Body = fmt.Sprintf(`{"instructions":"Number %d."}`, rnd.IntN(1000))
	case 1:
		r.Body = fmt.Sprintf(`{"owner":%d}`, user)
	case 2:
		r.Path, r.Body = r.Path+"/access", `{"access_level":"`+[]string{"private", "organization", "public"}[rnd.IntN(3)]+`"}`
	case 3:
		r.Method = http.MethodDelete
	case 4:
		r.Method, r.Path, r.Body = http.MethodPost, r.Path+"/user", fmt.Sprintf(`{"user_ids":[%d],"permission":%q}`, user, []string{"viewer", "editor", "owner"}[rnd.IntN(3)])
	case 5:
		r.Method, r.Path = http.MethodDelete, fmt.Sprintf("%s/user?user_ids=%d", r.Path, user)
	}
	if got := w.Do(t.Context(), r); got.Status >= http.StatusInternalServerError {
		t.Fatalf("%s %s %s: %d %s", r.Method, r.Path, r.Body, got.Status, got.Body)
	}
	return id
}

// past lets things happen to the agents and their projects, which may have
// followed these or not.
func (w *world) past(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	for range rnd.IntN(8) {
		w.happens(t, rnd)
	}
	for range rnd.IntN(3) {
		w.do(t, step{http.MethodPut, fmt.Sprint("/api/project/", 160+rnd.IntN(6)), `{"team_id":` + []string{"20", "21", "null"}[rnd.IntN(3)] + `}`})
	}
	if rnd.IntN(2) == 0 {
		w.do(t, step{http.MethodDelete, "/api/project/165", ""})
	}
	if rnd.IntN(2) == 0 {
		w.Settle(t.Context(), t)
	}
	for range rnd.IntN(3) {
		w.happens(t, rnd)
	}
	w.base = w.Rows(t.Context(), t)
	w.sound(t)
}

// disturbed undoes a removal after more has happened to agents. Whatever isn't
// restored is about these, and all that isn't about them is as it was before.
func (w *world) disturbed(t *testing.T, f flow, rnd *rand.Rand) {
	t.Helper()
	w.anew(t)
	w.ask(t, http.StatusOK, f.method, f.path, f.body)
	id := made(w.Rows(t.Context(), t))[0].ID
	if rnd.IntN(2) == 0 {
		w.settle(t)
	}
	touched := map[string]bool{}
	for range 1 + rnd.IntN(6) {
		touched[fmt.Sprint(w.happens(t, rnd))] = true
	}
	w.sound(t)
	if rnd.IntN(2) == 0 {
		w.settle(t)
	}
	var got struct {
		Meta struct {
			Left []string `json:"not_restored"`
		}
	}
	read(t, w.ask(t, http.StatusOK, http.MethodPost, undo(id), "").Body, &got)
	for _, left := range got.Meta.Left {
		agent, _, _ := strings.Cut(strings.TrimPrefix(left, "agent:"), "/")
		if !touched[agent] {
			t.Errorf("%s isn't restored; what has happened is about %v", left, touched)
		}
	}
	w.sound(t)
	w.settle(t)
	w.sound(t)
	rest := func(rows table.Rows) fixture.Dump {
		out := lasting(rows)
		for p, row := range out {
			if row["kind"] == "Project" {
				delete(row, "agent_count")
			}
			if touched[fmt.Sprint(row["agent_id"])] || row["ownerless_of"] == model.OwnerlessAgent && touched[fmt.Sprint(row["ownerless_id"])] {
				delete(out, p)
			}
		}
		return out
	}
	if d := cmp.Diff(rest(w.base), rest(w.Rows(t.Context(), t))); d != "" {
		t.Errorf("beside agents %v (- before, + now):\n%s", touched, d)
	}
}
