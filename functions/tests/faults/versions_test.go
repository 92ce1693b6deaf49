package faults_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/infra/local/fixture"
)

// Every operation that documents If-Match refuses another version than the row's
// with 412, and nothing has happened; the others take no notice of the header.
func TestEveryIfMatchThatFailsIs412(t *testing.T) {
	takes := map[string]bool{}
	for _, g := range functions.All(nil) {
		for _, o := range g.Ops {
			takes[o.ID()] = o.TakesIfMatch()
		}
	}
	if takes["batch-delete-users"] || !takes["delete-user-by-id"] {
		t.Error("a batch has no version, and a user has one")
	}
	s := fixture.New(t)
	before := populate(t, s, false)
	found := 0
	for _, q := range requests(t) {
		if !takes[q.name] {
			continue
		}
		found++
		r := q.with("stale")
		for _, tags := range []string{`"987654"`, `W/"1"`, `"987654", W/"1"`} {
			r.Header.Set("If-Match", tags)
			for door, got := range map[string]fixture.Response{"local": s.Do(t.Context(), r), "lambda": s.Invoke(t.Context(), t, r)} {
				if code := got.Meta().Code; got.Status != http.StatusPreconditionFailed || code != "version_mismatch" {
					t.Errorf("%s, If-Match %s, %s: %d %.200s", q.name, tags, door, got.Status, got.Body)
				}
			}
		}
	}
	if found < 15 {
		t.Errorf("%d operations take If-Match, want at least 15", found)
	}
	if d := cmp.Diff(outline(before, before), outline(before, s.Rows(t.Context(), t))); d != "" {
		t.Errorf("what was refused has changed the table:\n%s", d)
	}
}
