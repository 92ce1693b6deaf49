package user

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/personal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type listIn struct {
	guard.In
	api.Paging
	IsActive *bool  `query:"is_active" doc:"Only active users, or only those who aren't"`
	Email    string `query:"email" maxLength:"254" doc:"Only the user with this address"`

	ids []int64
}

// Needs asks who is in the organisation, or whose the address is.
func (in *listIn) Needs(f *guard.Fetch) {
	if in.Email != "" {
		f.Rows(store.EmailKey(f.Organization, in.Email))
		return
	}
	guard.Ask(f, &in.ids, func(ctx context.Context) ([]int64, error) {
		return f.Store().UsersOfOrganization(ctx, f.Organization, in.AfterID(), in.Limit+1)
	})
}

// list shows the users of the organisation by id. Deleted ones, and those whom
// the filter leaves out, make a page shorter, not longer to read.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.User], error) {
	c := in.Case()
	page := api.Page[model.User]{}
	ids := in.ids
	if in.Email != "" {
		e, ok := table.Emails.At(c.Rows(), store.EmailKey(c.Organization.ID, in.Email))
		if !ok || e.UserID <= in.AfterID() {
			return page, nil
		}
		ids = []int64{e.UserID}
	}
	ids, page.Next = api.Cut(in.Limit, ids, api.NextID)
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Users.Key(id)
	}
	if err := c.Read(ctx, keys...); err != nil {
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
	guard.In
	UserID int64 `path:"user_id" example:"16"`
}

func (h *handlers) user(_ context.Context, in *userIn) (model.User, error) {
	u, _ := in.Case().UserRow(in.UserID)
	return u, nil
}

type createIn struct {
	guard.In
	Body struct {
		Email     string `json:"email" format:"email" maxLength:"254" doc:"Unique in the organization. Addresses are compared by IDNA in their domain, and before the @ in NFC and without regard to the case of ASCII letters."`
		FirstName string `json:"first_name,omitempty" maxLength:"150"`
		LastName  string `json:"last_name,omitempty" maxLength:"150"`
		IsStaff   bool   `json:"is_staff,omitempty" doc:"Application admin"`
	}
}

// Needs asks whose the address is.
func (in *createIn) Needs(f *guard.Fetch) { f.Rows(store.EmailKey(f.Organization, in.Body.Email)) }

// create makes an active user. It refuses an address that is another's
// (duplicate), a deleted user's until he is purged.
func (h *handlers) create(ctx context.Context, in *createIn) (model.User, error) {
	c := in.Case()
	if _, taken := c.Rows()[store.EmailKey(c.Organization.ID, in.Body.Email)]; taken {
		return model.User{}, fault.New(fault.KindDuplicate, "A user with this address exists already").On("body.email", "is taken")
	}
	if access.RankOf(in.Body.IsStaff, false) > c.Caller.ActingRank() {
		return model.User{}, fault.Forbidden()
	}
	id, err := h.store.NewID(ctx, model.UserIDs)
	if err != nil {
		return model.User{}, err
	}
	u := model.User{
		ID: id, OrganizationID: c.Organization.ID, Email: model.TidyAddress(in.Body.Email), FirstName: in.Body.FirstName, LastName: in.Body.LastName,
		IsStaff: in.Body.IsStaff, IsActive: true, DateJoined: c.Now, AuditKey: personal.NewKey(),
	}
	h.store.CreateUser(&c.Tx, u)
	after := flags(u)
	after["email"] = c.Personal(u, u.Email)
	c.Audit(guard.UserName(id), nil, after)
	u.Version = 1
	return u.In(c.Organization), nil
}

// flags are what the audit log tells of an account: what decides who he is.
func flags(u model.User) map[string]any {
	return map[string]any{"is_staff": u.IsStaff, "is_superuser": u.IsSuperuser, "is_active": u.IsActive}
}
