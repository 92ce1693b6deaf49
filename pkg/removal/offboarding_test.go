package removal_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// plan plans that user 20 leaves and returns the request that applies it. User 1
// becomes owner of their agents, whoever takes over the rest.
func (w *world) plan(t testing.TB, heir int64, key ...string) fixture.Request {
	t.Helper()
	got := w.ask(t, http.StatusCreated, http.MethodPost, "/api/offboarding/plan", fmt.Sprintf(`{"user_id":20,"transfer_to":%d,"reassign":{"agents":1}}`, heir), key...)
	var planned struct {
		Data struct {
			PlanID   int64  `json:"plan_id"`
			PlanHash string `json:"plan_hash"`
		}
	}
	read(t, got.Body, &planned)
	apply := fixture.Request{Method: http.MethodPost, Path: "/api/offboarding/apply", Key: demo.GlobalAdmin, Body: fmt.Sprintf(`{"plan_id":%d,"plan_hash":%q}`, planned.Data.PlanID, planned.Data.PlanHash)}
	if len(key) > 0 {
		apply.Key = key[0]
	}
	return apply
}

// taken counts the removals of user 20 by what he was taken out of.
func (w *world) taken(t testing.TB) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for _, r := range table.Removals.All(w.Rows(t.Context(), t)) {
		switch {
		case !slices.Contains(r.UserIDs, 20):
		case r.ProjectID != nil:
			seen[fmt.Sprint("project ", *r.ProjectID)]++
		case r.TeamID != nil:
			seen[fmt.Sprint("team ", *r.TeamID)]++
		default:
			seen["account"]++
		}
	}
	return seen
}

// once demands that he was taken out of so many places, once each, and that his
// account has ended once.
func (w *world) once(t testing.TB, what string, places int) {
	t.Helper()
	seen := w.taken(t)
	if len(seen) != places+1 || seen["account"] != 1 {
		t.Errorf("%s: he was taken out of %v, want %d places", what, seen, places)
	}
	for place, n := range seen {
		if n != 1 {
			t.Errorf("%s: %d removals from %s", what, n, place)
		}
	}
}

// each is once where plans alone removed him.
func (w *world) each(t testing.TB, what string, places int) {
	t.Helper()
	w.once(t, what, places)
	w.held(t, what, w.Rows(t.Context(), t))
}

// held demands that each place still has somebody, and that the plan names all
// removals.
func (w *world) held(t testing.TB, what string, rows table.Rows) {
	t.Helper()
	for _, p := range table.Projects.All(rows) {
		if before, _ := table.Projects.In(w.base, p.ID); before.AdminCount > 0 && p.AdminCount == 0 {
			t.Errorf("%s: project %d has no admin left", what, p.ID)
		}
	}
	for _, team := range table.Teams.All(rows) {
		if before, _ := table.Teams.In(w.base, team.ID); before.OwnerCount > 0 && team.OwnerCount == 0 {
			t.Errorf("%s: team %d has no owner left", what, team.ID)
		}
	}
	var named, made []int64
	for _, p := range table.Plans.All(rows) {
		named = append(named, p.Removals...)
	}
	for _, r := range table.Removals.All(rows) {
		if slices.Contains(r.UserIDs, 20) {
			made = append(made, r.ID)
		}
	}
	slices.Sort(named)
	slices.Sort(made)
	if !slices.Equal(named, made) {
		t.Errorf("%s: the plans name %v, made are %v", what, named, made)
	}
}

// places is where busy's user 20 is: four projects and three teams.
const places = 7

// An application ends before or after each of its calls to the backend; the same
// request again does what is left, and each step is made once.
func TestOffboardingCrashPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	points := 0
	for _, heir := range []int64{1, 22} { // who calls, and somebody in his team
		w.anew(t)
		apply := w.plan(t, heir)
		planned := w.Rows(t.Context(), t)
		w.open()
		w.clock.Store(1000)
		w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body)
		w.each(t, "without a crash", places)
		w.settle(t)
		done := w.Rows(t.Context(), t)
		points += w.crashes(t, fmt.Sprint("heir ", heir), planned, func(ctx context.Context) { w.Do(ctx, apply) }, func(what string) {
			w.held(t, what+", before it goes on", w.Rows(t.Context(), t))
			first := w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body)
			if again := w.ask(t, http.StatusOK, apply.Method, apply.Path, apply.Body); again.Body != first.Body {
				t.Errorf("%s: first\n%s\nand again\n%s", what, first.Body, again.Body)
			}
			w.each(t, what, places)
			w.settle(t)
			same(t, what, done, w.Rows(t.Context(), t))
		})
	}
	t.Logf("%d crash points", points)
	if points < 80 {
		t.Errorf("%d crash points, want 80 at least", points)
	}
}

// Two requests that apply one plan at the same time make each step once; one of
// them may be told that the other is at it.
func TestOffboardingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	for range 5 {
		w.anew(t)
		apply := w.plan(t, 1)
		granted := 0
		for _, got := range w.Together(t.Context(), apply, apply, apply) {
			switch got.Status {
			case http.StatusOK:
				granted++
			case http.StatusConflict:
				if code := codeOf(t, got); code != "in_progress" {
					t.Error(got.Body)
				}
			default:
				t.Error(got.Status, got.Body)
			}
		}
		if granted == 0 {
			t.Error("none of them got through")
		}
		w.each(t, "three at once", places)
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

// What the leaver gets while he is taken out goes with him.
func TestOffboardingMeetsNewPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	got := w.meanwhile(t, w.plan(t, 1), func() {
		w.ask(t, http.StatusCreated, http.MethodPost, "/api/project", `{"project_name":"His last"}`, "keya.secret")
	})
	if got.Status != http.StatusOK {
		t.Error(got.Status, got.Body)
	}
	w.each(t, "a project made meanwhile", places+1)
	w.settle(t)
	w.sound(t)
}

