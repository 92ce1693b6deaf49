package store

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Deactivate notes the end of an account, by a removal: from this very
// transaction on its user is let in nowhere. to is the row with whatever else
// changes of it. deletes hides him and says when he
// is purged. It returns the row as it will be. The posts he holds are for the
// caller to take from him in the same transaction, with LoseAdmins and LoseOwners.
func (s *Store) Deactivate(tx *table.Tx, from, to model.User, removal int64, deletes bool, now model.Time) model.User {
	to.Version = from.Version + 1
	to.IsActive, to.RemovalID = false, &removal
	if deletes {
		to.DeletedOn = &now
		to.PendingShard, to.PendingOn = pending(from.ID, now.Add(Retention*hour))
		FreeNames(tx, from)
	}
	table.Users.Change(tx, from, to)
	return to
}

// Activate notes that an account may be used again; to is the row with whatever
// else changes of it. It returns the row as it will be.
func (s *Store) Activate(tx *table.Tx, from, to model.User) model.User {
	to.Version = from.Version + 1
	to.IsActive, to.RemovalID, to.DeletedOn, to.PendingShard, to.PendingOn = true, nil, nil, nil, nil
	table.Users.Change(tx, from, to)
	return to
}

// LoseAdmins notes that n admins of a project are deactivated. One must remain
// when the transaction is done.
func (s *Store) LoseAdmins(tx *table.Tx, p model.Project, n int64) { loseAdmins(tx, p, n) }

// LoseOwners is LoseAdmins for the owners of a team.
func (s *Store) LoseOwners(tx *table.Tx, t model.Team, n int64) { loseOwners(tx, t.ID, n) }

// HandOverTeam notes that heir takes the place of the team's leaving owner. was
// is his membership as it stands, nil where he has none yet.
func (s *Store) HandOverTeam(tx *table.Tx, was *model.TeamMember, heir model.TeamMember) {
	if was == nil {
		s.AddTeamMember(tx, heir)
	} else {
		s.ChangeTeamMember(tx, *was, heir)
	}
}

// Return notes that a membership of a project is there again; counted says that
// it is an active admin's.
func (s *Store) Return(tx *table.Tx, p model.Project, counted bool) {
	count(tx, p, "user_count", 1)
	if counted {
		count(tx, p, "admin_count", 1)
	}
}

// ReturnToTeam is Return for a team and its owners.
func (s *Store) ReturnToTeam(tx *table.Tx, t model.Team, counted bool) {
	k := table.Teams.Key(t.ID)
	tx.Add(k, "member_count", 1)
	tx.AtMost(k, "member_count", MaxTeamMembers)
	liveTeam(tx, t.ID)
	if counted {
		tx.Add(k, "owner_count", 1)
	}
}

// Unbury notes that a removal's tombstone goes, and the one before it, nil for
// none, is back. It must still be that removal's.
func (s *Store) Unbury(tx *table.Tx, stone model.Tombstone, before *model.Tombstone) {
	k := table.Tombstones.Key(stone.ProjectID, stone.UserID)
	if before != nil {
		table.Tombstones.Put(tx, *before)
	} else {
		table.Tombstones.Drop(tx, stone)
	}
	tx.If(k, "$ = ?", "removal_id", stone.RemovalID)
}
