package removal

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Restored has the meta of an undo's answer.
type Restored struct {
	NotRestored []string `json:"not_restored" doc:"What has changed since and was left alone"`
}

// roomOfUndo is the most rows of an undo that fit into its request's transaction,
// beside conditions on the caller, the audit row and the stored answer.
const roomOfUndo = 92

// Undo notes the undo of a removal: the rows as they were, but each with a version that
// it never had, or an If-Match would match other data than it was given for, and on
// condition that nothing has replaced it. Things that were changed since are left alone
// and named. It returns the effects that are restored once the request's transaction is
// committed. effects are those that were carried out after the removal's first
// transaction.
//
// An undo that doesn't fit into one transaction commits others before the request's,
// which is the one that gives access again; where that never comes, Finish goes on.
//
// It refuses a removal that was undone, is older than 30 days or was made with a purge
// (bad_transition), one of a deleted user whose address or subject somebody else has by
// now (duplicate), and one that could restore nothing before a later removal is undone
// (undo_first, with meta.removal_id).
func Undo(ctx context.Context, s *store.Store, c *request.Request, r model.Removal, effects []model.EffectRow) ([]model.Effect, Restored, error) {
	if why := closed(r, c.Now); why != "" {
		return nil, Restored{}, fault.New(fault.KindBadTransition, "The removal %s: give back by hand what is missing", why)
	}
	u, err := restore(ctx, s, r, effects, c.Now)
	if err != nil {
		return nil, Restored{}, err
	}
	if err := u.refusal(ctx); err != nil {
		return nil, Restored{}, err
	}
	by := c.Stamp
	if r.UndoneBy != "" {
		by = r.UndoneBy
	}
	if r.UndoneBy != "" || !u.fits(by) {
		if err := u.commitSteps(ctx, by, c.CommitEarly); err != nil {
			return nil, Restored{}, err
		}
	} else {
		u.steps(&c.Tx)
	}
	u.last(&c.Tx, by)
	for _, id := range r.UserIDs {
		if u.members[id].Named() || u.accounts[id].Named() { // something was restored
			c.Notify(id, model.NoticeAdded, r.Place().String())
		}
	}
	c.Record(audit.Undone{Of: r.Resource(), Removal: r.ID}, u.told()...)
	return u.restored, Restored{NotRestored: u.notRestored}, nil
}

// refusal returns the refusal of the undo, nil for none. An undo that has begun is never
// refused.
func (u *undoing) refusal(ctx context.Context) error {
	switch {
	case u.r.UndoneBy != "": // the undo has begun
		return nil
	case len(u.taken) > 0:
		return fault.New(fault.KindDuplicate, "Somebody else has the address or the sign-in of a user who would be back: free it first, and undo again")
	case len(u.restored) == 0:
		return u.undoFirst(ctx)
	}
	return nil
}

// undoFirst refuses an undo that restores nothing because of a later removal that can be
// undone first: of a user's account, or from the same place.
func (u *undoing) undoFirst(ctx context.Context) error {
	for _, id := range u.r.UserIDs {
		row, ok := table.Users.In(u.rows, id)
		if !ok || row.IsActive || row.RemovalID == nil || *row.RemovalID == u.r.ID {
			continue
		}
		if err := u.refuseBefore(ctx, *row.RemovalID, "The account of somebody it is about was ended since"); err != nil {
			return err
		}
	}
	for _, d := range u.done {
		m, is := d.image.(interface {
			overtakenBy(u *undoing) (removal int64, place string)
		})
		if !is || !d.first {
			continue
		}
		if later, place := m.overtakenBy(u); later != 0 {
			if err := u.refuseBefore(ctx, later, "Somebody it is about was taken out of the "+place+" again since"); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuseBefore refuses the undo where another removal can be undone first.
func (u *undoing) refuseBefore(ctx context.Context, id int64, because string) error {
	later, ok, err := u.s.Removal(ctx, id)
	if err != nil || !ok || closed(later, u.now) != "" {
		return err
	}
	f := fault.New(fault.KindUndoFirst, "%s: undo the removal in meta.removal_id first, and then this one", because)
	f.Meta = map[string]any{"removal_id": later.ID}
	return f
}

// closed returns why a removal can't be undone, as far as its record says, "" where it
// can.
func closed(r model.Removal, now model.Time) string {
	switch {
	case r.State == model.Undone:
		return "was undone before"
	case r.Purges:
		return "erases its users, which can't be undone"
	case model.Expired(&r.UndoUntil, now):
		return "was too long ago to be undone"
	}
	return ""
}

// resume completes an undo whose request ended before its last transaction.
func resume(ctx context.Context, s *store.Store, r model.Removal, now model.Time) (bool, error) {
	effects, err := s.EffectsOf(ctx, r.ID)
	if err != nil {
		return false, err
	}
	u, err := restore(ctx, s, r, effects, now)
	if err != nil {
		return false, err
	}
	if err := u.commitSteps(ctx, r.UndoneBy, s.Commit); err != nil {
		return false, err
	}
	var tx table.Tx
	u.last(&tx, r.UndoneBy)
	u.record(&tx, audit.Undone{Of: r.Resource(), Removal: r.ID}, u.told()...)
	return true, s.Commit(ctx, &tx)
}
