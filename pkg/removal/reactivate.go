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

// Reactivate notes that a deactivated user's account may be used again; to is from with
// the request's other changes. They get none of their things back: an undo of the
// removal restores these.
//
// The removal is finished first, so that no membership or key that it hasn't ended yet
// gives them access. It refuses a deleted user (404), and is unavailable where the
// removal can't be finished within the request's time.
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
