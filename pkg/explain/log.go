package explain

import (
	"cmp"
	"context"
	"time"

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

// fact is what the log says of one thing at a time.
type fact struct {
	value any // nil where there was no such thing
	when  model.Time
	stood model.Standing // of the row that there was, or that was next to there being none
	later bool           // told by a change that came afterwards
}

// follows reports whether f was so after g: by where the rows stood, which the
// table gave, or by the clocks where one of the two doesn't tell.
func (f fact) follows(g fact) bool {
	if !f.stood.Known() || !g.stood.Known() {
		return f.when.After(g.when)
	}
	return cmp.Or(f.stood.Compare(g.stood), cmp.Compare(f.order(), g.order())) > 0
}

// order is whether f tells of the row that it stood with (0), of before it began (-1) or
// of after it had ended (1).
func (f fact) order() int {
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
func (f fact) better(g fact) bool {
	switch {
	case f.later != g.later:
		return g.later
	case f.later:
		return g.follows(f)
	}
	return f.follows(g)
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
	err := look(ctx, things, known, func(a model.Audit, thing string) (fact, bool) {
		before, after := tell(a)
		return told(after, before, thing)
	}, false, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesUntil(ctx, organization, about, at, from, n)
	})
	if err != nil || len(known) == len(things) {
		return known, err
	}
	err = look(ctx, things, known, func(a model.Audit, thing string) (fact, bool) {
		before, after := tell(a)
		return told(before, after, thing)
	}, true, func(ctx context.Context, from string, n int) (store.Changes, error) {
		return log.ChangesAfter(ctx, organization, about, at, from, n)
	})
	return known, err
}

// told is what one side of a change says of a thing. A thing that only the
// other side names was not there.
func told(here, there map[string]any, thing string) (fact, bool) {
	if v, ok := here[thing]; ok {
		return fact{value: v, stood: standing(here, v)}, true
	}
	v, ok := there[thing]
	return fact{stood: standing(there, v)}, ok
}

// standing is that of the row that a side of a change tells of: where it tells of
// several, each tells its own.
func standing(side map[string]any, v any) model.Standing {
	if own, ok := v.(map[string]any); ok {
		return model.StandingOf(own)
	}
	return model.StandingOf(side)
}

// look goes through the log until all things are known, and as far behind as clocks
// may be apart.
func look(ctx context.Context, things []string, known map[string]fact, told func(model.Audit, string) (fact, bool), later bool, next func(context.Context, string, int) (store.Changes, error)) error {
	from, seen := "", 0
	met := make(map[string]model.Time, len(things)) // when it was first met
	over := func(thing string, at model.Time) bool {
		if before, ok := known[thing]; ok && before.later != later {
			return true
		}
		first, ok := met[thing]
		if later {
			first, at = at, first
		}
		return ok && first.After(at.Add(Skew))
	}
	for n := firstPage; ; n = min(2*n, longPage) {
		page, err := next(ctx, from, n)
		if err != nil {
			return err
		}
		for _, a := range page.Rows {
			open := false
			for _, thing := range things {
				if over(thing, a.TS) {
					continue
				}
				open = true
				f, ok := told(a, thing)
				if !ok {
					continue
				}
				f.when, f.later = a.TS, later
				if g, is := known[thing]; !is || f.better(g) {
					known[thing] = f
				}
				if _, is := met[thing]; !is {
					met[thing] = a.TS
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
