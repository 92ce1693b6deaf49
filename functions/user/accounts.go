package user

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type listIn struct {
	request.In
	api.Paging
	IsActive *bool  `query:"is_active" doc:"Only active users, or only those who aren't"`
	Email    string `query:"email" format:"email" maxLength:"254" doc:"Only the user with this address"`

	ids []int64
}

// Load asks who is in the organisation, or whose the address is.
func (in *listIn) Load(f *request.Fetch) {
	if in.Email != "" {
		f.Rows(store.Email(f.Organization, in.Email).Key)
		return
	}
	request.Ask(f, &in.ids, func(ctx context.Context) ([]int64, error) {
		return f.Store().UsersOfOrganization(ctx, f.Organization, in.AfterID(), in.Limit+1)
	})
}

// list shows the users of the organisation by id. Deleted ones, and those whom
// the filter leaves out, make a page shorter, not longer to read.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.User], error) {
	c := in.Request()
	page := api.Page[model.User]{}
	ids := in.ids
	if in.Email != "" {
		e, ok := store.Email(c.Organization.ID, in.Email).In(c.Rows())
		if !ok || e.UserID <= in.AfterID() {
			return page, nil
		}
		ids = []int64{e.UserID}
	}
	ids, page.Next = api.Cut(in.Limit, ids, api.NextID)
	keys := make([]store.Key, len(ids))
	for i, id := range ids {
		keys[i] = store.User(id).Key
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return page, err
	}
	for _, id := range ids {
		u, ok := c.UserRow(id)
		if ok && u.DeletedOn == nil && (in.IsActive == nil || u.IsActive == *in.IsActive) {
			page.Items = append(page.Items, u)
		}
	}
	return page, nil
}

type userIn struct {
	request.In
	UserID int64 `path:"user_id" example:"16"`
}

func (h *handlers) user(_ context.Context, in *userIn) (model.User, error) {
	u, _ := in.Request().UserRow(in.UserID)
	return u, nil
}
