package removal

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Restored is what an undo tells beside the rows that it put back.
type Restored struct {
	NotRestored []string `json:"not_restored" doc:"What has changed since and was left alone"`
}

// roomOfUndo is how many rows of an undo fit into the transaction of its
// request, beside the caller's, the audit row and the stored answer.
const roomOfUndo = 92

// Undo notes that what a removal did is put back: exactly the rows there were, but
// each under a version that it never had, or an If-Match would match other data than
// it was given for, and under the condition that nothing has come in its place. What
// has changed since is left alone and named. It returns what is restored once the
// case's transaction is committed.
//
// More than one transaction holds is put back in several before that one, which
// is the one that lets people in again; where it never comes, Finish goes on.
//
// effects is what the removal changed after its first transaction.
//
// It refuses a removal that was undone, is older than 30 days or was made with a
// purge (bad_transition). It refuses, and leaves open, one that could give nothing
// back before the later end of an account is undone (undo_first, with
// meta.removal_id), and one of a deleted user whose address or sign-in somebody else
// has by now (duplicate).
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
		if u.told[model.UserName(id)] != nil { // they have it back
			c.Notify(id, model.NoticeAdded, r.Place())
		}
	}
	c.Audit(r.Resource(), map[string]any{"removal_id": r.ID}, u.told)
	return u.restored, Restored{NotRestored: u.notRestored}, nil
}

// refusal tells why nothing may be put back, if it is so.
func (u *undoing) refusal(ctx context.Context) error {
	switch {
	case u.r.UndoneBy != "": // it has begun
		return nil
	case len(u.taken) > 0:
		return fault.New(fault.KindDuplicate, "Somebody else has the address or the sign-in of a user who would be back: free it first, and undo again")
	case len(u.restored) == 0:
		return u.undoFirst(ctx)
	}
	return nil
}

// undoFirst refuses an undo that gives nothing back because of a later removal that
// can be undone before: of the account of somebody it is about, or from the same
// place.
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

// refuseBefore refuses the undo where another removal can be undone before.
func (u *undoing) refuseBefore(ctx context.Context, id int64, because string) error {
	later, ok, err := u.s.Removal(ctx, id)
	if err != nil || !ok || closed(later, u.now) != "" {
		return err
	}
	f := fault.New(fault.KindUndoFirst, "%s: undo the removal in meta.removal_id first, and then this one", because)
	f.Meta = map[string]any{"removal_id": later.ID}
	return f
}

// closed says why a removal can't be undone, as far as it knows itself: "" where it
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

// resume goes on with an undo whose request ended before it was through.
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
	s.RecordAudit(&tx, *entry(u.r, undoAction, now, r.Resource(), map[string]any{"removal_id": r.ID}, u.told))
	return true, s.Commit(ctx, &tx)
}
