package removal_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// Every flow ends before or after each of its calls to the backend, in the
// request, in what follows it and in its undo; then it is driven on. It
// converges on what it comes to without a crash, and nothing is left over.
func TestCrashPoints(t *testing.T) {
	t.Parallel()
	var points atomic.Int64
	t.Run("flows", func(t *testing.T) {
		for _, f := range flows() {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				points.Add(int64(f.crash(t)))
			})
		}
	})
	t.Logf("%d crash points", points.Load())
	if points.Load() < 200 {
		t.Errorf("%d crash points, want 200 at least", points.Load())
	}
}

// crash ends each part of a flow at each of its calls, and returns how often.
func (f flow) crash(t *testing.T) (points int) {
	t.Helper()
	w := newWorld(t, busy()...)
	w.anew(t)
	w.ask(t, http.StatusOK, f.method, f.path, f.body)
	removed := w.Rows(t.Context(), t)
	id := made(removed)[0].ID
	w.settle(t)
	done := w.Rows(t.Context(), t)

	remove := fixture.Request{Method: f.method, Path: f.path, Body: f.body, Key: demo.GlobalAdmin}
	points += w.crashes(t, "the request", w.base, func(ctx context.Context) { w.Do(ctx, remove) }, func(what string) {
		w.settle(t)
		now := w.Rows(t.Context(), t)
		if len(made(now)) == 0 {
			w.ask(t, http.StatusOK, f.method, f.path, f.body)
			w.settle(t)
			now = w.Rows(t.Context(), t)
		}
		same(t, what, done, now)
	})
	points += w.crashes(t, "what follows", removed, func(ctx context.Context) {
		_, _ = removal.Finish(ctx, w.Store, id, w.now()) // it ends, one way or another
	}, func(what string) {
		w.settle(t)
		same(t, what, done, w.Rows(t.Context(), t))
	})
	for name, from := range map[string]table.Rows{"the undo": done, "an undo at once": removed} {
		back := fixture.Request{Method: http.MethodPost, Path: undo(id), Key: demo.GlobalAdmin}
		points += w.crashes(t, name, from, func(ctx context.Context) { w.Do(ctx, back) }, func(what string) {
			if r, _ := table.Removals.In(w.Rows(t.Context(), t), id); r.State != model.Undone && r.UndoneBy == "" {
				w.ask(t, http.StatusOK, back.Method, back.Path, "")
			}
			w.settle(t)
			same(t, what, w.base, w.Rows(t.Context(), t))
		})
	}
	return points
}

// crashes plays do from the same rows, ending it at each of its calls, and drives
// it on. It returns how often it ended.
func (w *world) crashes(t *testing.T, name string, from table.Rows, do func(context.Context), on func(what string)) (points int) {
	t.Helper()
	for call := 1; ; call++ {
		struck := false
		for _, ending := range fixture.Endings() {
			w.Restore(t.Context(), t, from)
			w.open()
			w.clock.Store(1000)
			f := fixture.Faults{Call: call, Fault: ending}
			do(f.In(t.Context()))
			if f.Struck() == 0 {
				continue
			}
			struck = true
			points++
			w.open()
			w.clock.Store(2000)
			on(fmt.Sprintf("%s: %s at call %d", name, ending.Name, call))
			for _, broken := range fixture.Broken(w.Rows(t.Context(), t)) {
				t.Errorf("%s: %s at call %d: %s", name, ending.Name, call, broken)
			}
		}
		if !struck {
			return points
		}
	}
}

// same demands that two tables hold the same, but for the trail, ids and times
// of what was made anew.
func same(t *testing.T, what string, want, got table.Rows) {
	t.Helper()
	if d := cmp.Diff(settledRows(want), settledRows(got)); d != "" {
		t.Errorf("%s (- without, + with it):\n%s", what, d)
	}
}

func settledRows(rows table.Rows) fixture.Dump {
	out := lasting(rows)
	for _, row := range out {
		for _, name := range []string{"removal_id", "removed_on", "revoked_on", "modified_on", "deleted_on", "pending_on", "pending_shard", "gsi3pk", "gsi3sk", "created_on", "id", "gsi1sk", "removal_ids"} {
			if row["kind"] != "Email" {
				delete(row, name)
			}
		}
	}
	return out
}
