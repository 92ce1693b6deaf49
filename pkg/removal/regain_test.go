package removal_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// step is one request of a global admin, or what comes after requests.
type step struct{ method, path, body string }

// settling is that what follows from the steps so far is done.
var settling = step{}

// do takes steps, all of which must be answered.
func (w *world) do(t *testing.T, steps ...step) {
	t.Helper()
	for _, s := range steps {
		if s == settling {
			w.settle(t)
			continue
		}
		if got := w.Do(t.Context(), fixture.Request{Method: s.method, Path: s.path, Body: s.body, Key: demo.GlobalAdmin}); got.Status >= http.StatusBadRequest {
			t.Fatalf("%s %s %s: %d %s", s.method, s.path, s.body, got.Status, got.Body)
		}
	}
}

// owner makes a user the owner of an agent, and gives gives him a permission.
func owner(agent, user int64) step {
	return step{http.MethodPut, fmt.Sprint("/api/agent/", agent), fmt.Sprintf(`{"owner":%d}`, user)}
}

func gives(agent, user int64, role string) step {
	return step{http.MethodPost, fmt.Sprintf("/api/agent/%d/user", agent), fmt.Sprintf(`{"user_ids":[%d],"permission":%q}`, user, role)}
}

// stands is an agent in short: its owner and its version, and what user 20 and
// another one are on it.
func stands(rows table.Rows, agent, other int64) string {
	role := func(user int64) string {
		m, _ := table.AgentMembers.In(rows, user, agent)
		return cmp.Or(m.Role, "nothing")
	}
	a, _ := table.Agents.In(rows, agent)
	return fmt.Sprintf("of %d, version %d; he %s, heir %s", a.Owner(), a.Version, role(20), role(other))
}

