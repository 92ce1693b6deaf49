package agent_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// user is a user of agent 21 as answers show him.
func user(id, user, permission, source string) string {
	return `{"id":` + id + `,"agent":21,"user":` + user + `,"permission":"` + permission + `","source":"` + source + `"}`
}

const usersPath = "/api/agent/21/user"

func TestUsers(t *testing.T) {
	lead, member, editor := user("311", fixture.User7, "owner", "direct"), user("147", fixture.User15, "viewer", "project:151"), user("312", fixture.User16, "editor", "direct")
	cast := fixture.All(people(20, 26),
		fixture.OnAgent(21, 20, "viewer", fixture.Ends(0)), fixture.OnAgent(21, 21, "viewer"), fixture.JoinsTeam(7, 21, "editor"), fixture.Joins(151, 21, "member"),
		fixture.OnAgent(21, 22, "editor"), fixture.Joins(151, 22, "admin"), fixture.JoinsTeam(7, 23, "workspace_admin"),
		fixture.OnAgent(21, 24, "owner"), inactive(24), fixture.Joins(151, 25, "member"), fixture.OnAgent(21, 25, "editor"))
	fixture.Table(t, []fixture.Row{
		{
			Name: "everybody who has a role, by the highest he has, in the order of what gives it", Request: get(demo.ProjectAdmin, usersPath+"/"), Status: 200,
			Body: `{"success":true,"message":"Agent users found successfully.","data":` + list(member, lead, editor) + `}`,
		},
		{
			Name: "his own permission, the project and its team, each person once, and nothing that has ended", Given: cast, Request: get(demo.ProjectAdmin, usersPath), Status: 200,
			Has: []string{
				user("20021", somebody(21), "editor", "team:7"), user("10022", somebody(22), "owner", "project:151"), user("20023", somebody(23), "owner", "team:7"), user("30025", somebody(25), "editor", "direct"),
			},
			Lacks: []string{`{"id":20,`, `{"id":24,`, `{"id":26,`, `"id":30021,`, `"id":10021,`, `"id":30022,`, `"id":10025,`, `"source":"rank"`},
			Then: func(t *testing.T, s *fixture.System) {
				for limit := 1; limit < 6; limit += 2 {
					seen := map[int64]int{}
					for next, pages := "", 0; pages == 0 || next != ""; pages++ {
						path := fmt.Sprint(usersPath, "?limit=", limit)
						if next != "" {
							path += "&cursor=" + next
						}
						var e struct {
							Data []model.AgentUser
							Meta struct {
								Next string `json:"next_cursor"`
							}
						}
						if err := json.Unmarshal([]byte(s.Do(t.Context(), get(demo.ProjectAdmin, path)).Body), &e); err != nil || pages > 20 {
							t.Fatal(pages, err)
						}
						for _, row := range e.Data {
							seen[row.User.ID]++
						}
						next = e.Meta.Next
					}
					if want := map[int64]int{7: 1, 15: 1, 16: 1, 21: 1, 22: 1, 23: 1, 25: 1}; fmt.Sprint(seen) != fmt.Sprint(want) {
						t.Errorf("limit %d: saw %v, want %v", limit, seen, want)
					}
				}
			},
		},
		{
			Name: "nor what a removal from the project has ended", Given: fixture.All(on("editor"), fixture.Joins(151, 20, "member")),
			First: after(drop(demo.ProjectAdmin, "/api/project/151/user/20")), Request: get(demo.ProjectAdmin, usersPath), Status: 200, Data: list(member, lead, editor),
			Then: then(knowsNot(demo.ProjectAdmin, usersPath+"?user_id=20"), knowsNot(key(20), usersPath+"?user_id=20")),
		},
		{
			Name: "the team that the project has come to a moment ago", Given: fixture.All(people(20, 20), fixture.Team(8, "T"), fixture.JoinsTeam(8, 20, "editor")),
			First:   after(put(demo.GlobalAdmin, "/api/project/151", `{"team_id":8}`)),
			Request: get(demo.ProjectAdmin, usersPath), Status: 200, Has: []string{user("20020", somebody(20), "editor", "team:8")},
		},
		{Name: "what everybody may takes nobody off the list", First: after(put(demo.ProjectAdmin, "/api/agent/21/access", `{"access_level":"public","public_mode":"edit"}`)), Request: get(demo.ProjectAdmin, usersPath), Status: 200, Data: list(member, lead, editor)},
		{
			Name: "only owners", Request: get(demo.ProjectAdmin, usersPath+"?permission=owner"), Status: 200, Data: list(lead),
			Then: then(sees(demo.ProjectAdmin, usersPath+"?permission=editor", `"data":[{"id":312,`), not(demo.ProjectAdmin, usersPath+"?permission=viewer", `"id":311`, `"id":312`)),
		},
		{
			Name: "one of them, by whatever path", Request: get(demo.ProjectAdmin, usersPath+"?user_id=16"), Status: 200, Data: list(user("null", fixture.User16, "owner", "rank")),
			Then: then(sees(demo.ProjectAdmin, usersPath+"?user_id=7", `"id":311,`), sees(demo.ProjectAdmin, usersPath+"?user_id=1", `"source":"rank"`), sees(demo.ProjectAdmin, "/api/agent/22/user?user_id=15", `"id":72,`, `"permission":"viewer","source":"team:7"`)),
		},
		{
			Name: "by the access level alone", Given: people(20, 20), Request: get(demo.ProjectAdmin, "/api/agent/22/user?user_id=20"), Status: 200,
			Has:  []string{`"id":null`, `"permission":"viewer","source":"access_level"`},
			Then: then(not(demo.ProjectAdmin, "/api/agent/22/user", `{"id":20,`)),
		},
		{
			Name: "of that permission, or it isn't there", Request: get(demo.ProjectAdmin, usersPath+"?user_id=15&permission=viewer"), Status: 200, Data: list(member),
			Then: then(knowsNot(demo.ProjectAdmin, usersPath+"?user_id=15&permission=editor")),
		},
		{
			Name: "who may nothing isn't there", Given: people(20, 20), Request: get(demo.ProjectAdmin, usersPath+"?user_id=20"), Status: 404, Code: "not_found",
			Then: then(knowsNot(key(20), usersPath+"?user_id=20"), knowsNot(demo.GlobalAdmin, usersPath+"?user_id=90"), knowsNot(demo.GlobalAdmin, usersPath+"?user_id=99")),
		},
		{Name: "nor who is inactive", Given: inactive(15), Request: get(demo.ProjectAdmin, usersPath+"?user_id=15"), Status: 404, Code: "not_found"},
		{Name: "anybody asks what he may himself", Request: get(demo.ProjectMember, usersPath+"?user_id=15"), Status: 200, Data: list(member)},
		{
			Name: "but not what others may", Given: on("editor"), Request: get(key(20), usersPath), Status: 403, Code: "forbidden",
			Then: then(answers(403, get(key(20), usersPath+"?user_id=15")), answers(403, get(demo.ProjectMember, usersPath)), knowsNot(demo.OtherOrganization, usersPath)),
		},
		{
			Name: "a permission that there isn't", Request: get(demo.ProjectAdmin, usersPath+"?permission=admin&user_id=0"), Status: 400, Code: "invalid",
			Fields: map[string]string{"query.permission": "must be one of viewer, editor, owner", "query.user_id": ""},
		},
		{
			Name: "another filter with its cursor", First: after(get(demo.ProjectAdmin, usersPath+"?limit=1")), Request: get(demo.ProjectAdmin, usersPath+"?permission=owner&cursor="+fixture.Cursor),
			Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
	})
}

func TestAddUsers(t *testing.T) {
	add := func(key, body string) fixture.Request { return post(key, usersPath, body) }
	is := func(user, id int64, role string) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			t.Helper()
			if m, _ := table.AgentMembers.In(s.Rows(t.Context(), t), user, 21); m.ID != id || m.Role != role || m.ExpiresOn != nil {
				t.Errorf("%+v, want %d as %s", m, id, role)
			}
		}
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "viewers where nothing else is said, in the order of the request; who has a permission keeps it", Request: add(demo.ProjectAdmin, `{"user_ids":[16,15,1,15,7],"created_by":"system"}`), Status: 200,
			Body: `{"success":true,"message":"Users added to agent successfully.","data":` + list(user("312", fixture.User16, "editor", "direct"), user("1001", fixture.User15, "viewer", "direct"), user("1002", fixture.User1, "viewer", "direct"), user("311", fixture.User7, "owner", "direct")) + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "add-user-to-agent" || a.Resource != "agent:21" || a.After["user:15"] == nil || a.After["user:16"] != nil || len(a.Notices) != 2 {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{
			Name: "it opens the agent", Given: people(20, 20), Request: add(demo.ProjectAdmin, `{"user_ids":[20]}`), Status: 200,
			Then: then(sees(key(20), "/api/agent/21"), sees(key(20), "/api/agent", `"id":21,`), knowsNot(key(20), "/api/project/151")),
		},
		{
			Name: "an owner's doesn't end any more", Given: on("viewer", fixture.Ends(time.Hour)), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"permission":"owner"}`), Status: 200,
			Then: is(20, 30020, "owner"),
		},
		{Name: "as what the body says, also for who has one", Request: add(demo.ProjectAdmin, `{"user_ids":[15,16],"permission":"owner"}`), Status: 200, Has: []string{`"id":1001,`, `"id":312,`}, Then: func(t *testing.T, s *fixture.System) {
			is(15, 1001, "owner")(t, s)
			is(16, 312, "owner")(t, s)
			if a, _ := table.Agents.In(s.Rows(t.Context(), t), 21); a.Owner() != 7 {
				t.Errorf("it belongs to %d", a.Owner())
			}
		}},
		{
			Name: "what is so already changes nothing", Request: add(demo.ProjectAdmin, `{"user_ids":[16,7],"permission":"owner"}`),
			First: after(add(demo.ProjectAdmin, `{"user_ids":[16],"permission":"owner"}`)), Status: 200, Idle: true,
		},
		{
			Name: "one that has ended is taken up again, without an end", Given: on("editor", fixture.Ends(0)), Request: add(demo.ProjectAdmin, `{"user_ids":[20]}`), Status: 200,
			Data: list(user("30020", somebody(20), "editor", "direct")),
			Then: is(20, 30020, "editor"),
		},
		{
			Name: "one that a removal from the project has ended is not, but a new one made", Given: fixture.All(on("editor"), fixture.Joins(151, 20, "member")),
			First: after(drop(demo.ProjectAdmin, "/api/project/151/user/20")), Request: add(demo.ProjectAdmin, `{"user_ids":[20]}`), Status: 200,
			Data: list(user("1001", somebody(20), "viewer", "direct")),
			Then: is(20, 1001, "viewer"),
		},
		{Name: "the owner isn't lowered, and then nobody is added", Request: add(demo.ProjectAdmin, `{"user_ids":[15,7],"permission":"editor"}`), Status: 409, Code: "owner_permission"},
		{Name: "an unknown user, and then nobody is added", Request: add(demo.ProjectAdmin, `{"user_ids":[15,99]}`), Status: 404, Code: "not_found", Then: func(t *testing.T, s *fixture.System) {
			for _, body := range []string{`{"user_ids":[15,90]}`, `{"user_ids":[99],"permission":"editor"}`} {
				then(answers(404, add(demo.GlobalAdmin, body)))(t, s)
			}
		}},
		{Name: "an inactive one", Given: inactive(15), Request: add(demo.ProjectAdmin, `{"user_ids":[1,15]}`), Status: 404, Code: "not_found"},
		{
			Name: "45 with an Idempotency-Key", Given: fixture.People(30, 74), First: after(keyed(add(demo.ProjectAdmin, many(45)))), Request: keyed(add(demo.ProjectAdmin, many(45))), Status: 200,
			Again: true, Idle: true,
			Then: is(74, 1045, "viewer"),
		},
		{
			Name: "46, and as something else", Request: add(demo.ProjectAdmin, but(many(46), `}`, `,"permission":"admin"}`)), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.user_ids": "must have at most 45 items", "body.permission": "must be one of viewer, editor, owner"},
		},
		{
			Name: "an editor may not", Given: on("editor"), Request: add(key(20), `{"user_ids":[20],"permission":"owner"}`), Status: 403, Code: "forbidden",
			Then: then(
				answers(403, add(demo.ProjectMember, `{"user_ids":[15]}`)), answers(404, add(key(20), `{"user_ids":[99]}`)),
				answers(404, add(demo.OtherOrganization, `{"user_ids":[90]}`)),
			),
		},
		{Name: "an owner by his own permission may", Given: on("owner"), Request: add(key(20), `{"user_ids":[15]}`), Status: 200},
		{
			Name: "nor is it one where that is done and an undo has put it back", Given: fixture.All(on("editor"), removed(time.Hour)), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"permission":"viewer"}`), Status: 200,
			Has: []string{`"permission":"viewer"`}, Then: func(t *testing.T, s *fixture.System) {
				is(20, 1001, "viewer")(t, s)
				then(sees(key(20), "/api/agent/21", `"id":21`))(t, s)
			},
		},
		{
			Name: "of whom it made the owner, then nobody owns the agent", Given: fixture.All(on("owner"), fixture.Owns(21, 20), removed(time.Hour)), Request: add(demo.ProjectAdmin, `{"user_ids":[20]}`), Status: 200,
			Has: []string{`"permission":"viewer"`}, Then: func(t *testing.T, s *fixture.System) {
				is(20, 1001, "viewer")(t, s)
				then(sees(demo.ProjectAdmin, "/api/agent/21", `"owner":null`, `"modified_by":"system"`))(t, s)
				told := false
				for _, a := range fixture.Audits(s.Rows(t.Context(), t)) {
					told = told || a.Action == "finish-removal" && a.Resource == "agent:21" && fmt.Sprint(a.After) == "map[owner:0 removal_id:900]" && a.Before["user:20"] != nil
				}
				if !told {
					t.Error("nothing tells of it")
				}
			},
		},
		{Name: "one whose permission has ended may not", Given: on("owner", fixture.Ends(2*time.Millisecond)), Request: add(key(20), `{"user_ids":[20]}`), Status: 404, Code: "not_found"},
		{Name: "a bound key may", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: add("test.secret", `{"user_ids":[15]}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, _ := table.AgentMembers.In(s.Rows(t.Context(), t), 15, 21); m.CreatedBy != "key:test" {
				t.Errorf("%+v", m)
			}
		}},
	})
}

// many is a body with so many users, from 30 on.
func many(n int) string { return `{"user_ids":[` + ids(30, 29+n) + `]}` }

func TestRemoveUsers(t *testing.T) {
	removed := list(user("312", fixture.User16, "editor", "direct"))
	remove := func(key, query, body string) fixture.Request {
		r := drop(key, usersPath+query)
		r.Body = body
		return r
	}
	one := remove(demo.ProjectAdmin, "", `{"user_ids":[16,16]}`)
	fixture.Table(t, []fixture.Row{
		{
			Name: "the removed rows", Request: one, Status: 200, Body: `{"success":true,"message":"Users removed from agent successfully.","data":` + removed + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "remove-user-from-agent" || a.Resource != "agent:21" || a.Before["user:16"] == nil || len(a.Notices) != 1 {
					t.Errorf("audit row %+v", a)
				}
				then(not(demo.ProjectAdmin, usersPath, `"id":312`), sees(demo.ProjectAdmin, usersPath, `"id":73,`))(t, s)
			},
		},
		{
			Name: "named in the query", Given: on("viewer"), Request: remove(demo.ProjectAdmin, "?user_ids=16,20", ""), Status: 200, Has: []string{`"id":312`, `"id":30020`},
			Then: then(knowsNot(key(20), "/api/agent/21"), not(key(20), "/api/agent", `"id":21,`)),
		},
		{Name: "a second time it is 404", First: after(one), Request: one, Status: 404, Code: "not_found"},
		{Name: "with one Idempotency-Key it isn't", First: after(keyed(one)), Request: keyed(one), Status: 200, Again: true, Idle: true},
		{
			Name: "45 with an Idempotency-Key", Given: fixture.People(30, 74), First: after(post(demo.ProjectAdmin, usersPath, many(45)), keyed(remove(demo.ProjectAdmin, "", many(45)))),
			Request: keyed(remove(demo.ProjectAdmin, "", many(45))), Status: 200, Again: true, Idle: true,
		},
		{
			Name: "who has none of his own, however else he gets in", Request: remove(demo.ProjectAdmin, "?user_ids=16,15", ""), Status: 404, Code: "not_found",
			Then: then(answers(404, drop(demo.GlobalAdmin, usersPath+"?user_ids=99")), answers(404, drop(demo.GlobalAdmin, usersPath+"?user_ids=90"))),
		},
		{
			Name: "a viewer isn't told who has one", Request: remove(demo.ProjectMember, "?user_ids=16", ""), Status: 403, Code: "forbidden",
			Then: then(answers(403, drop(demo.ProjectMember, usersPath+"?user_ids=1")), answers(403, drop(demo.ProjectMember, usersPath+"?user_ids=99"))),
		},
		{
			Name: "whose permission a removal from the project has ended has none", Given: fixture.All(on("editor"), fixture.Joins(151, 20, "member")),
			First: after(drop(demo.ProjectAdmin, "/api/project/151/user/20")), Request: remove(demo.ProjectAdmin, "?user_ids=20", ""), Status: 404, Code: "not_found",
		},
		{Name: "one that has expired goes as any other", Given: on("editor", fixture.Ends(0)), Request: remove(demo.ProjectAdmin, "?user_ids=20", ""), Status: 200, Has: []string{`"id":30020`}},
		{Name: "the owner keeps his, and then so do all", Request: remove(demo.GlobalAdmin, "?user_ids=16,7", ""), Status: 409, Code: "owner_permission"},
		{Name: "in the body and in the query", Request: remove(demo.ProjectAdmin, "?user_ids=16", `{"user_ids":[16]}`), Status: 400, Code: "invalid"},
		{Name: "nobody", Request: remove(demo.ProjectAdmin, "", ""), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "is required"}},
		{
			Name: "an editor may not, not even himself", Given: on("editor"), Request: remove(key(20), "?user_ids=20", ""), Status: 403, Code: "forbidden",
			Then: then(answers(404, drop(demo.OtherOrganization, usersPath+"?user_ids=16"))),
		},
	})
}
