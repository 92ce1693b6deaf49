package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// ChangeUser notes a change of a user's own fields and of their rank, counts global
// admins, and returns the row as it will be. Demoting the last global admin makes
// the transaction fail; callers check the counter beforehand.
func (s *Store) ChangeUser(tx *table.Tx, from, to model.User) model.User {
	to = indexed(to)
	to.Version = from.Version + 1
	table.Users.Change(tx, from, to)
	CountGlobalAdmins(tx, from, to)
	return to
}

// indexed returns u with the attribute of the index of global admins as its rank
// demands. Every write of a user's row uses it.
func indexed(u model.User) model.User {
	u.GlobalAdminOf = nil
	if u.IsSuperuser {
		u.GlobalAdminOf = &u.OrganizationID
	}
	return u
}

// CountGlobalAdmins updates the organisation's number of active global admins after a
// change of a user's row, and demands that one remains.
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

// GrantRank notes a new grant of a rank; the caller changes the user's row in the
// same transaction.
func (s *Store) GrantRank(tx *table.Tx, g model.RankGrant) {
	g.Version = 1
	table.RankGrants.Create(tx, g)
}

// ChangeRankGrant notes that a grant is of another rank, or, for "", its end; the
// caller changes the user's row in the same transaction.
func (s *Store) ChangeRankGrant(tx *table.Tx, from model.RankGrant, permission, by string, now model.Time) {
	if permission == "" {
		table.RankGrants.Delete(tx, from)
		return
	}
	to := from
	to.Permission, to.Version, to.Stamp = permission, from.Version+1, from.Modified(by, now)
	table.RankGrants.Change(tx, from, to)
}

// Permission names a permission's row: one on an agent of the project; with Agent 0,
// a membership of the project; with Project 0, the grant of a rank.
type Permission struct{ Agent, Project, User int64 }

// PermissionByID finds the row with a permission's id; false where there is none. It
// asks an index: read the row again.
func (s *Store) PermissionByID(ctx context.Context, id int64) (p Permission, ok bool, err error) {
	const index = "gsi3" // all permissions by id
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
