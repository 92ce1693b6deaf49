package store

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// RemoveMember notes the end of a membership of project p, with the tombstone that
// voids earlier grants inside the project: it begins the epoch after that of p, which
// must still be the present one. An admin must remain, unless vacates is true: then
// the member's account must have ended, and the project may be left ownerless.
func RemoveMember(tx *table.Tx, p model.Project, m model.ProjectMember, vacates bool, t model.Tombstone) {
	place := ProjectPlace(p)
	place.End(tx, m)
	live(tx, p)
	within(tx, table.Projects.Key(p.ID), p.Epoch)
	place.Bury(tx, t)
	switch {
	case m.Role != string(access.ProjectAdmin):
	case vacates:
		tx.If(table.Users.Key(m.UserID), "$ = ?", "is_active", false)
		place.Vacate(tx, 1)
	default:
		place.LoseLeader(tx)
	}
}

// count adds to one of p's counters; p must still exist in its team.
func count(tx *table.Tx, p model.Project, counter string, by int64) {
	tx.Add(table.Projects.Key(p.ID), counter, by)
	live(tx, p)
}

// MembersWithin returns a project's memberships by id, strongly consistent, if there are
// no more than n; else none, and whole is false. It costs by their total size, where
// rows read by key cost a unit each. Unreadable memberships are logged and left out.
func (s *Store) MembersWithin(ctx context.Context, project int64, n int) (members []model.ProjectMember, whole bool, err error) {
	members, more, err := table.ProjectMembers.Query("", project).Limit(n+1).Values(ctx, s.db)
	if err = outcome(LeaveOut(ctx, err)); err != nil || more != "" || len(members) > n {
		return nil, false, err
	}
	slices.SortFunc(members, func(a, b model.ProjectMember) int { return cmp.Compare(a.ID, b.ID) })
	return members, true, nil
}

// Members lists the memberships of a project, with their users, after an id.
func (s *Store) Members(ctx context.Context, project, from int64, n int) ([]Ref, error) {
	return refs(table.ProjectMembers, "gsi1", "id", Ref{})(table.ProjectMembers.Query("gsi1", project).AfterID(from).Limit(n).Keys(ctx, s.db))
}
