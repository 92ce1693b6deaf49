package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// MaxAliases is the most aliases of an agent: the transaction that deletes the agent
// deletes them all.
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

// RenameAlias notes a new name of an alias, which must be free; the old one is free
// again. It returns the row as it will be.
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

// AliasesOf lists an agent's aliases after an id. The agent's row counts them.
func (s *Store) AliasesOf(ctx context.Context, agent, from int64, n int) ([]Ref, error) {
	return refs(table.Aliases, "gsi1", "alias_id", Ref{Agent: agent})(table.Aliases.Query("gsi1", agent).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AliasesOfOrganization lists an organisation's aliases, with their agents, after
// an id.
func (s *Store) AliasesOfOrganization(ctx context.Context, organization, from int64, n int) ([]Ref, error) {
	return refs(table.Aliases, "gsi2", "alias_id", Ref{})(table.Aliases.Query("gsi2", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}
