package functions_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
)

// Requests as libraries and people write them, at both doors.
func TestRequestsAsRealClientsSendThem(t *testing.T) {
	get := func(path string) fixture.Request {
		return fixture.Request{Method: "GET", Path: path, Key: demo.GlobalAdmin}
	}
	edit := func(body string, contentType ...string) fixture.Request {
		r := fixture.Request{Method: "PUT", Path: "/api/project/151", Key: demo.ProjectAdmin, Body: body, Header: http.Header{}}
		r.Header["Content-Type"] = contentType
		return r
	}
	drop := func(path string) fixture.Request {
		return fixture.Request{Method: "DELETE", Path: path, Key: demo.GlobalAdmin}
	}
	const described, json = `{"description":"New"}`, "application/json"
	declared := "The request body must be JSON in UTF-8, and be declared so by the header Content-Type: application/json."
	two := fixture.All(fixture.People(50, 51))
	fixture.Table(t, []fixture.Row{
		{Name: "Python's True", Request: drop("/api/project/151/user/16?dry_run=True"), Status: 200, Has: []string{`"effects"`}},
		{Name: "and False", Request: drop("/api/project/151/user/16?dry_run=False"), Status: 200},
		{Name: "a space after a comma", Given: two, Request: drop("/api/user/batch?user_ids=50,%2051"), Status: 200, Has: []string{`"id":50`, `"id":51`}},
		{Name: "brackets", Given: two, Request: drop("/api/user/batch?user_ids[]=50&user_ids%5B%5D=51"), Status: 200, Has: []string{`"id":50`, `"id":51`}},
		{Name: "against a cache", Request: get("/api/user?_=1764281948"), Status: 200, Has: []string{`"id":15`}},
		{Name: "another unknown parameter", Request: get("/api/user?x=1"), Status: 400, Code: "invalid", Fields: map[string]string{"query.x": "is unknown"}},
		{Name: "a base URL that ends in a slash", Request: get("//api/user/15"), Status: 200, Has: []string{`"id":15`}},
		{Name: "in Agenta's client", Request: get("//workspaces"), Status: 200},
		{Name: "in SCIM's", Request: fixture.Request{Method: "GET", Path: "//scim/v2/Users/15", Key: demo.GlobalAdmin}, Status: 200, Has: []string{`"location":"/scim/v2/Users/15"`}},
		{Name: "two of them", Request: get("///api/user/15"), Status: 404, Code: "not_found"},
		{Name: "a slash too many elsewhere", Request: get("/api//user/15"), Status: 404, Code: "not_found"},
		{Name: "a byte order mark", Request: edit("\ufeff"+described, json), Status: 200, Has: []string{`"description":"New"`}},
		{Name: "charset=utf8", Request: edit(described, "application/json; charset=utf8"), Status: 200},
		{Name: "no content type", Request: edit(described), Status: 415, Code: "unsupported_media_type", Says: "The request body lacks the header Content-Type: application/json.", Fields: map[string]string{"header.Content-Type": ""}},
		{Name: "curl's own", Request: edit(described, "application/x-www-form-urlencoded"), Status: 415, Code: "unsupported_media_type", Says: declared, Fields: map[string]string{"header.Content-Type": ""}},
	})
}

// A client below the stage of an API Gateway, below the base path of its custom
// domain, or below a proxy's path is served as at the root, and is answered links
// that lead to where it came from.
func TestBelowAPrefix(t *testing.T) {
	s := fixture.New(t)
	root := s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/user/15", Key: demo.GlobalAdmin})
	for _, tt := range []struct {
		name, prefix string
		send         func(path, route string) fixture.Response
	}{
		{"a stage", "/dev", func(path, route string) fixture.Response {
			return invoke(t, s, path, route, "/dev"+path)
		}},
		{"a custom domain", "/v1", func(path, route string) fixture.Response {
			return invoke(t, s, "/v1"+path, route, "/v1"+path)
		}},
		{"a proxy before the local door", "/wardroom", func(path, _ string) fixture.Response {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/wardroom"+path, nil)
			r.Header.Set("Authorization", "ApiKey "+demo.GlobalAdmin)
			w := httptest.NewRecorder()
			api.StripPrefix("/wardroom", s.Local).ServeHTTP(w, r)
			return fixture.Response{Status: w.Code, Body: w.Body.String(), Header: w.Header()}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.send("/api/user/15", "/api/user/{user_id}"); got.Status != 200 || got.Body != root.Body {
				t.Errorf("%d %s, at the root %s", got.Status, got.Body, root.Body)
			}
			for path, route := range map[string]string{"/scim/v2/Users/15": "/scim/v2/Users/{id}", "/scim/v2/Users": "/scim/v2/Users", "/scim/v2/Groups/7": "/scim/v2/Groups/{id}", "/scim/v2": "/scim/v2", "/scim/v2/ResourceTypes": "/scim/v2/ResourceTypes", "/scim/v2/ServiceProviderConfig": "/scim/v2/ServiceProviderConfig"} {
				got := tt.send(path, route)
				if got.Status != 200 || !strings.Contains(got.Body, `"location":"`+tt.prefix+`/scim/v2/`) || strings.Contains(got.Body, `":"/scim/`) {
					t.Errorf("%s: %d %.400s", path, got.Status, got.Body)
				}
			}
			if got := tt.send("/api/openapi.json", "/api/openapi.json"); !strings.Contains(got.Body, `"servers":[{"url":"`+tt.prefix+`"}]`) {
				t.Errorf("the document doesn't say where it is: %.300s", got.Body)
			}
			if got := tt.send("/api/other", "/api/other"); got.Status != 404 {
				t.Errorf("an unknown path: %d", got.Status)
			}
		})
	}
}

// invoke sends a GET as API Gateway does that matched a route.
func invoke(t *testing.T, s *fixture.System, path, route, full string) fixture.Response {
	t.Helper()
	e := fixture.Request{Method: "GET", Path: path, Key: demo.GlobalAdmin}.Event()
	e.Resource, e.RequestContext = route, events.APIGatewayProxyRequestContext{
		Stage: "dev", Path: full, ResourcePath: route, HTTPMethod: "GET", RequestID: "r", DomainName: "api.example.com",
	}
	got, err := s.Lambda(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return fixture.Response{Status: got.StatusCode, Body: got.Body, Header: got.MultiValueHeaders}
}
