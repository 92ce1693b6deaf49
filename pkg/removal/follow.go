package removal

import (
	"context"
	"errors"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// errShort says that the time was too short for all a removal has left to do;
// who is called again goes on.
var errShort = errors.New("removal: not all of it is done yet")

// Follow works off the removal that an audit row tells of, if it tells of one.
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
