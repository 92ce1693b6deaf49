package removal

import (
	"context"
	"errors"
	"slices"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// The actions of audit rows that no request writes.
const (
	finishAction = "finish-removal"
	undoAction   = "undo-removal"
)

// full is the number of rows of a transaction beyond which the next effect goes into
// another one. An effect has at most seven: an agent, its heir's permission, account,
// membership and tombstone, its record and audit row.
const full = 90

// margin is the time that must remain for one more transaction.
const margin = 500 * time.Millisecond

// maxLost is the number of tries of work that loses to other writers.
const maxLost = 30

// Finish carries out the remaining effects of a removal, or goes on with an undo that
// has begun, and reports whether all is done: false where the time of ctx is nearly
// over. It may run concurrently with itself, and after a crash anywhere it goes on
// where it was. A removal that doesn't exist is done.
func Finish(ctx context.Context, s *store.Store, id int64, now model.Time) (bool, error) {
	done := false
	err := store.Again(ctx, maxLost, func() (err error) {
		done, err = finish(ctx, s, id, now)
		return err
	})
	if errors.Is(err, table.ErrStale) {
		return false, fault.Unavailable(err)
	}
	return done, err
}

func finish(ctx context.Context, s *store.Store, id int64, now model.Time) (bool, error) {
	r, ok, err := s.Removal(ctx, id)
	if ok && (r.State == model.Revoked || r.State == model.Undone) && err == nil {
		err = s.ListRemoval(ctx, r)
	}
	switch {
	case err != nil:
		return false, err
	case !ok, r.State == model.Undone:
		return true, nil
	case r.UndoneBy != "": // an undo has begun, whether the removal was done or not
		return resume(ctx, s, r, now)
	case r.State == model.Done:
		return true, nil
	}
	if done, err := finishEarlier(ctx, s, r, now); err != nil || !done {
		return false, err
	}
	w, err := begin(ctx, s, r)
	if err != nil {
		return false, err
	}
	w.at = now
	f := &finisher{work: w, warnings: slices.Clone(r.Warnings)}
	if err := f.recall(ctx); err != nil {
		return false, err
	}
	for more := true; more; { // an index may have been late the first time
		var over bool
		if more, over, err = f.round(ctx); over || err != nil {
			return false, err
		}
	}
	f.close()
	return true, s.Commit(ctx, &f.tx)
}

// finishEarlier finishes earlier removals of the same users from projects, so that an
// undo of r doesn't restore what these ended. It reports whether all are done.
func finishEarlier(ctx context.Context, s *store.Store, r model.Removal, now model.Time) (bool, error) {
	var earlier []int64
	switch {
	case r.Kind == model.FromProject && r.TombstoneWas != nil:
		earlier = append(earlier, r.TombstoneWas.RemovalID)
	case r.Kind == model.OfUser:
		for _, id := range r.UserIDs {
			of, err := s.EveryRemovalAbout(ctx, model.UserName(id))
			if err != nil {
				return false, err
			}
			earlier = append(earlier, of...)
		}
	}
	removals, err := s.Removals(ctx, earlier...)
	if err != nil {
		return false, err
	}
	for _, before := range removals {
		if before.Kind != model.FromProject || before.PendingOn == nil {
			continue
		}
		if done, err := Finish(ctx, s, before.ID, now); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

// finisher gathers effects into transactions.
type finisher struct {
	*work
	tx       table.Tx
	done     map[string]bool // resources whose effect is recorded
	warnings []string        // of the record, to be written with tx
}

// recall reads which effects were carried out before.
func (f *finisher) recall(ctx context.Context) error {
	rows, err := f.s.EffectsOf(ctx, f.r.ID)
	f.done = make(map[string]bool, len(rows))
	for _, e := range rows {
		f.done[e.Resource] = true
	}
	return err
}

// round carries out the effects that the finders of all things find, in the order of
// things, early ones in transactions of their own. It reports whether there was any,
// and whether the time is over.
func (f *finisher) round(ctx context.Context) (fresh, over bool, err error) {
	early := true
	for _, t := range things() {
		find := t.find[f.r.Kind]
		if find == nil {
			continue
		}
		if early && !t.early && fresh {
			if err := f.flush(ctx); err != nil {
				return false, false, err
			}
		}
		early = t.early
		more, over, err := f.take(ctx, find)
		if over || err != nil {
			return false, over, err
		}
		fresh = fresh || more
	}
	return fresh, false, nil
}

// take carries out the effects that one finder finds. It reports whether there was any,
// and whether the time is over.
func (f *finisher) take(ctx context.Context, find finder) (fresh, over bool, err error) {
	found, err := find(ctx, f.work)
	if err != nil {
		return false, false, err
	}
	for _, e := range found {
		if f.done[e.Resource] {
			continue
		}
		if f.tx.Len() > full {
			if end, ok := ctx.Deadline(); ok && time.Until(end) < margin {
				return true, true, nil
			}
			if err := f.flush(ctx); err != nil {
				return true, false, err
			}
		}
		if e.named != nil {
			id, err := f.s.NewID(ctx, model.PermissionIDs)
			if err != nil {
				return true, false, err
			}
			e.named(id)
		}
		f.add(&f.tx, e)
		f.warn(e)
		f.done[e.Resource] = true
		fresh = true
	}
	return fresh, false, nil
}

// warn adds an effect's warning to the record's.
func (f *finisher) warn(e effect) {
	if (e.warns != "" || e.empties) && !slices.Contains(f.warnings, NoAdminLeft) {
		f.warnings = append(f.warnings, NoAdminLeft)
	}
}

// flush commits the gathered effects, on condition that the removal's record is
// unchanged: no undo has begun.
func (f *finisher) flush(ctx context.Context) error {
	if f.tx.Len() == 0 {
		return nil
	}
	to := f.r
	if f.r.State == model.Revoked || len(f.warnings) > len(f.r.Warnings) {
		to.State, to.Warnings = model.Cleaning, f.warnings
		to.Version++
		table.Removals.Change(&f.tx, f.r, to)
	} else {
		table.Removals.Check(&f.tx, f.r)
	}
	err := f.s.Commit(ctx, &f.tx)
	f.r, f.tx = to, table.Tx{}
	return err
}

// close notes that the removal is done.
func (f *finisher) close() {
	to := f.r
	to.State, to.Warnings, to.PendingShard, to.PendingOn = model.Done, f.warnings, nil, nil
	to.Version++
	table.Removals.Change(&f.tx, f.r, to)
}