// An undo leaves alone what has changed since of agents, and names it; the rest
// it puts back. Whoever owns an agent then has the permission of an owner.
func TestUndoLeavesAgentsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	const from151, from160 = "/api/project/151/user/20", "/api/project/160/user/20?transfer_to=21"
	const perm31, perm32, in151, in160, heir160 = "agent:31/user:20", "agent:32/user:20", "project:151/user:20", "project:160/user:20", "project:160/user:21"
	edit := step{http.MethodPut, "/api/agent/31", `{"description":"New"}`}
	closed := step{http.MethodPut, "/api/agent/31/access", `{"access_level":"private"}`}
	liked := step{http.MethodPut, "/api/agent/31/rating", `{"vote":"up"}`}
	moved := step{http.MethodPut, "/api/project/151", `{"team_id":20}`}
	gone := func(path string) step { return step{http.MethodDelete, path, ""} }
	is := func(left ...string) []string { return left }
	for _, r := range []struct {
		name, path  string
		agent, heir int64
		since       []step
		left        []string // of the undo of a removal that was worked off
		stands      string
		early       []string // of one that wasn't yet when it happened
		standsEarly string
	}{
		{"nothing", from151, 31, 7, nil, is(), "of 20, version 3; he owner, heir nothing", is(), "of 20, version 1; he owner, heir nothing"},
		{"nothing, of an heir who was a viewer", from160, 33, 21, nil, is(), "of 20, version 3; he owner, heir viewer", is(), "of 20, version 1; he owner, heir viewer"},
		{"the agent was edited", from151, 31, 7, []step{edit}, is(), "of 20, version 4; he owner, heir nothing", is(), "of 20, version 2; he owner, heir nothing"},
		{"it was closed", from151, 31, 7, []step{closed}, is(), "of 20, version 4; he owner, heir nothing", is(), "of 20, version 2; he owner, heir nothing"},
		{"it was liked", from151, 31, 7, []step{liked}, is(), "of 20, version 3; he owner, heir nothing", is(), "of 20, version 1; he owner, heir nothing"},
		{"its project went to another team", from151, 31, 7, []step{moved}, is(), "of 20, version 3; he owner, heir nothing", is(), "of 20, version 1; he owner, heir nothing"},
		{"another one owns it", from151, 31, 7, []step{owner(31, 15)}, is("agent:31"), "of 15, version 3; he owner, heir owner", is(), "of 15, version 2; he owner, heir nothing"},
		{"another one owned it meanwhile", from151, 31, 7, []step{owner(31, 15), owner(31, 7)}, is(), "of 20, version 5; he owner, heir nothing", is(), "of 7, version 3; he owner, heir owner"},
		{
			"the heir's permission is another one", from160, 33, 21, []step{owner(33, 1), gives(33, 21, "editor"), owner(33, 21)},
			is("agent:33/user:21"), "of 20, version 5; he owner, heir owner", is(), "of 21, version 3; he owner, heir owner",
		},
		{"he has a permission again", from151, 32, 7, []step{gives(32, 20, "viewer")}, is(perm32), "of 0, version 1; he viewer, heir nothing", is(perm32), "of 0, version 1; he viewer, heir nothing"},
		{"he has one again on what he owned", from151, 31, 7, []step{gives(31, 20, "viewer")}, is("agent:31", perm31), "of 7, version 2; he viewer, heir owner", is("agent:31", perm31), "of 7, version 2; he viewer, heir owner"},
		{"he has that of an owner again", from151, 31, 7, []step{gives(31, 20, "owner")}, is(perm31), "of 20, version 3; he owner, heir nothing", is(perm31), "of 20, version 3; he owner, heir nothing"},
		{"he owns it again", from151, 31, 7, []step{owner(31, 20)}, is(perm31), "of 20, version 3; he owner, heir owner", is(), "of 20, version 1; he owner, heir nothing"}, // whom it has not left yet
		{"the agent is deleted", from151, 31, 7, []step{gone("/api/agent/31")}, is("agent:31", perm31), "of 7, version 3; he nothing, heir owner", is(), "of 20, version 2; he owner, heir nothing"},
		{"the heir is gone", from160, 33, 21, []step{gone("/api/user/21?transfer_to=1"), settling}, is("agent:33", heir160), "of 1, version 3; he owner, heir nothing", is(heir160), "of 20, version 3; he owner, heir nothing"}, // it went to the oldest admin then
		{"the heir is about to go", from160, 33, 21, []step{gone("/api/user/21?transfer_to=1")}, is(heir160), "of 20, version 3; he owner, heir viewer", is(heir160), "of 20, version 1; he owner, heir viewer"},
		{"the project is deleted", from151, 31, 7, []step{gone("/api/project/151")}, is("agent:31", perm31, perm32, in151), "of 7, version 2; he nothing, heir owner", is(in151), "of 20, version 1; he owner, heir nothing"},
	} {
		for _, settled := range []bool{true, false} {
			name, left, state := r.name, r.left, r.stands
			if !settled {
				name, left, state = r.name+", before it was worked off", r.early, r.standsEarly
			}
			t.Run(name, func(t *testing.T) {
				w.anew(t)
				w.ask(t, http.StatusOK, http.MethodDelete, r.path, "")
				id := made(w.Rows(t.Context(), t))[0].ID
				if settled {
					w.settle(t)
				}
				w.do(t, r.since...)
				var got struct {
					Meta struct {
						Left []string `json:"not_restored"`
					}
				}
				read(t, w.ask(t, http.StatusOK, http.MethodPost, undo(id), "").Body, &got)
				slices.Sort(got.Meta.Left)
				if !slices.Equal(got.Meta.Left, left) {
					t.Errorf("not restored are %q, want %q", got.Meta.Left, left)
				}
				if now := stands(w.Rows(t.Context(), t), r.agent, r.heir); now != state {
					t.Errorf("the agent is %s\nwant %s", now, state)
				}
				w.sound(t)
				w.settle(t)
				w.sound(t)
			})
		}
	}
}