// Before the first step the world may not move; after it the steps see to
// themselves.
func TestOffboardingOvertaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	apply := w.plan(t, 1)
	w.base = w.Rows(t.Context(), t)
	for _, r := range []struct {
		name               string
		method, path, body string
		status             int
		code               string
		places             int
	}{
		{name: "he is taken out of the first place", method: http.MethodDelete, path: "/api/project/151/user/20", status: http.StatusConflict, code: "plan_stale"},
		{name: "he becomes admin of the first", method: http.MethodPost, path: "/api/project/151/user", body: `{"user_ids":[20],"role":"admin"}`, status: http.StatusConflict, code: "plan_stale"},
		{name: "he is taken out of a later one", method: http.MethodDelete, path: "/api/project/162/user/20", status: http.StatusOK, places: places},
		{name: "he becomes the last admin", method: http.MethodDelete, path: "/api/project/161/user/21", status: http.StatusOK, places: places},
		{name: "a later one is deleted", method: http.MethodDelete, path: "/api/project/162", status: http.StatusOK, places: places - 1},
		{name: "he is deleted", method: http.MethodDelete, path: "/api/user/20?transfer_to=1", status: http.StatusConflict, code: "plan_stale"},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			var others map[string]int
			got := w.meanwhile(t, apply, func() {
				w.ask(t, http.StatusOK, r.method, r.path, r.body)
				others = w.taken(t)
			})
			if got.Status != r.status || r.code != "" && codeOf(t, got) != r.code {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			w.sound(t)
			if r.status == http.StatusOK {
				w.once(t, r.name, r.places)
			} else if d := cmp.Diff(others, w.taken(t)); d != "" {
				t.Errorf("refused, and yet he was removed (- before, + after):\n%s", d)
			}
			w.settle(t)
			w.sound(t)
		})
	}
}

// An heir who goes in the middle, or a caller who loses his rank there: nobody is
// orphaned, and another plan goes on where it ended.
func TestOffboardingHeirGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	got := w.meanwhile(t, w.plan(t, 22), func() { w.ask(t, http.StatusOK, http.MethodDelete, "/api/user/22", "") })
	if got.Status != http.StatusConflict || codeOf(t, got) != "plan_stale" {
		t.Error(got.Status, got.Body)
	}
	w.sound(t)
	rows := w.Rows(t.Context(), t)
	if m, is := table.ProjectMembers.In(rows, 160, 20); !is || m.Role != "admin" {
		t.Error("a project was left alone")
	}
	if u, _ := table.Users.In(rows, 20); !u.IsActive {
		t.Error("his account has ended")
	}
	again := w.plan(t, 1)
	w.ask(t, http.StatusOK, again.Method, again.Path, again.Body)
	w.each(t, "by two plans", places)
	w.settle(t)
	w.sound(t)
}

func TestOffboardingCallerLosesHisRank(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Key("staf", 23), fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 23))...)
	apply := w.plan(t, 1, "staf.secret")
	planned := w.Rows(t.Context(), t)
	got := w.meanwhile(t, apply, func() {
		w.ask(t, http.StatusOK, http.MethodPut, "/api/user/23", `{"is_staff":false}`)
	})
	if got.Status != http.StatusNotFound { // as to everybody who has no rank
		t.Error(got.Status, got.Body)
	}
	now := w.Rows(t.Context(), t)
	if len(table.Removals.All(now)) != len(table.Removals.All(planned)) {
		t.Error("and yet somebody was removed")
	}
	w.sound(t)
}

// A leaver with 300 projects, more than one transaction or one request can take:
// each request does what its time allows, and the next one goes on.
func TestOffboardingManyProjects(t *testing.T) {
	t.Parallel()
	const many = 300
	var made, joined fixture.Given
	for n := int64(0); n < many; n += 30 { // a project has two rows
		var g fixture.Given
		for id := 2000 + n; id < 2030+n; id++ {
			g = append(g, fixture.Project(id, 0, fmt.Sprint("Many ", id))...)
			joined = append(joined, fixture.Joins(id, 20, "admin", func(m *model.ProjectMember) { m.ID = 500_000 + id })...)
		}
		made = append(made, fixture.Together(g)...)
	}
	for part := range slices.Chunk(joined, 40) {
		made = append(made, fixture.Together(part)...)
	}
	w := newWorld(t, fixture.People(20, 20), made)
	w.sound(t)
	w.ask(t, http.StatusConflict, http.MethodDelete, "/api/user/20?transfer_to=1", "") // limit
	apply := w.plan(t, 1)
	begun, cut := time.Now(), 0
	for {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Duration(cut)*250*time.Millisecond)
		got := w.Do(ctx, apply)
		cancel()
		if got.Status == http.StatusOK {
			var made struct{ Data []model.Removal }
			read(t, got.Body, &made)
			if len(made.Data) != many+1 {
				t.Errorf("%d removals are answered", len(made.Data))
			}
			break
		}
		if cut++; got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || cut > many {
			t.Fatalf("%d %s, Retry-After %q, the %dth time", got.Status, got.Body, got.Header.Get("Retry-After"), cut)
		}
	}
	t.Logf("%d projects in %v, %d requests ran out of time", many, time.Since(begun), cut)
	if cut == 0 {
		t.Error("no request ran out of time")
	}
	w.each(t, "many", many)
	w.settle(t)
	w.sound(t)
}
