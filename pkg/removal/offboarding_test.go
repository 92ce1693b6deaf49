package removal_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// plan plans that user 20 leaves, with so many heirs, and returns the request that
// applies it.
func (w *world) plan(t testing.TB, heirs string, key ...string) (removal.Plan, fixture.Request) {
	t.Helper()
	got := w.ask(t, http.StatusCreated, http.MethodPost, "/api/offboarding/plan", `{"user_id":20,`+heirs+`}`, key...)
	var planned struct{ Data removal.Plan }
	read(t, got.Body, &planned)
	apply := fixture.Request{Method: http.MethodPost, Path: "/api/offboarding/apply", Key: demo.GlobalAdmin, Body: fmt.Sprintf(`{"plan_id":%d,"plan_hash":%q}`, planned.Data.PlanID, planned.Data.PlanHash)}
	if len(key) > 0 {
		apply.Key = key[0]
	}
	return planned.Data, apply
}

func said(effects []model.Effect) string {
	var all []string
	for _, e := range effects {
		all = append(all, e.Resource+" "+e.Action+" "+e.Detail)
	}
	return strings.Join(all, "\n")
}

// What a plan tells is what the removal does; it names what an heir can't take,
// and one undo puts all of it back.
func TestOffboarding(t *testing.T) {
	t.Parallel()
	for _, r := range []struct{ name, heirs, tells string }{
		{"one heir takes all", `"transfer_to":1`, "project:160/user:1 transfer becomes admin|team:20/user:1 transfer becomes owner|agent:35 transfer owner becomes user:1"},
		{"an heir who can't reach a project", `"transfer_to":24`, "project:160 transfer admin becomes nobody, since user:24 can't take it|team:20 transfer owner becomes nobody, since user:24 can't take it|agent:35 transfer owner becomes nobody"},
		{"an heir of projects, and one of the rest", `"transfer_to":22,"reassign":{"agents":1,"projects":21}`, "project:160/user:21 transfer becomes admin|team:20/user:22 transfer becomes owner|agent:31 transfer owner becomes user:1"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, busy()...)
			plan, apply := w.plan(t, r.heirs)
			for want := range strings.SplitSeq(r.tells, "|") {
				if !strings.Contains(said(plan.Steps), want) {
					t.Errorf("the plan doesn't tell %q:\n%s", want, said(plan.Steps))
				}
			}
			var applied struct{ Data model.Removal }
			read(t, w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body).Body, &applied)
			if d := cmp.Diff(said(plan.Steps), said(applied.Data.Effects)); d != "" {
				t.Errorf("- the plan, + the removal:\n%s", d)
			}
			w.sound(t)
			w.settle(t)
			w.sound(t)
			alike(t, "record", sorted(plan.Steps), effectsOf(t, w.ask(t, http.StatusOK, http.MethodPost, apply.Path, apply.Body).Body))
			w.ask(t, http.StatusOK, http.MethodPost, undo(applied.Data.ID), "")
			w.sound(t)
			now := w.Rows(t.Context(), t)
			delete(now, table.Plans.Key(plan.PlanID))
			if d := cmp.Diff(lasting(w.base), lasting(now)); d != "" {
				t.Errorf("not as before (- before, + now):\n%s", d)
			}
		})
	}
}

