package removal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// A plan tells of agents under the step of their project, or of the account
// where the leaver isn't a member of that; what it tells is what is done, and
// each step is undone.
func TestOffboardingOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	var planned struct{ Data removal.Plan }
	read(t, w.ask(t, http.StatusCreated, http.MethodPost, "/api/offboarding/plan", `{"user_id":20,"transfer_to":22,"reassign":{"agents":1}}`).Body, &planned)
	told := map[string][]string{}
	for _, s := range planned.Data.Steps {
		for _, e := range s.Effects {
			if strings.Contains(e.Resource, "agent:") || strings.Contains(e.Resource, "starred") || strings.Contains(e.Resource, "recent-agent") {
				told[s.Resource] = append(told[s.Resource], strings.Join([]string{e.Resource, e.Action, e.Detail}, " "))
			}
		}
	}
	owned := func(id int) []string {
		return []string{fmt.Sprintf("agent:%d transfer owner becomes user:1", id), fmt.Sprintf("agent:%d/user:20 delete permission as owner", id)}
	}
	if d := cmp.Diff(map[string][]string{
		"project:151/user:20": append(owned(31), "agent:32/user:20 delete permission as editor"),
		"project:160/user:20": owned(33), "project:161/user:20": append(owned(34), owned(36)...), "project:162/user:20": owned(35),
		"user:20": {"agent:22/user:20 delete permission as editor", "user:20/recent-agent delete recent agents", "user:20/starred:22 delete starred agent", "user:20/starred:31 delete starred agent"},
	}, told); d != "" {
		t.Errorf("the plan tells:\n%s", d)
	}
	var applied struct{ Data []model.Removal }
	read(t, w.ask(t, http.StatusOK, http.MethodPost, "/api/offboarding/apply", fmt.Sprintf(`{"plan_id":%d,"plan_hash":%q}`, planned.Data.PlanID, planned.Data.PlanHash)).Body, &applied)
	w.settle(t)
	w.sound(t)
	rows := w.Rows(t.Context(), t)
	for _, a := range table.Agents.All(rows) {
		if was, _ := table.Agents.In(w.base, a.ID); was.Owner() == 20 && a.Owner() != 1 {
			t.Errorf("agent %d is of %d now", a.ID, a.Owner())
		}
	}
	if m, _ := table.ProjectMembers.In(rows, 160, 22); m.Role != "admin" {
		t.Errorf("who takes over the rest is %q there", m.Role)
	}
	if left := agentsOf(rows, 20); len(left) > 0 {
		t.Errorf("he still has %v", left)
	}
	for i := len(applied.Data) - 1; i >= 0; i-- {
		if got := w.ask(t, http.StatusOK, http.MethodPost, undo(applied.Data[i].ID), ""); !strings.Contains(got.Body, `"not_restored":[]`) {
			t.Error(got.Body)
		}
	}
	w.sound(t)
	now := w.Rows(t.Context(), t)
	delete(now, table.Plans.Key(planned.Data.PlanID))
	if d := cmp.Diff(lasting(w.base), lasting(now)); d != "" {
		t.Errorf("not as before (- before, + now):\n%s", d)
	}
}

