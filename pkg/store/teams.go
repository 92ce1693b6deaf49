package store

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// MaxTeamMembers is the most members of a team: an answer shows them all.
const MaxTeamMembers = 1000

// CreateTeam notes a new team and its first members, and returns it as it will
// be. Its names at an identity provider must be free.
func (s *Store) CreateTeam(tx *table.Tx, t model.Team, members ...model.TeamMember) model.Team {
	t.Version, t.NameKey = 1, model.FoldKey(t.Name)
	t.MemberCount, t.OwnerCount = int64(len(members)), 0
	for _, m := range members {
		if m.Role == string(access.Owner) {
			t.OwnerCount++
		}
		TeamPlace(t).create(tx, m)
	}
	table.Teams.Create(tx, t)
	keepNames(tx, t.Provisioned())
	if t.OwnerCount == 0 {
		listOwnerless(tx, t.OrganizationID, model.OwnerlessTeam, t.ID)
	}
	return t
}

// EditTeam notes a change of a team's own fields, and returns it as it will be.
// New names at an identity provider must be free.
func (s *Store) EditTeam(tx *table.Tx, from, to model.Team) model.Team {
	to.Version, to.NameKey = from.Version+1, model.FoldKey(to.Name)
	moveNames(tx, from.Provisioned(), to.Provisioned())
	table.Teams.Change(tx, from, to)
	liveTeam(tx, from.ID)
	return to
}

// DeleteTeam notes the soft deletion of a team that has no projects, and
// returns the row as deleted.
func (s *Store) DeleteTeam(tx *table.Tx, from model.Team, by string, now model.Time) model.Team {
	to := from
	to.Stamp = to.Modified(by, now)
	to.IsDeleted = true
	to.Version++
	to.PendingShard, to.PendingOn = pending(from.ID, now.Add(Retention*hour))
	moveNames(tx, from.Provisioned(), nil)
	table.Teams.Change(tx, from, to)
	liveTeam(tx, from.ID)
	tx.If(table.Teams.Key(from.ID), "$ = ?", "project_count", 0)
	if from.OwnerCount == 0 {
		listOwned(tx, from.OrganizationID, model.OwnerlessTeam, from.ID)
	}
	return to
}

// LiveTeam returns the team among rows; false where it is missing or deleted.
func LiveTeam(rows table.Rows, id int64) (model.Team, bool) {
	t, ok := table.Teams.In(rows, id)
	return t, ok && !t.IsDeleted
}

// RemoveTeamMember notes the end of a membership of team t, and raises the team's
// epoch, which must still be t's. An owner must be active, and another one must
// remain. Several members can be removed in one transaction.
func RemoveTeamMember(tx *table.Tx, t model.Team, m model.TeamMember) {
	place := TeamPlace(t)
	place.End(tx, m)
	within(tx, table.Teams.Key(t.ID), t.Epoch)
	if m.Role == string(access.Owner) {
		RequireActive(tx, m.UserID)
		place.LoseLeader(tx)
	}
}

func liveTeam(tx *table.Tx, team int64) {
	tx.If(table.Teams.Key(team), "$ = ?", "is_deleted", false)
}

// TeamsOfOrganization lists ids of an organisation's teams after an id.
func (s *Store) TeamsOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Teams, "team_id")(table.Teams.Query("gsi1", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// TeamsOfUser lists ids of the teams that a user is a member of, after an id.
// It asks an index: read the memberships again.
func (s *Store) TeamsOfUser(ctx context.Context, user, from int64, n int) ([]int64, error) {
	return ids(table.TeamMembers, "team_id")(table.TeamMembers.Query("gsi2", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// MembersOfTeam reads all memberships of a team, strongly consistent, in the order of
// the users' ids as texts.
func (s *Store) MembersOfTeam(ctx context.Context, team int64) ([]model.TeamMember, error) {
	members, _, err := table.TeamMembers.Query("", team).Values(ctx, s.db)
	return members, outcome(err)
}

// TeamMembers lists the memberships of a team, with their users, after an id.
func (s *Store) TeamMembers(ctx context.Context, team, from int64, n int) ([]Ref, error) {
	return refs(table.TeamMembers, "gsi1", "id", Ref{})(table.TeamMembers.Query("gsi1", team).AfterID(from).Limit(n).Keys(ctx, s.db))
}
