package explain

import (
	"cmp"
	"context"
	"slices"
	"time"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// Log is the part of the store that searches the audit log.
type Log interface {
	ChangesUntil(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (store.Changes, error)
	ChangesAfter(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (store.Changes, error)
}

// firstPage and longPage bound the changes read in a round trip: most searches end
// with recent changes, and the others go far back.
const (
	firstPage = 25
	longPage  = 100
)

// MostChanges is the number of changes of one resource that are read in each
// direction before a question is refused.
const MostChanges = 10_000

// Skew is the most by which the clocks of two instances may differ for an answer to
// be right: a search goes on for so long beyond the change that it has found.
const Skew = time.Minute

// told is a value in the audit log, with the standing of the row that had it.
type told interface{ Standing() model.Standing }

// fact is a thing's value at a time, by one change in the log.
type fact[T told] struct {
	value *T             // nil where the thing didn't exist
	when  model.Time     // of the change
	stood model.Standing // of the row with the value; where value is nil, of the row that the change created or ended
	later bool           // the change came after the time
}

// follows reports whether f is the state after g: by the standings of their rows, or
// by the clocks where one has none.
func (f fact[T]) follows(g fact[T]) bool {
	if !f.stood.Known() || !g.stood.Known() {
		return f.when.After(g.when)
	}
	return cmp.Or(f.stood.Compare(g.stood), cmp.Compare(f.order(), g.order())) > 0
}

// order is 0 where f is of the row itself, -1 where it is of the time before the row
// was created, and 1 after it was deleted.
func (f fact[T]) order() int {
	switch {
	case f.value != nil:
		return 0
	case f.later:
		return -1
	}
	return 1
}

// better reports whether f is better evidence than g of a value at a time: an earlier
// change is better than a later one, and of two on one side the nearer to the time.
func (f fact[T]) better(g fact[T]) bool {
	switch {
	case f.later != g.later:
		return g.later
	case f.later:
		return g.follows(f)
	}
	return f.follows(g)
}

// thing is one thing that is searched for in the log, and the best fact found of it.
type thing[T told] struct {
	in    func(model.Audit) audit.Turn[T] // the thing's turn in a change
	fact  fact[T]
	known bool
	met   model.Time // of the first change found that names it
}

// sought is a thing[T] of any T.
type sought interface {
	isKnown() bool
	over(at model.Time, later bool) bool
	take(a model.Audit, later bool)
}

func (t *thing[T]) isKnown() bool { return t.known }

// over reports whether no change from the time at on, in the direction of the search,
// can be better evidence.
func (t *thing[T]) over(at model.Time, later bool) bool {
	switch {
	case !t.known:
		return false
	case t.fact.later != later:
		return true
	case later:
		return at.After(t.met.Add(Skew))
	}
	return t.met.After(at.Add(Skew))
}

// take takes a change as evidence: its value after an earlier change, or before a
// later one. A thing that only the other side names didn't exist.
func (t *thing[T]) take(a model.Audit, later bool) {
	turn := t.in(a)
	here, there := turn.To, turn.From
	if later {
		here, there = there, here
	}
	f := fact[T]{value: here, when: a.TS, later: later}
	switch {
	case here != nil:
		f.stood = (*here).Standing()
	case there != nil:
		f.stood = (*there).Standing()
	default:
		return
	}
	if !t.known || f.better(t.fact) {
		t.fact = f
	}
	if !t.known {
		t.known, t.met = true, a.TS
	}
}

// search finds the values of things at a time: that after the newest change up to the
// time that names a thing, else that before the first later one. A thing that no
// change names isn't known. It refuses (limit) after MostChanges.
func search(ctx context.Context, log Log, organization int64, about string, at model.Time, things ...sought) error {
	err := look(ctx, things, false, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesUntil(ctx, organization, about, at, from, n)
	})
	if err != nil || !slices.ContainsFunc(things, func(t sought) bool { return !t.isKnown() }) {
		return err
	}
	return look(ctx, things, true, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesAfter(ctx, organization, about, at, from, n)
	})
}

// look reads the log in one direction until no further change can be better evidence
// of any thing.
func look(ctx context.Context, things []sought, later bool, next func(context.Context, string, int) (store.Changes, error)) error {
	from, seen := "", 0
	for n := firstPage; ; n = min(2*n, longPage) {
		page, err := next(ctx, from, n)
		if err != nil {
			return err
		}
		for _, a := range page.Rows {
			open := false
			for _, t := range things {
				if !t.over(a.TS, later) {
					open = true
					t.take(a, later)
				}
			}
			if !open {
				return nil
			}
		}
		if from = page.Next; from == "" {
			return nil
		}
		if seen += n; seen >= MostChanges {
			return tooMuch()
		}
	}
}

func tooMuch() error {
	return fault.New(fault.KindLimit, "Too much has happened to it since to tell how it was then: ask for a later time")
}
