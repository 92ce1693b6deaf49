package store

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Place is a project or a team, for writing its memberships of type M. Its leaders
// are a project's admins, a team's owners. A membership, its place's counters and
// conditions on its user's row are of one transaction, so that
//   - the counters of members and of leaders agree with the memberships: a leader
//     whose account has ended is counted until their membership is deleted;
//   - the counter of leaders reaches 0 only by the end of accounts, never by removing
//     or demoting an active leader;
//   - a new member is active: nobody becomes one after their account has ended.
type Place[M model.Membership[M]] struct {
	ID      int64
	Epoch   int64 // as read: new memberships have it
	Leaders int64 // as read

	row          table.Primary
	memberships  *table.Entity[M]
	members      string // the attribute that counts its members
	leaders      string // the attribute that counts its leaders
	leader       string // the role of a leader
	size, most   int64  // its number of members, and the limit on it; most is 0 for none
	organization int64
	ownerless    string          // the list that has it while it has no leader
	tombstones   bool            // a removal from it leaves one
	remains      func(*table.Tx) // demands that the place isn't deleted or moved
}

// ProjectPlace returns the Place of a project, as its row was read.
func ProjectPlace(p model.Project) Place[model.ProjectMember] {
	return Place[model.ProjectMember]{
		ID: p.ID, Epoch: p.Epoch, Leaders: p.AdminCount,
		row: table.Projects.Key(p.ID), memberships: table.ProjectMembers,
		members: "user_count", leaders: "admin_count", leader: string(access.ProjectAdmin),
		organization: p.OrganizationID, ownerless: model.OwnerlessProject, tombstones: true,
		remains: func(tx *table.Tx) { live(tx, p) },
	}
}

// TeamPlace returns the Place of a team, as its row was read.
func TeamPlace(t model.Team) Place[model.TeamMember] {
	return Place[model.TeamMember]{
		ID: t.ID, Epoch: t.Epoch, Leaders: t.OwnerCount,
		row: table.Teams.Key(t.ID), memberships: table.TeamMembers,
		members: "member_count", leaders: "owner_count", leader: string(access.Owner), size: t.MemberCount, most: MaxTeamMembers,
		organization: t.OrganizationID, ownerless: model.OwnerlessTeam,
		remains: func(tx *table.Tx) { liveTeam(tx, t.ID) },
	}
}

// Full reports whether the place may have no more members.
func (p Place[M]) Full() bool { return p.most > 0 && p.size >= p.most }

// Add notes a new membership in the present epoch, and returns it as it will be. It
// demands that nobody was removed since the place was read.
func (p Place[M]) Add(tx *table.Tx, m M) M {
	m = p.create(tx, m)
	p.joins(tx, m)
	return m
}

// create notes a new membership of an active user, without counting it on the
// place's row.
func (p Place[M]) create(tx *table.Tx, m M) M {
	m = m.At(model.Standing{Epoch: p.Epoch, Version: 1})
	p.memberships.Create(tx, m)
	RequireActive(tx, m.Member().User)
	return m
}

// Return restores a membership, in the present epoch and with a version that it never
// had, and returns it as it will be. It demands that nobody was removed since the
// place was read.
func (p Place[M]) Return(tx *table.Tx, m M) M {
	m = m.At(model.Standing{Epoch: p.Epoch, Version: m.Member().Version + 1})
	p.memberships.Create(tx, m)
	p.joins(tx, m)
	return m
}

// joins counts one more membership on the place's row, and demands the place's epoch
// and limit.
func (p Place[M]) joins(tx *table.Tx, m M) {
	within(tx, p.row, p.Epoch)
	tx.Add(p.row, p.members, 1)
	if p.most > 0 {
		tx.AtMost(p.row, p.members, p.most)
	}
	p.remains(tx)
	if p.isLeader(m) {
		p.gainLeader(tx)
	}
}

