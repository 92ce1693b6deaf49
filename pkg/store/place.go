package store

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Place is a project or a team, for what its memberships of type M mean for its row.
// A membership, its place's counters and its user's row are written together:
//   - the number of members and that of leaders (a project's admins, a team's owners)
//     move with the memberships, in the same transaction: a leader whose account has
//     ended is counted until their membership is deleted;
//   - the number of leaders reaches 0 only by the end of an account, never by taking
//     an active one away;
//   - whoever becomes a member must be active, so nobody gets a place once their
//     account has ended.
type Place[M model.Membership[M]] struct {
	ID      int64
	Epoch   int64 // the present one: that of the memberships which begin now
	Leaders int64

	row          table.Primary
	memberships  *table.Entity[M]
	members      string // the counter of its members
	leaders      string // and of those who lead it
	leader       string // the role that these have
	size, most   int64  // how many members it has and may have; most is 0 for any number
	organization int64
	ownerless    string // the list that it is on while nobody leads it
	tombstones   bool   // those who are taken out leave one
	remains      func(*table.Tx)
}

// ProjectPlace is a project as its row was read.
func ProjectPlace(p model.Project) Place[model.ProjectMember] {
	return Place[model.ProjectMember]{
		ID: p.ID, Epoch: p.Epoch, Leaders: p.AdminCount,
		row: table.Projects.Key(p.ID), memberships: table.ProjectMembers,
		members: "user_count", leaders: "admin_count", leader: string(access.ProjectAdmin),
		organization: p.OrganizationID, ownerless: model.OwnerlessProject, tombstones: true,
		remains: func(tx *table.Tx) { live(tx, p) },
	}
}

// TeamPlace is a team as its row was read.
func TeamPlace(t model.Team) Place[model.TeamMember] {
	return Place[model.TeamMember]{
		ID: t.ID, Epoch: t.Epoch, Leaders: t.OwnerCount,
		row: table.Teams.Key(t.ID), memberships: table.TeamMembers,
		members: "member_count", leaders: "owner_count", leader: string(access.Owner), size: t.MemberCount, most: MaxTeamMembers,
		organization: t.OrganizationID, ownerless: model.OwnerlessTeam,
		remains: func(tx *table.Tx) { liveTeam(tx, t.ID) },
	}
}

// Full reports whether the place has as many members as it may have.
func (p Place[M]) Full() bool { return p.most > 0 && p.size >= p.most }

// Add notes a new membership, which begins in the present epoch, and returns it as
// it will be. Nobody may have been taken out since the place was read.
func (p Place[M]) Add(tx *table.Tx, m M) M {
	m = p.create(tx, m)
	p.joins(tx, m)
	return m
}

// create notes a new membership of an active user without what it means for the
// place's row.
func (p Place[M]) create(tx *table.Tx, m M) M {
	m = m.At(model.Standing{Epoch: p.Epoch, Version: 1})
	p.memberships.Create(tx, m)
	RequireActive(tx, m.Member().User)
	return m
}

// Return notes that a membership is there again, in the present epoch and under a
// version that it never had, and returns it as it will be. Nobody may have been taken
// out since the place was read.
func (p Place[M]) Return(tx *table.Tx, m M) M {
	m = m.At(model.Standing{Epoch: p.Epoch, Version: m.Member().Version + 1})
	p.memberships.Create(tx, m)
	p.joins(tx, m)
	return m
}

// joins notes what one more membership means for the place's row.
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

// Change notes other terms of a membership, and returns it as it will be. Demoting
// the last leader makes the transaction fail; the caller tells that beforehand from
// the counter.
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

// HandOver notes that heir takes the place of a leader who goes in this transaction.
// was is their membership as it stands, nil where they have none yet. It returns
// theirs as it will be.
func (p Place[M]) HandOver(tx *table.Tx, was *M, heir M) M {
	if was == nil {
		return p.Add(tx, heir)
	}
	return p.Change(tx, *was, heir)
}

// End notes that a membership is gone, and with it the present epoch of its place.
// What that means for the place's leaders is up to the caller.
func (p Place[M]) End(tx *table.Tx, m M) {
	p.memberships.Delete(tx, m)
	tx.Add(p.row, p.members, -1)
	tx.Add(p.row, epochAttr, 1)
}

// Vacate notes that one of going leaders whose accounts have ended leads the place no
// longer. Where nobody else does, the place is ownerless then; who became a leader
// since it was read makes the transaction fail.
func (p Place[M]) Vacate(tx *table.Tx, going int64) {
	if p.Leaders > going {
		p.LoseLeader(tx)
		return
	}
	tx.Add(p.row, p.leaders, -1)
	p.LedByAtMost(tx, going-1)
	listOwnerless(tx, p.organization, p.ownerless, p.ID)
}

// LedByAtMost demands that no more than n lead the place when all is done.
func (p Place[M]) LedByAtMost(tx *table.Tx, n int64) { tx.AtMost(p.row, p.leaders, n) }

// LoseLeader counts one leader less, of whom one must remain when all is done.
func (p Place[M]) LoseLeader(tx *table.Tx) {
	tx.Add(p.row, p.leaders, -1)
	tx.AtLeast(p.row, p.leaders, 1)
	p.remains(tx)
}

// gainLeader counts one leader more, by whom the place isn't ownerless any longer.
func (p Place[M]) gainLeader(tx *table.Tx) {
	tx.Add(p.row, p.leaders, 1)
	p.remains(tx)
	if p.Leaders == 0 {
		listOwned(tx, p.organization, p.ownerless, p.ID)
	}
}

// isLeader reports whether a membership is one of those who lead the place.
func (p Place[M]) isLeader(m M) bool { return m.Member().Role == p.leader }

// Bury notes the tombstone of somebody whose membership ends in the same transaction:
// it is of the epoch that this begins, so that what they were given inside the place
// before counts for nothing. A place that keeps no tombstones has none to note.
func (p Place[M]) Bury(tx *table.Tx, t model.Tombstone) {
	if p.tombstones {
		t.Epoch = p.Epoch + 1
		table.Tombstones.Put(tx, t)
	}
}

// Unbury notes that a removal's tombstone goes, and the one before it, nil for none,
// is back. It must still be that removal's.
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

// RequireActive demands that a user may still be given something. Whom this very
// transaction makes may.
func RequireActive(tx *table.Tx, user int64) {
	if p := table.Users.Key(user); !tx.Creates(p) {
		tx.If(p, "$ = ?", "is_active", true)
	}
}
