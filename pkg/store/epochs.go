package store

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const epochAttr = "epoch"

// within demands that a place, a project or a team, is in that epoch still:
// nobody was taken out of it since.
func within(tx *table.Tx, place table.Primary, epoch int64) {
	if epoch == 0 { // nobody ever was
		tx.If(place, "attribute_not_exists($)", epochAttr)
		return
	}
	tx.If(place, "$ = ?", epochAttr, epoch)
}

// raise begins the epoch after that one, which must be the present one.
func raise(tx *table.Tx, place table.Primary, epoch int64) {
	within(tx, place, epoch)
	tx.Add(place, epochAttr, 1)
}

// Bury notes the tombstone of somebody who can be given nothing inside project p
// until the removal is done, since their account has ended: it is of the epoch
// after that of p, which the end of their membership begins.
func (s *Store) Bury(tx *table.Tx, p model.Project, t model.Tombstone) {
	t.Epoch = p.Epoch + 1
	table.Tombstones.Put(tx, t)
}
