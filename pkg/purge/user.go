package purge

import (
	"context"
	"fmt"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// User purges a deleted user: everything that is kept with him, and all that is
// personal about him. His address is free again, and his row stays as a name
// for what he did. The key of his personal data in the audit log is gone with
// the rest.
func User(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return store.Again(ctx, tries, func() error {
		for {
			key := table.Users.Key(id)
			rows, err := s.Read(ctx, key)
			if err != nil {
				return err
			}
			u, ok := table.Users.At(rows, key)
			if !ok || u.DeletedOn == nil || !due(u.PendingOn, now) {
				return nil
			}
			var tx table.Tx
			left, err := empty(ctx, s, &tx, key, bound(&tx))
			if err != nil {
				return err
			}
			if left > 0 {
				table.Users.Check(&tx, u)
				if err := s.Commit(ctx, &tx); err != nil {
					return err
				}
				continue
			}
			if more, err := forget(ctx, s, &tx, u); err != nil {
				return err
			} else if more {
				table.Users.Check(&tx, u)
				if err := s.Commit(ctx, &tx); err != nil {
					return err
				}
				continue
			}
			address := table.Emails.Key(u.OrganizationID, u.EmailKey)
			if rows, err = s.Read(ctx, address); err != nil {
				return err
			}
			if e, ok := table.Emails.At(rows, address); ok && e.UserID == u.ID {
				tx.Drop(address)
				tx.If(address, "$ = ?", "user_id", u.ID)
			}
			table.Users.Change(&tx, u, erased(u))
			record(s, &tx, u.OrganizationID, now, "purge-user", fmt.Sprintf("user:%d", id))
			return s.Commit(ctx, &tx)
		}
	})
}

// forget takes what was his out of the record of his removal, as far as one
// transaction goes, and reports whether there was any: the removal can't be undone
// any more, and only what it did is still told.
func forget(ctx context.Context, s *store.Store, tx *table.Tx, u model.User) (more bool, err error) {
	if u.RemovalID == nil {
		return false, nil
	}
	rows, err := s.EffectsOf(ctx, *u.RemovalID)
	for _, e := range rows {
		bare := model.EffectRow{RemovalID: e.RemovalID, Effect: e.Effect, UserID: e.UserID}
		if e.UserID != u.ID || e == bare {
			continue
		}
		if tx.Len() == chunk {
			return true, err
		}
		table.Effects.Put(tx, bare)
		more = true
	}
	return more, err
}

// bound notes what goes with a row that lies beside a user: with the binding to
// an issuer, the row by which that issuer's subject is found.
func bound(tx *table.Tx) func(table.Rows, table.Primary) {
	return func(rows table.Rows, key table.Primary) {
		if _, ok := table.Bindings.Parse(key); !ok {
			return
		}
		if b, ok := table.Bindings.At(rows, key); ok {
			tx.Drop(table.Subjects.Key(b.SubjectKey))
		}
	}
}

// erased is what stays of a user. It is written as a list of what stays, so
// that a field somebody adds later goes.
func erased(u model.User) model.User {
	return model.User{
		ID: u.ID, OrganizationID: u.OrganizationID, DateJoined: u.DateJoined, DeletedOn: u.DeletedOn,
		FirstName: model.RemovedFirstName, LastName: model.RemovedLastName, Version: u.Version + 1,
	}
}
