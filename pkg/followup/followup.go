// Package followup does what comes after a write: the work that audit rows
// give, handed over by the table's stream, and by a sweep wherever the stream
// has lost something.
//
// Both hand over a row at least once, and perhaps again much later. So a work
// is idempotent: it leaves a marker, or another trace of having been there, in
// the transaction that has its effect.
package followup

import (
	"context"
	"errors"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
)

// Work does what follows from audit rows, in their order, and tells how many
// from the start are done. Where not all are, err may say why not; a work that
// runs out of time returns what it has done. Rows come to it in the order in
// which they were written to their key, and more than once.
type Work func(ctx context.Context, rows []model.Audit) (done int, err error)

// InOrder is one work of several: a row goes to the next only when the one
// before is done with it, and is done when the last one is.
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

// Each is the work that does what follows from one row at a time.
func Each(do func(context.Context, model.Audit) error) Work {
	return func(ctx context.Context, rows []model.Audit) (int, error) {
		for i, row := range rows {
			if err := ctx.Err(); err != nil {
				return i, err //nolint:wrapcheck // it says all there is to say
			}
			if err := do(ctx, row); err != nil {
				return i, err
			}
		}
		return len(rows), nil
	}
}

// guarded calls a work; one that panics has done nothing, as far as anybody
// knows. A row that makes it panic then costs its own follow-up, not those of
// the whole shard.
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
