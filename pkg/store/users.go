package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// ChangeUser notes a change of a user's own fields and of their rank, with the
// number of global admins, and returns the row as it will be. Demoting the last
// one makes the transaction fail; the caller tells that beforehand from the
// counter.
func (s *Store) ChangeUser(tx *table.Tx, from, to model.User) model.User {
	to = indexed(to)
	to.Version = from.Version + 1
	table.Users.Change(tx, from, to)
	CountGlobalAdmins(tx, from, to)
	return to
}

// indexed is u as every change of a user's row writes it: the index of global
// admins finds them while they are one.
func indexed(u model.User) model.User {
	u.GlobalAdminOf = nil
	if u.IsSuperuser {
		u.GlobalAdminOf = &u.OrganizationID
	}
	return u
}

// CountGlobalAdmins notes what a change of a user's row does to the number of
// active global admins, of which one must remain.
func CountGlobalAdmins(tx *table.Tx, from, to model.User) {
	was, is := from.IsActive && from.IsSuperuser, to.IsActive && to.IsSuperuser
	o := table.Organizations.Key(from.OrganizationID)
	switch {
	case is && !was:
		tx.Add(o, "global_admin_count", 1)
	case was && !is:
		tx.Add(o, "global_admin_count", -1)
		tx.AtLeast(o, "global_admin_count", 1)
	}
}

// GrantRank notes a grant of a rank, which the user's row gets in the same
// transaction.
func (s *Store) GrantRank(tx *table.Tx, g model.RankGrant) {
	g.Version = 1
	table.RankGrants.Create(tx, g)
}

// ChangeRankGrant notes that the grant is one of another rank, or, for "", that
// it ends.
func (s *Store) ChangeRankGrant(tx *table.Tx, from model.RankGrant, permission, by string, now model.Time) {
	if permission == "" {
		table.RankGrants.Delete(tx, from)
		return
	}
	to := from
	to.Permission, to.Version, to.Stamp = permission, from.Version+1, from.Modified(by, now)
	table.RankGrants.Change(tx, from, to)
}

// Permission is where a permission's row lies: on an agent of the project, or,
// with Agent 0, a membership of the project itself; with Project 0, the grant of a
// rank.
type Permission struct{ Agent, Project, User int64 }

// PermissionByID asks an index which row has the id; false where none has. Read
// the row again.
func (s *Store) PermissionByID(ctx context.Context, id int64) (p Permission, ok bool, err error) {
	const index = "gsi3" // in which all of them are by their ids
	found, err := table.ProjectMembers.Query(index, id).Limit(1).Keys(ctx, s.db)
	if err != nil || len(found) == 0 {
		return p, false, outcome(err)
	}
	for _, of := range []entity{table.ProjectMembers, table.AgentMembers, table.RankGrants} {
		if r, is := ref(of, index, "id", Ref{}, found[0]); is {
			return Permission{r.Agent, r.Project, r.User}, true, nil
		}
	}
	return p, false, nil
}

// RequireNoGlobalAdmin demands that a user is no global admin.
func RequireNoGlobalAdmin(tx *table.Tx, user int64) {
	tx.If(table.Users.Key(user), "$ = ?", "is_superuser", false)
}

// EditOrganization notes a change of an organisation's own fields.
func (s *Store) EditOrganization(tx *table.Tx, from, to model.Organization) model.Organization {
	to.Version = from.Version + 1
	table.Organizations.Change(tx, from, to)
	return to
}
