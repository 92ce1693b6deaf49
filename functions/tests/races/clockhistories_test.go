package races_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// hands are a clock that goes on, stands still, and jumps to wherever within five
// seconds of the true time.
type hands struct {
	mu     sync.Mutex
	random *rand.Rand
	shows  time.Duration
}

func (h *hands) look(tick time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch h.random.IntN(8) {
	case 0:
		h.shows = tick + time.Duration(h.random.IntN(10_000)-5_000)*time.Millisecond
	case 1, 2, 3:
	default:
		h.shows += time.Millisecond
	}
	return h.shows
}

// gift is one request of a history with clocks: on a project and a private agent
// of it, or with a removal that was made.
type gift struct {
	what    string
	user    int64
	removal int64
}

// given is what it came to: the status, and the removal that it made.
type given struct {
	status  int
	removal int64
}

// taken is a removal of one user, and what stood before it.
type taken struct {
	id, before int64 // before is the removal whose tombstone this one's came over
	permission bool
	undone     bool
}

// standingOf is what one user has: a membership, a permission that counts, and the
// removal whose tombstone stands.
type standingOf struct {
	member, permission bool
	tombstone          int64
	removals           []taken
}

// gifts are what a user has as any sequence of requests would have it. A removal
// takes the membership and ends the permission; one that is given afterwards
// counts. An undo of the removal that stands last brings both back, and an undo of
// another one neither.
var gifts = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byUser := map[int64][]porcupine.Operation{}
		for _, o := range history {
			user := o.Input.(gift).user
			byUser[user] = append(byUser[user], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range byUser {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return standingOf{} },
	Equal: func(a, b any) bool {
		x, y := a.(standingOf), b.(standingOf)
		return x.member == y.member && x.permission == y.permission && x.tombstone == y.tombstone && slices.Equal(x.removals, y.removals)
	},
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(standingOf), input.(gift), output.(given)
		done := out.status == http.StatusOK
		refused := func(is bool) (bool, any) { return is && !done, s }
		switch in.what {
		case "add":
			s.member = true
			return done, s
		case "give":
			s.permission = true
			return done, s
		case "look":
			return done == s.member && (done || out.status == http.StatusNotFound), s
		case "see":
			return done == (s.permission || s.member) && (done || out.status == http.StatusNotFound), s
		case "list":
			return done, s
		case "remove", "leave":
			if !s.member {
				return refused(out.status == http.StatusNotFound)
			}
			s.removals = append(slices.Clone(s.removals), taken{id: out.removal, before: s.tombstone, permission: s.permission})
			s.member, s.permission, s.tombstone = false, false, out.removal
			return done, s
		}
		return undone(s, in, out)
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " ", output) },
}

func undone(s standingOf, in gift, out given) (bool, any) {
	i := slices.IndexFunc(s.removals, func(t taken) bool { return t.id == in.removal })
	if i < 0 {
		return false, s
	}
	t := s.removals[i]
	if out.status == http.StatusConflict { // or something else is to be undone first
		return t.undone || s.tombstone != t.id, s
	}
	s.removals = slices.Clone(s.removals)
	s.removals[i].undone = true
	if s.tombstone == t.id {
		s.member, s.permission, s.tombstone = true, s.permission || t.permission, t.before
	}
	return out.status == http.StatusOK && !t.undone, s
}

// Of each history: its project and agent, who is admin, and the two whose things
// change. The first of these is ended in the end.
const firstOfClocks, peopleOfHistory = 20_000, 3

type clockHistory struct{ n, place, admin int64 }

func clockHistoryOf(n int64) clockHistory {
	return clockHistory{n, 5000 + n, firstOfClocks + peopleOfHistory*n}
}

func (h clockHistory) seeds() []seed.Seed {
	return append(seed.People(h.admin, h.admin+2), seed.Project(h.place, 0, seed.Roles{h.admin: "admin"}))
}

// request is what is sent for a gift.
func (h clockHistory) request(g gift) (key, method, path, body string) {
	project, agent := fmt.Sprintf("/api/project/%d", h.place), fmt.Sprintf("/api/agent/%d", h.place)
	admin, user := seed.KeyOf(h.admin), seed.KeyOf(g.user)
	member := fmt.Sprintf("%s/user/%d", project, g.user)
	switch g.what {
	case "add":
		return admin, http.MethodPost, project + "/user", fmt.Sprintf(`{"user_ids":[%d]}`, g.user)
	case "give":
		return admin, http.MethodPost, agent + "/user", fmt.Sprintf(`{"user_ids":[%d],"permission":"viewer"}`, g.user)
	case "remove":
		return admin, http.MethodDelete, member, ""
	case "leave":
		return user, http.MethodDelete, member, ""
	case "undo":
		return demo.GlobalAdmin, http.MethodPost, fmt.Sprintf("/api/removal/%d/undo", g.removal), ""
	case "look":
		return user, http.MethodGet, project, ""
	case "see":
		return user, http.MethodGet, agent, ""
	case "key":
		return user, http.MethodPost, "/api/api-key", fmt.Sprintf(`{"name":"bound","project_id":%d}`, h.place)
	case "invite":
		return admin, http.MethodPost, project + "/invite", fmt.Sprintf(`{"email":%q,"role":"member"}`, fixture.Email(g.user))
	case "end":
		return demo.GlobalAdmin, http.MethodDelete, fmt.Sprint("/api/user/", g.user), ""
	}
	return admin, http.MethodGet, project + "/user", ""
}

