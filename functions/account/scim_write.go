package account

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// scimBody is a user as a client sends him. Addresses beside his userName, and
// whatever else SCIM or an extension of it knows of users, are ignored.
type scimBody struct {
	UserName   string  `json:"userName" minLength:"1" maxLength:"254" pattern:"^[^\\s\\x00]+$" doc:"The e-mail address"`
	ExternalID *string `json:"externalId" required:"false" maxLength:"255" doc:"The client's own name for the user"`
	Active     *bool   `json:"active" required:"false" doc:"true where a new user does not say; left as it is where a replacement does not"`
	Name       *struct {
		GivenName  *string `json:"givenName" required:"false" maxLength:"150"`
		FamilyName *string `json:"familyName" required:"false" maxLength:"150"`
	} `json:"name" required:"false"`
}

// on returns u with what the body says; what it leaves out is empty then.
func (b scimBody) on(u model.User) model.User {
	u.Email, u.ExternalID, u.FirstName, u.LastName = b.UserName, text(b.ExternalID), "", ""
	if b.Name != nil {
		u.FirstName, u.LastName = text(b.Name.GivenName), text(b.Name.FamilyName)
	}
	if b.Active != nil {
		u.IsActive = *b.Active
	}
	return u
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

type createSCIMIn struct {
	guard.In
	partial
	Body scimBody
}

// Needs asks whether the address is free.
func (in *createSCIMIn) Needs(f *guard.Fetch) {
	f.Rows(store.EmailKey(f.Organization, in.Body.UserName))
}

// createSCIM makes a user without any rank.
func (h *handlers) createSCIM(ctx context.Context, in *createSCIMIn) (SCIMUser, error) {
	c := in.Case()
	if err := vacant(c, in.Body.UserName, 0); err != nil {
		return SCIMUser{}, err
	}
	id, err := h.store.NewID(ctx, model.UserIDs)
	if err != nil {
		return SCIMUser{}, err
	}
	u := in.Body.on(model.User{ID: id, OrganizationID: c.Organization.ID, IsActive: true, DateJoined: c.Now})
	h.store.CreateUser(&c.Tx, u)
	c.Audit(guard.UserName(id), nil, map[string]any{"is_active": u.IsActive})
	return in.show(u), nil
}

// vacant refuses an address that another user of the organisation has. That of
// a deleted one is his until he is purged.
func vacant(c *guard.Case, address string, of int64) error {
	if e, ok := table.Emails.At(c.Rows(), store.EmailKey(c.Organization.ID, address)); ok && e.UserID != of {
		return fault.New(fault.KindDuplicate, "Another user has this userName")
	}
	return nil
}

// scimID names the user of a request.
type scimID struct {
	ID int64 `path:"id" example:"16" doc:"Id of the user."`
}

// known answers 404 for a user who isn't there.
func (in scimID) known(c *guard.Case) error {
	if _, ok := found(c, in.ID); !ok {
		return fault.NotFound()
	}
	return nil
}

type getSCIMIn struct {
	guard.In
	scimID
	partial
}

// Needs asks for the user.
func (in *getSCIMIn) Needs(f *guard.Fetch) { f.Rows(table.Users.Key(in.ID)) }

// Known answers 404 for a user who isn't there.
func (in *getSCIMIn) Known(_ context.Context, c *guard.Case) error { return in.known(c) }

func (h *handlers) getSCIM(_ context.Context, in *getSCIMIn) (SCIMUser, error) {
	u, _ := found(in.Case(), in.ID)
	return in.show(u), nil
}

type replaceSCIMIn struct {
	guard.In
	scimID
	partial
	Body scimBody
}

// Needs asks for the user, and for whose address the new one is.
func (in *replaceSCIMIn) Needs(f *guard.Fetch) {
	f.Rows(table.Users.Key(in.ID), store.EmailKey(f.Organization, in.Body.UserName))
}

// Known answers 404 for a user who isn't there.
func (in *replaceSCIMIn) Known(_ context.Context, c *guard.Case) error { return in.known(c) }

func (h *handlers) replaceSCIM(ctx context.Context, in *replaceSCIMIn) (SCIMUser, error) {
	u, err := h.changeSCIM(ctx, in.Case(), in.ID, in.Body.on)
	return in.show(u), err
}

type deleteSCIMIn struct {
	guard.In
	scimID
}

// Needs asks for the user.
func (in *deleteSCIMIn) Needs(f *guard.Fetch) { f.Rows(table.Users.Key(in.ID)) }

// Known answers 404 for a user who isn't there.
func (in *deleteSCIMIn) Known(_ context.Context, c *guard.Case) error { return in.known(c) }

// deleteSCIM removes a user as any other route that deletes him.
func (h *handlers) deleteSCIM(ctx context.Context, in *deleteSCIMIn) (struct{}, error) {
	c := in.Case()
	u, _ := found(c, in.ID)
	_, _, err := removal.OfUsers(ctx, h.store, c, []model.User{u}, removal.UserOptions{Delete: true})
	return struct{}{}, err
}

// changeSCIM notes what a request makes of a user. A global admin is nobody's to
// change but his own (403). An account ends as a removal of its user, with all
// that this refuses, and comes back as any deactivated one.
func (h *handlers) changeSCIM(ctx context.Context, c *guard.Case, id int64, edit func(model.User) model.User) (model.User, error) {
	from, _ := found(c, id)
	to := edit(from)
	to.EmailKey = model.AddressKey(to.Email)
	if from.IsSuperuser && !c.Caller.Is(id) {
		return to, fault.Forbidden()
	}
	if err := vacant(c, to.Email, id); err != nil {
		return to, err
	}
	before, after := changed(c, from, to)
	if from.IsActive && !to.IsActive {
		fields := func(u *model.User) { *u = to }
		rows, _, err := removal.OfUsers(ctx, h.store, c, []model.User{from}, removal.UserOptions{Edit: fields})
		if err != nil {
			return to, err
		}
		h.store.MoveEmail(&c.Tx, from, to)
		c.AuditAlso(before, after)
		return rows[0], nil
	}
	if len(after) == 0 {
		return to, nil
	}
	if to.IsActive && !from.IsActive {
		var err error
		if to, err = removal.Reactivate(ctx, h.store, c, from, to); err != nil {
			return to, err
		}
		h.store.MoveEmail(&c.Tx, from, to)
	} else {
		to = h.store.EditUser(&c.Tx, from, to)
	}
	c.Audit(guard.UserName(id), before, after)
	return to, nil
}

// changed is what the audit log tells of a change: which fields it touched, and
// what is personal of them only for as long as the user isn't purged.
func changed(c *guard.Case, from, to model.User) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	for _, f := range []struct{ name, was, is string }{
		{"email", from.Email, to.Email}, {"first_name", from.FirstName, to.FirstName},
		{"last_name", from.LastName, to.LastName}, {"external_id", from.ExternalID, to.ExternalID},
	} {
		if f.was != f.is {
			before[f.name], after[f.name] = c.Personal(from, f.was), c.Personal(from, f.is)
		}
	}
	if from.IsActive != to.IsActive {
		before["is_active"], after["is_active"] = from.IsActive, to.IsActive
	}
	return before, after
}