// A plan is stale when the leaver's rank or account or an heir has changed, and
// never for what the leaver holds.
func TestOffboardingPlanStale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	_, apply := w.plan(t, `"transfer_to":22,"reassign":{"agents":23}`)
	w.base = w.Rows(t.Context(), t)
	for _, r := range []struct {
		name   string
		step   step
		status int
	}{
		{"the leaver has a rank", step{http.MethodPut, "/api/user/20", `{"is_staff":true}`}, http.StatusConflict},
		{"the leaver's account has ended", step{http.MethodPut, "/api/user/20", `{"is_active":false}`}, http.StatusConflict},
		{"the leaver is deleted", step{http.MethodDelete, "/api/user/20", ""}, http.StatusConflict},
		{"an heir is deleted", step{http.MethodDelete, "/api/user/22", ""}, http.StatusConflict},
		{"an heir of some things has a rank", step{http.MethodPut, "/api/user/23", `{"is_staff":true}`}, http.StatusConflict},
		{"the leaver has another name", step{http.MethodPut, "/api/user/20", `{"first_name":"Else"}`}, http.StatusOK},
		{"an agent has another owner", owner(31, 15), http.StatusOK},
		{"the leaver owns another agent", owner(32, 20), http.StatusOK},
		{"the leaver is out of a project", step{http.MethodDelete, "/api/project/151/user/20", ""}, http.StatusOK},
		{"the leaver is the last admin of another", step{http.MethodDelete, "/api/project/161/user/21", ""}, http.StatusOK},
		{"a project is deleted", step{http.MethodDelete, "/api/project/162", ""}, http.StatusOK},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			w.do(t, r.step)
			got := w.Do(t.Context(), apply)
			if got.Status != r.status || r.status == http.StatusConflict && codeOf(t, got) != "plan_stale" {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			w.settle(t)
			w.sound(t)
		})
	}
}

// An application ends before or after each of its calls to the backend; the same
// request again answers the one removal that there is.
func TestOffboardingCrashPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	_, apply := w.plan(t, `"transfer_to":1`)
	planned := w.Rows(t.Context(), t)
	w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body)
	w.settle(t)
	ended := settledRows(w.Rows(t.Context(), t))
	w.sound(t)
	points := w.crashes(t, "apply", planned, func(ctx context.Context) { w.Do(ctx, apply) }, func(what string) {
		first := w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body)
		if again := w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body); len(made(w.Rows(t.Context(), t))) != 1 {
			t.Errorf("%s: first\n%s\nand again\n%s", what, first.Body, again.Body)
		}
		w.settle(t)
		same(t, what, ended, w.Rows(t.Context(), t))
	})
	t.Logf("%d crash points", points)
	if want := scale.Of(20); points < want {
		t.Errorf("%d crash points, want %d at least", points, want)
	}
}

// Requests that apply one plan at the same time make one removal.
func TestOffboardingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	_, apply := w.plan(t, `"transfer_to":1`)
	w.base = w.Rows(t.Context(), t)
	for range 5 {
		w.anew(t)
		for _, got := range w.Together(t.Context(), apply, apply, apply) {
			if got.Status != http.StatusOK {
				t.Error(got.Status, got.Body)
			}
		}
		if n := len(made(w.Rows(t.Context(), t))); n != 1 {
			t.Errorf("%d removals", n)
		}
		w.sound(t)
	}
}

func codeOf(t testing.TB, r fixture.Response) string {
	t.Helper()
	var refused struct {
		Meta struct{ Code string }
	}
	read(t, r.Body, &refused)
	return refused.Meta.Code
}

// meanwhile holds a request up before its first transaction, lets something else
// happen, and lets it go on.
func (w *world) meanwhile(t testing.TB, q fixture.Request, happens func()) fixture.Response {
	t.Helper()
	held, pause := fixture.Paused(t.Context())
	answered := make(chan fixture.Response, 1)
	go func() { answered <- w.Do(held, q) }()
	<-pause.Reached()
	happens()
	pause.Release()
	return <-answered
}

// A caller who loses the rank before the end is written is answered as anybody
// without one, and the account stays.
func TestOffboardingCallerLosesTheRank(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Key("staf", 23), fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 23))...)
	_, apply := w.plan(t, `"transfer_to":1`, "staf.secret")
	got := w.meanwhile(t, apply, func() { w.ask(t, http.StatusOK, http.MethodPut, "/api/user/23", `{"is_staff":false}`) })
	if got.Status != http.StatusNotFound { // as to everybody who has no rank
		t.Error(got.Status, got.Body)
	}
	if len(made(w.Rows(t.Context(), t))) != 0 {
		t.Error("and yet somebody was removed")
	}
	w.sound(t)
}
