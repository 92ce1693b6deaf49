package removal_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// joined is a project admin who became one at another time than fixtures do.
func joined(project, user, id int64, on time.Time) fixture.Given {
	return fixture.Joins(project, user, "admin", func(m *model.ProjectMember) { m.ID, m.CreatedOn = id, model.At(on) })
}

// idle ends an account, which then isn't counted among the admins of a project
// any more.
func idle(user int64) fixture.Given {
	return fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, user)
}

// The owner of an agent becomes whom the request names, if he can reach its
// project, else the project's oldest admin, else nobody; who made it stays who
// made it, and whatever the heir had on it, he has the permission of an owner.
func TestHeirsOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	w.Put(t, fixture.All(fixture.Agent(37, 161, "A guest's"), fixture.OnAgent(37, 24, "owner"), fixture.Owns(37, 24)))
	w.base = w.Rows(t.Context(), t)
	early, late := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), fixture.Epoch
	const from151, guest, ends = "/api/project/151/user/20?report=true", "/api/user/24?report=true", "/api/test/end?report=true"
	for _, r := range []struct {
		name  string
		given fixture.Given
		flow
		agent, heir int64
		version     int64 // of the heir's permission then; 1 for a new one
	}{
		{"named, without a permission", nil, del(from151 + "&transfer_to=1"), 31, 1, 1},
		{"named, a viewer", nil, del("/api/project/160/user/20?report=true&transfer_to=21"), 33, 21, 2},
		{"named, a viewer until now", nil, del("/api/project/161/user/20?report=true&transfer_to=21"), 34, 21, 2},
		{"named, an owner", nil, del("/api/project/161/user/20?report=true&transfer_to=21"), 36, 21, 1},
		{"named, an owner until now", fixture.Change(table.AgentMembers, fixture.Ends(0), int64(21), int64(36)), del("/api/project/161/user/20?report=true&transfer_to=21"), 36, 21, 2},
		{"named, by the project's team", nil, del("/api/project/160/user/20?report=true&transfer_to=22"), 33, 22, 1},
		{"the only admin", nil, del(from151), 31, 7, 1},
		{"an admin of longer standing", joined(151, 23, 9_000_000, early), del(from151), 31, 23, 1},
		{"not one who came later, whatever his id", joined(151, 23, 3, late), del(from151), 31, 7, 1},
		{"of two who came together, the one of the lower id", nil, del(guest), 37, 20, 1},
		{"not a member of longer standing", fixture.Joins(151, 23, "member", func(m *model.ProjectMember) { m.CreatedOn = model.At(early) }), del(from151), 31, 7, 1},
		{"not an admin whose account has ended", fixture.All(joined(151, 23, 3, early), idle(23)), del(from151), 31, 7, 1},
		{"not an admin who goes too", nil, flow{"", http.MethodPost, ends, `{"user_ids":[24,21]}`, 1}, 37, 20, 1},
		{"nobody", nil, del("/api/project/162/user/20?report=true"), 35, 0, 0},
		{"of an account, named", nil, del(guest + "&transfer_to=1"), 37, 1, 1},
		{"of an account, named by his membership", fixture.Joins(161, 23, "member"), del(guest + "&transfer_to=23"), 37, 23, 1},
		{"of an account, the oldest admin where the named can't reach it", nil, del(guest + "&transfer_to=22"), 37, 20, 1},
		{"of an account, the same where his membership has ended", fixture.Joins(161, 23, "member", fixture.Until(0)), del(guest + "&transfer_to=23"), 37, 20, 1},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.anew(t)
			w.Put(t, r.given)
			before := w.Rows(t.Context(), t)
			was, _ := table.Agents.In(before, r.agent)
			preview := effectsOf(t, w.ask(t, http.StatusOK, r.method, r.with("&dry_run=true"), r.body).Body)
			w.ask(t, http.StatusOK, r.method, r.path, r.body)
			id := made(w.Rows(t.Context(), t))[0].ID
			w.settle(t)
			w.sound(t)
			rows := w.Rows(t.Context(), t)
			now, _ := table.Agents.In(rows, r.agent)
			if now.Owner() != r.heir || now.CreatedBy != was.CreatedBy || now.Version != was.Version+1 || now.ModifiedBy != "admin@organization.com" {
				t.Errorf("owner %d, want %d: %+v", now.Owner(), r.heir, now)
			}
			if _, has := table.AgentMembers.In(rows, was.Owner(), r.agent); has {
				t.Error("who was its owner still has a permission")
			}
			says := "owner becomes nobody"
			if r.heir != 0 {
				says = "owner becomes " + model.UserName(r.heir)
			}
			if i := slices.IndexFunc(preview, func(e model.Effect) bool { return e.Resource == model.AgentName(r.agent) }); i < 0 || preview[i].Action != "transfer" || preview[i].Detail != says {
				t.Errorf("the preview tells %v", preview)
			}
			alike(t, "record", preview, effectsOf(t, w.ask(t, http.StatusOK, http.MethodGet, strings.TrimSuffix(undo(id), "/undo"), "").Body))
			w.told(t, before, r.agent, was.Owner(), r.heir)
			if m, has := table.AgentMembers.In(rows, r.heir, r.agent); r.heir != 0 && (!has || m.Role != "owner" || m.ExpiresOn != nil || m.Version != r.version) {
				t.Errorf("the heir has %+v", m)
			}
		})
	}
}

