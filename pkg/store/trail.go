package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// RecordRemoval notes a removal. The pending index has it until its effects are
// carried out. It is listed under its users and team at once, unless there are more
// than ListedAtOnce users: then ListRemoval lists it.
func (s *Store) RecordRemoval(tx *table.Tx, r model.Removal) {
	r.Version = 1
	r.PendingShard, r.PendingOn = pending(r.ID, r.RemovedOn)
	table.Removals.Create(tx, r)
	if len(r.UserIDs) <= ListedAtOnce {
		for _, row := range Listings(r) {
			table.RemovalsOf.Create(tx, row)
		}
	}
}

// RecordAudit notes one change for the audit log, a row that package audit has made.
func (s *Store) RecordAudit(tx *table.Tx, a model.Audit) { table.Audits.Create(tx, a) }

// NoteMentions writes mentions, in as many transactions as they need. It is
// idempotent.
func (s *Store) NoteMentions(ctx context.Context, all []model.Mention) error {
	for part := range slices.Chunk(all, mentionsAtOnce) {
		var tx table.Tx
		for _, m := range part {
			table.Mentions.Put(&tx, m)
		}
		if err := s.Commit(ctx, &tx); err != nil {
			return err
		}
	}
	return nil
}

// mentionsAtOnce is the number of mentions in one transaction.
const mentionsAtOnce = 90

// RecordRecentProjects notes a user's list of recent projects; from is the list as
// it was read, with Version 0 where there was none.
func (s *Store) RecordRecentProjects(tx *table.Tx, from, to model.Recents) {
	recordRecents(tx, table.Recents, from, to)
}

// RecordRecentAgents is RecordRecentProjects for the recent agents.
func (s *Store) RecordRecentAgents(tx *table.Tx, from, to model.Recents) {
	recordRecents(tx, table.RecentAgents, from, to)
}

func recordRecents(tx *table.Tx, of *table.Entity[model.Recents], from, to model.Recents) {
	to.Version = from.Version + 1
	write(tx, of, from, to, from.Version == 0)
}

// write notes the creation of a row where it is fresh, else its change.
func write[T any](tx *table.Tx, e *table.Entity[T], from, to T, fresh bool) {
	if fresh {
		e.Create(tx, to)
	} else {
		e.Change(tx, from, to)
	}
}
