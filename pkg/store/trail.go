package store

import (
	"strings"

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
		for _, row := range listings(r) {
			table.RemovalsOf.Create(tx, row)
		}
	}
}

// RecordAudit notes one change for the audit log.
func (s *Store) RecordAudit(tx *table.Tx, a model.Audit) {
	a.About, _, _ = strings.Cut(a.Resource, "/")
	table.Audits.Create(tx, a)
}

// RecordRecents notes a user's list of recent projects, or of recent agents, as
// the entity says; from is the list as it was read, with Version 0 where there
// was none.
func (s *Store) RecordRecents(tx *table.Tx, of *table.Entity[model.Recents], from, to model.Recents) {
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
