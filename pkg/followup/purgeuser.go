package followup

import (
	"context"
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// PurgeUser purges a deleted user: everything that is kept with them, and all that
// is personal about them. Their address is free again, and their row stays as a
// name for what they did. The key of their personal data in the audit log is gone
// with the rest.
func PurgeUser(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return store.Again(ctx, tries, func() error {
		for {
			key := table.Users.Key(id)
			rows, err := s.Read(ctx, key)
			if err != nil {
				return err
			}
			u, ok := table.Users.At(rows, key)
			if !ok || u.DeletedOn == nil {
				return nil
			}
			if ends, err := mayErase(ctx, s, u, now); !ends || err != nil {
				return err
			}
			var tx table.Tx
			more, err := erase(ctx, s, &tx, key, u)
			if err != nil {
				return err
			}
			if more {
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
			recordPurge(s, &tx, u.OrganizationID, now, "purge-user", model.KindUser.Ref(u.ID))
			return s.Commit(ctx, &tx)
		}
	})
}

// mayErase reports whether a deleted user may be erased now. The removal that deleted
// them must be done: it finds what they held by rows that go with them. And either
// that removal was to erase them at once, or the retention must be over.
func mayErase(ctx context.Context, s *store.Store, u model.User, now model.Time) (bool, error) {
	if u.RemovalID == nil {
		return due(u.PendingOn, now), nil
	}
	r, ok, err := s.Removal(ctx, *u.RemovalID)
	if err != nil {
		return false, err
	}
	if !ok {
		return due(u.PendingOn, now), nil
	}
	return r.State == model.Done && u.PendingOn != nil && (r.Purges || due(u.PendingOn, now)), nil
}

// Purge erases whom the removal that an audit row tells of was to erase at once.
// It comes after whatever works off the removal. The rows of what came of it tell
// nothing more.
func Purge(ctx context.Context, s *store.Store, a model.Audit, now model.Time) error {
	id, made := audit.RemovalMade(a)
	if !made {
		return nil
	}
	r, ok, err := s.Removal(ctx, id)
	if !ok || !r.Purges {
		return err
	}
	for _, user := range r.UserIDs {
		if err := PurgeUser(ctx, s, now, user); err != nil {
			return err
		}
	}
	return nil
}

// erase notes as much as one transaction has room for of what goes before the
// user's own row, and reports whether there was any.
func erase(ctx context.Context, s *store.Store, tx *table.Tx, row table.Primary, u model.User) (more bool, err error) {
	if left, err := empty(ctx, s, tx, row, bound(tx)); left > 0 || err != nil {
		return true, err
	}
	if more, err := dropKeys(ctx, s, tx, u); more || err != nil {
		return true, err
	}
	return forget(ctx, s, tx, u)
}

// dropKeys notes the end of rows of personal keys, which were kept revoked until
// now: they hold the address and what the user called them. The index may still
// list keys that are gone, so it goes on until it finds some that are there, and
// reports whether it did.
func dropKeys(ctx context.Context, s *store.Store, tx *table.Tx, u model.User) (more bool, err error) {
	prefixes, err := s.PersonalKeys(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for part := range slices.Chunk(prefixes, purgeChunk) {
		rows := make([]table.Primary, len(part))
		for i, p := range part {
			rows[i] = table.Keys.Key(p)
		}
		found, err := s.Read(ctx, rows...)
		if err != nil {
			return false, err
		}
		for _, k := range table.Keys.All(found) {
			tx.Drop(table.Keys.Key(k.Prefix))
			tx.Drop(table.KeyIDs.Key(k.ID))
			more = true
		}
		if more {
			return true, nil
		}
	}
	return false, nil
}

// forget takes what was theirs out of the records of all their removals, as far as
// one transaction goes, and reports whether there was any: none of them can give it
// back any more, and only what they did is still told.
func forget(ctx context.Context, s *store.Store, tx *table.Tx, u model.User) (more bool, err error) {
	removals, err := s.EveryRemovalAbout(ctx, model.UserName(u.ID))
	if err != nil {
		return false, err
	}
	records, err := s.Removals(ctx, removals...)
	if err != nil {
		return false, err
	}
	for _, r := range records {
		if bare, had := unstamped(r, u); had {
			if tx.Len() == purgeChunk {
				return true, nil
			}
			table.Removals.Change(tx, r, bare)
			more = true
		}
	}
	for _, id := range removals { // those whose record is gone too
		rows, err := s.EffectsOf(ctx, id)
		if err != nil {
			return false, err
		}
		for _, e := range rows {
			if e.UserID != u.ID || e.Before == nil {
				continue
			}
			if tx.Len() == purgeChunk {
				return true, nil
			}
			table.Effects.Put(tx, e.Bare())
			more = true
		}
	}
	return more, err
}

// unstamped is the record of a removal of a user without their address where it
// stands for themselves, and reports whether it did: as whose word the removal was,
// or their own membership. They are named as the audit log names them.
func unstamped(r model.Removal, u model.User) (_ model.Removal, had bool) {
	name := func(stamp *string) {
		if u.Email != "" && *stamp == u.Email {
			*stamp, had = model.UserName(u.ID), true
		}
	}
	name(&r.RemovedBy)
	name(&r.UndoneBy)
	r.ProjectMembers, r.TeamMembers = slices.Clone(r.ProjectMembers), slices.Clone(r.TeamMembers)
	for i := range r.ProjectMembers {
		if m := &r.ProjectMembers[i]; m.UserID == u.ID {
			name(&m.CreatedBy)
			name(&m.ModifiedBy)
		}
	}
	for i := range r.TeamMembers {
		if m := &r.TeamMembers[i]; m.UserID == u.ID {
			name(&m.CreatedBy)
		}
	}
	r.Version++
	return r, had
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

// erased is the row that remains of a purged user. It lists the fields to keep, so
// that a field which is added later is erased unless somebody decides otherwise.
func erased(u model.User) model.User {
	return model.User{
		ID: u.ID, OrganizationID: u.OrganizationID, DateJoined: u.DateJoined, DeletedOn: u.DeletedOn,
		FirstName: model.RemovedFirstName, LastName: model.RemovedLastName, Version: u.Version + 1,
	}
}
