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

// Log is the audit log as far as it is searched here.
type Log interface {
	ChangesUntil(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (store.Changes, error)
	ChangesAfter(ctx context.Context, organization int64, about string, at model.Time, from string, n int) (store.Changes, error)
}

// firstPage and longPage bound how many changes are looked at in a round trip:
// what is asked for has mostly happened lately, and if not, then long ago.
const (
	firstPage = 25
	longPage  = 100
)

// MostChanges is how many changes of one resource are looked through in each
// direction before the question is refused.
const MostChanges = 10_000

// Skew is how far apart the clocks of two instances may be for the past to be told
// by what happened: a change is looked for among those that say they were made so
// long before.
const Skew = time.Minute

// told is what the log tells of a thing, with where the row stood that it tells of.
type told interface{ Standing() model.Standing }

// fact is what the log says of one thing at a time.
type fact[T told] struct {
	value *T // nil where there was no such thing
	when  model.Time
	stood model.Standing // of the row that there was, or that was next to there being none
	later bool           // told by a change that came afterwards
}

// follows reports whether f was so after g: by where the rows stood, which the
// table gave, or by the clocks where one of the two doesn't tell.
func (f fact[T]) follows(g fact[T]) bool {
	if !f.stood.Known() || !g.stood.Known() {
		return f.when.After(g.when)
	}
	return cmp.Or(f.stood.Compare(g.stood), cmp.Compare(f.order(), g.order())) > 0
}

// order is whether f tells of the row that it stood with (0), of before it began (-1) or
// of after it had ended (1).
func (f fact[T]) order() int {
	switch {
	case f.value != nil:
		return 0
	case f.later:
		return -1
	}
	return 1
}

// better reports whether f tells more surely than g how things were: what was
// said before counts more than what was said afterwards, and of two what was
// said nearer to the time.
func (f fact[T]) better(g fact[T]) bool {
	switch {
	case f.later != g.later:
		return g.later
	case f.later:
		return g.follows(f)
	}
	return f.follows(g)
}

// thing is one thing that is looked for in the log, and what was found of it.
type thing[T told] struct {
	in    func(model.Audit) audit.Turn[T] // what a change says of it
	fact  fact[T]
	known bool
	met   model.Time // when a change first told of it
}

// sought is a thing, whatever it is.
type sought interface {
	isKnown() bool
	over(at model.Time, later bool) bool
	take(a model.Audit, later bool)
}

func (t *thing[T]) isKnown() bool { return t.known }

// over reports whether no change from then on can tell more surely of it.
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

// take notes what one side of a change says of it: how it is after a change that came
// before, how it was before one that came later. What only the other side names was
// not there.
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

// search finds what the log says of things at a time: the newest change up to
// then that names a thing says how it was afterwards; where there is none, the
// first one later says how it was before. What no change names stays unknown. It
// refuses a log that is too long (limit).
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

// look goes through the log until all things are known, and as far behind as clocks
// may be apart.
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
