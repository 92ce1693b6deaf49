package user_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
)

// A page of 10,000 users costs what a page of a few costs, wherever it lies, and
// the pages together show everybody once.
func TestManyUsers(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	const first, last, limit = 20_001, 30_000, 200
	var fill fixture.Given
	for id := int64(first); id <= last; id += 50 {
		fill = append(fill, fixture.People(id, id+49)...)
	}
	s.Fill(t, fill)
	seen := map[int64]bool{}
	var usual []string
	for cursor, page := "", 0; ; page++ {
		var calls fixture.Faults
		path := fmt.Sprintf("/api/user/?limit=%d", limit)
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		got := s.Do(calls.In(t.Context()), get(demo.GlobalAdmin, path))
		var body struct {
			Data []struct{ ID int64 }
			Meta struct {
				NextCursor string `json:"next_cursor"`
			}
		}
		if err := json.Unmarshal([]byte(got.Body), &body); err != nil || got.Status != http.StatusOK {
			t.Fatalf("page %d: %d %v %.300s", page, got.Status, err, got.Body)
		}
		for _, u := range body.Data {
			if seen[u.ID] {
				t.Errorf("page %d shows user %d again", page, u.ID)
			}
			seen[u.ID] = true
		}
		if usual == nil {
			usual = calls.Calls()
		}
		if cursor = body.Meta.NextCursor; cursor == "" {
			break
		}
		if d := cmp.Diff(usual, calls.Calls()); d != "" {
			t.Errorf("calls of page %d, unlike the first's:\n%s", page, d)
		}
	}
	if want := last - first + 1 + 4; len(seen) != want { // with the demo's
		t.Errorf("%d users, want %d", len(seen), want)
	}
}
