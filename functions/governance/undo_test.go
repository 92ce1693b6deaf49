package governance_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// doing sends requests of a global admin that must be answered, and lets what
// follows from each happen.
func doing(t *testing.T, s *fixture.System) func(method, path, body string) fixture.Response {
	return func(method, path, body string) fixture.Response {
		t.Helper()
		got := s.Do(t.Context(), fixture.Request{Method: method, Path: path, Body: body, Key: demo.GlobalAdmin})
		if got.Status >= http.StatusBadRequest {
			t.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
		}
		s.Settle(t.Context(), t)
		return got
	}
}

// Who is back is told so, by a place that he finds; who got nothing back isn't.
func TestUndoTellsWhoIsBack(t *testing.T) {
	for name, tt := range map[string]struct {
		remove, again string
		title, link   string
	}{
		"a project":     {"/api/project/151/user/20", "", "project Support", "/api/project/151"},
		"a team":        {"/api/team/7/user?user_ids=20", "", "team Core", "/api/team/7"},
		"an account":    {"/api/user/20", "", "organization", ""},
		"in it already": {"/api/project/151/user/20", "/api/project/151/user", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := fixture.New(t)
			s.Put(t, fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member"), fixture.JoinsTeam(7, 20, "editor")))
			do := doing(t, s)
			do(http.MethodDelete, tt.remove, "")
			if tt.again != "" {
				do(http.MethodPost, tt.again, `{"user_ids":[20]}`)
			}
			before := s.Rows(t.Context(), t)
			do(http.MethodPost, "/api/removal/1001/undo", "")
			var told []string
			for _, n := range table.Notifications.All(s.Rows(t.Context(), t)) {
				if _, old := table.Notifications.In(before, n.UserID, n.ID); old {
					continue
				}
				told = append(told, fmt.Sprint(n.UserID, " ", n.Title, ": ", n.Message, " ", n.Link))
			}
			if tt.title == "" {
				if len(told) > 0 {
					t.Errorf("told: %q", told)
				}
				return
			}
			if len(told) != 1 || !strings.Contains(told[0], tt.title) || !strings.HasSuffix(told[0], tt.link) {
				t.Errorf("told: %q, want %q and %q", told, tt.title, tt.link)
			}
		})
	}
}

// What was changed along with a deactivation stays, under a version that it never
// had: nobody overwrites it with what they read before.
func TestUndoOfAnEdit(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.People(20, 20))
	do := doing(t, s)
	old := do(http.MethodGet, "/api/user/20", "").Header.Get("ETag")
	do(http.MethodPut, "/api/user/20", `{"is_active":false,"first_name":"Changed"}`)
	do(http.MethodPost, "/api/removal/1001/undo", "")
	now := do(http.MethodGet, "/api/user/20", "")
	if now.Header.Get("ETag") == old || !strings.Contains(now.Body, `"first_name":"Changed"`) || !strings.Contains(now.Body, `"is_active":true`) {
		t.Errorf("ETag %s, before %s: %s", now.Header.Get("ETag"), old, now.Body)
	}
}

// After a purge nothing tells what somebody was told, and the record of his removal
// only what it did.
func TestPurgeForgets(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member"), fixture.JoinsTeam(7, 20, "viewer"), fixture.Key("keyx", 20, func(k *model.APIKey) { k.CreatedBy = fixture.Email(20) }),
		fixture.OnAgent(21, 20, "viewer"), fixture.OnAgent(22, 20, "owner"), fixture.Owns(22, 20)))
	do := doing(t, s)
	for range 50 { // more than one transaction takes
		do(http.MethodPost, "/api/notification/user/20", `{"message":"between us"}`)
	}
	do(http.MethodDelete, "/api/user/20", "")
	s.Pass(31 * 24 * time.Hour)
	s.Settle(t.Context(), t)
	rows := s.Rows(t.Context(), t)
	if u, _ := table.Users.In(rows, int64(20)); u.Email != "" {
		t.Fatalf("not purged: %+v", u)
	}
	told := map[string]bool{}
	for _, e := range table.Effects.All(rows) {
		if told[e.Action+" "+e.Resource] = true; e.UserID != 20 || e.Before != nil {
			t.Errorf("the record holds %+v", e)
		}
	}
	for _, what := range []string{"delete agent:21/user:20", "transfer agent:22", "delete project:151/user:20", "delete team:7/user:20"} {
		if !told[what] {
			t.Errorf("the record doesn't tell %q: %v", what, told)
		}
	}
	for p, row := range rows {
		if strings.Contains(fmt.Sprint(fixture.Plain(row)), "between us") {
			t.Errorf("%v still tells it", p)
		}
		if strings.Contains(fmt.Sprint(fixture.Plain(row)), fixture.Email(20)) {
			t.Errorf("%v still has the address: %v", p, fixture.Plain(row))
		}
	}
	if k, kept := table.Keys.In(rows, "keyx"); kept {
		t.Errorf("a key is left: %+v", k)
	}
}

