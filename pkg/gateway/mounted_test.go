package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/pkg/api"
)

// The shapes are those that API Gateway sends: on its own domain path lacks the
// stage and requestContext.path has it; on a custom domain both have the base
// path, and nothing has the stage.
func TestMounted(t *testing.T) {
	const route = "/api/project/{project_id}/user/{user_id}"
	for _, tt := range []struct {
		name                      string
		resource, path, full      string
		parameters                map[string]string
		stage                     string
		wantPrefix, wantRemaining string
	}{
		{"its own domain", route, "/api/project/151/user/16", "/dev/api/project/151/user/16", nil, "dev", "/dev", "/api/project/151/user/16"},
		{"its own domain, a slash behind", route, "/api/project/151/user/16/", "/dev/api/project/151/user/16/", nil, "dev", "/dev", "/api/project/151/user/16/"},
		{"a custom domain without base path", route, "/api/project/151/user/16", "/api/project/151/user/16", nil, "dev", "", "/api/project/151/user/16"},
		{"a base path", route, "/v1/api/project/151/user/16", "/v1/api/project/151/user/16", nil, "dev", "/v1", "/api/project/151/user/16"},
		{"a base path, a slash behind", route, "/v1/api/project/151/user/16/", "/v1/api/project/151/user/16/", nil, "dev", "/v1", "/api/project/151/user/16/"},
		{"a base path of two segments", route, "/team/v1/api/project/151/user/16", "/team/v1/api/project/151/user/16", nil, "dev", "/team/v1", "/api/project/151/user/16"},
		{"a base path called as the stage", route, "/dev/api/project/151/user/16", "/dev/api/project/151/user/16", nil, "dev", "/dev", "/api/project/151/user/16"},
		{"a base path called as the API", "/api/project", "/api/api/project", "/api/api/project", nil, "dev", "/api", "/api/project"},
		{"an escape below it", "/api/agent-alias/by-name/{alias}", "/v1/api/agent-alias/by-name/a%2Fb", "/v1/api/agent-alias/by-name/a%2Fb", map[string]string{"alias": "a/b"}, "dev", "/v1", "/api/agent-alias/by-name/a%2Fb"},
		{"a greedy route", "/{proxy+}", "/v1/api/project/151", "/v1/api/project/151", map[string]string{"proxy": "api/project/151"}, "dev", "/v1", "/api/project/151"},
		{"a greedy route, a slash behind", "/{proxy+}", "/v1/api/project/151/", "/v1/api/project/151/", map[string]string{"proxy": "api/project/151/"}, "dev", "/v1", "/api/project/151/"},
		{"a greedy route below another", "/api/{rest+}", "/v1/api/project/151", "/v1/api/project/151", map[string]string{"rest": "project/151"}, "dev", "/v1", "/api/project/151"},
		{"a greedy route that isn't told what it matched", "/{proxy+}", "/v1/api/project", "/v1/api/project", nil, "dev", "", "/v1/api/project"},
		{"a greedy route that was told something else", "/{proxy+}", "/v1/api/project", "/v1/api/project", map[string]string{"proxy": "api/user"}, "dev", "", "/v1/api/project"},
		{"a route that the path doesn't fit", "/api/user/{user_id}", "/v1/api/project/151", "/v1/api/project/151", nil, "dev", "", "/v1/api/project/151"},
		{"a path shorter than the route", route, "/api", "/api", nil, "dev", "", "/api"},
		{"two slashes are no base path", "/api/project", "//api/project", "//api/project", nil, "dev", "", "//api/project"},
		{"another host is no base path", "/api/project", "//evil.example/api/project", "//evil.example/api/project", nil, "dev", "", "//evil.example/api/project"},
		{"dots are no base path", "/api/project", "/../api/project", "/../api/project", nil, "dev", "", "/../api/project"},
		{"the console's test", route, "/api/project/151/user/16", route, nil, "test-invoke-stage", "", "/api/project/151/user/16"},
		{"no route", "", "/api/project", "", nil, "", "", "/api/project"},
		{"the root", "/", "/", "/dev/", nil, "dev", "/dev", "/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := events.APIGatewayProxyRequest{HTTPMethod: "GET", Resource: tt.resource, Path: tt.path, PathParameters: tt.parameters}
			e.RequestContext.Path, e.RequestContext.Stage = tt.full, tt.stage
			var prefix, path string
			_, err := Invoke(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				prefix, path = api.Prefix(r.Context()), r.URL.EscapedPath()
			}))(t.Context(), e)
			if err != nil || prefix != tt.wantPrefix || path != tt.wantRemaining {
				t.Errorf("%q below %q (%v), want %q below %q", path, prefix, err, tt.wantRemaining, tt.wantPrefix)
			}
		})
	}
}

// Below a prefix the two doors are one: what the local one is told to take off
// is what API Gateway's mapping has put there.
func TestBothDoorsBelowAPrefix(t *testing.T) {
	for _, path := range []string{"/api/project", "/api/project/", "/api/a%2Fb", "/api/%C3%A9"} {
		var seen []string
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			seen = append(seen, api.Prefix(r.Context())+" "+r.URL.Path+" "+r.URL.EscapedPath())
		})
		api.StripPrefix("/v1", h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1"+path, nil))
		e := events.APIGatewayProxyRequest{HTTPMethod: "GET", Resource: "/{proxy+}", Path: "/v1" + path, PathParameters: map[string]string{"proxy": path[1:]}}
		if _, err := Invoke(h)(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 2 || seen[0] != seen[1] || !strings.HasPrefix(seen[0], "/v1 /api/") {
			t.Errorf("%q", seen)
		}
	}
}

func FuzzMounted(f *testing.F) {
	f.Add("/api/project/{id}", "/v1/api/project/1", "/v1/api/project/1", "", "dev")
	f.Add("/{proxy+}", "/v1/api", "/v1/api", "api", "dev")
	f.Add("/api", "//evil.example/api", "//evil.example/api", "", "")
	f.Add("/{proxy+}", "/%/%2f", "/dev/%/%2f", "%/", "dev")
	f.Fuzz(func(t *testing.T, resource, path, full, proxy, stage string) {
		e := events.APIGatewayProxyRequest{Resource: resource, Path: path, PathParameters: map[string]string{"proxy": proxy}}
		e.RequestContext.Path, e.RequestContext.Stage = full, stage
		prefix, rest := mounted(&e)
		if !api.ValidPrefix(prefix) || rest != path && prefix+rest != path {
			t.Fatalf("%q is %q below %q", path, rest, prefix)
		}
	})
}