// An heir of agents must be able to reach their projects, all of them where a
// plan names him, and the request says which field is meant.
func TestNoHeirOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, 23))...)
	w.Put(t, fixture.All(fixture.Agent(37, 161, "A guest's"), fixture.OnAgent(37, 24, "owner"), fixture.Owns(37, 24)))
	w.base = w.Rows(t.Context(), t)
	const plan = "/api/offboarding/plan"
	for _, r := range []struct {
		name, method, path, body string
		field                    string
	}{
		{"of a project, who can't reach it", http.MethodDelete, "/api/project/160/user/20?transfer_to=24", "", "query.transfer_to"},
		{"of a project, in vain by an agent that is open", http.MethodDelete, "/api/project/151/user/20?transfer_to=24", "", "query.transfer_to"},
		{"of a project, himself", http.MethodDelete, "/api/project/151/user/20?transfer_to=20", "", "query.transfer_to"},
		{"of a project, who is inactive", http.MethodDelete, "/api/project/151/user/20?transfer_to=23", "", "query.transfer_to"},
		{"of an account, who is inactive", http.MethodDelete, "/api/user/24?transfer_to=23", "", "query.transfer_to"},
		{"of an account, himself", http.MethodDelete, "/api/user/24?transfer_to=24", "", "query.transfer_to"},
		{"of an account, of another organisation", http.MethodDelete, "/api/user/24?transfer_to=90", "", "query.transfer_to"},
		{"of accounts, one of them", http.MethodDelete, "/api/user/batch?user_ids=24,22&transfer_to=22", "", "query.transfer_to"},
		{"of a leaver, who can't reach one of the projects", http.MethodPost, plan, `{"user_id":20,"transfer_to":21}`, "body.transfer_to"},
		{"of a leaver, who can't reach a project that he isn't in", http.MethodPost, plan, `{"user_id":24,"transfer_to":22}`, "body.transfer_to"},
		{"of a leaver, of agents alone", http.MethodPost, plan, `{"user_id":20,"transfer_to":1,"reassign":{"agents":22}}`, "body.reassign.agents"},
		{"of a leaver, of agents, who is inactive", http.MethodPost, plan, `{"user_id":20,"transfer_to":1,"reassign":{"agents":23}}`, "body.reassign.agents"},
	} {
		t.Run(r.name, func(t *testing.T) {
			if got := w.ask(t, http.StatusNotFound, r.method, r.path, r.body); !strings.Contains(got.Body, `"`+r.field+`"`) {
				t.Error(got.Body)
			}
			w.asBefore(t)
		})
	}
	// Who owns nothing there needs none.
	w.ask(t, http.StatusCreated, http.MethodPost, plan, `{"user_id":24,"transfer_to":22,"reassign":{"agents":21}}`)
}

// A plan is stale once an agent of the leaver's is another's, or his permission on
// one is another; what else happens to agents leaves it as it is.
func TestOffboardingPlanOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	apply := w.plan(t, 22)
	w.base = w.Rows(t.Context(), t)
	for _, r := range []struct {
		name   string
		step   step
		status int
	}{
		{"an agent has another owner", owner(31, 15), http.StatusConflict},
		{"he owns another agent", owner(32, 20), http.StatusConflict},
		{"he has a new permission", gives(21, 20, "viewer"), http.StatusConflict},
		{"his permission is another", gives(22, 20, "viewer"), http.StatusConflict},
		{"his permission is gone", step{http.MethodDelete, "/api/agent/22/user?user_ids=20", ""}, http.StatusConflict},
		{"an agent is deleted", step{http.MethodDelete, "/api/agent/33", ""}, http.StatusConflict},
		{"his permission is another, which ends before the plan does", gives(32, 20, "viewer"), http.StatusOK},
		{"an agent was edited", step{http.MethodPut, "/api/agent/31", `{"instructions":"New"}`}, http.StatusOK},
		{"it was liked", step{http.MethodPut, "/api/agent/31/rating", `{"vote":"up"}`}, http.StatusOK},
		{"the heir has a permission already", gives(33, 1, "viewer"), http.StatusOK},
		{"so has another one", gives(31, 16, "editor"), http.StatusOK},
		{"he uses another one", step{}, http.StatusOK},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			if r.step == (step{}) {
				w.ask(t, http.StatusOK, http.MethodPost, "/api/agent/34/recent", "", "keya.secret")
				w.ask(t, http.StatusOK, http.MethodPost, "/api/agent/34/starred", "", "keya.secret")
			} else {
				w.do(t, r.step)
			}
			got := w.Do(t.Context(), apply)
			if got.Status != r.status || r.status == http.StatusConflict && codeOf(t, got) != "plan_stale" {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			w.settle(t)
			w.sound(t)
		})
	}
}