func del(path string) flow { return flow{"", http.MethodDelete, path, "", 1} }

// told demands that the audit log tells once of an agent's new owner, with the
// permission that he then has, and that he is told.
func (w *world) told(t *testing.T, before table.Rows, agent, owner, heir int64) {
	t.Helper()
	var rows []model.Audit
	for p, a := range since(before, w.Rows(t.Context(), t), table.Audits) {
		if _, changes := a.After["owner"]; changes && a.Resource == model.AgentName(agent) {
			rows = append(rows, a)
		}
		if a.Resource == model.AgentName(agent) && a.Action != "finish-removal" {
			t.Errorf("%v: %+v", p, a)
		}
	}
	if len(rows) != 1 {
		t.Fatalf("%d audit rows of the new owner", len(rows))
	}
	a := rows[0]
	notices := []model.Notice(nil)
	if heir != 0 {
		notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: model.AgentName(agent)}}
		if facts, _ := a.After[model.UserName(heir)].(map[string]any); facts["role"] != "owner" || facts["expires_on"] != nil {
			t.Errorf("of the heir it tells %v", facts)
		}
	}
	if fmt.Sprint(a.Before["owner"], a.After["owner"]) != fmt.Sprint(owner, heir) || !slices.Equal(a.Notices, notices) {
		t.Errorf("from %v to %v, notices %v", a.Before["owner"], a.After["owner"], a.Notices)
	}
}

// since are the rows of one kind that weren't there before.
func since[T any](before, now table.Rows, of *table.Entity[T]) map[table.Primary]T {
	out := map[table.Primary]T{}
	for p, item := range now {
		if _, old := before[p]; !old && table.KindOf(item) == of.Name() {
			out[p], _ = of.At(now, p)
		}
	}
	return out
}

// agentsOf are the permissions on agents that a user has, by agent.
func agentsOf(rows table.Rows, user int64) map[int64]model.AgentMember {
	out := map[int64]model.AgentMember{}
	for _, m := range table.AgentMembers.All(rows) {
		if m.UserID == user {
			out[m.AgentID] = m
		}
	}
	return out
}

// A removal from a project takes what somebody has on its agents and nothing
// else; a team's takes nothing, and says what stays; the end of an account takes
// all. What people thought of agents stays in any case, and so does what is
// counted of it.
func TestWhatStaysOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	had := agentsOf(w.base, 20)
	for _, r := range []struct {
		flow
		stays          []int64 // the agents that he keeps his permission on
		stars, recents bool
	}{
		{del("/api/project/151/user/20?report=true"), []int64{22, 33, 34, 35, 36}, true, true},
		{del("/api/project/161/user/20?report=true"), []int64{22, 31, 32, 33, 35}, true, true},
		{flow{"", http.MethodDelete, "/api/team/7/user?report=true", `{"user_ids":[20]}`, 1}, []int64{22, 31, 32, 33, 34, 35, 36}, true, true},
		{flow{"", http.MethodPost, "/api/test/end?report=true&transfer_to=1", `{"user_ids":[20]}`, 1}, nil, true, true},
		{flow{"", http.MethodPost, "/api/test/end?report=true&transfer_to=1", `{"user_ids":[20],"delete":true}`, 1}, nil, false, false},
	} {
		t.Run(r.path+r.body, func(t *testing.T) {
			w.anew(t)
			effects := effectsOf(t, w.ask(t, http.StatusOK, r.method, r.path, r.body).Body)
			w.settle(t)
			rows := w.Rows(t.Context(), t)
			want := map[int64]model.AgentMember{}
			for _, id := range r.stays {
				want[id] = had[id]
			}
			if d := cmp.Diff(want, agentsOf(rows, 20)); d != "" {
				t.Errorf("his permissions (- those that stay, + those that are there):\n%s", d)
			}
			if r.method == http.MethodDelete && strings.HasPrefix(r.path, "/api/team") {
				var kept []string
				for _, e := range effects {
					if e.Action == "keep" && strings.HasPrefix(e.Resource, "agent:") {
						kept = append(kept, e.Resource+" "+e.Detail)
					}
				}
				if d := cmp.Diff([]string{"agent:22/user:20 direct permission as editor", "agent:31/user:20 direct permission as owner", "agent:32/user:20 direct permission as editor", "agent:35/user:20 direct permission as owner"}, kept); d != "" {
					t.Errorf("it says of what stays:\n%s", d)
				}
			}
			if _, is := table.Stars.In(rows, 20, 31); is != r.stars {
				t.Errorf("his star is there: %v", is)
			}
			if _, is := table.RecentAgents.In(rows, 20); is != r.recents {
				t.Errorf("his recent agents are there: %v", is)
			}
			for p, item := range w.base {
				switch table.KindOf(item) {
				case "Review", "Reviewer", "Vote":
					if !reflect.DeepEqual(rows[p], item) {
						t.Errorf("%v isn't as it was", p)
					}
				}
			}
			for _, id := range []int64{31, 32} {
				was, _ := table.Agents.In(w.base, id)
				if now, _ := table.Agents.In(rows, id); now.ReviewCount != was.ReviewCount || now.RatingSum != was.RatingSum || now.RatingCount != was.RatingCount || now.LikeCount != was.LikeCount || now.ReviewCount == 0 {
					t.Errorf("agent %d counts otherwise: %+v", id, now)
				}
			}
			w.sound(t)
		})
	}
}

