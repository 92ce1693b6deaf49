package explain

import (
	"context"

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

// fact is what the log says of one thing at a time.
type fact struct {
	value any // nil where there was no such thing
	when  model.Time
	later bool // told by a change that came afterwards
}

// better reports whether f tells more surely than g how things were: what was
// said before counts more than what was said afterwards, and of two what was
// said nearer to the time.
func (f fact) better(g fact) bool {
	if f.later != g.later {
		return g.later
	}
	if f.later {
		return g.when.After(f.when)
	}
	return f.when.After(g.when)
}

// telling picks from a change what it says of some things, before and after.
type telling func(a model.Audit) (before, after map[string]any)

func plainly(a model.Audit) (before, after map[string]any) { return a.Before, a.After }

// search finds what the log says of things at a time: the newest change up to
// then that names a thing says how it was afterwards; where there is none, the
// first one later says how it was before. What no change names is missing from
// the result. It refuses a log that is too long (limit).
func search(ctx context.Context, log Log, organization int64, about string, at model.Time, tell telling, things ...string) (map[string]fact, error) {
	known := make(map[string]fact, len(things))
	err := look(ctx, things, known, func(a model.Audit, thing string) (any, bool) {
		before, after := tell(a)
		return told(after, before, thing)
	}, false, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesUntil(ctx, organization, about, at, from, n)
	})
	if err != nil {
		return nil, err
	}
	err = look(ctx, things, known, func(a model.Audit, thing string) (any, bool) {
		before, after := tell(a)
		return told(before, after, thing)
	}, true, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesAfter(ctx, organization, about, at, from, n)
	})
	return known, err
}

// told is what one side of a change says of a thing. A thing that only the
// other side names was not there.
func told(here, there map[string]any, thing string) (any, bool) {
	if v, ok := here[thing]; ok {
		return v, true
	}
	_, ok := there[thing]
	return nil, ok
}

// look goes through the log until all things are known.
func look(ctx context.Context, things []string, known map[string]fact, told func(model.Audit, string) (any, bool), later bool, next func(context.Context, string, int) (store.Changes, error)) error {
	from, seen := "", 0
	for n := firstPage; len(known) < len(things); n = min(2*n, longPage) {
		page, err := next(ctx, from, n)
		if err != nil {
			return err
		}
		for _, a := range page.Rows {
			for _, thing := range things {
				if _, ok := known[thing]; ok {
					continue
				}
				if v, ok := told(a, thing); ok {
					known[thing] = fact{v, a.TS, later}
				}
			}
		}
		if from = page.Next; from == "" {
			return nil
		}
		if seen += n; seen >= MostChanges {
			return tooMuch()
		}
	}
	return nil
}

func tooMuch() error {
	return fault.New(fault.KindLimit, "Too much has happened to it since to tell how it was then: ask for a later time")
}
