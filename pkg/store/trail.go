package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// RecordRemoval notes a removal, found by the pending index until its effects
// are worked through. By those whom it is of it is found at once, unless they are
// more than ListedAtOnce: then by ListRemoval.
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

// NoteMentions notes whom changes are about beside those whom their own indexes
// lead from. Doing it again changes nothing.
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

// mentionsAtOnce is how many rows one transaction notes.
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

// write notes that a row is made, where it is new, or changed.
func write[T any](tx *table.Tx, e *table.Entity[T], from, to T, fresh bool) {
	if fresh {
		e.Create(tx, to)
	} else {
		e.Change(tx, from, to)
	}
}
