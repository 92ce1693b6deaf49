package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A project, team or agent without an admin or owner is on a list of its kind,
// which the transaction that removes the last one, or adds the first, updates. The
// list may contain others too: the thing's own row decides.

// OwnerlessProjects lists ids of an organisation's projects that may be without an
// admin, after an id, strongly consistent. Read the projects again.
func (s *Store) OwnerlessProjects(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return s.ownerless(ctx, organization, model.OwnerlessProject, from, n)
}

// OwnerlessTeams is OwnerlessProjects for teams that may be without an owner.
func (s *Store) OwnerlessTeams(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return s.ownerless(ctx, organization, model.OwnerlessTeam, from, n)
}

// OwnerlessAgents is OwnerlessProjects for agents that may be without an owner.
func (s *Store) OwnerlessAgents(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return s.ownerless(ctx, organization, model.OwnerlessAgent, from, n)
}

func (s *Store) ownerless(ctx context.Context, organization int64, of string, from int64, n int) ([]int64, error) {
	return ids(table.Ownerless, "ownerless_id")(table.Ownerless.Query("", organization, of).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// listOwnerless puts a thing on the list of ownerless things.
func listOwnerless(tx *table.Tx, organization int64, of string, id int64) {
	row := model.Ownerless{OrganizationID: organization, Of: of, ID: id}
	if !slices.Contains(tx.Written(), table.Ownerless.Key(organization, of, id)) {
		table.Ownerless.Put(tx, row)
	}
}

// listOwned takes a thing off the list of ownerless things.
func listOwned(tx *table.Tx, organization int64, of string, id int64) {
	row := model.Ownerless{OrganizationID: organization, Of: of, ID: id}
	if !slices.Contains(tx.Written(), table.Ownerless.Key(organization, of, id)) {
		table.Ownerless.Drop(tx, row)
	}
}

// ownsAgent updates the list of ownerless agents after a change of one.
func ownsAgent(tx *table.Tx, from, to model.Agent) {
	switch was, is := disowned(from), disowned(to); {
	case is && !was:
		listOwnerless(tx, to.OrganizationID, model.OwnerlessAgent, to.ID)
	case was && !is:
		listOwned(tx, from.OrganizationID, model.OwnerlessAgent, from.ID)
	}
}

func disowned(a model.Agent) bool { return a.ID != 0 && !a.IsDeleted && a.OwnerID == nil }
