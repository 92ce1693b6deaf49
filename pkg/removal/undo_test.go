package removal_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
				w.anew(t)
				w.ask(t, http.StatusOK, f.method, f.path, f.body+"")
				recorded := made(w.Rows(t.Context(), t))
				w.anew(t)
				preview := effectsOf(t, w.ask(t, http.StatusOK, f.method, f.with("&dry_run=true"), f.body).Body)
				w.asBefore(t)
				w.anew(t)
				reported := effectsOf(t, w.ask(t, http.StatusOK, f.method, f.path, f.body).Body)
				w.sound(t)
				if settled {
					w.settle(t)
					w.sound(t)
					w.settle(t)
				}
				id := recorded[0].ID
				shown := effectsOf(t, w.ask(t, http.StatusOK, http.MethodGet, strings.TrimSuffix(undo(id), "/undo"), "").Body)
				if d := cmp.Diff(preview, reported); d != "" {
					t.Errorf("- preview, + report:\n%s", d)
				}
				if d := cmp.Diff(preview, shown); d != "" {
					t.Errorf("- preview, + record:\n%s", d)
				}
				if len(preview) < f.effects {
					t.Errorf("%d effects, want %d at least: %v", len(preview), f.effects, preview)
				}
				got := w.ask(t, http.StatusOK, http.MethodPost, undo(id), "")
				if !strings.Contains(got.Body, `"not_restored":[]`) {
					t.Error(got.Body)
				}
				w.sound(t)
				w.asBefore(t)
				w.settle(t)
				w.asBefore(t)
				w.ask(t, http.StatusConflict, http.MethodPost, undo(id), "")
			})
		}
	}
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
	slices.SortFunc(out, func(a, b model.Effect) int { return strings.Compare(a.Resource+a.Action, b.Resource+b.Action) })
	return out
}
