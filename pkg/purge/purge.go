// Package purge ends what was deleted when its retention is over: for good, in
// chunks, the thing's own row last, so that a purge that stopped anywhere is
// found again by the pending index and goes on.
//
// Every chunk is a transaction with the condition that the thing is still
// deleted as it was read. So several purges of one thing at the same time, or
// an undo at the last moment, do no harm.
package purge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// chunk is how many rows one transaction deletes; 100 items are the most, and
// a row may have one beside it.
const chunk = 45

// tries is how often a purge that lost to another writer begins anew.
const tries = 5

// Project purges a deleted project: its memberships and tombstones, then
// itself. One that is not due, or gone, is left alone.
func Project(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return again(func() error {
		for {
			key := table.Projects.Key(id)
			rows, err := s.Read(ctx, key)
			if err != nil {
				return err
			}
			p, ok := table.Projects.At(rows, key)
			if !ok || !p.IsDeleted || !due(p.PendingOn, now) {
				return nil
			}
			var tx table.Tx
			left, err := empty(ctx, s, &tx, key, nil)
			if err != nil {
				return err
			}
			if left == 0 {
				table.Projects.Delete(&tx, p)
				record(s, &tx, p.OrganizationID, now, "purge-project", fmt.Sprintf("project:%d", id))
				return s.Commit(ctx, &tx)
			}
			table.Projects.Check(&tx, p)
			if err := s.Commit(ctx, &tx); err != nil {
				return err
			}
		}
	})
}

// Team purges a deleted team: its memberships, then itself.
func Team(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return again(func() error {
		for {
			key := table.Teams.Key(id)
			rows, err := s.Read(ctx, key)
			if err != nil {
				return err
			}
			t, ok := table.Teams.At(rows, key)
			if !ok || !t.IsDeleted || !due(t.PendingOn, now) {
				return nil
			}
			var tx table.Tx
			left, err := empty(ctx, s, &tx, key, nil)
			if err != nil {
				return err
			}
			if left == 0 {
				table.Teams.Delete(&tx, t)
				record(s, &tx, t.OrganizationID, now, "purge-team", fmt.Sprintf("team:%d", id))
				return s.Commit(ctx, &tx)
			}
			table.Teams.Check(&tx, t)
			if err := s.Commit(ctx, &tx); err != nil {
				return err
			}
		}
	})
}

// due reports whether a retention is over.
func due(end *model.Time, now model.Time) bool { return end != nil && !end.After(now) }

// empty notes the deletion of some rows that lie beside the row key, and tells
// how many. with notes what else goes with one of them.
func empty(ctx context.Context, s *store.Store, tx *table.Tx, key table.Primary, with func(table.Rows, table.Primary)) (int, error) {
	keys, err := s.Beside(ctx, key, chunk)
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

// record notes a purge in the audit log, under what nobody deletes.
func record(s *store.Store, tx *table.Tx, organization int64, now model.Time, action, resource string) {
	s.RecordAudit(tx, model.Audit{
		OrganizationID: organization, ID: rand.Text(), TS: now, Actor: "system", Action: action, Resource: resource, Outcome: "success",
	})
}

// again begins anew where a purge lost to another writer, which may be another
// purge of the same thing.
func again(purge func() error) error {
	var err error
	for range tries {
		if err = purge(); !errors.Is(err, table.ErrStale) {
			return err
		}
	}
	return err
}
