package store

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A membership of a project, its project's counters and its user's row are
// written together:
//   - user_count and admin_count move with the memberships, in the same
//     transaction: an admin whose account has ended is counted until their
//     membership is deleted;
//   - admin_count reaches 0 only by the end of an account, never by taking an
//     active admin away;
//   - whoever becomes a member must be active, so nobody gets a place once their
//     account has ended.

// AddMember notes a new membership of project p, in whose present epoch it begins,
// and returns it as it will be. Nobody may have been taken out since p was read.
func (s *Store) AddMember(tx *table.Tx, p model.Project, m model.ProjectMember) model.ProjectMember {
	m = s.createMember(tx, p, m)
	joins(tx, p, m)
	return m
}

// joins notes what a membership means for its project.
func joins(tx *table.Tx, p model.Project, m model.ProjectMember) {
	within(tx, table.Projects.Key(p.ID), p.Epoch)
	count(tx, p, "user_count", 1)
	if m.Role == string(access.ProjectAdmin) {
		gainAdmin(tx, p)
	}
}

// ChangeMember notes a change of role or expiry, and returns the membership as it
// will be. Demoting the last admin makes the transaction fail; the caller tells
// that beforehand from the counter.
func (s *Store) ChangeMember(tx *table.Tx, p model.Project, from, to model.ProjectMember) model.ProjectMember {
	to.Version = from.Version + 1
	table.ProjectMembers.Change(tx, from, to)
	was, is := from.Role == string(access.ProjectAdmin), to.Role == string(access.ProjectAdmin)
	switch {
	case is && !was:
		RequireActive(tx, to.UserID)
		gainAdmin(tx, p)
	case was && !is:
		RequireActive(tx, to.UserID)
		loseAdmins(tx, p, 1)
	}
	return to
}

// RemoveMember notes the end of a membership, with the tombstone that makes
// earlier grants inside the project count for nothing: it begins the epoch after
// that of p, which must still be the present one. An admin must remain, unless
// vacates says that the member's account has ended, so that the project may be left
// to nobody.
func (s *Store) RemoveMember(tx *table.Tx, p model.Project, m model.ProjectMember, vacates bool, t model.Tombstone) {
	s.EndMember(tx, m)
	live(tx, p)
	within(tx, table.Projects.Key(p.ID), p.Epoch)
	t.Epoch = p.Epoch + 1
	table.Tombstones.Put(tx, t)
	switch {
	case m.Role != string(access.ProjectAdmin):
	case vacates:
		tx.If(table.Users.Key(m.UserID), "$ = ?", "is_active", false)
		s.VacateAdmin(tx, p, 1)
	default:
		loseAdmins(tx, p, 1)
	}
}

// EndMember notes that a membership is gone, and with it the present epoch of its
// project. What that means for the project's admins is up to the caller.
func (s *Store) EndMember(tx *table.Tx, m model.ProjectMember) {
	table.ProjectMembers.Delete(tx, m)
	p := table.Projects.Key(m.ProjectID)
	tx.Add(p, "user_count", -1)
	tx.Add(p, epochAttr, 1)
}

// VacateAdmin notes that one of going admins whose accounts have ended is admin of
// the project no longer. Where nobody else is, the project is ownerless then; who
// became admin since p was read makes the transaction fail.
func (s *Store) VacateAdmin(tx *table.Tx, p model.Project, going int64) {
	if p.AdminCount > going {
		loseAdmins(tx, p, 1)
		return
	}
	tx.Add(table.Projects.Key(p.ID), "admin_count", -1)
	tx.AtMost(table.Projects.Key(p.ID), "admin_count", going-1)
	abandoned(tx, p.OrganizationID, model.OwnerlessProject, p.ID)
}

// HandOver notes that heir takes the place of the project's leaving admin: they
// become admin in the transaction in which the other one goes. was is their
// membership as it stands, nil where they have none yet. It returns theirs as it
// will be.
func (s *Store) HandOver(tx *table.Tx, p model.Project, was *model.ProjectMember, heir model.ProjectMember) model.ProjectMember {
	if was == nil {
		return s.AddMember(tx, p, heir)
	}
	return s.ChangeMember(tx, p, *was, heir)
}

func (s *Store) createMember(tx *table.Tx, p model.Project, m model.ProjectMember) model.ProjectMember {
	m.Epoch, m.Version = p.Epoch, 1
	table.ProjectMembers.Create(tx, m)
	RequireActive(tx, m.UserID)
	return m
}

// ReturnMember notes that a membership of project p is there again, after the
// removal whose tombstone stone is; before is the tombstone that there was, nil for
// none. It returns the membership as it will be.
func (s *Store) ReturnMember(tx *table.Tx, p model.Project, m model.ProjectMember, stone model.Tombstone, before *model.Tombstone) model.ProjectMember {
	m.Epoch, m.Version = p.Epoch, m.Version+1
	table.ProjectMembers.Create(tx, m)
	joins(tx, p, m)
	s.Unbury(tx, stone, before)
	return m
}

// RequireActive demands that a user may still be given something. Whom this very
// transaction makes may.
func RequireActive(tx *table.Tx, user int64) {
	if p := table.Users.Key(user); !tx.Creates(p) {
		tx.If(p, "$ = ?", "is_active", true)
	}
}

// count moves one of p's counters.
func count(tx *table.Tx, p model.Project, counter string, by int64) {
	tx.Add(table.Projects.Key(p.ID), counter, by)
	live(tx, p)
}

// gainAdmin counts one more admin of p, which somebody holds then.
func gainAdmin(tx *table.Tx, p model.Project) {
	count(tx, p, "admin_count", 1)
	if p.AdminCount == 0 {
		held(tx, p.OrganizationID, model.OwnerlessProject, p.ID)
	}
}

// loseAdmins lowers admin_count by n and demands that an admin remains when all
// is done.
func loseAdmins(tx *table.Tx, p model.Project, n int64) {
	count(tx, p, "admin_count", -n)
	tx.AtLeast(table.Projects.Key(p.ID), "admin_count", 1)
}

// Members lists the memberships of a project, with their users, after an id.
func (s *Store) Members(ctx context.Context, project, from int64, n int) ([]Ref, error) {
	return refs(table.ProjectMembers, "gsi1", "id", Ref{})(table.ProjectMembers.Query("gsi1", project).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// Membership returns a user's membership of a project among rows.
func Membership(rows table.Rows, project, user int64) (model.ProjectMember, bool) {
	return table.ProjectMembers.In(rows, project, user)
}
