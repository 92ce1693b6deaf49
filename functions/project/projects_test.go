package project_test

import (
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: "GET", Path: path, Key: key}
}

func edit(key, body string) fixture.Request {
	return fixture.Request{Method: "PUT", Path: "/api/project/151", Key: key, Body: body}
}

func remove(key, query string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: "/api/project/151" + query, Key: key}
}

// detail is what Get Project Details shows of project 151.
func detail(role string) string {
	return support[:len(support)-1] + `,"users":[{"id":146,"user":` + fixture.User7 + `},{"id":147,"user":` + fixture.User15 + `},{"id":148,"user":` + fixture.User16 + `}],"agents":[{"id":21,"name":"Support Assistant"}],"my_role":` + role + `}`
}

func TestDetails(t *testing.T) {
	stranger := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	fixture.Table(t, []fixture.Row{
		{
			Name: "a project with its people", Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 200,
			Body:  `{"success":true,"message":"Project found successfully.","data":` + detail(`"admin"`) + `}`,
			Sends: map[string]string{"Etag": `"1"`},
		},
		{Name: "slash forgiven", Request: get(demo.ProjectAdmin, "/api/project/151/"), Status: 200, Data: detail(`"admin"`)},
		{Name: "a member sees his role", Request: get(demo.ProjectMember, "/api/project/151"), Status: 200, Data: detail(`"member"`)},
		{Name: "whom a rank lets in has none", Request: get(demo.GlobalAdmin, "/api/project/151"), Status: 200, Data: detail(`null`)},
		{Name: "whom a team lets in neither", Request: get(demo.ProjectMember, "/api/project/4"), Status: 200, Has: []string{`"my_role":null`}},
		{Name: "a service key neither", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: get("test.secret", "/api/project/151"), Status: 200, Data: detail(`null`)},
		{Name: "whose membership has ended is left out", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0))), Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 200, Lacks: []string{`"id":20,`}},
		{Name: "and his role counts for nothing, even where the team lets him in", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0)), fixture.JoinsTeam(7, 20, "viewer"), fixture.Key("test", 20)), Request: get("test.secret", "/api/project/151"), Status: 200, Has: []string{`"my_role":null`}},
		{Name: "a stranger", Given: stranger, Request: get("test.secret", "/api/project/151"), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "an unknown project", Request: get(demo.GlobalAdmin, "/api/project/150"), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "another organisation's", Request: get(demo.GlobalAdmin, "/api/project/9"), Status: 404, Code: "not_found"},
		{Name: "a deleted one", First: []fixture.Request{remove(demo.ProjectAdmin, "")}, Request: get(demo.GlobalAdmin, "/api/project/151"), Status: 404, Code: "not_found"},
	})
}

// Of very many members the first 200 are shown.
func TestManyMembers(t *testing.T) {
	var joins fixture.Given
	for user := int64(1001); user <= 1197; user++ {
		joins = append(joins, fixture.Joins(151, user, "member")...)
	}
	crowd := fixture.All(fixture.People(1001, 1040), fixture.People(1041, 1080), fixture.People(1081, 1120), fixture.People(1121, 1160), fixture.People(1161, 1197), fixture.Together(joins))
	fixture.Table(t, []fixture.Row{
		{Name: "200 are shown whole", Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 200, Has: []string{`"id":11197`, `"user_count":200`}, Lacks: []string{"users_truncated"}},
		{Name: "of 201 the last is not", Given: fixture.All(fixture.People(1198, 1198), fixture.Joins(151, 1198, "member")), Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 200, Has: []string{`"id":11197`, `"user_count":201`}, Lacks: []string{`"id":11198`}, Meta: `{"users_truncated":true}`},
		{Name: "Fetch Project Details says so too", Given: fixture.All(fixture.People(1198, 1198), fixture.Joins(151, 1198, "member")), Request: fetch(demo.ProjectAdmin, `{"project_ids":[4,151]}`), Status: 200, Lacks: []string{`"id":11198`}, Meta: `{"users_truncated":true}`},
		{Name: "a list without limit has 200 rows", Given: fixture.All(fixture.People(1198, 1198), fixture.Joins(151, 1198, "member")), Request: get(demo.ProjectAdmin, "/api/project/151/user"), Status: 200, Has: []string{`"id":11197`, "next_cursor"}, Lacks: []string{`"id":11198`}},
	}, crowd)
}

