package removal_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

// What somebody gains after a removal has looked, and before it wrote, makes it
// look again, from nothing: the second look doesn't remember the first.
func TestGainedBetweenTwoTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	type step struct{ method, path, body string }
	alone := []step{ // user 22 becomes the only admin of project 161, and owner of team 21
		{http.MethodPost, "/api/project/161/user", `{"user_ids":[22],"role":"admin"}`},
		{http.MethodPost, "/api/team/21/user", `{"user_ids":[22],"role":"owner"}`},
		{http.MethodDelete, "/api/project/161/user/20", ""},
		{http.MethodDelete, "/api/project/161/user/21", ""},
		{http.MethodPut, "/api/user/22", `{"first_name":"Changed"}`}, // which the removal is about
	}
	for _, r := range []struct {
		name   string
		remove step
		given  []step
		while  []step
		status int
		has    string
	}{
		{"an account that is deleted", step{http.MethodDelete, "/api/user/22?report=true", ""}, nil, alone, 200, `"no_admin_left"`},
		{"one that goes to an heir", step{http.MethodDelete, "/api/user/22?report=true&transfer_to=1", ""}, nil, alone, 200, `"project:161/user:1","action":"transfer"`},
		{"one that is deactivated", step{http.MethodPut, "/api/user/22", `{"is_active":false}`}, nil, alone, 200, ""},
		{"several", step{http.MethodDelete, "/api/user/batch?user_ids=22,23&report=true", ""}, nil, alone, 200, `"no_admin_left"`},
		{"a member who becomes the last admin", step{http.MethodDelete, "/api/project/161/user/22", ""},
			[]step{{http.MethodPost, "/api/project/161/user", `{"user_ids":[22]}`}}, alone, 409, `"code":"last_project_admin"`},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			for _, s := range r.given {
				w.ask(t, http.StatusOK, s.method, s.path, s.body)
			}
			ctx, pause := fixture.Paused(t.Context())
			answered := make(chan fixture.Response, 1)
			go func() {
				answered <- w.Do(ctx, fixture.Request{Method: r.remove.method, Path: r.remove.path, Body: r.remove.body, Key: demo.GlobalAdmin})
			}()
			<-pause.Reached()
			for _, s := range r.while {
				w.ask(t, http.StatusOK, s.method, s.path, s.body)
			}
			pause.Release()
			got := <-answered
			if got.Status != r.status || !strings.Contains(got.Body, r.has) {
				t.Errorf("%d %s, want %d with %s", got.Status, got.Body, r.status, r.has)
			}
			w.settle(t)
			w.sound(t)
			if r.status != http.StatusOK {
				return
			}
			rows := w.Rows(t.Context(), t)
			for _, m := range table.ProjectMembers.All(rows) {
				if m.UserID == 22 {
					t.Errorf("still in project %d", m.ProjectID)
				}
			}
			for _, m := range table.TeamMembers.All(rows) {
				if m.UserID == 22 {
					t.Errorf("still in team %d", m.TeamID)
				}
			}
		})
	}
}
