package removal_test

import (
	"slices"
	"strings"
	"testing"

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
