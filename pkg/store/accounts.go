package store

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Deactivate notes the end of an account, by a removal: from this very
// transaction on its user is let in nowhere. to is the row with whatever else
// changes of it. A removal that deletes hides the user too and says when they are
// purged: at the end of their retention, or at once where it purges. It returns the
// row as it will be.
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

// FreeAddresses begins the epoch of an organisation after its present one, in which
// addresses of users who are deleted may be others': what was sent to one of them
// before is not for these.
func (s *Store) FreeAddresses(tx *table.Tx, o model.Organization) {
	raise(tx, table.Organizations.Key(o.ID), o.Epoch)
}

// Activate notes that an account may be used again; to is the row with whatever
// else changes of it. It returns the row as it will be.
func (s *Store) Activate(tx *table.Tx, from, to model.User) model.User {
	return open(tx, from, to, model.UserWas{IsActive: true})
}

// Reinstate notes that an account is again what it was before a removal changed it,
// and returns the row as it will be.
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
