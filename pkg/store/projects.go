package store

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Retention is how long a deleted thing is kept before it is purged.
const Retention = 30 * 24 // hours

// NameOf returns the row that reserves p's name. Names are unique, compared by
// model.Fold, within a team, or among the organisation's projects without one.
func NameOf(p model.Project) model.ReservedProjectName {
	return model.ReservedProjectName{OrganizationID: p.OrganizationID, NameScope: p.Team(), NameKey: model.FoldKey(p.Name), ProjectID: p.ID}
}

// NameKey returns the primary key of the row that reserves p's name.
func NameKey(p model.Project) table.Primary {
	n := NameOf(p)
	return table.ProjectNames.Key(n.OrganizationID, n.NameScope, n.NameKey)
}

// CreateProject notes a new project with its first members, sets its counters, and
// returns it as it will be. The name must be free, and the team, if any, must exist.
func (s *Store) CreateProject(tx *table.Tx, p model.Project, members []model.ProjectMember) model.Project {
	for _, m := range members {
		p.UserCount++
		if m.Role == string(access.ProjectAdmin) {
			p.AdminCount++
		}
		ProjectPlace(p).create(tx, m)
	}
	p.Version = 1
	table.Projects.Create(tx, p)
	table.ProjectNames.Create(tx, NameOf(p))
	countProject(tx, p.Team(), 1)
	if p.AdminCount == 0 {
		listOwnerless(tx, p.OrganizationID, model.OwnerlessProject, p.ID)
	}
	return p
}

// EditProject notes the change of a project's own fields, its name's row and
// its teams' counts included, and returns it as it will be.
func (s *Store) EditProject(tx *table.Tx, from, to model.Project) model.Project {
	to.Version = from.Version + 1
	table.Projects.Change(tx, from, to)
	live(tx, from)
	moved := from.Team() != to.Team()
	if moved || from.Name != to.Name {
		if old, now := NameOf(from), NameOf(to); old != now {
			table.ProjectNames.Delete(tx, old)
			table.ProjectNames.Create(tx, now)
		}
	}
	if moved {
		countProject(tx, from.Team(), -1)
		countProject(tx, to.Team(), 1)
	}
	return to
}

// DeleteProject notes the soft deletion of a project: nobody sees it any more, it is
// in no list, its name is free again, and the sweeper finds it when its retention is
// over. It returns the row as deleted.
func (s *Store) DeleteProject(tx *table.Tx, from model.Project, by string, now model.Time) model.Project {
	to := from
	to.Stamp = to.Modified(by, now)
	to.IsDeleted = true
	to.Version++
	to.PendingShard, to.PendingOn = pending(from.ID, now.Add(Retention*hour))
	table.Projects.Change(tx, from, to)
	live(tx, from)
	table.ProjectNames.Delete(tx, NameOf(from))
	countProject(tx, from.Team(), -1)
	if from.AdminCount == 0 {
		listOwned(tx, from.OrganizationID, model.OwnerlessProject, from.ID)
	}
	return to
}

// LiveProject returns the project among rows; false where it is missing or deleted.
func LiveProject(rows table.Rows, id int64) (model.Project, bool) {
	p, ok := table.Projects.In(rows, id)
	return p, ok && !p.IsDeleted
}

// live demands that p isn't deleted and still belongs to the same team, since a role
// in the team may be what allows the change.
func live(tx *table.Tx, p model.Project) {
	k := table.Projects.Key(p.ID)
	tx.If(k, "$ = ?", "is_deleted", false)
	if p.TeamID == nil {
		tx.If(k, "attribute_not_exists($)", "team_id")
	} else {
		tx.If(k, "$ = ?", "team_id", *p.TeamID)
	}
}

// countProject adds to a team's number of projects; a project is added only to a team
// that isn't deleted. It does nothing for team 0.
func countProject(tx *table.Tx, team, by int64) {
	if team == 0 {
		return
	}
	k := table.Teams.Key(team)
	tx.Add(k, "project_count", by)
	if by > 0 {
		tx.If(k, "$ = ?", "is_deleted", false)
	}
}

// ProjectsOfOrganization lists ids of an organisation's projects after an id.
func (s *Store) ProjectsOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Projects, "project_id")(table.Projects.Query("gsi1", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// ProjectsOfTeam lists ids of a team's projects after an id.
func (s *Store) ProjectsOfTeam(ctx context.Context, team, from int64, n int) ([]int64, error) {
	return ids(table.Projects, "project_id")(table.Projects.Query("gsi2", team).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// ProjectsOfUser lists ids of the projects in which a user has their own membership,
// after an id. It asks an index: read the memberships again.
func (s *Store) ProjectsOfUser(ctx context.Context, user, from int64, n int) ([]int64, error) {
	return ids(table.ProjectMembers, "project_id")(table.ProjectMembers.Query("gsi2", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}
