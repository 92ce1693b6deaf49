package followup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Grace is how old work must be before a sweep takes it up: until then the
// stream is about to do it.
const Grace = 30 * time.Second

// page is how much a sweep asks an index for at a time.
const page = 100

// Sweep finds by the table's own state what the stream has lost, and what is
// due without anybody having written anything. What it does is idempotent, and
// holds beside other sweeps and the stream; one that is cut off anywhere is
// carried on by the next.
type Sweep struct {
	Store *store.Store
	Work  Work // as the stream's
	// Unsealed lists audit rows of an organisation that aren't sealed, in
	// order, perhaps not all at once. Sealed rows are done.
	Unsealed func(ctx context.Context, organization int64, now model.Time) ([]model.Audit, error)
	// Finish works through what is left of a removal, and reports whether
	// nothing is left.
	Finish    func(ctx context.Context, removal int64) (bool, error)
	Now       func() model.Time
	Grace     time.Duration
	Telemetry telemetry.Options
}

// Report counts what one sweep did.
type Report struct {
	Rows, Removals, Purged int // done
	Failed                 int // tried in vain: the next sweep tries again
	Rest                   bool
}

// Done is how many things a sweep finished.
func (r Report) Done() int { return r.Rows + r.Removals + r.Purged }

// Run sweeps once, until all is done that can be, or its time is over. It
// returns why things failed; one that fails doesn't keep others waiting.
func (s Sweep) Run(ctx context.Context) (Report, error) {
	ctx, cancel := endEarlier(ctx)
	defer cancel()
	ctx, _ = telemetry.Begin(ctx, requestID(ctx), "")
	w := &sweeping{Sweep: s, until: s.Now().Add(-s.Grace)}
	err := errors.Join(w.pending(ctx), w.rows(ctx), errors.Join(w.causes...))
	w.Rest = ctx.Err() != nil
	telemetry.Batch{Operation: "sweep", Items: w.Done() + w.Failed, Done: w.Done(), Failed: w.Failed, Err: err}.Write(ctx, s.Telemetry)
	return w.Report, err
}

// sweeping is one run.
type sweeping struct {
	Sweep
	Report
	until  model.Time
	causes []error
}

// causesKept is how many causes a run tells of: one outage makes all alike.
const causesKept = 5

// did counts one thing, done or failed.
func (w *sweeping) did(count *int, err error) {
	if err == nil {
		*count++
		return
	}
	w.Failed++
	if len(w.causes) < causesKept {
		w.causes = append(w.causes, err)
	}
}

// pending carries on what the pending index holds, shard by shard, beginning
// anywhere, so that one shard too full for a run doesn't starve the others.
func (w *sweeping) pending(ctx context.Context) error {
	for _, shard := range rand.Perm(table.PendingShards) { //nolint:gosec // G404: where a sweep begins is no secret
		for after := ""; ctx.Err() == nil; {
			found, err := w.Store.Pending(ctx, int64(shard), w.until, after, page)
			if err != nil {
				return fmt.Errorf("pending work: %w", err)
			}
			for _, f := range found {
				if ctx.Err() != nil {
					return nil //nolint:nilerr // the rest is the next run's
				}
				w.carryOn(ctx, f.Primary)
				after = f.Position
			}
			if len(found) < page {
				break
			}
		}
	}
	return nil
}

// carryOn does what one row of the pending index waits for. The row is read
// again by whoever does it, who finds out whether it is still due.
func (w *sweeping) carryOn(ctx context.Context, p table.Primary) {
	now := w.Now()
	if id, ok := table.Removals.ID(p, "removal_id"); ok {
		if w.Finish == nil {
			return
		}
		finished := false
		err := concurrent.Do(func() (err error) {
			finished, err = w.Finish(ctx, id)
			return err
		})
		if finished || err != nil { // otherwise its time is over, and the next sweep goes on
			w.did(&w.Removals, err)
		}
		return
	}
	if id, ok := table.Users.ID(p, "user_id"); ok {
		w.did(&w.Purged, concurrent.Do(func() error { return PurgeUser(ctx, w.Store, now, id) }))
		return
	}
	for _, k := range resource.Kinds() {
		if k.Rows == nil {
			continue
		}
		if id, ok := k.Rows.ID(p); ok {
			w.did(&w.Purged, concurrent.Do(func() error { return PurgeThing(ctx, w.Store, k, now, id) }))
			return
		}
	}
}

// rows hands what isn't sealed to the work, organisation by organisation,
// beginning anywhere, so that a run that is too short reaches all in time.
func (w *sweeping) rows(ctx context.Context) error {
	if w.Unsealed == nil {
		return nil
	}
	var all []int64
	for after := int64(0); ; {
		ids, err := w.Store.Organizations(ctx, after, 10*page)
		if err != nil {
			return fmt.Errorf("organisations: %w", err)
		}
		all = append(all, ids...)
		if len(ids) < 10*page {
			break
		}
		after = ids[len(ids)-1]
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) //nolint:gosec // G404: likewise
	for _, organization := range all {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // likewise
		}
		if err := w.of(ctx, organization); err != nil {
			w.did(nil, fmt.Errorf("organization %d: %w", organization, err))
		}
	}
	return nil
}

// of works through the rows of one organisation, as many as one look finds.
// Where a work gets nothing done of several rows, it gets half of them, until
// the one that fails is found; that one is passed over, as the stream passes
// over it once its tries are used up.
func (w *sweeping) of(ctx context.Context, organization int64) error {
	rows, err := w.Unsealed(ctx, organization, w.Now())
	rows = slices.DeleteFunc(rows, func(r model.Audit) bool { return r.TS.After(w.until) }) // the stream's
	for size := page; len(rows) > 0 && ctx.Err() == nil; {
		some := rows[:min(size, len(rows))]
		done, failed := guarded(ctx, w.Work, some)
		w.Rows += done
		rows = rows[done:]
		if done == 0 && len(some) > 1 {
			size = (len(some) + 1) / 2
			continue
		}
		if size = page; done > 0 {
			continue
		}
		if failed == nil {
			failed = errors.New("left undone")
		}
		w.did(nil, fmt.Errorf("audit row %s: %w", rows[0].ID, failed))
		rows = rows[1:]
	}
	return err
}
