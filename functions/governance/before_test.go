package governance_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A removal that was recorded before its effects had images of one shape, and its
// handovers the heir's membership, is shown, and its undo names what it can't restore.
func TestRemovalsOfBefore(t *testing.T) {
	s := fixture.New(t)
	ask := func(method, path string) string {
		t.Helper()
		got := s.Do(t.Context(), fixture.Request{Method: method, Path: path, Key: demo.GlobalAdmin})
		if got.Status != http.StatusOK {
			t.Fatal(method, path, got.Status, got.Body)
		}
		return got.Body
	}
	ask("DELETE", "/api/project/151/user/7?report=true&transfer_to=1")
	s.Settle(t.Context(), t)
	rows := s.Rows(t.Context(), t)
	ended := 0
	for _, e := range table.Effects.All(rows) {
		if e.Thing != "" {
			ended++
			s.Put(t, fixture.Change(table.Effects, func(e *model.EffectRow) { e.Thing, e.Before = "", nil }, e.RemovalID, e.Resource))
		}
	}
	s.Put(t, fixture.Change(table.Removals, func(r *model.Removal) { r.Handovers[0] = model.Handover{} }, int64(1001)))
	if ended == 0 {
		t.Fatal("the removal ended nothing")
	}
	for _, path := range []string{"/api/removal", "/api/removal?user_id=7", "/api/removal/1001", "/api/project/151/removal"} {
		if body := ask("GET", path); !strings.Contains(body, `"detail":"becomes admin"`) {
			t.Error(path, body)
		}
	}
	body := ask("POST", "/api/removal/1001/undo")
	_, meta, _ := strings.Cut(body, `"meta":`)
	for _, e := range table.Effects.All(rows) {
		if named := strings.Contains(meta, `"`+e.Resource+`"`); named != (e.Action == "delete") {
			t.Errorf("%s %s: %s", e.Action, e.Resource, meta)
		}
	}
	if !strings.Contains(body, `"project:151/user:7"`) || !strings.Contains(meta, `"project:151"`) {
		t.Error(body)
	}
}
