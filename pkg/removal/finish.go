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
	r, ok, err := find(ctx, s, id)
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
		more = false
		for i, some := range kinds[r.Kind] {
			fresh, over, err := f.line(ctx, some, i+1 < len(kinds[r.Kind]))
			if over || err != nil {
				return false, err
			}
			more = more || fresh
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
	for _, id := range earlier {
		before, ok, err := find(ctx, s, id)
		if err != nil {
			return false, err
		}
		if !ok || before.Kind != model.FromProject || before.PendingOn == nil {
			continue
		}
		if done, err := Finish(ctx, s, id, now); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

// find reads a removal.
func find(ctx context.Context, s *store.Store, id int64) (model.Removal, bool, error) {
	key := table.Removals.Key(id)
	rows, err := s.Read(ctx, key)
	if err != nil {
		return model.Removal{}, false, err
	}
	r, ok := table.Removals.At(rows, key)
	return r, ok, nil
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

// line works off what is found of some kinds. What it does is written where others
// come after it.
func (f *finisher) line(ctx context.Context, some []kind, others bool) (fresh, over bool, err error) {
	for _, kind := range some {
		more, over, err := f.take(ctx, kind)
		if over || err != nil {
			return false, over, err
		}
		fresh = fresh || more
	}
	if fresh && others {
		err = f.flush(ctx)
	}
	return fresh, false, err
}

// take works off what is found of one kind. It reports whether anything was,
// and whether the time is over.
func (f *finisher) take(ctx context.Context, find kind) (fresh, over bool, err error) {
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

// add notes an effect, its record and its audit row. Each audit row is a
// microsecond later than the one before, and the first than the removal's own, so
// that the log has them in the order in which they happened.
func (w *work) add(tx *table.Tx, e effect) {
	if e.apply != nil {
		e.apply(tx)
	}
	e.RemovalID = w.r.ID
	table.Effects.Create(tx, e.EffectRow)
	if e.audit != nil {
		w.told++
		e.audit.TS = e.audit.TS.Add(time.Duration(w.told) * time.Microsecond)
		w.s.RecordAudit(tx, *e.audit)
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
