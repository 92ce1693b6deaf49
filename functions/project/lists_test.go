package project_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func TestList(t *testing.T) {
	plain := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	fixture.Table(t, []fixture.Row{
		{
			Name: "what the caller reaches, by id", Request: get(demo.ProjectMember, "/api/project/"), Status: 200,
			Body: `{"success":true,"message":"Projects found successfully.","data":[` + handbook + `,` + support + `]}`,
		},
		{Name: "nothing is an empty list", Given: plain, Request: get("test.secret", "/api/project"), Status: 200, Body: `{"success":true,"message":"Projects found successfully.","data":[]}`},
		{Name: "his own memberships alone", Given: fixture.All(plain, fixture.Joins(151, 20, "member")), Request: get("test.secret", "/api/project"), Status: 200, Has: []string{`"id":151`}, Lacks: []string{`"id":4,`}},
		{Name: "one whose membership has ended doesn't count", Given: fixture.All(plain, fixture.Joins(151, 20, "member", fixture.Until(0))), Request: get("test.secret", "/api/project"), Status: 200, Data: `[]`},
		{Name: "by team and by membership: each once", Given: fixture.All(fixture.Project(30, 0, "Lone"), fixture.Joins(30, 15, "member")), Request: get(demo.ProjectMember, "/api/project"), Status: 200, Has: []string{`"id":4,`, `"id":30,`, `"id":151,`}},
		{Name: "a member without a role any more", Given: fixture.All(plain, fixture.JoinsTeam(7, 20, "viewer"), fixture.Change(table.TeamMembers, func(m *model.TeamMember) { m.Role = "" }, 7, 20)), Request: get("test.secret", "/api/project"), Status: 200, Data: `[]`},
		{Name: "ranks see all of the organisation", Given: fixture.Project(30, 0, "Lone"), Request: get(demo.GlobalAdmin, "/api/project"), Status: 200, Has: []string{`"id":4,`, `"id":30,`, `"id":151,`}, Lacks: []string{`"id":9,`}},
		{Name: "an application admin too", Given: fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("test", 20)), Request: get("test.secret", "/api/project"), Status: 200, Data: `[` + handbook + `,` + support + `]`},
		{Name: "an unbound service key too", Given: fixture.Key("test", 0), Request: get("test.secret", "/api/project"), Status: 200, Data: `[` + handbook + `,` + support + `]`},
		{Name: "a bound service key its project", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: get("test.secret", "/api/project"), Status: 200, Data: `[` + support + `]`},
		{Name: "a bound personal key its project", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: get("test.secret", "/api/project"), Status: 200, Data: `[` + support + `]`},
		{Name: "a global admin's bound key as well", Given: fixture.Key("test", 1, fixture.Bound(4)), Request: get("test.secret", "/api/project"), Status: 200, Data: `[` + handbook + `]`},
		{Name: "a bound key whose project is not his any more sees nothing", Given: fixture.All(plain, fixture.Key("bound", 20, fixture.Bound(151))), Request: get("bound.secret", "/api/project"), Status: 200, Data: `[]`},
		{Name: "another organisation", Request: get(demo.OtherOrganization, "/api/project"), Status: 200, Has: []string{`"id":9,`}, Lacks: []string{`"id":4,`}},

		{Name: "those of a team", Given: fixture.All(fixture.Project(30, 0, "Lone"), fixture.Joins(30, 7, "admin")), Request: get(demo.ProjectAdmin, "/api/project?team_id=7"), Status: 200, Data: `[` + handbook + `,` + support + `]`},
		{Name: "of a team there is not", Request: get(demo.ProjectAdmin, "/api/project?team_id=8"), Status: 404, Code: "not_found"},
		{Name: "of another organisation's", Request: get(demo.GlobalAdmin, "/api/project?team_id=9"), Status: 404, Code: "not_found"},
		{Name: "of one that he doesn't know", Given: plain, Request: get("test.secret", "/api/project?team_id=7"), Status: 404, Code: "not_found"},
		{Name: "of one that he isn't in, but one of whose projects is his", Given: fixture.All(plain, fixture.Joins(151, 20, "member")), Request: get("test.secret", "/api/project?team_id=7"), Status: 200, Has: []string{`"id":151`}, Lacks: []string{`"id":4,`}},
		{Name: "of one that he is in and that has none", Given: fixture.All(plain, fixture.Team(8, "Empty"), fixture.JoinsTeam(8, 20, "viewer")), Request: get("test.secret", "/api/project?team_id=8"), Status: 200, Data: `[]`},
	})
}

