package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Changes is a page of the changes of a resource, and the position of the next one,
// "" at the end.
type Changes struct {
	Rows []model.Audit
	Next string
}

// ChangesUntil lists the changes of a resource ("project:151") that were made up to
// and at an instant, newest first; from is Next of the page before, "" for the
// first. It finds them by an index, which is late by a moment.
func (s *Store) ChangesUntil(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (Changes, error) {
	if from == "" {
		from = instant(at)
	}
	found, err := table.Audits.Query("gsi2", organization, about).Reverse().After(from).Limit(n).Keys(ctx, s.db)
	return s.changes(ctx, found, err, n)
}

// ChangesAfter is ChangesUntil for changes after the instant, oldest first.
func (s *Store) ChangesAfter(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (Changes, error) {
	if from == "" {
		from = instant(at)
	}
	found, err := table.Audits.Query("gsi2", organization, about).After(from).Limit(n).Keys(ctx, s.db)
	return s.changes(ctx, found, err, n)
}

// instant is the position between the changes up to an instant and those after it:
// times are of whole microseconds, and a change's position is its time with its id
// appended, so it is after the time alone.
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
