// Package followup does the work that follows from writes, by their audit rows. The
// table's stream delivers these, and a sweep those that the stream has lost.
//
// Both deliver a row at least once, and perhaps again much later. So a work is
// idempotent: it leaves a marker, or another trace, in the transaction that has its
// effect.
package followup

import (
	"context"
	"errors"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
)

// Work does the work of audit rows, in their order, and returns how many rows from the
// first on are done. Where not all are, err may say why; a work that runs out of time
// returns what it has done. Rows are delivered more than once, those of one key in
// the order in which they were written.
type Work func(ctx context.Context, rows []model.Audit) (done int, err error)

// InOrder is one work of several: a row goes to the next work once the one before is
// done with it, and is done when the last one is.
func InOrder(works ...Work) Work {
	return func(ctx context.Context, rows []model.Audit) (int, error) {
		var errs []error
		for _, w := range works {
			done, err := guarded(ctx, w, rows)
			rows = rows[:done]
			errs = append(errs, err)
		}
		return len(rows), errors.Join(errs...)
	}
}

// Each is the work that calls do for one row at a time, until it fails.
func Each(do func(context.Context, model.Audit) error) Work {
	return func(ctx context.Context, rows []model.Audit) (int, error) {
		for i, row := range rows {
			if err := ctx.Err(); err != nil {
				return i, err //nolint:wrapcheck // the context's own error says enough
			}
			if err := do(ctx, row); err != nil {
				return i, err
			}
		}
		return len(rows), nil
	}
}

// guarded calls a work; one that panics counts as having done nothing. So a row that
// makes it panic costs its own follow-up, not those of the whole shard.
func guarded(ctx context.Context, w Work, rows []model.Audit) (done int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	err = concurrent.Do(func() (err error) {
		done, err = w(ctx, rows)
		return err
	})
	var panicked *concurrent.Panic
	if errors.As(err, &panicked) {
		done = 0
	}
	return max(0, min(done, len(rows))), err
}
