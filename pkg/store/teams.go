package store

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// MaxTeamMembers is how many members a team may have: an answer shows them all.
const MaxTeamMembers = 1000

// CreateTeam notes a new team and its first members, and returns it as it will
// be. What an identity provider calls it must be free.
func (s *Store) CreateTeam(tx *table.Tx, t model.Team, members ...model.TeamMember) model.Team {
	t.Version, t.NameKey = 1, model.FoldKey(t.Name)
	t.MemberCount, t.OwnerCount = int64(len(members)), 0
	for _, m := range members {
		if m.Role == string(access.Owner) {
			t.OwnerCount++
		}
		createTeamMember(tx, t, m)
	}
	table.Teams.Create(tx, t)
	keepNames(tx, t.Provisioned())
	if t.OwnerCount == 0 {
		abandoned(tx, t.OrganizationID, model.OwnerlessTeam, t.ID)
	}
	return t
}

// EditTeam notes a change of a team's own fields, and returns it as it will be.
// What an identity provider calls it must be free.
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
		held(tx, from.OrganizationID, model.OwnerlessTeam, from.ID)
	}
	return to
}

// LiveTeam returns the team among rows, unless it is deleted.
func LiveTeam(rows table.Rows, id int64) (model.Team, bool) {
	t, ok := table.Teams.In(rows, id)
	return t, ok && !t.IsDeleted
}

// AddTeamMember notes a new membership of team t, in whose present epoch it begins,
// and returns it as it will be. Nobody may have been taken out since t was read.
func (s *Store) AddTeamMember(tx *table.Tx, t model.Team, m model.TeamMember) model.TeamMember {
	m = createTeamMember(tx, t, m)
	enters(tx, t, m)
	return m
}

func createTeamMember(tx *table.Tx, t model.Team, m model.TeamMember) model.TeamMember {
	m.Epoch, m.Version = t.Epoch, 1
	table.TeamMembers.Create(tx, m)
	RequireActive(tx, m.UserID)
	return m
}

// ReturnTeamMember notes that a membership of team t is there again, and returns it
// as it will be. Nobody may have been taken out since t was read.
func (s *Store) ReturnTeamMember(tx *table.Tx, t model.Team, m model.TeamMember) model.TeamMember {
	m.Epoch, m.Version = t.Epoch, m.Version+1
	table.TeamMembers.Create(tx, m)
	enters(tx, t, m)
	return m
}

// enters notes what a membership means for its team.
func enters(tx *table.Tx, t model.Team, m model.TeamMember) {
	k := table.Teams.Key(t.ID)
	within(tx, k, t.Epoch)
	tx.Add(k, "member_count", 1)
	tx.AtMost(k, "member_count", MaxTeamMembers)
	liveTeam(tx, t.ID)
	if m.Role == string(access.Owner) {
		gainOwner(tx, t)
	}
}

// gainOwner counts one more owner of t, which somebody holds then.
func gainOwner(tx *table.Tx, t model.Team) {
	tx.Add(table.Teams.Key(t.ID), "owner_count", 1)
	if t.OwnerCount == 0 {
		held(tx, t.OrganizationID, model.OwnerlessTeam, t.ID)
	}
}

// ChangeTeamMember notes a change of role in team t, and returns the membership as
// it will be. Demoting the last owner makes the transaction fail; the caller tells
// that beforehand from the counter.
func (s *Store) ChangeTeamMember(tx *table.Tx, t model.Team, from, to model.TeamMember) model.TeamMember {
	to.Version = from.Version + 1
	table.TeamMembers.Change(tx, from, to)
	was, is := from.Role == string(access.Owner), to.Role == string(access.Owner)
	switch {
	case is && !was:
		RequireActive(tx, to.UserID)
		gainOwner(tx, t)
		liveTeam(tx, from.TeamID)
	case was && !is:
		RequireActive(tx, to.UserID)
		loseOwners(tx, from.TeamID, 1)
	}
	return to
}

// loseOwners lowers owner_count by n and demands that an owner remains when all
// is done.
func loseOwners(tx *table.Tx, team, n int64) {
	k := table.Teams.Key(team)
	tx.Add(k, "owner_count", -n)
	tx.AtLeast(k, "owner_count", 1)
	liveTeam(tx, team)
}

// VacateOwner is VacateAdmin for a team and its owners.
func (s *Store) VacateOwner(tx *table.Tx, t model.Team, going int64) {
	if t.OwnerCount > going {
		loseOwners(tx, t.ID, 1)
		return
	}
	tx.Add(table.Teams.Key(t.ID), "owner_count", -1)
	tx.AtMost(table.Teams.Key(t.ID), "owner_count", going-1)
	abandoned(tx, t.OrganizationID, model.OwnerlessTeam, t.ID)
}

// RemoveTeamMember notes the end of a membership of team t, whose epoch it ends:
// that must still be the present one. An owner must be active, and another one
// must remain. Several go by one epoch.
func (s *Store) RemoveTeamMember(tx *table.Tx, t model.Team, m model.TeamMember) {
	s.EndTeamMember(tx, m)
	within(tx, table.Teams.Key(t.ID), t.Epoch)
	if m.Role == string(access.Owner) {
		RequireActive(tx, m.UserID)
		loseOwners(tx, m.TeamID, 1)
	}
}

// EndTeamMember notes that a membership is gone, and with it the present epoch of
// its team. What that means for the team's owners is up to the caller.
func (s *Store) EndTeamMember(tx *table.Tx, m model.TeamMember) {
	table.TeamMembers.Delete(tx, m)
	k := table.Teams.Key(m.TeamID)
	tx.Add(k, "member_count", -1)
	tx.Add(k, epochAttr, 1)
}

func liveTeam(tx *table.Tx, team int64) {
	tx.If(table.Teams.Key(team), "$ = ?", "is_deleted", false)
}

// TeamsOfOrganization lists ids of an organisation's teams after an id.
func (s *Store) TeamsOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Teams, "team_id")(table.Teams.Query("gsi1", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// TeamsOfUser lists ids of the teams that a user is a member of, after an id.
// It says so by an index: read the memberships again.
func (s *Store) TeamsOfUser(ctx context.Context, user, from int64, n int) ([]int64, error) {
	return ids(table.TeamMembers, "team_id")(table.TeamMembers.Query("gsi2", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// MembersOfTeam reads all memberships of a team, strongly consistent, by the
// users' ids as texts.
func (s *Store) MembersOfTeam(ctx context.Context, team int64) ([]model.TeamMember, error) {
	members, _, err := table.TeamMembers.Query("", team).Values(ctx, s.db)
	return members, outcome(err)
}

// TeamMembers lists the memberships of a team, with their users, after an id.
func (s *Store) TeamMembers(ctx context.Context, team, from int64, n int) ([]Ref, error) {
	return refs(table.TeamMembers, "gsi1", "id", Ref{})(table.TeamMembers.Query("gsi1", team).AfterID(from).Limit(n).Keys(ctx, s.db))
}
