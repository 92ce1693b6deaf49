package removal_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// Every flow ends before and after each of its calls to the backend, in the request,
// in what follows it and in its undo; then it is driven on. It converges on what it comes to without a crash, and nothing
// remains.
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
	want := int64(200 / scale.Stride(8))
	if points.Load() < want {
		t.Errorf("%d crash points, want %d at least", points.Load(), want)
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
	fixture.Check(t, w.System)
	ended, begun := settledRows(done), settledRows(w.base)

	remove := fixture.Request{Method: f.method, Path: f.path, Body: f.body, Key: demo.GlobalAdmin}
	points += w.crashes(t, "the request", w.base, func(ctx context.Context) { w.Do(ctx, remove) }, func(what string) {
		w.settle(t)
		now := w.Rows(t.Context(), t)
		if len(made(now)) == 0 {
			w.ask(t, http.StatusOK, f.method, f.path, f.body)
			w.settle(t)
			now = w.Rows(t.Context(), t)
		}
		same(t, what, ended, now)
	})
	points += w.crashes(t, "what follows", removed, func(ctx context.Context) {
		_, _ = removal.Finish(ctx, w.Store, id, w.now()) // it ends, one way or another
	}, func(what string) {
		w.settle(t)
		same(t, what, ended, w.Rows(t.Context(), t))
	})
	for name, from := range map[string]table.Rows{"the undo": done, "an undo at once": removed} {
		back := fixture.Request{Method: http.MethodPost, Path: undo(id), Key: demo.GlobalAdmin}
		points += w.crashes(t, name, from, func(ctx context.Context) { w.Do(ctx, back) }, func(what string) {
			if r, _ := table.Removals.In(w.Rows(t.Context(), t), id); r.State != model.Undone && r.UndoneBy == "" {
				w.ask(t, http.StatusOK, back.Method, back.Path, "")
			}
			w.settle(t)
			same(t, what, begun, w.Rows(t.Context(), t))
		})
	}
	return points
}

// crashes plays do from the same rows, ending it at each of its calls (in make test
// at some of them), and drives it on. It returns how often it ended.
func (w *world) crashes(t *testing.T, name string, from table.Rows, do func(context.Context), on func(what string)) (points int) {
	t.Helper()
	play := func(f *fixture.Faults) {
		w.Restore(t.Context(), t, from)
		w.open()
		w.clock.Store(1000)
		do(f.In(t.Context()))
	}
	var whole fixture.Faults
	play(&whole)
	for call := range len(whole.Calls()) {
		for i, ending := range fixture.Endings() {
			if (2*call+i)%scale.Stride(11) != 0 {
				continue
			}
			f := fixture.Faults{Call: call + 1, Fault: ending}
			if play(&f); f.Struck() == 0 {
				continue
			}
			points++
			w.open()
			w.clock.Store(2000)
			what := fmt.Sprintf("%s: %s at call %d", name, ending.Name, call+1)
			on(what)
			if !scale.Long() {
				continue // it is as sound as the table that it was compared with
			}
			for _, broken := range fixture.Broken(w.Rows(t.Context(), t)) {
				t.Errorf("%s: %s", what, broken)
			}
		}
	}
	return points
}

// same demands that a table holds what settledRows of another tells.
func same(t *testing.T, what string, want fixture.Dump, got table.Rows) {
	t.Helper()
	if now := settledRows(got); !reflect.DeepEqual(want, now) {
		t.Errorf("%s (- without, + with it):\n%s", what, cmp.Diff(want, now))
	}
}

// settledRows are the rows of a table but for the trail, and without the ids and
// times of what was made anew.
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
