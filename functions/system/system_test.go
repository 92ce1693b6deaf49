package system_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/docs"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
)

func TestSystem(t *testing.T) {
	get := func(key, path string) fixture.Request {
		return fixture.Request{Method: "GET", Path: path, Key: key}
	}
	health := `{"success":true,"message":"Wardroom is up.","data":{"ok":true,"store":"ok","version":"` + api.Version + `"}}`
	fixture.Table(t, []fixture.Row{
		{Name: "health, for all the world", Request: get("", "/api/health"), Status: 200, Body: health},
		{Name: "slash forgiven", Request: get("", "/api/health/"), Status: 200, Body: health},
		{Name: "bad credentials don't matter", Request: get("no.body", "/api/health"), Status: 200, Body: health},
		{Name: "an unknown query parameter", Request: get("", "/api/health?x=1"), Status: 400, Code: "invalid", Fields: map[string]string{"query.x": "is unknown"}},
		{Name: "another method", Request: fixture.Request{Method: "POST", Path: "/api/health"}, Status: 405, Code: "method_not_allowed", Sends: map[string]string{"Allow": "GET, HEAD"}},
		{Name: "HEAD", Request: fixture.Request{Method: "HEAD", Path: "/api/health"}, Status: 200},
		{Name: "the document, as committed", Request: get("", "/api/openapi.json"), Status: 200, Has: []string{`"openapi":`, `"remove-user-from-project"`}, Sends: map[string]string{"Content-Type": "application/json"}},
		{Name: "the document has no slash to spare for another", Request: get("", "/api/openapi.json/x"), Status: 404, Code: "not_found"},
		{Name: "the root", Request: get("", "/"), Status: 404, Code: "not_found"},
	})
}

// The document is answered to the byte, and is JSON.
func TestDocument(t *testing.T) {
	s := fixture.New(t)
	got := s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/openapi.json"})
	if d := cmp.Diff(string(docs.OpenAPI), got.Body); d != "" {
		t.Error(d)
	}
	var document struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(got.Body), &document); err != nil || !strings.HasPrefix(document.OpenAPI, "3.1") || len(document.Paths) == 0 {
		t.Errorf("%v: OpenAPI %q with %d paths", err, document.OpenAPI, len(document.Paths))
	}
}

// A table that doesn't answer makes health a 503, and says when to ask again.
func TestHealthOfADeadTable(t *testing.T) {
	s := fixture.New(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	got := s.Do(ctx, fixture.Request{Method: "GET", Path: "/api/health"})
	if got.Status != 503 || got.Header.Get("Retry-After") != "1" || !strings.Contains(got.Body, `"code":"unavailable"`) {
		t.Errorf("%d %s, Retry-After %q", got.Status, got.Body, got.Header.Get("Retry-After"))
	}
}
