package api_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wardroom/pkg/api"
	"wardroom/pkg/telemetry"
)

func doors(t *testing.T) http.Handler {
	t.Helper()
	one := func(context.Context, *idIn) (nothing, error) { return nothing{}, nil }
	all := func(context.Context, *struct{}) (nothing, error) { return nothing{}, nil }
	h, _ := serve(
		api.GET("/api/thing", "List Things", all).Says("Found.").Anyone(),
		api.POST("/api/thing", "Create Thing", all).Says("Created.").Anyone().Creates(),
		api.GET("/api/thing/recent", "Recent Things", all).Says("Found.").Anyone(),
		api.GET("/api/thing/{thing_id}", "Get Thing", one).Says("Found.").Anyone().Also("/thing/{thing_id}"),
		api.DELETE("/api/thing/{thing_id}", "Delete Thing", one).Says("Deleted.").Anyone(),
		api.GET("/api/workspaces", "List Workspaces", all).Agenta().Anyone(),
		api.GET("/api/health", "Health", all).Says("Well.").Public(),
	)
	return h
}

func TestPaths(t *testing.T) {
	h := doors(t)
	for _, tt := range []struct {
		name, method, path string
		status             int
		allow              string
	}{
		{"as declared", "GET", "/api/thing/1", 200, ""},
		{"slash forgiven", "GET", "/api/thing/1/", 200, ""},
		{"slash forgiven on a list", "POST", "/api/thing/", 201, ""},
		{"a literal before a parameter", "GET", "/api/thing/recent", 200, ""},
		{"alias", "GET", "/thing/1/", 200, ""},
		{"HEAD is GET", "HEAD", "/api/thing/1", 200, ""},
		{"an encoded letter", "GET", "/api/%74hing/1", 200, ""},

		{"two slashes behind", "GET", "/api/thing/1//", 404, ""},
		{"two slashes inside", "GET", "/api//thing/1", 404, ""},
		{"a base URL that ends in a slash", "GET", "//api/thing/1", 200, ""},
		{"and a slash behind", "POST", "//api/thing/", 201, ""},
		{"before an alias", "GET", "//thing/1", 200, ""},
		{"before an encoded letter", "GET", "//api/%74hing/1", 200, ""},
		{"three slashes before", "GET", "///api/thing/1", 404, ""},
		{"two slashes before and inside", "GET", "//api//thing/1", 404, ""},
		{"two slashes alone", "GET", "//", 404, ""},
		{"two slashes before an encoded slash", "GET", "//api/thing%2F1", 404, ""},
		{"two slashes before a wrong method", "PUT", "//api/thing/1", 405, "GET, HEAD, DELETE"},
		{"dot", "GET", "/api/./thing/1", 404, ""},
		{"dots", "GET", "/api/x/../thing/1", 404, ""},
		{"dots at the end", "GET", "/api/thing/1/..", 404, ""},
		{"encoded dots", "GET", "/api/x/%2e%2E/thing/1", 404, ""},
		{"a dot, half encoded", "GET", "/api/x/.%2e/thing/1", 404, ""},
		{"encoded slash", "GET", "/api/thing%2F1", 404, ""},
		{"encoded slash, small", "GET", "/api%2fthing/1", 404, ""},
		{"encoded slash in an id", "GET", "/api/thing/1%2F", 404, ""},
		{"root", "GET", "/", 404, ""},
		{"unknown", "GET", "/api/other", 404, ""},
		{"unknown below", "GET", "/api/thing/1/more", 404, ""},
		{"without the prefix", "GET", "/thing", 404, ""},
		{"another case", "GET", "/api/Thing/1", 404, ""},

		{"wrong method", "PUT", "/api/thing/1", 405, "GET, HEAD, DELETE"},
		{"wrong method with a slash", "PATCH", "/api/thing/", 405, "GET, HEAD, POST"},
		{"wrong method on a literal", "POST", "/api/thing/recent", 405, "GET, HEAD"},
		{"a method of its neighbour", "DELETE", "/api/thing/recent", 405, "GET, HEAD"},
		{"OPTIONS on a literal", "OPTIONS", "/api/thing/recent", 405, "GET, HEAD"},
		{"OPTIONS without CORS", "OPTIONS", "/api/thing", 405, "GET, HEAD, POST"},
		{"a made-up method", "FETCH", "/api/thing", 405, "GET, HEAD, POST"},
		{"TRACE", "TRACE", "/api/thing/1", 405, "GET, HEAD, DELETE"},
		{"HEAD of what has no GET", "HEAD", "/thing/1/x", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := "key"
			if tt.status >= 400 {
				key = "none" // before any authentication
			}
			w := ask(t, h, tt.method, tt.path, "", "Authorization", key)
			if w.Code != tt.status || w.Header().Get("Allow") != tt.allow || w.Header().Get("Location") != "" {
				t.Errorf("got %d %v, want %d, Allow %q: %s", w.Code, w.Header(), tt.status, tt.allow, w.Body)
			}
			if w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("type %q", w.Header().Get("Content-Type"))
			}
			if tt.method == "HEAD" {
				if w.Body.Len() > 0 {
					t.Errorf("a HEAD has a body: %s", w.Body)
				}
				return
			}
			code := map[int]string{404: `"code":"not_found"`, 405: `"code":"method_not_allowed"`}[tt.status]
			if !strings.Contains(w.Body.String(), code) {
				t.Errorf("not our shape: %s", w.Body)
			}
		})
	}
	r := httptest.NewRequest("OPTIONS", "/", nil)
	r.URL.Path, r.RequestURI = "*", "*"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 404 {
		t.Errorf("* answers %d", w.Code)
	}
}

