package followup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// month is longer than any retention.
const month = 31 * 24 * time.Hour

func sweep(s *fixture.System, now time.Time) followup.Sweep {
	return followup.Sweep{
		Store: s.Store, Work: followup.InOrder(), Now: func() model.Time { return model.At(now) },
		Telemetry: telemetry.Options{Log: telemetry.Logger(io.Discard, false)},
	}
}

// Sweeps at the same time do the work once, and none fails.
func TestSweepsAtOnce(t *testing.T) {
	s := fixture.New(t)
	gone := all(20)
	for _, g := range gone {
		s.Put(t, g.given)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if report, err := sweep(s, fixture.Epoch.Add(month)).Run(t.Context()); err != nil || report.Failed > 0 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
	wg.Wait()
	left(t, s.Rows(t.Context(), t), gone...)
}

// A purge that is cut off before any of its calls is carried on by the next
// sweep.
func TestPurgeIsCutOffAnywhere(t *testing.T) {
	s := fixture.New(t)
	gone := all(10)
	for _, g := range gone {
		s.Put(t, g.given)
	}
	begin := s.Rows(t.Context(), t)
	for after := 0; ; after++ {
		s.Restore(t.Context(), t, begin)
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		w := sweep(s, fixture.Epoch.Add(month))
		now := w.Now
		w.Now = func() model.Time { // looked at before each thing
			if calls++; calls > after+1 {
				cancel()
			}
			return now()
		}
		_, _ = w.Run(ctx)
		whole := ctx.Err() == nil
		cancel()
		if _, err := sweep(s, fixture.Epoch.Add(month)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		left(t, s.Rows(t.Context(), t), gone...)
		if whole {
			break
		}
	}
}

// Rows that the stream lost come to the work by the sweep, in order; one that
// fails is passed over and told of, and young ones are left to the stream.
func TestLostRowsComeBySweep(t *testing.T) {
	s := fixture.New(t)
	now := fixture.Epoch.Add(time.Hour)
	var rows []model.Audit
	for i := range 250 {
		rows = append(rows, model.Audit{OrganizationID: 1, ID: fmt.Sprint(i), TS: model.At(fixture.Epoch.Add(time.Duration(i) * time.Second))})
	}
	rows = append(rows, model.Audit{OrganizationID: 1, ID: "young", TS: model.At(now.Add(-time.Second))})
	sealed := map[string]int{}
	var order []string
	w := sweep(s, now)
	w.Grace = 10 * time.Second
	w.Unsealed = func(_ context.Context, organization int64, _ model.Time) (open []model.Audit, _ error) {
		for _, r := range rows {
			if r.OrganizationID == organization && sealed[r.ID] == 0 {
				open = append(open, r)
			}
		}
		return open, nil
	}
	broken := true
	w.Work = followup.InOrder(followup.Each(func(_ context.Context, r model.Audit) error {
		switch {
		case broken && r.ID == "120":
			panic("at a row")
		case broken && r.ID == "7":
			return errors.New("not now")
		}
		return nil
	}), followup.Each(func(_ context.Context, r model.Audit) error {
		sealed[r.ID]++
		order = append(order, r.ID)
		return nil
	}))
	report, err := w.Run(t.Context())
	if err == nil || report.Failed != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if sealed["7"]+sealed["120"]+sealed["young"] != 0 || len(sealed) != 248 {
		t.Errorf("%d rows are sealed", len(sealed))
	}
	broken = false
	if report, err = w.Run(t.Context()); err != nil || report.Rows != 2 {
		t.Errorf("the next sweep: %+v, %v", report, err)
	}
	if d := cmp.Diff([]string{"7", "120"}, order[248:]); d != "" {
		t.Error(d)
	}
}

// A removal that isn't finished is found by the index, and one that fails
// doesn't keep the others waiting.
func TestRemovalsAreFinished(t *testing.T) {
	s := fixture.New(t)
	const first, failing, unfinished, last = demo.LastID + 1, demo.LastID + 3, demo.LastID + 4, demo.LastID + 20
	s.Put(t, fixture.Given{func(tx *table.Tx, _ table.Rows) {
		for id := int64(first); id <= last; id++ {
			s.Store.RecordRemoval(tx, model.Removal{ID: id, UserIDs: []int64{16}, State: model.Revoked, RemovedOn: model.At(fixture.Epoch), OrganizationID: 1})
		}
	}})
	w := sweep(s, fixture.Epoch.Add(time.Minute))
	var seen []int64
	w.Finish = func(_ context.Context, id int64) (bool, error) {
		seen = append(seen, id)
		if id == failing {
			return false, errors.New("not now")
		}
		return id != unfinished, nil
	}
	report, err := w.Run(t.Context())
	slices.Sort(seen)
	if err == nil || report.Removals != 18 || report.Failed != 1 || len(slices.Compact(seen)) != 20 {
		t.Errorf("%+v, %v, %v", report, err, seen)
	}
}
