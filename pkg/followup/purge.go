package followup

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// A deleted thing is purged when its retention is over: its rows are deleted in chunks,
// its own row last, so that the pending index has an interrupted purge, and it goes on.
// Every chunk is a transaction on condition that the thing's row is unchanged. So
// concurrent purges of one thing, or an undo at the last moment, do no harm.

// purgeChunk is the number of rows that one transaction deletes; 100 items are the most,
// and with each row another one may have to be deleted.
const purgeChunk = 45

// PurgeThing purges a deleted thing of a kind: the rows about it, then its own. It does
// nothing for one that isn't due or doesn't exist.
func PurgeThing(ctx context.Context, s *store.Store, k *resource.Kind, now model.Time, id int64) error {
	return store.Again(ctx, tries, func() error { // it may lose to another purge of the same thing
		for done := false; !done; {
			var err error
			if done, err = purgeSome(ctx, s, k, now, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// purgeSome purges as much of a thing as fits into one transaction, and reports whether
// the thing is purged.
func purgeSome(ctx context.Context, s *store.Store, k *resource.Kind, now model.Time, id int64) (done bool, err error) {
	key := k.Key(id)
	rows, err := s.Read(ctx, key)
	if err != nil {
		return false, err
	}
	all := resource.NewView(0, now, rows)
	place, ok := k.Place(&all, id)
	if !ok || !place.IsDeleted || !due(place.PurgeOn, now) {
		return true, nil
	}
	for _, in := range inside(k) { // things that weren't deleted with it yet
		if err := endInside(ctx, s, in, id, now); err != nil {
			return false, err
		}
	}
	var tx table.Tx
	more := false
	if k.Purge != nil {
		if more, err = k.Purge(ctx, s, &tx, id, purgeChunk); err != nil {
			return false, err
		}
	}
	if !more {
		left, err := empty(ctx, s, &tx, key, nil)
		if err != nil {
			return false, err
		}
		more = left > 0
	}
	if more {
		k.Rows.Check(&tx, rows, id)
		return false, s.Commit(ctx, &tx)
	}
	k.Rows.Delete(&tx, rows, id)
	recordPurge(s, &tx, place.Organization, now, "purge-"+k.Kind.String(), k.Ref(id))
	return true, s.Commit(ctx, &tx)
}

// due reports whether a retention is over.
func due(end *model.Time, now model.Time) bool { return end != nil && !end.After(now) }

// empty notes the deletion of at most purgeChunk other rows in the partition of key,
// and returns how many. with, unless it is nil, notes what else is deleted with one.
func empty(ctx context.Context, s *store.Store, tx *table.Tx, key table.Primary, with func(table.Rows, table.Primary)) (int, error) {
	keys, err := s.Siblings(ctx, key, purgeChunk)
	if err != nil {
		return 0, err
	}
	var rows table.Rows
	if with != nil && len(keys) > 0 {
		if rows, err = s.Read(ctx, keys...); err != nil {
			return 0, err
		}
	}
	for _, k := range keys {
		tx.Drop(k)
		if with != nil {
			with(rows, k)
		}
	}
	return len(keys), nil
}

// recordPurge notes the audit row of a purge.
func recordPurge(s *store.Store, tx *table.Tx, organization int64, now model.Time, action string, thing model.Ref) {
	s.RecordAudit(tx, audit.Row(model.Audit{OrganizationID: organization, TS: now, Actor: model.System, Action: action}, audit.Purged{Thing: thing}))
}
