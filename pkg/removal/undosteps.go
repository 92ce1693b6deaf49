package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// steps notes all writes of the undo but those of last.
func (u *undoing) steps(tx *table.Tx) {
	for _, put := range u.puts {
		put(tx)
	}
}

// commitSteps commits the steps in transactions of their own, of which the first notes
// that the undo has begun.
func (u *undoing) commitSteps(ctx context.Context, by string, commit func(context.Context, *table.Tx) error) error {
	var tx table.Tx
	flush := func() error {
		to := u.r
		if u.r.UndoneBy == "" {
			to.UndoneBy = by
			to.PendingShard, to.PendingOn = store.Pending(u.r.ID, u.now)
			to.Version++
			table.Removals.Change(&tx, u.r, to)
		} else {
			table.Removals.Check(&tx, u.r)
		}
		err := commit(ctx, &tx)
		u.r, tx = to, table.Tx{}
		return err
	}
	for _, put := range u.puts {
		if tx.Len() > full {
			if err := flush(); err != nil {
				return err
			}
		}
		put(&tx)
	}
	if tx.Len() == 0 {
		return nil
	}
	return flush()
}

// last notes the writes that complete the undo and give access again.
func (u *undoing) last(tx *table.Tx, by string) {
	for _, put := range u.finals {
		put(tx)
	}
	to := u.r
	to.State, to.UndoneBy, to.PendingShard, to.PendingOn = model.Undone, by, nil, nil
	to.Version++
	table.Removals.Change(tx, u.r, to)
}

// fits reports whether the whole undo fits into the request's transaction.
func (u *undoing) fits(by string) bool {
	var tx table.Tx
	u.steps(&tx)
	u.last(&tx, by)
	return tx.Len() <= roomOfUndo
}
