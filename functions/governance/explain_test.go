package governance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// why asks about user's action on "project/151", with more of the query behind.
func why(key string, user int64, action, kind string, id int64, more string) fixture.Request {
	return fixture.Request{Method: "GET", Key: key, Path: fmt.Sprintf("/api/access/explain?user_id=%d&action=%s&resource_type=%s&resource_id=%d%s", user, action, kind, id, more)}
}

func TestExplain(t *testing.T) {
	glob, member := demo.GlobalAdmin, demo.ProjectMember
	idle := fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, int64(15))
	ended := fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0)))
	gone := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	drop := fixture.Request{Method: "DELETE", Path: "/api/project/151", Key: glob}
	at := func(s string) string { return "&as_of=" + url.QueryEscape(s) }
	fixture.Table(t, []fixture.Row{
		{Name: "every path that allows it, most direct first", Request: why(glob, 16, "view_project", "project", 151, ""), Status: 200, Data: `{"allowed":true,"paths":["direct","team:7","rank"],"denied_because":[]}`},
		{Name: "only those that do", Request: why(glob, 16, "edit_project", "project", 151, ""), Status: 200, Data: `{"allowed":true,"paths":["team:7","rank"],"denied_because":[]}`},
		{Name: "what was missing on each path", Request: why(glob, 15, "edit_project", "project", 151, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["role_too_low","team_role_too_low","no_rank"]}`},
		{Name: "a membership that has ended", Given: ended, Request: why(glob, 20, "view_project", "project", 151, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["membership_expired","not_in_team","no_rank"]}`},
		{Name: "an account that ended", Given: idle, Request: why(glob, 15, "view_project", "project", 151, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["user_inactive"]}`},
		{Name: "a deleted project", First: []fixture.Request{drop}, Request: why(glob, 15, "view_project", "project", 151, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["resource_deleted"]}`},
		{Name: "and before it was", First: []fixture.Request{drop}, Request: why(glob, 15, "view_project", "project", 151, at("2025-06-01T00:00:00Z")), Status: 200, Data: `{"allowed":true,"paths":["direct","team:7"],"denied_because":[]}`},
		{Name: "before the project was", Request: why(glob, 15, "view_project", "project", 151, at("2024-01-30T00:00:00Z")), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["resource_not_yet_created"]}`},
		{Name: "before he was", Request: why(glob, 15, "view_project", "project", 4, at("2024-01-25T00:00:00Z")), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["user_not_yet_created"]}`},
		{
			Name: "before he was taken out", First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151/user/15", Key: glob}, {Method: "DELETE", Path: "/api/team/7/user?user_ids=15", Key: glob}},
			Request: why(glob, 15, "view_project", "project", 151, at("2025-06-01T00:00:00Z")), Status: 200, Data: `{"allowed":true,"paths":["direct","team:7"],"denied_because":[]}`,
		},
		{
			Name: "and since", First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151/user/15", Key: glob}, {Method: "DELETE", Path: "/api/team/7/user?user_ids=15", Key: glob}},
			Request: why(glob, 15, "view_project", "project", 151, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["not_a_member","not_in_team","no_rank"]}`,
		},
		{Name: "a team", Request: why(glob, 15, "delete_workspace", "team", 7, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["role_too_low","no_rank"]}`},
		{Name: "the organization", Request: why(glob, 15, "manage_users", "organization", 1, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["no_rank"]}`},
		{Name: "oneself", Request: why(member, 15, "view_project", "project", 151, ""), Status: 200, Has: []string{`"direct"`}},
		{Name: "others take a rank", Request: why(member, 7, "view_project", "project", 151, ""), Status: 403, Code: "forbidden"},
		{Name: "oneself, on what one may not know", Given: gone, Request: why("test.secret", 20, "view_project", "project", 151, ""), Status: 404, Code: "not_found"},
		{Name: "not even as it was", Given: gone, Request: why("test.secret", 20, "view_project", "project", 151, at("2025-01-01T00:00:00Z")), Status: 404, Code: "not_found"},
		{Name: "another organization's project", Request: why(glob, 15, "view_project", "project", 9, ""), Status: 404, Code: "not_found"},
		{Name: "another organization", Request: why(glob, 15, "manage_users", "organization", 2, ""), Status: 404, Code: "not_found"},
		{Name: "another organization's user", Request: why(glob, 90, "view_project", "project", 151, ""), Status: 404, Code: "not_found"},
		{Name: "nobody", Request: why(glob, 99, "view_project", "project", 151, ""), Status: 404, Code: "not_found"},
		{Name: "an agent, of which there is none yet", Request: why(glob, 15, "view_project", "agent", 1, ""), Status: 404, Code: "not_found"},
		{Name: "an action there isn't", Request: why(glob, 15, "fly", "project", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.action": ""}},
		{Name: "an action of another type", Request: why(glob, 15, "view_team", "project", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.action": ""}},
		{Name: "a type there isn't", Request: why(glob, 15, "view_team", "planet", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.resource_type": ""}},
		{Name: "a time to come", Request: why(glob, 15, "view_project", "project", 151, at("2027-01-01T00:00:00Z")), Status: 400, Code: "invalid", Fields: map[string]string{"query.as_of": ""}},
		{Name: "no time", Request: why(glob, 15, "view_project", "project", 151, "&as_of=yesterday"), Status: 400, Code: "invalid", Fields: map[string]string{"query.as_of": ""}},
		{Name: "nothing said", Request: fixture.Request{Method: "GET", Path: "/api/access/explain", Key: glob}, Status: 400, Code: "invalid", Fields: map[string]string{"query.user_id": "", "query.action": "", "query.resource_type": "", "query.resource_id": ""}},
	})
}

func TestPreview(t *testing.T) {
	ask := func(key, user string) fixture.Request {
		return fixture.Request{Method: "GET", Path: "/api/access/preview/user/" + user, Key: key}
	}
	first := `{"resource_type":"organization","resource_id":1,"permission":"user","via":"direct"}`
	own := `{"resource_type":"project","resource_id":151,"permission":"member","via":"direct"}`
	team := `{"resource_type":"team","resource_id":7,"permission":"viewer","via":"direct"}`
	fixture.Table(t, []fixture.Row{
		{Name: "what he is himself", Request: ask(demo.GlobalAdmin, "15"), Status: 200, Data: "[" + first + "," + own + "," + team + "]", Has: []string{"next_cursor"}},
		{Name: "and then what his teams lead to", First: []fixture.Request{ask(demo.GlobalAdmin, "15")}, Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"project","resource_id":4,"permission":"viewer","via":"team:7"},{"resource_type":"project","resource_id":151,"permission":"viewer","via":"team:7"}]`},
		{Name: "in pages", First: []fixture.Request{ask(demo.GlobalAdmin, "15?limit=1"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}")}, Request: ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), Status: 200, Data: "[" + team + "]"},
		{Name: "in the middle of a team", First: []fixture.Request{ask(demo.GlobalAdmin, "15?limit=1"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}")}, Request: ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), Status: 200, Data: `[{"resource_type":"project","resource_id":151,"permission":"viewer","via":"team:7"}]`},
		{Name: "a rank reaches everything: one row", Request: ask(demo.GlobalAdmin, "1"), Status: 200, Data: "[" + first + `,{"resource_type":"organization","resource_id":1,"permission":"global_admin","via":"rank"}]`, Lacks: []string{"next_cursor\":\""}},
		{Name: "who is inactive reaches nothing", Given: fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, int64(15)), Request: ask(demo.GlobalAdmin, "15"), Status: 200, Data: "[]"},
		{Name: "an ended membership leads nowhere", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0))), Request: ask(demo.GlobalAdmin, "20"), Status: 200, Data: "[" + first + "]"},
		{Name: "oneself", Request: ask(demo.ProjectMember, "15"), Status: 200, Has: []string{own}},
		{Name: "others take a rank", Request: ask(demo.ProjectMember, "7"), Status: 403, Code: "forbidden"},
		{Name: "another organization's user", Request: ask(demo.GlobalAdmin, "90"), Status: 404, Code: "not_found"},
		{Name: "nobody", Request: ask(demo.GlobalAdmin, "99"), Status: 404, Code: "not_found"},
	})
}