// A request that makes somebody the owner of an agent while he is taken out of its
// project, having read that he is a member, either comes too late or has the
// removal hand the agent on.
func TestOwnerWhoIsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Joins(151, 23, "member"), fixture.OnAgent(31, 23, "owner"), fixture.OnAgent(32, 23, "editor"))...)
	for _, agent := range []int64{31, 32} {
		w.anew(t)
		var worked <-chan error
		var working *fixture.Pause
		hand := fixture.Request{Method: http.MethodPut, Path: fmt.Sprint("/api/agent/", agent), Body: `{"owner":23}`, Key: demo.GlobalAdmin}
		got := w.meanwhile(t, hand, func() {
			w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/23", "")
			id := made(w.Rows(t.Context(), t))[0].ID
			held, pause := fixture.Paused(t.Context())
			done := make(chan error, 1)
			go func() {
				_, err := removal.Finish(held, w.Store, id, w.now())
				done <- err
			}()
			<-pause.Reached() // it has read that he owns nothing
			worked, working = done, pause
		})
		working.Release()
		if err := <-worked; err != nil {
			t.Error(err)
		}
		if got.Status >= http.StatusInternalServerError {
			t.Error(got.Status, got.Body)
		}
		w.settle(t)
		w.sound(t)
	}
}

// Who was taken out of a project and still reaches it may be named as heir. His
// old permission counts for nothing, whichever removal is worked off first: what
// he gets as an heir is another one, and both are undone.
func TestHeirWhoWasRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Joins(160, 22, "member"), fixture.OnAgent(33, 22, "viewer"), fixture.Key("keyz", 22))...)
	for _, r := range []struct {
		name  string
		again []step // what happens between both
		heir  string
	}{
		{"by his team", nil, "&transfer_to=22"},
		{"by another membership, named", []step{{http.MethodPost, "/api/project/160/user", `{"user_ids":[22]}`}}, "&transfer_to=22"},
		{"by another membership, as the oldest admin", []step{{http.MethodPost, "/api/project/160/user", `{"user_ids":[22],"role":"admin"}`}}, ""},
	} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			t.Run(fmt.Sprint(r.name, order), func(t *testing.T) {
				w.anew(t)
				w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/160/user/22", "")
				w.do(t, r.again...)
				w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/160/user/20?report=true"+r.heir, "")
				both := made(w.Rows(t.Context(), t))
				for _, i := range order {
					if _, err := removal.Finish(t.Context(), w.Store, both[i].ID, w.now()); err != nil {
						t.Fatal(err)
					}
					w.sound(t)
				}
				if now := stands(w.Rows(t.Context(), t), 33, 22); now != "of 22, version 2; he nothing, heir owner" {
					t.Error(now)
				}
				w.ask(t, http.StatusOK, http.MethodPut, "/api/agent/33/access", `{"access_level":"private"}`, "keyz.secret") // which takes the right to manage it
				for _, i := range []int{1, 0} {
					w.ask(t, http.StatusOK, http.MethodPost, undo(both[i].ID), "")
					w.sound(t)
				}
				if len(r.again) == 0 {
					w.asBefore(t)
				}
			})
		}
	}
}

// What a later removal has ended as well, the undo of an earlier one doesn't put
// back; what it puts back of an heir so ended comes in nobody's way.
func TestUndoBehindAnotherRemoval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Joins(160, 22, "member"), fixture.OnAgent(33, 22, "viewer"), fixture.Key("keyz", 22))...)
	again := step{http.MethodPost, "/api/project/151/user", `{"user_ids":[20]}`}
	gone := step{http.MethodDelete, "/api/project/151/user/20", ""}
	w.do(t, gone, settling, again, gone, settling)
	both := made(w.Rows(t.Context(), t))
	var got struct {
		Meta struct {
			Left []string `json:"not_restored"`
		}
	}
	read(t, w.ask(t, http.StatusOK, http.MethodPost, undo(both[0].ID), "").Body, &got)
	slices.Sort(got.Meta.Left)
	if !slices.Equal(got.Meta.Left, []string{"agent:31", "agent:31/user:20", "agent:32/user:20", "api_key:598", "project:151/user:20"}) {
		t.Errorf("not restored are %q", got.Meta.Left)
	}
	if now := stands(w.Rows(t.Context(), t), 31, 7); now != "of 7, version 2; he nothing, heir owner" {
		t.Error(now)
	}
	w.sound(t)
	w.do(t, gives(32, 20, "viewer"))
	w.sound(t)

	w.anew(t)
	w.do(t, step{http.MethodDelete, "/api/project/160/user/22", ""}, step{http.MethodDelete, "/api/project/160/user/20?transfer_to=22", ""})
	both = made(w.Rows(t.Context(), t))
	for _, i := range []int{1, 0} { // so that the second one replaces what the first one has ended
		if _, err := removal.Finish(t.Context(), w.Store, both[i].ID, w.now()); err != nil {
			t.Fatal(err)
		}
	}
	w.ask(t, http.StatusOK, http.MethodPost, undo(both[1].ID), "")
	w.do(t, gives(33, 22, "editor"))
	w.ask(t, http.StatusOK, http.MethodPut, "/api/agent/33", `{"name":"Edited"}`, "keyz.secret")
	w.sound(t)
}

