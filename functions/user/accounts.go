package user

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type listIn struct {
	request.In
	api.Paging
	IsActive *bool  `query:"is_active" doc:"Only active users, or only those who aren't"`
	Email    string `query:"email" format:"email" maxLength:"254" doc:"Only the user with this address"`

	found []store.Ref
}

// list lists the users of the organisation, by id. A page is shorter by deleted users
// and those that the filter excludes.
func (in *listIn) list(find list.Finder) list.Of[model.User] {
	return list.Of[model.User]{
		Find: find,
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.User(at.ID).Key} },
		Show: func(c *request.Request, at store.Ref) (model.User, bool) {
			u, ok := c.UserRow(at.ID)
			return u, ok && u.DeletedOn == nil && (in.IsActive == nil || u.IsActive == *in.IsActive)
		},
	}
}

// Load asks for the organisation's users, or for the address's.
func (in *listIn) Load(f *request.Fetch) {
	if in.Email != "" {
		f.Rows(store.Email(f.Organization, in.Email).Key)
		return
	}
	list.IDs(f.Store().UsersOfOrganization, f.Organization).Ask(f, in.Paging, &in.found)
}

// list shows the users of the organisation by id.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.User], error) {
	c := in.Request()
	if in.Email == "" {
		return in.list(nil).Page(ctx, c, in.Paging, in.found)
	}
	e, _ := store.Email(c.Organization.ID, in.Email).In(c.Rows())
	return in.list(list.FoundIDs(e.UserID)).Answer(ctx, c, in.Paging) // the id 0, where nobody has the address, is no user's
}

type userIn struct {
	request.In
	UserID int64 `path:"user_id" example:"16"`
}

func (h *handlers) user(_ context.Context, in *userIn) (model.User, error) {
	u, _ := in.Request().UserRow(in.UserID)
	return u, nil
}
