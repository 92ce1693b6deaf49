package removal_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// An heir must be another active user, on a project's route one who can reach it;
// the request says which field is meant.
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
		{"of a project, who can't reach it, which is named", http.MethodDelete, "/api/project/160/user/20?transfer_to=24", "", `query.transfer_to":"must be another user who can reach project:160`},
		{"of a project, in vain by an agent that is open", http.MethodDelete, "/api/project/151/user/20?transfer_to=24", "", `query.transfer_to":"must be another user who can reach project:151`},
		{"of a project, himself", http.MethodDelete, "/api/project/151/user/20?transfer_to=20", "", "query.transfer_to"},
		{"of a project, who is inactive", http.MethodDelete, "/api/project/151/user/20?transfer_to=23", "", "query.transfer_to"},
		{"of an account, who is inactive", http.MethodDelete, "/api/user/24?transfer_to=23", "", "query.transfer_to"},
		{"of an account, himself", http.MethodDelete, "/api/user/24?transfer_to=24", "", "query.transfer_to"},
		{"of an account, of another organisation", http.MethodDelete, "/api/user/24?transfer_to=90", "", "query.transfer_to"},
		{"of accounts, one of them", http.MethodDelete, "/api/user/batch?user_ids=24,22&transfer_to=22", "", "query.transfer_to"},
		{"of a leaver, of agents, who is inactive", http.MethodPost, plan, `{"user_id":20,"transfer_to":1,"reassign":{"agents":23}}`, "body.reassign.agents"},
	} {
		t.Run(r.name, func(t *testing.T) {
			if got := w.ask(t, http.StatusNotFound, r.method, r.path, r.body); !strings.Contains(got.Body, `"`+r.field+`"`) {
				t.Error(got.Body)
			}
			w.asBefore(t)
		})
	}
}