// Who is a member again keeps his new membership when his removal is undone, and
// what is his on agents counts again, whether it had been deleted or not.
func TestUndoOfWhoIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Joins(151, 23, "member"), fixture.OnAgent(32, 23, "owner"), fixture.Key("keyz", 23))...)
	again := step{http.MethodPost, "/api/project/151/user", `{"user_ids":[23]}`}
	gone := step{http.MethodDelete, "/api/project/151/user/23", ""}
	for _, r := range []struct {
		name  string
		steps []step
		left  string
	}{
		{"from a project", []step{gone, settling, again}, `["project:151/user:23"]`},
		{"from a project, before it was worked off", []step{gone, again}, `["project:151/user:23"]`},
		{"his account", []step{{http.MethodPost, "/api/test/end", `{"user_ids":[23]}`}, settling, {http.MethodPost, "/api/test/awake/23", ""}, again}, `["project:151/user:23","user:23"]`},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			w.do(t, r.steps...)
			if got := w.ask(t, http.StatusOK, http.MethodPost, undo(made(w.Rows(t.Context(), t))[0].ID), ""); !strings.Contains(got.Body, `"not_restored":`+r.left) {
				t.Error(got.Body)
			}
			w.sound(t)
			w.ask(t, http.StatusOK, http.MethodPut, "/api/agent/32/access", `{"access_level":"organization"}`, "keyz.secret")
			w.settle(t)
			w.sound(t)
		})
	}
}

// Whose permission is taken from him while an undo gives him his agent back, or who
// is taken out of its project then, owns it with a permission that counts or not at
// all.
func TestUndoMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Agent(38, 160, "His own"), fixture.OnAgent(38, 22, "owner"), fixture.Owns(38, 22))...)
	again := step{http.MethodPost, "/api/project/151/user", `{"user_ids":[20]}`}
	gone := step{http.MethodDelete, "/api/project/151/user/20", ""}
	ended := step{http.MethodPost, "/api/test/end", `{"user_ids":[22]}`}
	awake := step{http.MethodPost, "/api/test/awake/22", ""}
	for _, r := range []struct {
		name   string
		before []step
		since  step
	}{
		{"his permission", []step{gone, settling, gives(31, 20, "owner")}, step{http.MethodDelete, "/api/agent/31/user?user_ids=20", ""}},
		{"his membership", []step{gone, settling, again}, gone},
		{"the membership of who was ended", []step{ended, settling, awake, {http.MethodPost, "/api/project/160/user", `{"user_ids":[22]}`}}, step{http.MethodDelete, "/api/project/160/user/22", ""}},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			w.do(t, r.before...)
			id := made(w.Rows(t.Context(), t))[0].ID
			got := w.meanwhile(t, fixture.Request{Method: http.MethodPost, Path: undo(id), Key: demo.GlobalAdmin}, func() { w.do(t, r.since, settling) })
			if got.Status != http.StatusOK {
				t.Error(got.Status, got.Body)
			}
			w.settle(t)
			w.sound(t)
		})
	}
}
