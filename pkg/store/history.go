package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Changes is a page of the changes of a resource, and the position after it, ""
// where there are no more.
type Changes struct {
	Rows []model.Audit
	Next string
}

// ChangesUntil lists the changes of a resource ("project:151") that were made
// up to an instant, newest first; from is Next of the page before. The rows are
// as written: audit rows never change.
func (s *Store) ChangesUntil(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (Changes, error) {
	if from == "" {
		from = instant(at)
	}
	found, err := table.Audits.Query("gsi2", organization, about).Reverse().After(from).Limit(n).Keys(ctx, s.db)
	return s.changes(ctx, found, err, n)
}

// ChangesAfter lists those that were made later, oldest first.
func (s *Store) ChangesAfter(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (Changes, error) {
	if from == "" {
		from = instant(at)
	}
	found, err := table.Audits.Query("gsi2", organization, about).After(from).Limit(n).Keys(ctx, s.db)
	return s.changes(ctx, found, err, n)
}

// instant is the position that parts the changes up to an instant from those
// after it: times are of whole microseconds, and a position has more behind
// its time.
func instant(at model.Time) string { return at.Add(microsecond).String() }

func (s *Store) changes(ctx context.Context, found []table.Found, err error, n int) (Changes, error) {
	out := Changes{}
	if err != nil {
		return out, outcome(err)
	}
	keys := make([]table.Primary, len(found))
	for i, f := range found {
		keys[i] = f.Primary
	}
	rows, err := s.Read(ctx, keys...)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		if a, ok := table.Audits.At(rows, k); ok {
			out.Rows = append(out.Rows, a)
		}
	}
	if len(found) == n {
		out.Next = found[n-1].Position
	}
	return out, nil
}
