package store

import (
	"wardroom/pkg/table"
)

const epochAttr = "epoch"

// within demands that the row of a place is still in that epoch: nobody was removed
// from it since.
func within(tx *table.Tx, place table.Primary, epoch int64) {
	if epoch == 0 { // nobody ever was
		tx.If(place, "attribute_not_exists($)", epochAttr)
		return
	}
	tx.If(place, "$ = ?", epochAttr, epoch)
}

// raise begins the epoch after the given one, which must be the present one.
func raise(tx *table.Tx, place table.Primary, epoch int64) {
	within(tx, place, epoch)
	tx.Add(place, epochAttr, 1)
}
