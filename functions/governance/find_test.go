package governance_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

// Every removal says its id in a header, a repeated answer too, and is found by
// whom it was of, by its place and by its state.
func TestFindRemovals(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(20, 35), fixture.Joins(151, 20, "member"), fixture.Joins(151, 21, "member"), fixture.JoinsTeam(7, 20, "editor")))
	do := doing(t, s)
	for i, removes := range [][2]string{{"/api/project/151/user/20", ""}, {"/api/team/7/user", `{"user_ids":[20]}`}, {"/api/user/20", ""}, {"/api/project/151/user/21", ""}} {
		if got := do(http.MethodDelete, removes[0], removes[1]).Header.Get("Wardroom-Removal"); got != fmt.Sprint(1001+i) {
			t.Errorf("%s answers removal %q", removes[0], got)
		}
	}
	many := `{"user_ids":[22,23,24,25,26,27,28,29,30,31,32,33]}`
	again := fixture.Request{Method: http.MethodDelete, Path: "/api/user/batch", Body: many, Key: demo.GlobalAdmin, Header: http.Header{"Idempotency-Key": {"twelve"}}}
	for range 2 {
		if got := s.Do(t.Context(), again); got.Header.Get("Wardroom-Removal") != "1005" {
			t.Errorf("%d, removal %q: %s", got.Status, got.Header.Get("Wardroom-Removal"), got.Body)
		}
	}
	s.Settle(t.Context(), t)
	do(http.MethodPost, "/api/removal/1004/undo", "")
	if got := do(http.MethodDelete, "/api/project/151/user/21?dry_run=true", ""); got.Header.Get("Wardroom-Removal") != "" {
		t.Error("a preview answers a removal:", got.Header)
	}
	for i, state := range []string{model.Undone, model.Done, model.Undone, model.Undone} { // pages that are full at the end of what was looked through
		s.Put(t, fixture.Removal(model.Removal{ID: int64(2001 + i), OrganizationID: 1, Kind: model.OfUser, UserIDs: []int64{34}, State: state,
			RemovedOn: model.At(fixture.Epoch), UndoUntil: model.At(fixture.Epoch), Warnings: []string{}, Version: 1}))
	}
	for query, want := range map[string][]int64{
		"user_id=20":                {1001, 1002, 1003},
		"user_id=33":                {1005},
		"project_id=151":            {1001, 1004},
		"project_id=151&user_id=20": {1001},
		"team_id=7":                 {1002},
		"user_id=34&state=undone":   {2001, 2003, 2004},
		"state=undone":              {1004, 2001, 2003, 2004},
		"state=undone&team_id=7":    {},
		"user_id=90":                {}, // of another organisation
		"":                          {1, 1001, 1002, 1003, 1004, 1005, 2001, 2002, 2003, 2004},
	} {
		list := fixture.Request{Method: http.MethodGet, Path: "/api/removal?limit=2&" + query, Key: demo.GlobalAdmin}
		found := slices.Concat(s.Pages(t, list)...)
		if !slices.Equal(found, want) {
			t.Errorf("%q: %v, want %v", query, found, want)
		}
	}
	for query, status := range map[string]int{"?project_id=151": 200, "": 403, "?user_id=20": 403, "?project_id=9": 404} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: "/api/removal" + query, Key: demo.ProjectAdmin}); got.Status != status {
			t.Errorf("a project's admin asks for %q: %d, want %d", query, got.Status, status)
		}
	}
}
