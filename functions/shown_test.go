package functions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/docs"
	"wardroom/infra/local/seed"
)

// Every operation has a sample event with its answer, and is in the document,
// where nothing else is.
func TestEveryOperationIsShown(t *testing.T) {
	var document struct {
		Paths map[string]map[string]struct {
			ID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(docs.OpenAPI, &document); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, o := range seed.Operations(t) {
		listed[o.Name] = true
		for _, file := range []string{o.Name + ".json", o.Name + ".want.json"} {
			if _, err := os.Stat(filepath.Join(root(t), "events", o.Group, file)); err != nil {
				t.Errorf("%v: go run ./infra/events/record writes it", err)
			}
		}
		if got := document.Paths[o.Path][strings.ToLower(o.Method)].ID; got != o.Name {
			t.Errorf("docs/openapi.json: %s %s is %q, want %s: make docs writes it", o.Method, o.Path, got, o.Name)
		}
	}
	for path, methods := range document.Paths {
		for method, o := range methods {
			if !listed[o.ID] {
				t.Errorf("docs/openapi.json: %s %s is no operation", method, path)
			}
		}
	}
}
