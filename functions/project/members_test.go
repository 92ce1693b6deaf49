package project_test

import (
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func add(key, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/project/151/user/", Key: key, Body: body}
}

// membership is what a system holds of a user in project 151.
func membership(t *testing.T, s *fixture.System, user int64) (model.ProjectMember, model.Project) {
	t.Helper()
	rows := s.Rows(t.Context(), t)
	m, _ := table.ProjectMembers.In(rows, 151, user)
	p, _ := table.Projects.In(rows, 151)
	return m, p
}

func TestAdd(t *testing.T) {
	is := func(user int64, role string, users, admins int64) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			t.Helper()
			if m, p := membership(t, s, user); m.Role != role || p.UserCount != users || p.AdminCount != admins {
				t.Errorf("user %d is %q, %d users, %d admins; want %q, %d, %d", user, m.Role, p.UserCount, p.AdminCount, role, users, admins)
			}
		}
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "the documented call: members already, returned unchanged", Request: add(demo.ProjectAdmin, `{"user_ids":[15,16],"created_by":"system"}`), Status: 200,
			Body: `{"success":true,"message":"Users added to project successfully.","data":[{"id":147,"user":` + fixture.User15 + `},{"id":148,"user":` + fixture.User16 + `}]}`,
			Then: func(t *testing.T, s *fixture.System) {
				if n := len(audits(t, s)); n != 0 {
					t.Errorf("%d audit rows, though nothing changed", n)
				}
			},
		},
		{
			Name: "rows in the order of the request, duplicates folded", Request: add(demo.ProjectAdmin, `{"user_ids":[16,1,7,1,16]}`), Status: 200,
			Data: `[{"id":148,"user":` + fixture.User16 + `},{"id":1001,"user":` + fixture.User1 + `},{"id":146,"user":` + fixture.User7 + `}]`,
			Then: is(1, "member", 4, 1),
		},
		{Name: "as an admin", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"role":"admin"}`), Status: 200, Then: is(1, "admin", 4, 2)},
		{Name: "a member becomes admin where the body says so", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"role":"admin"}`), Status: 200, Data: `[{"id":147,"user":` + fixture.User15 + `}]`, Then: is(15, "admin", 3, 2)},
		{Name: "an admin stays one where the body names no role", Request: add(demo.ProjectAdmin, `{"user_ids":[7]}`), Status: 200, Then: is(7, "admin", 3, 1)},
		{Name: "an admin is demoted while another remains", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "admin")), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"role":"member"}`), Status: 200, Then: is(20, "member", 4, 1)},
		{Name: "not the last admin", Request: add(demo.ProjectAdmin, `{"user_ids":[7],"role":"member"}`), Status: 409, Code: "last_project_admin"},
		{Name: "not the last admin, not even by a global admin, and then nobody is added", Request: add(demo.GlobalAdmin, `{"user_ids":[1,7],"role":"member"}`), Status: 409, Code: "last_project_admin"},
		{
			Name: "a change of role is audited", Request: add(demo.ProjectAdmin, `{"user_ids":[15,16],"role":"admin"}`), Status: 200,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "add-user-to-project" || a.Resource != "project:151" || a.Before["user:15"] == nil || a.After["user:16"] == nil {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{
			Name: "with an end", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"expires_on":"2026-02-01T00:00:00+01:00"}`), Status: 200,
			Then: func(t *testing.T, s *fixture.System) {
				if m, _ := membership(t, s, 1); m.ExpiresOn == nil || m.ExpiresOn.String() != "2026-01-31T23:00:00.000000Z" {
					t.Errorf("it ends on %v", m.ExpiresOn)
				}
			},
		},
		{Name: "an end for who is a member already", Request: add(demo.ProjectAdmin, `{"user_ids":[15],"expires_on":"2026-02-01T00:00:00Z"}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, _ := membership(t, s, 15); m.ExpiresOn == nil || m.Role != "member" || m.ID != 147 {
				t.Errorf("membership %+v", m)
			}
		}},
		{Name: "an admin's membership can't end", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"role":"admin","expires_on":"2026-02-01T00:00:00Z"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": "an admin's membership can't expire"}},
		{Name: "nor that of who is an admin already", Request: add(demo.ProjectAdmin, `{"user_ids":[15,7],"expires_on":"2026-02-01T00:00:00Z"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": ""}},
		{Name: "an admin who is demoted may get an end", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "admin")), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"role":"member","expires_on":"2026-02-01T00:00:00Z"}`), Status: 200},
		{Name: "whoever becomes admin has no end any more", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(time.Hour))), Request: add(demo.ProjectAdmin, `{"user_ids":[20],"role":"admin"}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, _ := membership(t, s, 20); m.ExpiresOn != nil || m.Role != "admin" {
				t.Errorf("membership %+v", m)
			}
		}},
		{Name: "an expired membership is taken up again", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0))), Request: add(demo.ProjectAdmin, `{"user_ids":[20]}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, p := membership(t, s, 20); m.ExpiresOn != nil || m.ID != 10020 || p.UserCount != 4 {
				t.Errorf("membership %+v of %+v", m, p)
			}
		}},
		{Name: "an end in the past", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"expires_on":"2025-12-31T23:59:59Z"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": "must be in the future"}},
		{Name: "an end after all time, in UTC", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"expires_on":"9999-12-31T23:59:59-23:59"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": "must be within the years 1970 to 9999, in UTC"}},
		{Name: "an end that is no time", Request: add(demo.ProjectAdmin, `{"user_ids":[1],"expires_on":"tomorrow"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": "must be an RFC 3339 date and time"}},

		{Name: "an unknown user, and nobody is added", Request: add(demo.ProjectAdmin, `{"user_ids":[1,99]}`), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "a user of another organisation", Request: add(demo.ProjectAdmin, `{"user_ids":[1,90]}`), Status: 404, Code: "not_found"},
		{Name: "an inactive user", Given: inactive(1), Request: add(demo.ProjectAdmin, `{"user_ids":[15,1]}`), Status: 404, Code: "not_found"},
		{Name: "45 users in one transaction", Given: fixture.People(20, 64), Request: add(demo.ProjectAdmin, `{"user_ids":`+ids(20, 64)+`}`), Status: 200, Then: is(64, "member", 48, 1)},
		{Name: "45 admins in one transaction", Given: fixture.People(20, 64), Request: add(demo.ProjectAdmin, `{"user_ids":`+ids(20, 64)+`,"role":"admin"}`), Status: 200, Then: is(64, "admin", 48, 46)},
		{Name: "45 users with an Idempotency-Key through a team", Given: fixture.All(fixture.People(20, 65), fixture.JoinsTeam(7, 65, "workspace_admin"), fixture.Key("test", 65)), Request: with(add("test.secret", `{"user_ids":`+ids(20, 64)+`,"role":"admin"}`), "Idempotency-Key", "k"), Status: 200, Then: is(64, "admin", 48, 46)},
		{Name: "46 are too many", Given: fixture.People(20, 65), Request: add(demo.ProjectAdmin, `{"user_ids":`+ids(20, 65)+`}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "must have at most 45 items"}},
		{Name: "nobody", Request: add(demo.ProjectAdmin, `{"user_ids":[]}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids": "must not be empty"}},

		{Name: "a member may not", Request: add(demo.ProjectMember, `{"user_ids":[1]}`), Status: 403, Code: "forbidden"},
		{Name: "a member may not add himself again as admin", Request: add(demo.ProjectMember, `{"user_ids":[15],"role":"admin"}`), Status: 403, Code: "forbidden"},
		{Name: "an unknown user is 404 to him too", Request: add(demo.ProjectMember, `{"user_ids":[99]}`), Status: 404, Code: "not_found"},
		{Name: "an expired admin of the team's making: editors may not", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "editor"), fixture.Key("test", 20)), Request: add("test.secret", `{"user_ids":[1]}`), Status: 403, Code: "forbidden"},
		{Name: "a workspace_admin of the team may", Given: fixture.All(fixture.People(20, 20), fixture.JoinsTeam(7, 20, "workspace_admin"), fixture.Key("test", 20)), Request: add("test.secret", `{"user_ids":[1]}`), Status: 200},
		{Name: "a service key bound to the project may", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: add("test.secret", `{"user_ids":[1]}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if m, _ := membership(t, s, 1); m.CreatedBy != "key:test" {
				t.Errorf("created by %q", m.CreatedBy)
			}
		}},
		{Name: "a service key bound to another doesn't know it", Given: fixture.Key("test", 0, fixture.Bound(4)), Request: add("test.secret", `{"user_ids":[1]}`), Status: 404, Code: "not_found"},
		{Name: "a stranger", Given: fixture.All(fixture.People(20, 20), fixture.Key("test", 20)), Request: add("test.secret", `{"user_ids":[20]}`), Status: 404, Code: "not_found"},
		{Name: "another organisation's global admin", Request: add(demo.OtherOrganization, `{"user_ids":[90]}`), Status: 404, Code: "not_found"},
	})
}

// with is a request with a header.
func with(r fixture.Request, header string, values ...string) fixture.Request {
	r.Header = r.Header.Clone()
	if r.Header == nil {
		r.Header = map[string][]string{}
	}
	r.Header[header] = values
	return r
}

func TestListMembers(t *testing.T) {
	list := func(key, query string) fixture.Request {
		return fixture.Request{Method: "GET", Path: "/api/project/151/user" + query, Key: key}
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "by the id of the membership, with role and end", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(time.Hour))), Request: list(demo.ProjectMember, "/"), Status: 200,
			Body: `{"success":true,"message":"Project users found successfully.","data":[
				{"id":146,"user":` + fixture.User7 + `,"role":"admin","expires_on":null},
				{"id":147,"user":` + fixture.User15 + `,"role":"member","expires_on":null},
				{"id":148,"user":` + fixture.User16 + `,"role":"member","expires_on":null},
				{"id":10020,"user":{"id":20,"email":"user20@organization.com","is_staff":false,"is_superuser":false,"is_active":true,"date_joined":"2026-01-01T00:00:00.000000Z","first_name":"Some","last_name":"Body","organization":` + fixture.Organization + `},"role":"member","expires_on":"2026-01-01T01:00:00.000000Z"}]}`,
		},
		{Name: "two at a time", Request: list(demo.ProjectMember, "?limit=2"), Status: 200, Has: []string{`"id":146`, `"id":147`, `"next_cursor":"`}, Lacks: []string{`"id":148`}},
		{Name: "the rest", First: []fixture.Request{list(demo.ProjectMember, "?limit=2")}, Request: list(demo.ProjectMember, "?limit=2&cursor="+fixture.Cursor), Status: 200, Data: `[{"id":148,"user":` + fixture.User16 + `,"role":"member","expires_on":null}]`, Lacks: []string{"next_cursor"}},
		{Name: "a stranger", Given: fixture.All(fixture.People(20, 20), fixture.Key("test", 20)), Request: list("test.secret", ""), Status: 404, Code: "not_found"},
		{Name: "whose membership has ended is a stranger", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(0)), fixture.Key("test", 20)), Request: list("test.secret", ""), Status: 404, Code: "not_found"},
		{Name: "from that very millisecond on", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(2*time.Millisecond)), fixture.Key("test", 20)), Request: list("test.secret", ""), Status: 404, Code: "not_found"},
		{Name: "and not before", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(3*time.Millisecond)), fixture.Key("test", 20)), Request: list("test.secret", ""), Status: 200},
	})
}