func TestPublicNeedsNoCredentials(t *testing.T) {
	if w := ask(t, doors(t), "GET", "/api/health", "", "Authorization", "none"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	none := func(context.Context, *struct{}) (nothing, error) { return nothing{}, nil }
	h := api.Mount(nil, api.Group{Name: "System APIs", Slug: "system", Ops: []api.Op{api.GET("/api/health", "Health", none).Says("Well.").Public()}})
	if w := ask(t, h, "GET", "/api/health", ""); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestCORS(t *testing.T) {
	origins := []string{"https://app.example.com"}
	for _, tt := range []struct {
		name, method, path, origin, asked string
		origins                           []string
		status                            int
		allowed                           string
	}{
		{"preflight", "OPTIONS", "/api/thing/1", "https://app.example.com", "DELETE", origins, 204, "https://app.example.com"},
		{"preflight with a slash", "OPTIONS", "/api/thing/", "https://app.example.com", "POST", origins, 204, "https://app.example.com"},
		{"preflight of the workspace routes", "OPTIONS", "/workspaces", "https://app.example.com", "GET", origins, 204, "https://app.example.com"},
		{"preflight for any origin", "OPTIONS", "/api/thing", "https://x.example.com", "GET", []string{"*"}, 204, "https://x.example.com"},
		{"preflight of another origin", "OPTIONS", "/api/thing", "https://x.example.com", "GET", origins, 405, ""},
		{"preflight of no path", "OPTIONS", "/api/other", "https://app.example.com", "GET", origins, 404, "https://app.example.com"},
		{"preflight without origins", "OPTIONS", "/api/thing", "https://app.example.com", "GET", nil, 405, ""},
		{"OPTIONS that is no preflight", "OPTIONS", "/api/thing", "https://app.example.com", "", origins, 405, "https://app.example.com"},
		{"a request", "GET", "/api/thing", "https://app.example.com", "", origins, 401, "https://app.example.com"},
		{"a request of another origin", "GET", "/api/thing", "https://x.example.com", "", origins, 401, ""},
		{"an origin that only begins alike", "GET", "/api/thing", "https://app.example.com.evil.org", "", origins, 401, ""},
		{"no browser", "GET", "/api/thing", "", "", origins, 401, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := api.CORS(tt.origins, doors(t))
			w := ask(t, h, tt.method, tt.path, "", "Authorization", "none", "Origin", tt.origin, "Access-Control-Request-Method", tt.asked)
			got := w.Header()
			if w.Code != tt.status || got.Get("Access-Control-Allow-Origin") != tt.allowed {
				t.Errorf("got %d %v", w.Code, got)
			}
			if vary := got.Get("Vary"); (vary == "Origin") != (tt.origins != nil) {
				t.Errorf("Vary is %q", vary)
			}
			if tt.status == 204 && (!strings.Contains(got.Get("Access-Control-Allow-Methods"), tt.asked) || !strings.Contains(got.Get("Access-Control-Allow-Headers"), "Idempotency-Key") || w.Body.Len() > 0) {
				t.Errorf("preflight answers %v %s", got, w.Body)
			}
			if tt.status == 401 && tt.allowed != "" && got.Get("Access-Control-Expose-Headers") != "ETag, Retry-After, Wardroom-Removal, X-Request-Id" {
				t.Errorf("exposes %q", got.Get("Access-Control-Expose-Headers"))
			}
		})
	}
}

func TestAPanicIsOneLineAndMute(t *testing.T) {
	var log bytes.Buffer
	h, _ := serve(api.GET("/api/thing", "Panic", func(context.Context, *struct{}) (nothing, error) { panic("the secret plan") }).Says("No.").Anyone())
	h = telemetry.Handler(h, telemetry.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), NewID: func() string { return "req-1" }})
	w := ask(t, h, "GET", "/api/thing", "")
	want := `{"success":false,"message":"Internal error","data":null,"meta":{"code":"internal","request_id":"req-1"}}`
	if w.Code != 500 || w.Body.String() != want || w.Header().Get("X-Request-Id") != "req-1" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "the secret plan") || !strings.Contains(log.String(), "operation=panic") {
		t.Errorf("%d lines: %s", lines, &log)
	}
	abort, _ := serve(api.GET("/api/thing", "Abort", func(context.Context, *struct{}) (nothing, error) { panic(http.ErrAbortHandler) }).Says("No.").Anyone())
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Error("a request to cut the connection was swallowed")
		}
	}()
	ask(t, abort, "GET", "/api/thing", "")
}
