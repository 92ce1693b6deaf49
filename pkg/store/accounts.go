package store

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Deactivate notes the end of an account by removal r, which takes effect with this
// very transaction. to is from with any further changes. A removal that deletes
// hides the user too and sets when they are purged: at the end of their retention,
// or at once where it purges. It returns the row as it will be.
func (s *Store) Deactivate(tx *table.Tx, from, to model.User, r model.Removal, now model.Time) model.User {
	to = indexed(to)
	to.Version = from.Version + 1
	to.IsActive, to.RemovalID = false, &r.ID
	if r.Deletes {
		end := now
		if !r.Purges {
			end = now.Add(Retention * hour)
		}
		to.DeletedOn = &now
		to.PendingShard, to.PendingOn = pending(from.ID, end)
	}
	table.Users.Change(tx, from, to)
	return to
}

// FreeAddresses raises the epoch of an organisation, since addresses of deleted
// users may be given to others from now on: an invitation sent to such an address
// before isn't for them.
func (s *Store) FreeAddresses(tx *table.Tx, o model.Organization) {
	raise(tx, table.Organizations.Key(o.ID), o.Epoch)
}

// Activate notes that an account may be used again; to is from with any further
// changes. It returns the row as it will be.
func (s *Store) Activate(tx *table.Tx, from, to model.User) model.User {
	return open(tx, from, to, model.UserWas{IsActive: true})
}

// Reinstate notes that an account is as it was before a removal changed it, and
// returns the row as it will be.
func (s *Store) Reinstate(tx *table.Tx, from model.User, was model.UserWas) model.User {
	return open(tx, from, from, was)
}

func open(tx *table.Tx, from, to model.User, was model.UserWas) model.User {
	to = indexed(to)
	to.Version = from.Version + 1
	to.IsActive, to.RemovalID, to.DeletedOn, to.PendingShard, to.PendingOn = was.IsActive, was.RemovalID, nil, nil, nil
	table.Users.Change(tx, from, to)
	return to
}
