package removal

import (
	"context"
	"sync"
	"time"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// work is a removal as far as it still has effects: what finders are asked through.
type work struct {
	s     *store.Store
	r     model.Removal
	users map[int64]model.User
	at    model.Time // of what is written about it
	told  int        // how many audit rows were written
}

// effect is one thing that is left to do.
type effect struct {
	model.EffectRow
	before  image              // what is kept of the thing; nil for what stays, or comes to be nobody's
	apply   func(tx *table.Tx) // nil for what stays
	audit   *model.Audit
	empties bool           // a place is left to nobody by it
	named   func(id int64) // takes the id of a membership or role that it makes; nil where it makes none
	warns   string         // what the record warns of then; "" for nothing
}

// begin reads who is removed.
func begin(ctx context.Context, s *store.Store, r model.Removal) (*work, error) {
	keys := make([]table.Primary, len(r.UserIDs))
	for i, id := range r.UserIDs {
		keys[i] = table.Users.Key(id)
	}
	rows, err := s.Read(ctx, keys...)
	return among(rows, s, r), err
}

// among is begin where the rows of who is removed were read.
func among(rows table.Rows, s *store.Store, r model.Removal) *work {
	w := &work{s: s, r: r, users: make(map[int64]model.User, len(r.UserIDs))}
	for _, id := range r.UserIDs {
		if u, ok := table.Users.In(rows, id); ok {
			w.users[id] = u
		}
	}
	return w
}

// ours reports whether a thing given in that epoch of the place is one the
// removal is about: somebody taken out of it may be back, with things that are
// new. An account that ended can get nothing new.
func (w *work) ours(epoch int64) bool { return w.r.Kind == model.OfUser || w.before(epoch) }

// before reports whether an epoch, of what the removal raised the epoch of, came
// before it.
func (w *work) before(epoch int64) bool { return epoch < w.r.Epoch }

// each asks an index about every user at the same time.
func each[T any](ctx context.Context, w *work, ask func(ctx context.Context, u model.User) ([]T, error)) (map[int64][]T, error) {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	var mu sync.Mutex
	out := make(map[int64][]T, len(w.users))
	for _, u := range w.users {
		g.Go(func() error {
			found, err := ask(ctx, u)
			mu.Lock()
			defer mu.Unlock()
			out[u.ID] = found
			return err
		})
	}
	return out, g.Wait()
}

// lister lists ids of things of one user, or of one place, after an id.
type lister = func(ctx context.Context, of, from int64, n int) ([]int64, error)

// listAll lists all such things of every user.
func listAll(ctx context.Context, w *work, ask lister) (map[int64][]int64, error) {
	return each(ctx, w, func(ctx context.Context, u model.User) ([]int64, error) { return store.Every(ctx, ask, u.ID) })
}

// add notes an effect, its record and its audit row. Each audit row is a
// microsecond later than the one before, and the first than the removal's own, so
// that the log has them in the order in which they happened.
func (w *work) add(tx *table.Tx, e effect) {
	if e.apply != nil {
		e.apply(tx)
	}
	e.RemovalID = w.r.ID
	if e.before != nil {
		e.Thing, e.Before = e.before.thing(), tx.Image(e.before)
	}
	table.Effects.Create(tx, e.EffectRow)
	if e.audit != nil {
		w.told++
		e.audit.TS = e.audit.TS.Add(time.Duration(w.told) * time.Microsecond)
		w.s.RecordAudit(tx, *e.audit)
	}
}

// audit is the row that tells of something the removal brought about.
func (w *work) audit(resource string, before, after map[string]any) *model.Audit {
	return entry(w.r, finishAction, w.at, resource, before, after)
}

func entry(r model.Removal, action string, at model.Time, resource string, before, after map[string]any) *model.Audit {
	if after == nil {
		after = make(map[string]any, 1)
	}
	after["removal_id"] = r.ID
	return &model.Audit{
		OrganizationID: r.OrganizationID, ID: model.NewAuditID(), TS: at, Actor: model.System, Action: action,
		Resource: resource, Before: before, After: after, Outcome: "success",
	}
}
