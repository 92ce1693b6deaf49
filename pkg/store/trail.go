package store

import (
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// RecordRemoval notes a removal, found by the pending index until its effects
// are worked through.
func (s *Store) RecordRemoval(tx *table.Tx, r model.Removal) {
	r.Version = 1
	r.PendingShard, r.PendingOn = pending(r.ID, r.RemovedOn)
	table.Removals.Create(tx, r)
}

// RecordAudit notes one change for the audit log.
func (s *Store) RecordAudit(tx *table.Tx, a model.Audit) {
	a.About, _, _ = strings.Cut(a.Resource, "/")
	table.Audits.Create(tx, a)
}

// RecordRecents notes a user's list of recent projects; from is the list as it
// was read, with Version 0 where there was none.
func (s *Store) RecordRecents(tx *table.Tx, from, to model.Recents) {
	to.Version = from.Version + 1
	if from.Version == 0 {
		table.Recents.Create(tx, to)
		return
	}
	table.Recents.Change(tx, from, to)
}