// moment is what a naive look at the rows said at a time: whether user 15 or 20
// may view or edit project 151.
type moment struct {
	at  model.Time
	may map[string]bool
}

func look(s *fixture.System, t *testing.T) map[string]bool {
	t.Helper()
	may := map[string]bool{}
	for _, u := range []int64{15, 20} {
		for _, action := range []string{"view_project", "edit_project", "manage_members"} {
			var got struct{ Data struct{ Allowed bool } }
			r := s.Do(t.Context(), why(demo.GlobalAdmin, u, action, "project", 151, ""))
			if err := json.Unmarshal([]byte(r.Body), &got); err != nil || r.Status != http.StatusOK {
				t.Fatal(r.Body)
			}
			may[fmt.Sprint(u, action)] = got.Data.Allowed
		}
	}
	return may
}

// Whatever is done through the doors, the past is told later as the present was
// told then.
func TestThePastIsThePresentOfThen(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(20, 20), fixture.Team(8, "Other")))
	random := rand.New(rand.NewPCG(3, 5))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	var then []moment
	undone := 0
	for range 60 {
		u := pick("15", "20")
		q := fixture.Request{Key: demo.GlobalAdmin}
		switch random.IntN(8) {
		case 0, 1:
			q.Method, q.Path = "POST", "/api/project/151/user"
			q.Body = `{"user_ids":[` + u + `],"role":"` + pick("member", "admin") + `"}`
		case 2:
			q.Method, q.Path = "DELETE", "/api/project/151/user/"+u
		case 3:
			q.Method, q.Path, q.Body = "POST", "/api/team/7/user", `{"user_ids":[`+u+`],"role":"`+pick("viewer", "editor", "workspace_admin", "owner")+`"}`
		case 4:
			q.Method, q.Path, q.Body = "DELETE", "/api/team/7/user", `{"user_ids":[`+u+`]}`
		case 5:
			q.Method, q.Path, q.Body = "PUT", "/api/project/151", `{"team_id":`+pick("7", "8", "null")+`}`
		case 6: // what isn't there, or is undone, changes nothing
			q.Method, q.Path = "POST", fmt.Sprintf("/api/removal/%d/undo", 1001+random.IntN(8))
		case 7:
			q.Method, q.Path, q.Body = "PUT", "/api/user/20", `{"is_active":`+pick("true", "false", "false")+`}`
		}
		if r := s.Do(t.Context(), q); r.Status >= http.StatusInternalServerError {
			t.Fatal(r.Body)
		} else if q.Method == "POST" && r.Status == http.StatusOK && strings.HasSuffix(q.Path, "/undo") {
			undone++
		}
		s.Settle(t.Context(), t)
		s.Pass(time.Second)
		may := look(s, t)
		then = append(then, moment{model.At(s.Now()), may})
		s.Pass(time.Second)
	}
	seen := map[bool]int{}
	for _, m := range then {
		for _, u := range []int64{15, 20} {
			for _, action := range []string{"view_project", "edit_project", "manage_members"} {
				r := s.Do(t.Context(), why(demo.GlobalAdmin, u, action, "project", 151, "&as_of="+m.at.String()))
				var got struct{ Data struct{ Allowed bool } }
				if err := json.Unmarshal([]byte(r.Body), &got); err != nil || r.Status != http.StatusOK {
					t.Fatal(r.Body)
				}
				want := m.may[fmt.Sprint(u, action)]
				seen[want]++
				if got.Data.Allowed != want {
					t.Errorf("at %v user %d %s: %s, want %v", m.at, u, action, r.Body, want)
				}
			}
		}
	}
	if seen[true] < 30 || seen[false] < 30 || undone < 2 {
		t.Errorf("allowed and not: %v; %d removals undone", seen, undone)
	}
}