// What somebody lost last is what counts: an earlier removal isn't undone behind a
// later one, be it of the project, of the team or of the permission alone.
func TestUndoBehindALaterRemoval(t *testing.T) {
	type call struct{ method, path, body string }
	const account, member, inTeam, onAgent = "/api/user/20", "/api/project/151/user/20", "/api/team/7/user?user_ids=20", "/api/agent/21/user"
	out := func(path string) call { return call{http.MethodDelete, path, ""} }
	gives := func(path, more string) call { return call{http.MethodPost, path, `{"user_ids":[20]` + more + `}`} }
	ends, begins := call{http.MethodPut, account, `{"is_active":false}`}, []call{{http.MethodPut, account, `{"is_active":true}`}}
	for name, tt := range map[string]struct {
		first, between, last call
		id                   int64  // of the last removal, 0 where that is none
		back                 []call // before the undo of the first one
		status               int
		has, lacks           string
	}{
		"out of the project twice": {
			first: out(member), between: gives("/api/project/151/user", ""), last: out(member), id: 1002,
			status: 409, has: `"code":"undo_first"`,
		},
		"out of the team twice": {
			first: out(inTeam), between: gives("/api/team/7/user", `,"role":"viewer"`), last: out(inTeam), id: 1002,
			status: 409, has: `"code":"undo_first"`,
		},
		"out of the team after the account was ended": {
			first: ends, between: gives("/api/team/7/user", `,"role":"viewer"`), last: out(inTeam), id: 1002,
			back: begins, status: 200, has: `"not_restored":["team:7/user:20",`, lacks: `"team:7/user:20","action":"restore"`,
		},
		"a permission of its own after the account was ended": {
			first: ends, between: gives(onAgent, `,"permission":"viewer"`), last: call{http.MethodDelete, onAgent, `{"user_ids":[20]}`},
			back: begins, status: 200, has: `"agent:21/user:20"`, lacks: `permission as editor`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := fixture.New(t)
			s.Put(t, fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member"), fixture.JoinsTeam(7, 20, "editor"), fixture.OnAgent(21, 20, "editor")))
			do := doing(t, s)
			for _, c := range append(append([]call{tt.first}, tt.back...), tt.between, tt.last) {
				do(c.method, c.path, c.body)
			}
			undo := func(id int64) fixture.Response {
				return s.Do(t.Context(), fixture.Request{Method: http.MethodPost, Path: fmt.Sprintf("/api/removal/%d/undo", id), Key: demo.GlobalAdmin})
			}
			got := undo(1001)
			if got.Status != tt.status || !strings.Contains(got.Body, tt.has) || tt.lacks != "" && strings.Contains(got.Body, tt.lacks) {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			if tt.status != http.StatusConflict {
				return
			}
			if !strings.Contains(got.Body, fmt.Sprintf(`"removal_id":%d`, tt.id)) {
				t.Error("it names another one: ", got.Body)
			}
			for _, id := range []int64{tt.id, 1001} {
				if got := undo(id); got.Status != http.StatusOK {
					t.Errorf("undo %d: %d %s", id, got.Status, got.Body)
				}
			}
		})
	}
}
