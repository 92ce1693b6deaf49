package removal

import (
	"context"
	"errors"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Reactivate notes that the account of a deactivated user may be used again; to
// is their row with whatever else the request changes of it. They come back with
// nothing: what the removal took away, an undo of it gives back.
//
// What is left of the removal is worked off first, so that no membership or key
// that it has not come to yet lets them in. That a deleted user can't be
// reactivated is a 404; a removal that isn't done within the request's time is
// unavailable.
func Reactivate(ctx context.Context, s *store.Store, c *request.Request, from, to model.User) (model.User, error) {
	if from.DeletedOn != nil {
		return from, fault.NotFound()
	}
	if from.IsActive {
		return from, nil
	}
	if from.RemovalID != nil {
		key := table.Removals.Key(*from.RemovalID)
		if err := c.Read(ctx, key); err != nil {
			return from, err
		}
		if r, ok := table.Removals.At(c.Rows(), key); ok && (r.State == model.Revoked || r.State == model.Cleaning) {
			done, err := Finish(ctx, s, r.ID, c.Now)
			if err != nil {
				return from, err
			}
			if !done {
				return from, fault.Unavailable(errors.New("the removal isn't done yet"))
			}
		}
	}
	return s.Activate(&c.Tx, from, to), nil
}
