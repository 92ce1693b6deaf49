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

// The actions of the audit log that are nobody's request.
const (
	finishAction = "finish-removal"
	undoAction   = "undo-removal"
)

// full is how many rows a transaction may name before the next effect, which
// names at most seven, goes into another one: an agent, its heir's permission,
// account, membership and tombstone, its record and audit row.
const full = 90

// margin is how much of the time must be left for one more transaction.
const margin = 500 * time.Millisecond

// maxLost is how many transactions in a row may be lost to others.
const maxLost = 30

// Finish works through what a removal has left to do, or through an undo that
// began, and reports whether nothing is left: false where the time is nearly
// over. It may run twice at the same time, and after a crash anywhere it goes
// on where it was. A removal that isn't there has nothing left.
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
	case r.UndoneBy != "": // whether it was done before or not
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
	for more := true; more; { // an index may not have told everything the first time
		var over bool
		if more, over, err = f.round(ctx); over || err != nil {
			return false, err
		}
	}
	f.close()
	return true, s.Commit(ctx, &f.tx)
}

// finishEarlier works off the removals from projects that came before r of the same
// people, so that what these have ended isn't among what an undo of r puts back.
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
	warnings []string        // of the record, once tx is committed
}

// recall reads which effects are done.
func (f *finisher) recall(ctx context.Context) error {
	rows, err := f.s.EffectsOf(ctx, f.r.ID)
	f.done = make(map[string]bool, len(rows))
	for _, e := range rows {
		f.done[e.Resource] = true
	}
	return err
}

// round works off what is found of all things, in their order, those that come early
// in transactions of their own. It reports whether anything was found, and whether the
// time is over.
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

// take works off what is found of one thing. It reports whether anything was,
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

// warn has the record warn of what an effect brings about.
func (f *finisher) warn(e effect) {
	if (e.warns != "" || e.empties) && !slices.Contains(f.warnings, NoAdminLeft) {
		f.warnings = append(f.warnings, NoAdminLeft)
	}
}

// flush commits what was gathered. The removal must still be as it was read:
// nobody may have begun to undo it.
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

// close notes that nothing is left.
func (f *finisher) close() {
	to := f.r
	to.State, to.Warnings, to.PendingShard, to.PendingOn = model.Done, f.warnings, nil, nil
	to.Version++
	table.Removals.Change(&f.tx, f.r, to)
}
