package removal_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"wardroom/pkg/model"
)

// What a preview says is what the report says, and what is recorded once all is
// done; an undo puts the table back, before or after that.
func TestPreviewEffectUndo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	for _, f := range flows() {
		for _, settled := range []bool{true, false} {
			name := f.name + ", undone at once"
			if settled {
				name = f.name + ", undone when done"
			}
			t.Run(name, func(t *testing.T) {
				w.roundTrip(t, f, settled)
			})
		}
	}
}

func sorted(effects []model.Effect) []model.Effect {
	out := slices.Clone(effects)
	slices.SortFunc(out, func(a, b model.Effect) int { return strings.Compare(a.Resource+a.Action, b.Resource+b.Action) })
	return out
}

func effectsOf(t *testing.T, body string) []model.Effect {
	t.Helper()
	var envelope struct {
		Data any `json:"data"`
		Meta struct {
			Effects []model.Effect `json:"effects"`
		} `json:"meta"`
	}
	read(t, body, &envelope)
	out := envelope.Meta.Effects
	if out == nil {
		var shown struct {
			Data struct {
				Effects []model.Effect `json:"effects"`
			} `json:"data"`
		}
		read(t, body, &shown)
		out = shown.Data.Effects
	}
	return sorted(out)
}

// An undo that could give nothing back, because the account was ended since, says
// which removal to undo first, and can be repeated then.
func TestUndoFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	for name, f := range map[string]struct{ method, path, body string }{
		"from a project":            {http.MethodDelete, "/api/project/151/user/20", ""},
		"from a team":               {http.MethodDelete, "/api/team/7/user", `{"user_ids":[20]}`},
		"an account, once it ended": {http.MethodPost, "/api/test/end?transfer_to=1", `{"user_ids":[20]}`},
	} {
		t.Run(name, func(t *testing.T) {
			w.anew(t)
			w.ask(t, http.StatusOK, f.method, f.path, f.body)
			w.ask(t, http.StatusOK, http.MethodDelete, "/api/user/20?transfer_to=1", "")
			w.settle(t)
			both := made(w.Rows(t.Context(), t))
			slices.SortFunc(both, func(a, b model.Removal) int { return cmp.Compare(a.ID, b.ID) })
			first, later := both[0].ID, both[1].ID
			before := w.Rows(t.Context(), t)
			got := w.ask(t, http.StatusConflict, http.MethodPost, undo(first), "")
			if !strings.Contains(got.Body, `"code":"undo_first"`) || !strings.Contains(got.Body, fmt.Sprintf(`"removal_id":%d`, later)) {
				t.Error(got.Body)
			}
			if d := gocmp.Diff(lasting(before), lasting(w.Rows(t.Context(), t))); d != "" {
				t.Error(d)
			}
			w.ask(t, http.StatusOK, http.MethodPost, undo(later), "")
			if got := w.ask(t, http.StatusOK, http.MethodPost, undo(first), ""); !strings.Contains(got.Body, `"not_restored":[]`) {
				t.Error(got.Body)
			}
			w.sound(t)
			w.asBefore(t)
		})
	}
}