// play lets clients give and take at the same time through doors whose clocks
// differ, while what follows from removals is worked off, and returns what they
// were answered.
func (h clockHistory) play(ctx context.Context, s *fixture.System, doors []http.Handler, now func() model.Time) ([]porcupine.Operation, error) {
	const clients, gifts = 3, 5
	start := time.Now()
	var mu sync.Mutex
	var out []porcupine.Operation
	var removals []gift
	g := concurrent.NewGroup()
	for client := range clients {
		random := rand.New(rand.NewPCG(uint64(h.n), uint64(client)))
		g.Go(func() error {
			var look int64 // whom the last request has removed
			for range gifts {
				d := gift{what: drawn(random, "add", "add", "give", "give", "give", "remove", "remove", "undo", "undo", "look", "see", "see", "leave", "key", "invite", "list"), user: h.admin + 1 + random.Int64N(2)}
				if look != 0 {
					d, look = gift{what: "see", user: look}, 0
				}
				if mu.Lock(); d.what == "undo" {
					if d.what = "add"; len(removals) > 0 {
						d = removals[random.IntN(len(removals))]
					}
				}
				mu.Unlock()
				call := time.Since(start)
				key, method, path, body := h.request(d)
				got := ask(doors[random.IntN(len(doors))], key, method, path, body)
				made, _ := strconv.ParseInt(got.Header().Get("Wardroom-Removal"), 10, 64)
				end := time.Since(start)
				if mu.Lock(); made != 0 && d.what != "undo" {
					removals = append(removals, gift{"undo", d.user, made})
				}
				if d.what != "key" && d.what != "invite" {
					out = append(out, porcupine.Operation{ClientId: client, Input: d, Call: int64(call), Output: given{got.Code, made}, Return: int64(end)})
				}
				mu.Unlock()
				if got.Code >= http.StatusInternalServerError {
					return fmt.Errorf("%s %s: %d %s", method, path, got.Code, got.Body)
				}
				if made != 0 && d.what != "undo" && random.IntN(3) > 0 {
					look = d.user
				} else if made != 0 {
					if _, err := removal.Finish(ctx, s.Store, made, now()); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return out, g.Wait()
}

func drawn(random *rand.Rand, of ...string) string { return of[random.IntN(len(of))] }

// ends ends the account of the first one while things are given to them.
func (h clockHistory) ends(doors []http.Handler) error {
	g := concurrent.NewGroup()
	for i, what := range []string{"give", "end", "key", "invite", "add"} {
		g.Go(func() error {
			key, method, path, body := h.request(gift{what: what, user: h.admin + 1})
			got := ask(doors[(int(h.n)+i)%2], key, method, path, body)
			if what == "end" && got.Code != http.StatusOK || got.Code >= http.StatusInternalServerError {
				return fmt.Errorf("%s: %d %s", what, got.Code, got.Body)
			}
			return nil
		})
	}
	return g.Wait()
}

// leftovers are what was given before a removal that is done and stands, and is
// still there.
func leftovers(rows table.Rows) (out []string) {
	stands := func(project, user, epoch int64) bool {
		tomb, is := table.Tombstones.In(rows, project, user)
		return is && tomb.Buries(epoch)
	}
	for _, m := range table.AgentMembers.All(rows) {
		if stands(m.ProjectID, m.UserID, m.Epoch) {
			out = append(out, fmt.Sprintf("user %d has a permission on agent %d from before their removal", m.UserID, m.AgentID))
		}
	}
	for _, k := range table.Keys.All(rows) {
		if k.ProjectID != nil && k.UserID != nil && k.RevokedOn == nil && stands(*k.ProjectID, *k.UserID, k.Epoch) {
			out = append(out, fmt.Sprintf("key %d of user %d is from before their removal", k.ID, *k.UserID))
		}
	}
	users := map[string]int64{} // by the addresses that are theirs
	for _, u := range table.Users.All(rows) {
		if u.DeletedOn == nil {
			users[u.EmailKey] = u.ID
		}
		if !u.IsActive && u.ID >= firstOfClocks {
			for _, i := range table.Invites.All(rows) {
				if i.ForUser != nil && *i.ForUser == u.ID && i.Status == model.InvitePending {
					out = append(out, fmt.Sprintf("user %d is ended and still invited to %s", u.ID, i.Place))
				}
			}
		}
	}
	for _, i := range table.Invites.All(rows) {
		user, known := users[i.EmailKey]
		if known && i.ProjectID != nil && i.Status == model.InvitePending && stands(*i.ProjectID, user, i.Epoch) {
			out = append(out, fmt.Sprintf("user %d is invited to %s from before their removal", user, i.Place))
		}
	}
	return out
}

// Two doors whose clocks differ, jump and stand still: whatever is given, taken and
// undone through both at the same time, there is an order in which all answers are
// right, nothing given before a removal counts after it, and no removal leaves
// anything.
func TestHistoriesByTwoClocksAtScale(t *testing.T) {
	t.Parallel()
	histories := int64(scale.Of(500))
	d := &doors{System: fixture.New(t, fixture.Consistent(t))}
	var seeds []seed.Seed
	for n := range histories {
		seeds = append(seeds, clockHistoryOf(n).seeds()...)
	}
	seed.Commit(t.Context(), t, d.System, seeds...)
	for n := range histories { // whose project the one before has written
		h := clockHistoryOf(n)
		d.Fill(t, fixture.Agent(h.place, h.place, fmt.Sprint("Agent ", n)))
	}
	both := []http.Handler{
		d.by((&hands{random: rand.New(rand.NewPCG(1, 1))}).look),
		d.by((&hands{random: rand.New(rand.NewPCG(2, 2))}).look),
	}
	third := &hands{random: rand.New(rand.NewPCG(3, 3))}
	now := func() model.Time {
		return model.At(fixture.Epoch.Add(third.look(time.Duration(d.ticks.Load()) * time.Millisecond)))
	}
	var seen, blind, undos atomic.Int64
	g := concurrent.NewGroup()
	g.SetLimit(2)
	for n := range histories {
		g.Go(func() error {
			h := clockHistoryOf(n)
			history, err := h.play(t.Context(), d.System, both, now)
			if err != nil {
				return err
			}
			for _, o := range history {
				switch in, status := o.Input.(gift), o.Output.(given).status; {
				case in.what == "see" && status == http.StatusOK:
					seen.Add(1)
				case in.what == "see":
					blind.Add(1)
				case in.what == "undo" && status == http.StatusOK:
					undos.Add(1)
				}
			}
			if result := porcupine.CheckOperationsTimeout(gifts, history, 10*time.Second); result != porcupine.Ok {
				return fmt.Errorf("history %d is %s: %v", n, result, tell(history))
			}
			if n%2 == 1 {
				return nil
			}
			return h.ends(both)
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	settled(t, d.System, now)
	fixture.Check(t, d.System)
	for _, left := range leftovers(d.Rows(t.Context(), t)) {
		t.Error(left)
	}
	d.pastIsPresent(t, histories)
	t.Logf("%d agents seen, %d not, %d removals undone", seen.Load(), blind.Load(), undos.Load())
	if min(seen.Load(), blind.Load(), 4*undos.Load()) < histories/2 {
		t.Error("too little happened")
	}
}

// pastIsPresent asks how things were after the last change by any clock, which the
// audit log tells, and demands that they were as they are.
func (d *doors) pastIsPresent(t *testing.T, histories int64) {
	t.Helper()
	late := d.by(aheadBy(20 * time.Second))
	then := fixture.Epoch.Add(time.Duration(d.ticks.Load())*time.Millisecond + 10*time.Second)
	for n := range histories {
		h := clockHistoryOf(n)
		for _, user := range []int64{h.admin + 1, h.admin + 2} {
			for _, kind := range []string{"project", "agent"} {
				path := fmt.Sprintf("/api/access/explain?user_id=%d&action=view_%s&resource_type=%[2]s&resource_id=%d", user, kind, h.place)
				is := ask(late, demo.GlobalAdmin, http.MethodGet, path, "")
				was := ask(late, demo.GlobalAdmin, http.MethodGet, path+"&as_of="+then.Format(time.RFC3339), "")
				if is.Code != was.Code || is.Body.String() != was.Body.String() {
					t.Errorf("history %d: user %d and the %s: it was %d %s, and is %d %s", n, user, kind, was.Code, was.Body, is.Code, is.Body)
				}
			}
		}
	}
}

// settled works off every removal.
func settled(t *testing.T, s *fixture.System, now func() model.Time) {
	t.Helper()
	for _, r := range table.Removals.All(s.Rows(t.Context(), t)) {
		if r.PendingOn == nil {
			continue
		}
		if done, err := removal.Finish(t.Context(), s.Store, r.ID, now()); err != nil || !done {
			t.Errorf("removal %d: %v, %v", r.ID, done, err)
		}
	}
}