func TestPages(t *testing.T) {
	first := get(demo.ProjectMember, "/api/project?limit=1")
	wrong := map[string]string{"query.cursor": "is not a cursor of this list"}
	fixture.Table(t, []fixture.Row{
		{Name: "a page", Request: first, Status: 200, Data: `[` + handbook + `]`, Has: []string{`"next_cursor":"`}},
		{Name: "the page after it, which is the last", First: []fixture.Request{first}, Request: get(demo.ProjectMember, "/api/project?limit=1&cursor="+fixture.Cursor), Status: 200, Data: `[` + support + `]`},
		{Name: "another limit goes on all the same", First: []fixture.Request{first}, Request: get(demo.ProjectMember, "/api/project?cursor="+fixture.Cursor+"&limit=5"), Status: 200, Data: `[` + support + `]`, Lacks: []string{"next_cursor"}},
		{Name: "with a slash behind too", First: []fixture.Request{first}, Request: get(demo.ProjectMember, "/api/project/?limit=1&cursor="+fixture.Cursor), Status: 200, Data: `[` + support + `]`},
		{Name: "a cursor holds no rights: another caller sees his own", First: []fixture.Request{first}, Request: get(demo.OtherOrganization, "/api/project?cursor="+fixture.Cursor), Status: 200, Has: []string{`"id":9,`}, Lacks: []string{`"id":151,`}},
		{Name: "a changed filter", First: []fixture.Request{first}, Request: get(demo.ProjectMember, "/api/project?team_id=7&cursor="+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "another list's cursor", First: []fixture.Request{get(demo.ProjectMember, "/api/project/151/user?limit=1")}, Request: get(demo.ProjectMember, "/api/project?cursor="+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "another project's cursor", First: []fixture.Request{get(demo.ProjectMember, "/api/project/151/user?limit=1")}, Request: get(demo.ProjectMember, "/api/project/4/user?cursor="+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "a tampered cursor", First: []fixture.Request{first}, Request: get(demo.ProjectMember, "/api/project?cursor=A"+fixture.Cursor), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "half a cursor", Request: get(demo.ProjectMember, "/api/project?cursor=AAAA"), Status: 400, Code: "invalid", Fields: wrong},
		{Name: "a cursor that is no base64", Request: get(demo.ProjectMember, "/api/project?cursor=%25%00"), Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": ""}},
		{Name: "limit 0", Request: get(demo.ProjectMember, "/api/project?limit=0"), Status: 400, Code: "invalid", Fields: map[string]string{"query.limit": "must be at least 1"}},
		{Name: "limit 200", Request: get(demo.ProjectMember, "/api/project?limit=200"), Status: 200},
		{Name: "limit 201", Request: get(demo.ProjectMember, "/api/project?limit=201"), Status: 400, Code: "invalid", Fields: map[string]string{"query.limit": "must be at most 200"}},
		{Name: "limit that is no number", Request: get(demo.ProjectMember, "/api/project?limit=ten"), Status: 400, Code: "invalid", Fields: map[string]string{"query.limit": "must be an integer"}},
		{Name: "two limits", Request: get(demo.ProjectMember, "/api/project?limit=1&limit=1"), Status: 400, Code: "invalid", Fields: map[string]string{"query.limit": "is given twice"}},
	})
}

// A walk sees each row once, whatever the size of its pages and by however many
// paths the rows are reached, and rows that don't count shorten pages only.
func TestWalk(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 15, "viewer"), fixture.Team(6, "Third"), fixture.JoinsTeam(6, 15, "editor")))
	want := map[int64]bool{4: true, 151: true}
	for id := int64(20); id < 50; id++ {
		g := fixture.Project(id, []int64{0, 7, 8, 6, 0}[id%5], fmt.Sprint("P", id))
		switch {
		case id%7 == 0:
			g = fixture.All(g, fixture.Joins(id, 15, "member"))
		case id%5 == 0:
			g = fixture.All(g, fixture.Joins(id, 15, "member", fixture.Until(0)))
		}
		s.Put(t, g)
		want[id] = id%7 == 0 || id%5 != 0 && id%5 != 4
	}
	for id := range want {
		if !want[id] {
			delete(want, id)
		}
	}
	for limit := range 9 {
		seen, last, pages := map[int64]bool{}, int64(0), 0
		next := fmt.Sprint("/api/project?limit=", limit+1)
		for next != "" {
			got := s.Do(t.Context(), get(demo.ProjectMember, next))
			var e struct {
				Data []model.Project
				Meta struct {
					Next string `json:"next_cursor"`
				}
			}
			if err := json.Unmarshal([]byte(got.Body), &e); err != nil || got.Status != 200 || len(e.Data) > limit+1 {
				t.Fatalf("limit %d: %d %s", limit+1, got.Status, got.Body)
			}
			for _, p := range e.Data {
				if seen[p.ID] || p.ID <= last {
					t.Errorf("limit %d: project %d after %d", limit+1, p.ID, last)
				}
				seen[p.ID], last = true, p.ID
			}
			base, _, _ := strings.Cut(next, "&")
			if next = ""; e.Meta.Next != "" {
				next = base + "&cursor=" + e.Meta.Next
			}
			if pages++; pages > 100 {
				t.Fatal("it has no end")
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("limit %d: saw %v, want %v", limit+1, seen, want)
		}
	}
}

func TestListOfUser(t *testing.T) {
	plain := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	of := func(key, path string) fixture.Request { return get(key, "/api/team/"+path+"/project") }
	fixture.Table(t, []fixture.Row{
		{Name: "the team's projects that he reaches", Request: of(demo.ProjectAdmin, "7/user/15"), Status: 200, Body: `{"success":true,"message":"Projects found successfully.","data":[` + handbook + `,` + support + `]}`},
		{Name: "his own memberships where he isn't in the team", Given: fixture.All(plain, fixture.Joins(151, 20, "member")), Request: of(demo.ProjectAdmin, "7/user/20"), Status: 200, Data: strings.Replace(`[`+support+`]`, `"user_count":3`, `"user_count":4`, 1)},
		{Name: "ended ones don't count", Given: fixture.All(plain, fixture.Joins(151, 20, "member", fixture.Until(0))), Request: of(demo.ProjectAdmin, "7/user/20"), Status: 200, Data: `[]`},
		{Name: "a rank's reach", Request: of(demo.ProjectAdmin, "7/user/1"), Status: 200, Data: `[` + handbook + `,` + support + `]`},
		{Name: "an inactive user reaches none", Given: inactive(15), Request: of(demo.ProjectAdmin, "7/user/15"), Status: 200, Data: `[]`},
		{Name: "himself", Request: get(demo.ProjectMember, "/api/team/7/user/15/project/"), Status: 200, Data: `[` + handbook + `,` + support + `]`},
		{Name: "another, as a viewer", Request: of(demo.ProjectMember, "7/user/16"), Status: 403, Code: "forbidden"},
		{Name: "himself as a workspace_admin or another", Given: fixture.All(plain, fixture.JoinsTeam(7, 20, "workspace_admin")), Request: of("test.secret", "7/user/16"), Status: 200},
		{Name: "an editor", Given: fixture.All(plain, fixture.JoinsTeam(7, 20, "editor")), Request: of("test.secret", "7/user/16"), Status: 403, Code: "forbidden"},
		{Name: "a stranger to the team", Given: plain, Request: of("test.secret", "7/user/16"), Status: 404, Code: "not_found"},
		{Name: "an unknown team", Request: of(demo.GlobalAdmin, "8/user/16"), Status: 404, Code: "not_found"},
		{Name: "an unknown user", Request: of(demo.GlobalAdmin, "7/user/99"), Status: 404, Code: "not_found"},
		{Name: "another organisation's user", Request: of(demo.GlobalAdmin, "7/user/90"), Status: 404, Code: "not_found"},
		{Name: "another organisation's team", Request: of(demo.GlobalAdmin, "9/user/90"), Status: 404, Code: "not_found"},
		{Name: "an unknown user before 403", Request: of(demo.ProjectMember, "7/user/99"), Status: 404, Code: "not_found"},
		{Name: "a page", Request: of(demo.ProjectMember, "7/user/15"), Status: 200},
		{Name: "the next page", First: []fixture.Request{get(demo.ProjectMember, "/api/team/7/user/15/project?limit=1")}, Request: get(demo.ProjectMember, "/api/team/7/user/15/project?limit=1&cursor="+fixture.Cursor), Status: 200, Data: `[` + support + `]`},
		{Name: "a bound key doesn't know the team", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: of("test.secret", "7/user/7"), Status: 404, Code: "not_found"},
	})
}

func fetch(key, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/project/details", Key: key, Body: body}
}

func TestFetch(t *testing.T) {
	beside := func(agents string) string {
		return support[:len(support)-1] + `,"users":[],"agents":` + agents + `,"my_role":"member"}`
	}
	fixture.Table(t, []fixture.Row{
		{Name: "in the order asked, each once", Request: fetch(demo.ProjectAdmin, `{"project_ids":[151,4,151]}`), Status: 200, Has: []string{`"data":[{"id":151,`, `{"id":4,`}, Lacks: []string{"meta"}, Idle: true},
		{Name: "whole", Request: fetch(demo.ProjectMember, `{"project_ids":[151]}`), Status: 200, Body: `{"success":true,"message":"Projects found successfully.","data":[` + detail(`"member"`) + `]}`, Idle: true},
		{Name: "what the caller can't see is named in meta", Request: fetch(demo.ProjectMember, `{"project_ids":[9,151,8]}`), Status: 200, Data: `[` + detail(`"member"`) + `]`, Meta: `{"not_found":[9,8]}`, Idle: true},
		{Name: "nothing of it", Request: fetch(demo.ProjectMember, `{"project_ids":[9]}`), Status: 200, Data: `[]`, Meta: `{"not_found":[9]}`},
		{Name: "without people", Request: fetch(demo.ProjectMember, `{"project_ids":[151],"include":["agents"]}`), Status: 200, Data: `[` + beside(`[{"id":21,"name":"Support Assistant"}]`) + `]`},
		{Name: "with nothing beside", Request: fetch(demo.ProjectMember, `{"project_ids":[151],"include":[]}`), Status: 200, Data: `[` + beside(`[]`) + `]`},
		{Name: "whose membership has ended can't see it", Given: fixture.All(fixture.People(20, 20), fixture.Key("test", 20), fixture.Joins(151, 20, "member", fixture.Until(2*time.Millisecond))), Request: fetch("test.secret", `{"project_ids":[151]}`), Status: 200, Data: `[]`, Meta: `{"not_found":[151]}`},
		{Name: "a bound key sees its project only", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: fetch("test.secret", `{"project_ids":[4,151]}`), Status: 200, Data: `[` + detail(`"admin"`) + `]`, Meta: `{"not_found":[4]}`},
		{Name: "a read-only key may", Given: fixture.Key("test", 15, func(k *model.APIKey) { k.Scope = "read_only" }), Request: fetch("test.secret", `{"project_ids":[151]}`), Status: 200, Data: `[` + detail(`"member"`) + `]`},
		{Name: "100 ids", Request: fetch(demo.ProjectMember, `{"project_ids":`+ids(101, 200)+`}`), Status: 200, Data: `[` + detail(`"member"`) + `]`},
		{Name: "101 ids", Request: fetch(demo.ProjectMember, `{"project_ids":`+ids(101, 201)+`}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_ids": "must have at most 100 items"}},
		{Name: "no ids", Request: fetch(demo.ProjectMember, `{"project_ids":[]}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_ids": "must not be empty"}},
		{Name: "an unknown thing to include", Request: fetch(demo.ProjectMember, `{"project_ids":[151],"include":["keys"]}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.include[0]": "must be one of users, agents"}},
		{Name: "an Idempotency-Key means nothing to it", Request: with(fetch(demo.ProjectMember, `{"project_ids":[151]}`), "Idempotency-Key", "k"), Status: 200, Idle: true},
	})
}
