package removal

import (
	"context"
	"errors"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// errShort says that the time was over before a removal was done; the next call goes
// on.
var errShort = errors.New("removal: not all of it is done yet")

// Follow finishes the removal that the change of an audit row began, if it began one.
func Follow(ctx context.Context, s *store.Store, a model.Audit, now model.Time) error {
	id, made := audit.RemovalMade(a)
	if !made {
		return nil
	}
	done, err := Finish(ctx, s, id, now)
	if err == nil && !done {
		return errShort
	}
	return err
}
