package user

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type editIn struct {
	request.In
	UserID int64 `path:"user_id" example:"16"`
	Body   struct {
		FirstName   *string `json:"first_name,omitempty" maxLength:"150"`
		LastName    *string `json:"last_name,omitempty" maxLength:"150"`
		IsActive    *bool   `json:"is_active,omitempty" doc:"false ends the account"`
		IsStaff     *bool   `json:"is_staff,omitempty"`
		IsSuperuser *bool   `json:"is_superuser,omitempty"`
	}
}

// Load asks for the grant of the user's rank.
func (in *editIn) Load(f *request.Fetch) { f.Rows(store.RankGrant(in.UserID).Key) }

// edited sets the fields of the body in u, except is_active.
func (in *editIn) edited(u *model.User) {
	set(&u.FirstName, in.Body.FirstName)
	set(&u.LastName, in.Body.LastName)
	set(&u.IsStaff, in.Body.IsStaff)
	set(&u.IsSuperuser, in.Body.IsSuperuser)
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

// edit changes the fields in the body; those that don't change need no right. It refuses
// to demote the last global admin (last_global_admin), and what removal.OfUsers refuses.
func (h *handlers) edit(ctx context.Context, in *editIn) (api.Noted[model.User, *Demoted], error) {
	c := in.Request()
	old, _ := c.UserRow(in.UserID)
	u, err := h.change(ctx, in)
	out := api.Noted[model.User, *Demoted]{Data: u}
	if err == nil {
		out.Meta, err = h.demoted(ctx, c, old, u)
	}
	return out, err
}

// change is edit without its meta.
func (h *handlers) change(ctx context.Context, in *editIn) (model.User, error) {
	c := in.Request()
	old, _ := c.UserRow(in.UserID)
	c.CheckVersionOf(old)
	u := old
	in.edited(&u)
	wanted := old.IsActive
	set(&wanted, in.Body.IsActive)
	if err := may(c, old, u, wanted); err != nil {
		return u, err
	}
	renamed := u.FirstName != old.FirstName || u.LastName != old.LastName
	if !renamed && rankOf(u) == rankOf(old) && u.IsStaff == old.IsStaff && wanted == old.IsActive {
		return old, nil
	}
	if u.IsSuperuser && !old.IsSuperuser && !wanted {
		return u, fault.New(fault.KindBadTransition, "An inactive user can't become a global admin: reactivate them first, with is_active=true")
	}
	if err := lastGlobalAdmin(c, old, u); err != nil {
		return u, err
	}
	var err error
	var record *int64
	switch {
	case wanted == old.IsActive:
		u = h.store.ChangeUser(&c.Tx, old, u)
	case wanted:
		if u, err = removal.Reactivate(ctx, h.store, c, old, u); err != nil {
			return u, err
		}
		store.CountGlobalAdmins(&c.Tx, old, u)
	default:
		rows, report, err := removal.OfUsers(ctx, h.store, c, []model.User{old}, removal.UserOptions{Edit: in.edited})
		if err != nil {
			return u, err
		}
		u, record = rows[0], report.RemovalID
	}
	c.FollowRank(old, u)
	h.tell(c, old, u, record)
	return u, nil
}

// may refuses an edit of a user that the caller may not make. Users change their own
// names and give up their own ranks; an admin rank manages other users, except global
// admins, up to its own rank.
func may(c *request.Request, old, u model.User, active bool) error {
	if c.Caller.Is(u.ID) {
		switch {
		case active != old.IsActive:
			return fault.New(fault.KindSelfDelete, "Nobody ends their own account: another admin has to")
		case rankOf(u) > rankOf(old), u.IsStaff && !old.IsStaff && rankOf(old) < access.ApplicationAdmin:
			return fault.Forbidden(fault.ReasonRank)
		}
		return nil
	}
	if old.IsSuperuser {
		return fault.OfGlobalAdmin()
	}
	raised := rankOf(u) > rankOf(old) || u.IsStaff && !old.IsStaff
	if raised && !c.Caller.MayGive(rankOf(u)) || rankOf(u) > c.Caller.ActingRank() {
		return fault.Forbidden(fault.ReasonRank)
	}
	return nil
}

func rankOf(u model.User) access.Rank { return access.RankOf(u.IsStaff, u.IsSuperuser) }

// lastGlobalAdmin refuses (last_global_admin) a change that leaves the organisation
// without a global admin.
func lastGlobalAdmin(c *request.Request, old, u model.User) error {
	if old.IsSuperuser && old.IsActive && !u.IsSuperuser && c.Organization.GlobalAdminCount <= 1 {
		return fault.New(fault.KindLastGlobalAdmin, "The last global admin can't give up the rank: make somebody else one first, with is_superuser=true")
	}
	return nil
}

// tell notes the audit row of an edit, with names encrypted as the user's personal data.
func (h *handlers) tell(c *request.Request, old, u model.User, removal *int64) {
	profile := audit.ProfileChanged{User: u.ID}
	if old.FirstName != u.FirstName {
		profile.FirstName = audit.Became(c.Personal(old, old.FirstName), c.Personal(u, u.FirstName))
	}
	if old.LastName != u.LastName {
		profile.LastName = audit.Became(c.Personal(old, old.LastName), c.Personal(u, u.LastName))
	}
	also := []audit.Change{profile}
	if removal != nil {
		also = append(also, audit.Removed{Of: model.KindUser.Ref(u.ID), Removal: *removal})
	}
	if rankOf(old) != rankOf(u) && !c.Caller.Is(u.ID) && u.IsActive {
		c.Notify(u.ID, model.NoticeRoleChanged, model.OrganizationName(c.Organization.ID))
	}
	c.Record(audit.AccountChanged{User: u.ID, Account: audit.Became(audit.AccountOf(old), audit.AccountOf(u))}, also...)
}
