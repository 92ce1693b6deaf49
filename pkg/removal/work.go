package removal

import (
	"context"
	"sync"
	"time"

	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// work is a removal whose effects are to be found and carried out.
type work struct {
	s     *store.Store
	r     model.Removal
	users map[int64]model.User
	at    model.Time // the time of its writes
	told  int        // the number of audit rows noted
}

// effect is one effect that remains to be carried out.
type effect struct {
	model.EffectRow
	before  image                 // nil where the thing is kept, or left to nobody
	apply   func(tx *table.Tx)    // notes its writes; nil where the thing is kept
	tells   func() []audit.Change // its changes for the audit log, about the thing of the first; called after named; nil for none
	notices []model.Notice
	raised  int64          // the epoch to which it raises its place's; 0 where it doesn't
	empties bool           // it leaves a place to nobody
	named   func(id int64) // sets the id of the membership or permission that it creates; nil where it creates none
	warns   string         // its warning in the record; "" for none
}

// begin reads the users of a removal, for its work.
func begin(ctx context.Context, s *store.Store, r model.Removal) (*work, error) {
	keys := make([]table.Primary, len(r.UserIDs))
	for i, id := range r.UserIDs {
		keys[i] = table.Users.Key(id)
	}
	rows, err := s.Read(ctx, keys...)
	return among(rows, s, r), err
}

// among is begin with rows that have the users.
func among(rows table.Rows, s *store.Store, r model.Removal) *work {
	w := &work{s: s, r: r, users: make(map[int64]model.User, len(r.UserIDs))}
	for _, id := range r.UserIDs {
		if u, ok := table.Users.In(rows, id); ok {
			w.users[id] = u
		}
	}
	return w
}

// ours reports whether a grant of the epoch is from before the removal: a user who was
// removed from a place may be back there, with new grants. A user whose account ended
// can't get new ones.
func (w *work) ours(epoch int64) bool { return w.r.Kind == model.OfUser || w.before(epoch) }

// before reports whether an epoch, of the place or organisation whose epoch the removal
// raised, came before it.
func (w *work) before(epoch int64) bool { return epoch < w.r.Epoch }

// each calls ask for every user of the removal, at the same time, and returns the answers
// by user.
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

// lister is a list method of the store that returns ids.
type lister = func(ctx context.Context, of, from int64, n int) ([]int64, error)

// listAll calls a lister for all things of every user.
func listAll(ctx context.Context, w *work, ask lister) (map[int64][]int64, error) {
	return each(ctx, w, func(ctx context.Context, u model.User) ([]int64, error) { return store.Every(ctx, ask, u.ID) })
}

// add notes an effect's writes, its record and its audit row. Each audit row is a
// microsecond later than the one before it, and the first one than the removal's own,
// so that the log has them in order.
func (w *work) add(tx *table.Tx, e effect) {
	if e.apply != nil {
		e.apply(tx)
	}
	e.RemovalID = w.r.ID
	if e.before != nil {
		e.Thing, e.Before = e.before.thing(), tx.Image(e.before)
	}
	table.Effects.Create(tx, e.EffectRow)
	if e.tells != nil {
		w.told++
		changes := append(e.tells(), audit.Removed{Removal: w.r.ID, Epoch: e.raised})
		w.s.RecordAudit(tx, audit.Row(model.Audit{
			OrganizationID: w.r.OrganizationID, TS: w.at.Add(time.Duration(w.told) * time.Microsecond), Actor: model.System, Action: finishAction, Notices: e.notices,
		}, changes[0], changes[1:]...))
	}
}

// telling returns an effect.tells of changes that don't depend on ids.
func telling(changes ...audit.Change) func() []audit.Change {
	return func() []audit.Change { return changes }
}

// record notes an audit row of something that the undo restores.
func (u *undoing) record(tx *table.Tx, first audit.Change, also ...audit.Change) {
	u.s.RecordAudit(tx, audit.Row(model.Audit{OrganizationID: u.r.OrganizationID, TS: u.now, Actor: model.System, Action: undoAction},
		first, append(also, audit.Removed{Removal: u.r.ID})...))
}
