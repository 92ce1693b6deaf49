package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// MaxAliases is how many aliases an agent may have: they are all deleted in the
// transaction that deletes the agent.
const MaxAliases = 20

// CreateAlias notes an alias, which must be free in its organisation.
func (s *Store) CreateAlias(tx *table.Tx, a model.Alias) {
	a.Version = 1
	table.Aliases.Create(tx, a)
	table.AliasNames.Create(tx, a.Name())
	k := table.Agents.Key(a.AgentID)
	tx.Add(k, "alias_count", 1)
	tx.AtMost(k, "alias_count", MaxAliases)
	requireNotDeleted(tx, a.AgentID)
}

// RenameAlias notes that an alias reads otherwise: its old name is free, and the
// new one must be. It returns the row as it will be.
func (s *Store) RenameAlias(tx *table.Tx, from, to model.Alias) model.Alias {
	to.Version = from.Version + 1
	table.Aliases.Change(tx, from, to)
	table.AliasNames.Delete(tx, from.Name())
	table.AliasNames.Create(tx, to.Name())
	return to
}

// DeleteAlias notes the end of an alias.
func (s *Store) DeleteAlias(tx *table.Tx, a model.Alias) {
	table.Aliases.Delete(tx, a)
	table.AliasNames.Delete(tx, a.Name())
	tx.Add(table.Agents.Key(a.AgentID), "alias_count", -1)
}

// AliasesOf lists ids of an agent's aliases. It says so by an index, which may be
// a moment late: the agent's row counts them.
func (s *Store) AliasesOf(ctx context.Context, agent, from int64, n int) ([]int64, error) {
	return ids(table.Aliases, "alias_id")(table.Aliases.Each(ctx, s.db, "gsi1", after(table.Aliases, "gsi1", from), n, agent))
}

// PlacedAlias is an alias that an index led to, and where it leads.
type PlacedAlias struct {
	Alias int64
	Placed
}

// AliasesOfOrganization lists an organisation's aliases after an id.
func (s *Store) AliasesOfOrganization(ctx context.Context, organization, from int64, n int) ([]PlacedAlias, error) {
	const index = "gsi2"
	found, err := table.Aliases.Each(ctx, s.db, index, behind(table.Aliases, index, from), n, organization)
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]PlacedAlias, len(found))
	for i, f := range found {
		out[i].Alias, _ = table.Aliases.ID(f.Primary, "alias_id")
		out[i].Agent = table.Aliases.Said(index, f.Position, "agent_id")
		out[i].Project = table.Aliases.Said(index, f.Position, "project_id")
	}
	return out, nil
}
