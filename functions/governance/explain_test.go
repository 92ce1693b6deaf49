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
	"wardroom/infra/local/scale"
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
		{Name: "a corpus, of which there is none yet", Request: why(glob, 15, "view_project", "corpus", 1, ""), Status: 404, Code: "not_found"},
		{Name: "an agent by its project", Request: why(glob, 15, "view_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":true,"paths":["project:151","team:7"],"denied_because":[]}`},
		{Name: "by a permission of his own", Given: fixture.OnAgent(21, 15, "editor"), Request: why(glob, 15, "edit_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":true,"paths":["direct"],"denied_because":[]}`},
		{Name: "by its access level", Given: fixture.People(20, 20), Request: why(glob, 20, "view_agent", "agent", 22, ""), Status: 200, Data: `{"allowed":true,"paths":["access_level"],"denied_because":[]}`},
		{Name: "by all of them too little", Given: fixture.OnAgent(21, 15, "viewer"), Request: why(glob, 15, "manage_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["role_too_low","project_role_too_low","team_role_too_low","no_rank","access_level_too_low"]}`},
		{Name: "by none of them", Given: fixture.People(20, 20), Request: why(glob, 20, "view_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["no_permission","not_in_project","not_in_team","no_rank","access_level_too_low"]}`},
		{Name: "by what has ended", Given: fixture.All(fixture.OnAgent(21, 15, "editor", fixture.Ends(0))), Request: why(glob, 15, "edit_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["permission_expired","project_role_too_low","team_role_too_low","no_rank","access_level_too_low"]}`},
		{Name: "by what a removal from the project has ended", Given: fixture.OnAgent(21, 15, "editor"), First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151/user/15", Key: glob}}, Request: why(glob, 15, "edit_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["no_permission","not_in_project","team_role_too_low","no_rank","access_level_too_low"]}`},
		{Name: "of an agent that went with its project", First: []fixture.Request{{Method: "DELETE", Path: "/api/project/151", Key: glob}}, Request: why(glob, 15, "view_agent", "agent", 21, ""), Status: 200, Data: `{"allowed":false,"paths":[],"denied_because":["resource_deleted"]}`},
		{Name: "another organization's agent", Request: why(glob, 15, "view_agent", "agent", 29, ""), Status: 404, Code: "not_found"},
		{Name: "an action there isn't", Request: why(glob, 15, "fly", "project", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.action": ""}},
		{Name: "an action of another type", Request: why(glob, 15, "view_team", "project", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.action": ""}},
		{Name: "a type there isn't", Request: why(glob, 15, "view_team", "planet", 151, ""), Status: 400, Code: "invalid", Fields: map[string]string{"query.resource_type": ""}},
		{Name: "a time to come", Request: why(glob, 15, "view_project", "project", 151, at("2027-01-01T00:00:00Z")), Status: 400, Code: "invalid", Fields: map[string]string{"query.as_of": ""}},
		{Name: "a time before all times", Request: why(glob, 15, "view_project", "project", 151, "&as_of=1969-12-31T23:59:59Z"), Status: 400, Code: "invalid", Fields: map[string]string{"query.as_of": ""}},
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
	pages := func(n int) []fixture.Request { // the first n
		first := []fixture.Request{ask(demo.GlobalAdmin, "15")}
		for range n - 1 {
			first = append(first, ask(demo.GlobalAdmin, "15?cursor={cursor}"))
		}
		return first
	}
	fixture.Table(t, []fixture.Row{
		{Name: "what he is himself", Request: ask(demo.GlobalAdmin, "15"), Status: 200, Data: "[" + first + "," + own + "," + team + "]", Has: []string{"next_cursor"}},
		{Name: "and then what his teams lead to", First: []fixture.Request{ask(demo.GlobalAdmin, "15")}, Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"project","resource_id":4,"permission":"viewer","via":"team:7"},{"resource_type":"project","resource_id":151,"permission":"viewer","via":"team:7"}]`},
		{Name: "in pages", First: []fixture.Request{ask(demo.GlobalAdmin, "15?limit=1"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}")}, Request: ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), Status: 200, Data: "[" + team + "]"},
		{Name: "in the middle of a team", First: []fixture.Request{ask(demo.GlobalAdmin, "15?limit=1"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}")}, Request: ask(demo.GlobalAdmin, "15?limit=1&cursor={cursor}"), Status: 200, Data: `[{"resource_type":"project","resource_id":151,"permission":"viewer","via":"team:7"}]`},
		{Name: "a rank reaches everything: one row", Request: ask(demo.GlobalAdmin, "1"), Status: 200, Data: "[" + first + `,{"resource_type":"organization","resource_id":1,"permission":"global_admin","via":"rank"}]`, Lacks: []string{"next_cursor\":\""}},
		{Name: "who is inactive reaches nothing", Given: fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, int64(15)), Request: ask(demo.GlobalAdmin, "15"), Status: 200, Data: "[]"},
		{Name: "an ended membership leads nowhere", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0))), Request: ask(demo.GlobalAdmin, "20"), Status: 200, Data: "[" + first + "]"},
		{Name: "then agents that he has a permission on", Given: fixture.OnAgent(21, 15, "editor"), First: []fixture.Request{ask(demo.GlobalAdmin, "15"), ask(demo.GlobalAdmin, "15?cursor={cursor}")}, Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"agent","resource_id":21,"permission":"editor","via":"direct"}]`},
		{Name: "those of his projects", First: pages(3), Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"agent","resource_id":21,"permission":"viewer","via":"project:151"}]`},
		{Name: "those of his teams", First: pages(4), Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"agent","resource_id":21,"permission":"viewer","via":"team:7"},{"resource_type":"agent","resource_id":22,"permission":"viewer","via":"team:7"}]`},
		{Name: "and those that are open to everybody", First: pages(5), Request: ask(demo.GlobalAdmin, "15?cursor={cursor}"), Status: 200, Data: `[{"resource_type":"agent","resource_id":22,"permission":"viewer","via":"access_level"}]`, Lacks: []string{"next_cursor"}},
		{Name: "oneself", Request: ask(demo.ProjectMember, "15"), Status: 200, Has: []string{own}},
		{Name: "others take a rank", Request: ask(demo.ProjectMember, "7"), Status: 403, Code: "forbidden"},
		{Name: "another organization's user", Request: ask(demo.GlobalAdmin, "90"), Status: 404, Code: "not_found"},
		{Name: "nobody", Request: ask(demo.GlobalAdmin, "99"), Status: 404, Code: "not_found"},
	})
}

// moment is what was told at a time of what users 15 and 20 may do with project
// 151 and its agent 21.
type moment struct {
	at  model.Time
	may map[question]bool
}

// question is one about a user.
type question struct {
	user   int64
	action string
	kind   string
	id     int64
}

// questions are all that are asked.
func questions() (all []question) {
	for _, u := range []int64{15, 20} {
		for _, action := range []string{"view_project", "edit_project", "manage_members"} {
			all = append(all, question{u, action, "project", 151})
		}
		for _, action := range []string{"view_agent", "edit_agent", "manage_agent"} {
			all = append(all, question{u, action, "agent", 21})
		}
	}
	return all
}

// ask answers a question, of a past time where more says one.
func (q question) ask(t *testing.T, s *fixture.System, more string) (allowed bool, body string) {
	t.Helper()
	var got struct{ Data struct{ Allowed bool } }
	r := s.Do(t.Context(), why(demo.GlobalAdmin, q.user, q.action, q.kind, q.id, more))
	if err := json.Unmarshal([]byte(r.Body), &got); err != nil || r.Status != http.StatusOK {
		t.Fatal(r.Body)
	}
	return got.Data.Allowed, r.Body
}

func look(s *fixture.System, t *testing.T) map[question]bool {
	t.Helper()
	may := map[question]bool{}
	for _, q := range questions() {
		may[q], _ = q.ask(t, s, "")
	}
	return may
}

// Whatever is done through the doors, the past is told later as the present was
// told then, whether what follows from a change was done already or not.
func TestThePastIsThePresentOfThen(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(20, 20), fixture.Team(8, "Other"), fixture.OnAgent(21, 20, "editor"), fixture.Joins(151, 20, "member")))
	random := rand.New(rand.NewPCG(11, 6))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	var then []moment
	undone := 0
	for range 90 / scale.Stride(3) {
		u := pick("15", "20")
		q := fixture.Request{Key: demo.GlobalAdmin}
		switch random.IntN(13) {
		case 0, 1:
			q.Method, q.Path = "POST", "/api/project/151/user"
			q.Body = `{"user_ids":[` + u + `],"role":"` + pick("member", "admin") + `"}`
		case 2, 3:
			q.Method, q.Path = "DELETE", "/api/project/151/user/"+u
		case 4:
			q.Method, q.Path, q.Body = "POST", "/api/team/7/user", `{"user_ids":[`+u+`],"role":"`+pick("viewer", "editor", "workspace_admin", "owner")+`"}`
		case 5:
			q.Method, q.Path, q.Body = "DELETE", "/api/team/7/user", `{"user_ids":[`+u+`]}`
		case 6:
			q.Method, q.Path, q.Body = "PUT", "/api/project/151", `{"team_id":`+pick("7", "8", "null")+`}`
		case 7: // what isn't there, or is undone, changes nothing
			q.Method, q.Path = "POST", fmt.Sprintf("/api/removal/%d/undo", 1001+random.IntN(8))
		case 8:
			q.Method, q.Path, q.Body = "PUT", "/api/user/20", `{"is_active":`+pick("true", "false", "false")+`}`
		case 9:
			q.Method, q.Path, q.Body = "POST", "/api/agent/21/user", `{"user_ids":[`+u+`],"permission":"`+pick("viewer", "editor", "owner")+`"}`
		case 10:
			q.Method, q.Path = "DELETE", "/api/agent/21/user?user_ids="+u
		case 11:
			q.Method, q.Path, q.Body = "PUT", "/api/agent/21/access", pick(`{"access_level":"private"}`, `{"access_level":"private"}`, `{"access_level":"organization"}`, `{"access_level":"public","public_mode":"edit"}`)
		case 12:
			q.Method, q.Path, q.Body = "PUT", "/api/agent/21", `{"owner":`+pick("7", "7", u)+`}`
		}
		if r := s.Do(t.Context(), q); r.Status >= http.StatusInternalServerError {
			t.Fatal(r.Body)
		} else if q.Method == "POST" && r.Status == http.StatusOK && strings.HasSuffix(q.Path, "/undo") {
			undone++
		}
		if random.IntN(3) > 0 {
			s.Settle(t.Context(), t)
		}
		s.Pass(time.Second)
		may := look(s, t)
		then = append(then, moment{model.At(s.Now()), may})
		s.Pass(time.Second)
	}
	seen := map[string]int{}
	for _, m := range then {
		for _, q := range questions() {
			allowed, body := q.ask(t, s, "&as_of="+m.at.String())
			want := m.may[q]
			seen[fmt.Sprint(q.kind, want)]++
			if allowed != want {
				t.Errorf("at %v user %d %s: %s, want %v", m.at, q.user, q.action, body, want)
			}
		}
	}
	for _, kind := range []string{"project", "agent"} {
		if least := 30 / scale.Stride(3); seen[kind+"true"] < least || seen[kind+"false"] < least || undone < 1 {
			t.Errorf("allowed and not: %v; %d removals undone", seen, undone)
		}
	}
}

// Between a removal and what follows from it, a permission on an agent counts for
// nothing, though it is still there: also of who is back by then, and of one that
// the log doesn't tell of. An undo lets it count again.
func TestPastBetweenRemovalAndDeletion(t *testing.T) {
	for name, tt := range map[string]struct {
		given fixture.Given
		first []fixture.Request // before the removal
		then  []fixture.Request // after it
		want  bool
	}{
		"a permission that the log doesn't tell of": {given: fixture.OnAgent(21, 15, "owner")},
		"one that it tells of":                      {first: []fixture.Request{{Method: "POST", Path: "/api/agent/21/user", Body: `{"user_ids":[15],"permission":"owner"}`}}},
		"of a member again":                         {given: fixture.OnAgent(21, 15, "owner"), then: []fixture.Request{{Method: "POST", Path: "/api/project/151/user", Body: `{"user_ids":[15]}`}}},
		"of a member again, that it tells of": {
			first: []fixture.Request{{Method: "POST", Path: "/api/agent/21/user", Body: `{"user_ids":[15],"permission":"owner"}`}},
			then:  []fixture.Request{{Method: "POST", Path: "/api/project/151/user", Body: `{"user_ids":[15]}`}},
		},
		"of a member again, undone": {
			given: fixture.OnAgent(21, 15, "owner"), want: true,
			then: []fixture.Request{{Method: "POST", Path: "/api/project/151/user", Body: `{"user_ids":[15]}`}, {Method: "POST", Path: "/api/removal/1001/undo"}},
		},
		"taken out again": {
			given: fixture.OnAgent(21, 15, "owner"),
			then:  []fixture.Request{{Method: "POST", Path: "/api/removal/1001/undo"}, {Method: "DELETE", Path: "/api/project/151/user/15"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := fixture.New(t)
			s.Put(t, tt.given)
			q := question{15, "manage_agent", "agent", 21}
			for _, r := range append(append(tt.first, fixture.Request{Method: "DELETE", Path: "/api/project/151/user/15"}), tt.then...) {
				s.Pass(time.Second)
				r.Key = demo.GlobalAdmin
				if got := s.Do(t.Context(), r); got.Status >= http.StatusBadRequest {
					t.Fatal(got.Status, got.Body)
				}
			}
			s.Pass(time.Second)
			at := model.At(s.Now())
			if may, body := q.ask(t, s, ""); may != tt.want {
				t.Error("at that time", body)
			}
			s.Pass(time.Second)
			s.Settle(t.Context(), t)
			if may, body := q.ask(t, s, "&as_of="+at.String()); may != tt.want {
				t.Error("later", body)
			}
		})
	}
}