// Access to agents ends with a removal's first transaction, though permissions
// are there until it is worked off; one that is given again counts.
func TestAgentAccessEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Joins(151, 23, "member"), fixture.OnAgent(32, 23, "owner"), fixture.OnAgent(33, 23, "viewer"), fixture.Key("keyz", 23))...)
	const mine = "keyz.secret"
	sees := func(path string, status int) {
		t.Helper()
		w.ask(t, status, http.MethodGet, path, "", mine)
	}
	listed := func(want ...string) {
		t.Helper()
		var list struct{ Data []struct{ ID int64 } }
		read(t, w.ask(t, http.StatusOK, http.MethodGet, "/api/agent", "", mine).Body, &list)
		var got []string
		for _, a := range list.Data {
			got = append(got, fmt.Sprint(a.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("he sees %v, want %v", got, want)
		}
	}
	sees("/api/agent/32", http.StatusOK)
	listed("21", "22", "31", "32", "33")
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/23", "")
	if m, is := table.AgentMembers.In(w.Rows(t.Context(), t), 23, 32); !is || m.Role != "owner" {
		t.Fatal("it was worked off already")
	}
	sees("/api/agent/32", http.StatusNotFound)
	sees("/api/agent/21", http.StatusNotFound) // which he saw as a member
	sees("/api/agent/33", http.StatusOK)       // elsewhere
	listed("22", "31", "33")                   // two are open to all
	w.ask(t, http.StatusNotFound, http.MethodPut, "/api/agent/32", `{"name":"New"}`, mine)
	w.ask(t, http.StatusNotFound, http.MethodPost, "/api/agent/32/user", `{"user_ids":[23],"permission":"owner"}`, mine)

	w.ask(t, http.StatusOK, http.MethodPost, "/api/project/151/user", `{"user_ids":[23]}`) // back as a member, with nothing of his own
	w.ask(t, http.StatusForbidden, http.MethodPut, "/api/agent/32", `{"name":"New"}`, mine)
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/23", "")
	sees("/api/agent/32", http.StatusNotFound)

	w.ask(t, http.StatusOK, http.MethodPost, "/api/agent/32/user", `{"user_ids":[23]}`)
	w.sound(t)
	sees("/api/agent/32", http.StatusOK)
	w.settle(t)
	sees("/api/agent/32", http.StatusOK)
	if m, is := table.AgentMembers.In(w.Rows(t.Context(), t), 23, 32); !is || m.Role != "viewer" || m.ID == 100_000_000*(32-21)+30_023 {
		t.Errorf("%+v, %v", m, is)
	}
	w.sound(t)
}

// Who would become owner of an agent and is taken out of its project at any moment
// of that, by a request that began before or after it, doesn't own it in the end.
func TestHeirWhoIsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), joined(151, 22, 3, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)))...)
	finish := func(ctx context.Context, id int64, at model.Time) {
		t.Helper()
		if done, err := removal.Finish(ctx, w.Store, id, at); err != nil || !done {
			t.Errorf("removal %d: %v, %v", id, done, err)
		}
	}
	for _, r := range []struct {
		heir  string
		later time.Duration // that the removal which looks for an heir is worked off
	}{{"", 0}, {"", time.Hour}, {"?transfer_to=22", time.Hour}} {
		calls := 0
		for struck := true; struck; calls += scale.Stride(3) {
			struck = false
			w.anew(t)
			w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/20"+r.heir, "")
			first := made(w.Rows(t.Context(), t))[0].ID
			f := fixture.Faults{Call: calls + 1, Fault: fixture.Meanwhile(func() {
				struck = true
				w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/22", "")
				for _, second := range made(w.Rows(t.Context(), t)) {
					if second.ID != first {
						finish(t.Context(), second.ID, w.now())
					}
				}
			})}
			finish(f.In(t.Context()), first, w.now().Add(r.later))
			w.settle(t)
			w.sound(t)
			if a, _ := table.Agents.In(w.Rows(t.Context(), t), 31); struck && a.Owner() != 7 {
				t.Errorf("with %q, %s later, before call %d: user %d owns it", r.heir, r.later, calls+1, a.Owner())
			}
		}
		if calls < 10 {
			t.Errorf("%d calls", calls)
		}
	}
}