func TestEdit(t *testing.T) {
	second := fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "editor"))
	at := `"modified_by":"lead@organization.com","modified_on":"2026-01-01T00:00:00.002000Z"`
	fixture.Table(t, []fixture.Row{
		{
			Name: "name and description", Request: edit(demo.ProjectAdmin, `{"project_name":"Help","description":""}`), Status: 200,
			Body: `{"success":true,"message":"Project updated successfully.","data":{"id":151,"project_name":"Help","description":"","team":7,"organization":1,"user_count":3,"agent_count":1,
				"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-01-31T10:00:00.000000Z",` + at + `}}`,
			Sends: map[string]string{"Etag": `"2"`},
		},
		{Name: "modified_by in the body is accepted and ignored", Request: edit(demo.ProjectAdmin, `{"description":"X","modified_by":"somebody","created_by":"else"}`), Status: 200, Has: []string{at}, Lacks: []string{"somebody", "else\""}},
		{Name: "nothing to change changes nothing", Request: edit(demo.ProjectAdmin, `{"project_name":"Support"}`), Status: 200, Data: support, Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "an empty object neither", Request: edit(demo.ProjectAdmin, `{}`), Status: 200, Data: support, Idle: true},
		{Name: "no body", Request: edit(demo.ProjectAdmin, ``), Status: 400, Code: "invalid", Fields: map[string]string{"body": "is required"}},
		{Name: "a blank name", Request: edit(demo.ProjectAdmin, `{"project_name":" \t"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_name": ""}},
		{Name: "an empty name", Request: edit(demo.ProjectAdmin, `{"project_name":""}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_name": ""}},
		{Name: "a name that is null", Request: edit(demo.ProjectAdmin, `{"project_name":null}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_name": "must not be null"}},
		{
			Name: "team_id null takes it out of its team", Request: edit(demo.ProjectAdmin, `{"team_id":null}`), Status: 200, Has: []string{`"team":null`},
			Then: func(t *testing.T, s *fixture.System) {
				if team, _ := table.Teams.In(s.Rows(t.Context(), t), 7); team.ProjectCount != 1 {
					t.Errorf("the team counts %d projects, want 1", team.ProjectCount)
				}
			},
		},
		{Name: "and then the team's roles don't reach it", First: []fixture.Request{edit(demo.ProjectAdmin, `{"team_id":null}`)}, Given: fixture.Leaves(151, 15), Request: get(demo.ProjectMember, "/api/project/151"), Status: 404, Code: "not_found"},
		{
			Name: "to another team where the caller may create", Given: second, Request: edit(demo.ProjectAdmin, `{"team_id":8}`), Status: 200, Has: []string{`"team":8`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				old, _ := table.Teams.In(rows, 7)
				now, _ := table.Teams.In(rows, 8)
				if old.ProjectCount != 1 || now.ProjectCount != 1 {
					t.Errorf("the teams count %d and %d projects, want 1 and 1", old.ProjectCount, now.ProjectCount)
				}
			},
		},
		{Name: "not to one where he may not", Given: fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "viewer")), Request: edit(demo.ProjectAdmin, `{"team_id":8}`), Status: 403, Code: "forbidden"},
		{Name: "to one he doesn't know it is 404", Given: fixture.Team(8, "Second"), Request: edit(demo.ProjectAdmin, `{"team_id":8}`), Status: 404, Code: "not_found"},
		{Name: "so it is for who may not edit here", Given: fixture.Team(8, "Second"), Request: edit(demo.ProjectMember, `{"team_id":8}`), Status: 404, Code: "not_found"},
		{Name: "to another organisation's team", Request: edit(demo.GlobalAdmin, `{"team_id":9}`), Status: 404, Code: "not_found"},
		{Name: "to the team it is in", Request: edit(demo.ProjectAdmin, `{"team_id":7}`), Status: 200, Data: support, Idle: true},
		{Name: "team_id that is no id", Request: edit(demo.ProjectAdmin, `{"team_id":0}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.team_id": "must be at least 1"}},
		{Name: "a key bound to the project doesn't move it", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: edit("test.secret", `{"team_id":null}`), Status: 403, Code: "forbidden"},
		{Name: "but renames it", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: edit("test.secret", `{"project_name":"Mine"}`), Status: 200, Has: []string{`"modified_by":"key:test"`}},
		{Name: "a member may not", Request: edit(demo.ProjectMember, `{"description":"X"}`), Status: 403, Code: "forbidden"},
		{Name: "the team's editor may", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "editor"), fixture.Key("test", 20)), Request: edit("test.secret", `{"description":"X"}`), Status: 200},
		{Name: "another organisation's admin", Request: edit(demo.OtherOrganization, `{"description":"X"}`), Status: 404, Code: "not_found"},
		{Name: "a rename is audited", Request: edit(demo.ProjectAdmin, `{"project_name":"Help"}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if a := audit(t, s); a.Action != "edit-project-by-id" || a.Resource != "project:151" {
				t.Errorf("audit row %+v", a)
			}
		}},
	})
}

func TestIfMatch(t *testing.T) {
	stale := func(m string) fixture.Request {
		return with(edit(demo.ProjectAdmin, `{"description":"X"}`), "If-Match", m)
	}
	fixture.Table(t, []fixture.Row{
		{Name: "the version there is", Request: stale(`"1"`), Status: 200},
		{Name: "one of a list", Request: stale(`"7", W/"8" ,"1"`), Status: 200},
		{Name: "a list over two lines", Request: with(edit(demo.ProjectAdmin, `{"description":"X"}`), "If-Match", `"7"`, `"1"`), Status: 200},
		{Name: "any version", Request: stale(`*`), Status: 200},
		{Name: "another version", Request: stale(`"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "a weak tag never matches", Request: stale(`W/"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "without quotes", Request: stale(`1`), Status: 400, Code: "invalid", Fields: map[string]string{"header.If-Match": ""}},
		{Name: "half a quote", Request: stale(`"1`), Status: 400, Code: "invalid", Fields: map[string]string{"header.If-Match": ""}},
		{Name: "nothing", Request: stale(``), Status: 400, Code: "invalid", Fields: map[string]string{"header.If-Match": ""}},
		{Name: "a star among others", Request: stale(`*, "1"`), Status: 400, Code: "invalid", Fields: map[string]string{"header.If-Match": ""}},
		{Name: "an edit moves the version", First: []fixture.Request{stale(`"1"`)}, Request: stale(`"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "an edit that changes nothing doesn't", First: []fixture.Request{edit(demo.ProjectAdmin, `{}`)}, Request: stale(`"1"`), Status: 200},
		{Name: "members come and go without moving it", First: []fixture.Request{leave(demo.ProjectAdmin, "16")}, Request: stale(`"1"`), Status: 200},
		{Name: "403 of the team it would go to before 409", Given: fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "viewer")), Request: with(edit(demo.ProjectAdmin, `{"team_id":8}`), "If-Match", `"99"`), Status: 403, Code: "forbidden"},
		{Name: "403 before 409", Request: with(edit(demo.ProjectMember, `{"description":"X"}`), "If-Match", `"2"`), Status: 403, Code: "forbidden"},
		{Name: "deleting another version", Request: with(remove(demo.ProjectAdmin, ""), "If-Match", `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "deleting this version", Request: with(remove(demo.ProjectAdmin, ""), "If-Match", `"1"`), Status: 200},
	})
}

func TestDelete(t *testing.T) {
	gone := `[{"id":151,"project_name":"Support","description":"Demo project","team":7,"organization":1,"user_count":3,"agent_count":1,
		"is_deleted":true,"created_by":"lead@organization.com","created_on":"2024-01-31T10:00:00.000000Z","modified_by":"lead@organization.com","modified_on":"2026-01-01T00:00:00.002000Z"}]`
	fixture.Table(t, []fixture.Row{
		{
			Name: "the deleted row in a list", Request: remove(demo.ProjectAdmin, "/"), Status: 200,
			Body: `{"success":true,"message":"Project deleted successfully.","data":` + gone + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				p, _ := table.Projects.In(rows, 151)
				team, _ := table.Teams.In(rows, 7)
				purge := model.At(fixture.Epoch.Add(30*24*time.Hour + 2*time.Millisecond))
				if !p.IsDeleted || p.PendingOn == nil || !p.PendingOn.Equal(purge) || team.ProjectCount != 1 {
					t.Errorf("%+v of %+v", p, team)
				}
				if a := audit(t, s); a.Action != "delete-project-by-id" {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{Name: "a preview answers the same and writes nothing", Request: remove(demo.ProjectAdmin, "?dry_run=true"), Status: 200, Data: gone, Idle: true},
		{Name: "twice", First: []fixture.Request{remove(demo.ProjectAdmin, "")}, Request: remove(demo.ProjectAdmin, ""), Status: 404, Code: "not_found"},
		{Name: "unreadable at once, in lists too", First: []fixture.Request{remove(demo.ProjectAdmin, "")}, Request: get(demo.GlobalAdmin, "/api/project"), Status: 200, Data: `[` + handbook + `]`},
		{Name: "a member may not", Request: remove(demo.ProjectMember, ""), Status: 403, Code: "forbidden"},
		{Name: "nor preview it", Request: remove(demo.ProjectMember, "?dry_run=true"), Status: 403, Code: "forbidden"},
		{Name: "the team's editor may not", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "editor"), fixture.Key("test", 20)), Request: remove("test.secret", ""), Status: 403, Code: "forbidden"},
		{Name: "its workspace_admin may", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "workspace_admin"), fixture.Key("test", 20)), Request: remove("test.secret", ""), Status: 200},
		{Name: "an unknown one", Request: fixture.Request{Method: "DELETE", Path: "/api/project/150", Key: demo.GlobalAdmin}, Status: 404, Code: "not_found"},
	})
}