// Change notes new terms of a membership, and returns it as it will be. Demoting the
// last leader makes the transaction fail; callers check Leaders beforehand.
func (p Place[M]) Change(tx *table.Tx, from, to M) M {
	is := from.Member()
	to = to.At(model.Standing{Epoch: to.Member().Epoch, Version: is.Version + 1})
	p.memberships.Change(tx, from, to)
	switch was, now := p.isLeader(from), p.isLeader(to); {
	case now && !was:
		RequireActive(tx, is.User)
		p.gainLeader(tx)
	case was && !now:
		RequireActive(tx, is.User)
		p.LoseLeader(tx)
	}
	return to
}

// HandOver notes that heir succeeds a leader who goes in this transaction. was is
// the heir's present membership, nil for none. It returns theirs as it will be.
func (p Place[M]) HandOver(tx *table.Tx, was *M, heir M) M {
	if was == nil {
		return p.Add(tx, heir)
	}
	return p.Change(tx, *was, heir)
}

// End notes the end of a membership, which raises the place's epoch. The caller
// counts leaders, by LoseLeader or Vacate.
func (p Place[M]) End(tx *table.Tx, m M) {
	p.memberships.Delete(tx, m)
	tx.Add(p.row, p.members, -1)
	tx.Add(p.row, epochAttr, 1)
}

// Vacate counts one leader less, of going leaders whose accounts have ended. Where
// the place has no other, it becomes ownerless, and the transaction fails if somebody
// became a leader since the place was read.
func (p Place[M]) Vacate(tx *table.Tx, going int64) {
	if p.Leaders > going {
		p.LoseLeader(tx)
		return
	}
	tx.Add(p.row, p.leaders, -1)
	p.LedByAtMost(tx, going-1)
	listOwnerless(tx, p.organization, p.ownerless, p.ID)
}

// LedByAtMost demands that the place has at most n leaders after the transaction.
func (p Place[M]) LedByAtMost(tx *table.Tx, n int64) { tx.AtMost(p.row, p.leaders, n) }

// LoseLeader counts one leader less, and demands that one remains after the
// transaction.
func (p Place[M]) LoseLeader(tx *table.Tx) {
	tx.Add(p.row, p.leaders, -1)
	tx.AtLeast(p.row, p.leaders, 1)
	p.remains(tx)
}

// gainLeader counts one leader more, so the place isn't ownerless.
func (p Place[M]) gainLeader(tx *table.Tx) {
	tx.Add(p.row, p.leaders, 1)
	p.remains(tx)
	if p.Leaders == 0 {
		listOwned(tx, p.organization, p.ownerless, p.ID)
	}
}

// isLeader reports whether a membership is a leader's.
func (p Place[M]) isLeader(m M) bool { return m.Member().Role == p.leader }

// Bury notes the tombstone of a member whose membership End ends in the same
// transaction. It has the epoch that this begins, so it voids what they were given
// inside the place before. It does nothing for a place without tombstones.
func (p Place[M]) Bury(tx *table.Tx, t model.Tombstone) {
	if p.tombstones {
		t.Epoch = p.Epoch + 1
		table.Tombstones.Put(tx, t)
	}
}

// Unbury replaces a removal's tombstone, which must still be that removal's, with the
// one before it, nil for none. It does nothing for a place without tombstones.
func (p Place[M]) Unbury(tx *table.Tx, stone model.Tombstone, before *model.Tombstone) {
	if !p.tombstones {
		return
	}
	if before != nil {
		table.Tombstones.Put(tx, *before)
	} else {
		table.Tombstones.Drop(tx, stone)
	}
	tx.If(table.Tombstones.Key(stone.ProjectID, stone.UserID), "$ = ?", "removal_id", stone.RemovalID)
}

// RequireActive demands that a user is active, unless this very transaction creates
// them.
func RequireActive(tx *table.Tx, user int64) {
	if p := table.Users.Key(user); !tx.Creates(p) {
		tx.If(p, "$ = ?", "is_active", true)
	}
}
