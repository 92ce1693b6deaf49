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

// Grace is the age at which a sweep takes up work: until then the stream may be about
// to do it.
const Grace = 30 * time.Second

// page is the size of a sweep's queries.
const page = 100

// Sweep finds, by the table's own state, the work that the stream has lost, and the work
// that has become due. It is idempotent, and may run beside other sweeps and the stream;
// the next sweep goes on where one was interrupted.
type Sweep struct {
	Store *store.Store
	Work  Work // the stream's
	// Unsealed lists audit rows of an organisation that aren't sealed, in order, perhaps
	// not all at once. Sealed rows are done. Nil for none.
	Unsealed func(ctx context.Context, organization int64, now model.Time) ([]model.Audit, error)
	// Finish finishes a removal, and reports whether it is done: see removal.Finish. Nil
	// leaves removals alone.
	Finish    func(ctx context.Context, removal int64) (bool, error)
	Now       func() model.Time
	Grace     time.Duration
	Telemetry telemetry.Options
}

// Report is the result of one sweep.
type Report struct {
	Rows, Removals, Purged int  // done
	Failed                 int  // to be tried again by the next sweep
	Rest                   bool // time ran out before the end
}

// Done is the number of things that a sweep finished.
func (r Report) Done() int { return r.Rows + r.Removals + r.Purged }

// Run sweeps once, until everything was tried, or its time is over. It returns the first
// causes of failures, which don't stop it.
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

// sweeping is the state of one run.
type sweeping struct {
	Sweep
	Report
	until  model.Time
	causes []error
}

// causesKept is the most causes that a run returns: in an outage all are alike.
const causesKept = 5

// did counts one thing as done, or, with an error, as failed.
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

// pending does the due work of the pending index, shard by shard in random order, so
// that one shard too full for a run doesn't starve the others.
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

// carryOn does the work of one row of the pending index: it finishes a removal, or
// purges. These read the row again, and do nothing where it isn't due any more.
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

// rows does the work of unsealed rows, organisation by organisation in random order, so
// that runs that are too short reach all in time.
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

// of does the work of one organisation's rows, as many as one search finds. Where none
// of several rows gets done, it tries half of them, until it finds the one that fails,
// and skips it, as the stream does once its tries are used up.
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
