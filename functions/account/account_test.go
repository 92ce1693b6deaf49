package account_test

import (
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: "GET", Path: path, Key: key}
}

func put(key, body string) fixture.Request {
	return fixture.Request{Method: "PUT", Path: "/api/organization", Key: key, Body: body}
}

func TestMe(t *testing.T) {
	ended := fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(time.Minute)), fixture.Key("test", 20))
	fixture.Table(t, []fixture.Row{
		{Name: "who calls, with his rank and roles", Request: get(demo.ProjectAdmin, "/api/user/me"), Status: 200, Says: "User found successfully.", Has: []string{`"id":7,`, `"rank":"user"`, `{"id":151,"project_name":"Support","role":"admin"}`, `"organization":{"id":1,`}, Lacks: []string{"domain_sign_in"}},
		{Name: "a global admin", Request: get(demo.GlobalAdmin, "/api/user/me"), Status: 200, Has: []string{`"rank":"global_admin"`}},
		{Name: "a membership counts", Given: ended, Request: get("test.secret", "/api/user/me"), Status: 200, Has: []string{`"role":"member"`}},
		{Name: "until it has ended", Given: ended, Later: time.Hour, Request: get("test.secret", "/api/user/me"), Status: 200, Has: []string{`"projects":[]`}},
		{Name: "a key for one project tells of no other", Given: fixture.Key("one", 7, fixture.Bound(151)), Request: get("one.secret", "/api/user/me"), Status: 200, Has: []string{`"teams":[]`, `"projects":[{"id":151,`}, Lacks: []string{`"projects":[{"id":4,`}},
		{Name: "nobody", Request: get("", "/api/user/me"), Status: 401, Code: "unauthorized"},
	})
}

func TestOrganization(t *testing.T) {
	fixture.Table(t, []fixture.Row{
		{Name: "any user sees it", Request: get(demo.ProjectMember, "/api/organization"), Status: 200, Has: []string{`"id":1,"org_name":"Organization Name","domain":"organization.com"`}},
		{Name: "a user doesn't change it", Request: put(demo.ProjectAdmin, `{"org_name":"A"}`), Status: 403, Code: "forbidden"},
		{Name: "a global admin does", Request: put(demo.GlobalAdmin, `{"org_name":"A"}`), Status: 200, Says: "Organization updated successfully.", Has: []string{`"org_name":"A"`, `"modified_by":"admin@organization.com"`}},
		{Name: "its domain is what it says", Request: put(demo.GlobalAdmin, `{"domain":"B\u00fccher.Example"}`), Status: 200, Has: []string{`"domain":"xn--bcher-kva.example"`}, Then: func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			if _, proved := table.Proofs.In(rows, "xn--bcher-kva.example"); proved {
				t.Error("saying so proves it")
			}
		}},
		{Name: "not to another's", Request: put(demo.GlobalAdmin, `{"domain":"EXAMPLE.org"}`), Status: 409, Code: "duplicate", Fields: map[string]string{"body.domain": ""}},
		{Name: "nor to what is none", Request: put(demo.GlobalAdmin, `{"domain":"a#b"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.domain": ""}},
		{Name: "as it is already", Request: put(demo.GlobalAdmin, `{"org_name":"Organization Name","domain":"organization.com"}`), Status: 200, Idle: true},
		{Name: "If-Match of another version", Request: fixture.Request{Method: "PUT", Path: "/api/organization", Key: demo.GlobalAdmin, Body: `{"org_name":"A"}`, Header: map[string][]string{"If-Match": {`"99"`}}}, Status: 412, Code: "version_mismatch"},
	})
}
