package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"wardroom/pkg/api"
)

func TestUnder(t *testing.T) {
	var path, prefix string
	h := api.StripPrefix("/team/v1", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path, prefix = r.URL.EscapedPath(), api.Prefix(r.Context())
	}))
	for _, tt := range []struct{ name, sent, path, prefix string }{
		{"below it", "/team/v1/api/project", "/api/project", "/team/v1"},
		{"an escape stays one", "/team/v1/api/a%2Fb", "/api/a%2Fb", "/team/v1"},
		{"not below it", "/api/project", "/api/project", ""},
		{"longer than it", "/team/v11/api/project", "/team/v11/api/project", ""},
		{"the prefix itself is no path of ours", "/team/v1", "/team/v1", ""},
	} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", tt.sent, nil))
		if path != tt.path || prefix != tt.prefix {
			t.Errorf("%s: %q below %q, want %q below %q", tt.name, path, prefix, tt.path, tt.prefix)
		}
	}
	if api.Prefix(t.Context()) != "" {
		t.Error("a request to the root has a prefix")
	}
}

func TestValid(t *testing.T) {
	for prefix, want := range map[string]bool{
		"": true, "/dev": true, "/team/v1.2": true, "/a_b-c~": true,
		"/": false, "dev": false, "/dev/": false, "//dev": false, "/a//b": false, "/..": false, "/a/.": false,
		"/%61": false, "/a b": false, `/"`: false, "/é": false, "/a?b": false, "/\x00": false,
	} {
		if got := api.ValidPrefix(prefix); got != want {
			t.Errorf("%q: %t", prefix, got)
		}
	}
}
