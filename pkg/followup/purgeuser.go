package followup

import (
	"context"
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// PurgeUser purges a deleted user: all rows in their partition, their keys, and all
// personal data about them, with the key of those in the audit log. Their address is
// free again. Their row is kept, without personal data, for the things that name them
// as author. It does nothing for a user who isn't deleted, or not due yet.
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
// them must be done, since it finds their things by rows that are erased with them.
// And either that removal purges, or their retention must be over.
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

// Purge purges the users of the removal that the change of an audit row began, if that
// purges. The removal must have been finished before.
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

// erase notes the erasure of as many other rows of a user as one transaction has room
// for, and reports whether there was any.
func erase(ctx context.Context, s *store.Store, tx *table.Tx, row table.Primary, u model.User) (more bool, err error) {
	if left, err := empty(ctx, s, tx, row, bound(tx)); left > 0 || err != nil {
		return true, err
	}
	if more, err := dropKeys(ctx, s, tx, u); more || err != nil {
		return true, err
	}
	return forget(ctx, s, tx, u)
}

// dropKeys notes the deletion of some of the user's revoked personal keys, which contain
// their address and the names that they gave. The index may still list deleted keys, so
// it goes on until it finds some that exist, and reports whether it did.
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

// forget notes the removal of a user's personal data and before-images from the records
// of all their removals, as far as one transaction has room, and reports whether there
// were any. No undo can restore anything to them afterwards.
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
	for _, id := range removals { // also those whose record doesn't exist any more
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

// unstamped returns the record of a removal with the user's address replaced by their
// name in the audit log ("user:16"): as who made or undid the removal, and in the stamps
// of their memberships. It reports whether the record had it.
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

// bound returns an empty.with that deletes a subject with its binding to the user.
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

// erased returns the row that remains of a purged user. It lists the fields to keep, so
// that a field that is added later is erased unless somebody decides otherwise.
func erased(u model.User) model.User {
	return model.User{
		ID: u.ID, OrganizationID: u.OrganizationID, DateJoined: u.DateJoined, DeletedOn: u.DeletedOn,
		FirstName: model.RemovedFirstName, LastName: model.RemovedLastName, Version: u.Version + 1,
	}
}
