package user

import (
	"context"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// lasting is how long the link of a new user can be used.
const lasting = 7 * 24 * time.Hour

// InviteLink is what a new user needs to get in, where nothing else lets them in
// and no mail brings it.
type InviteLink struct {
	URL      string   `json:"url,omitempty" doc:"The link for the new user, shown this once"`
	Warnings []string `json:"warnings,omitempty" doc:"needs_key: the link alone lets nobody in, since whoever made it has no rank above theirs: an admin of a higher rank sends the request again."`
}

// Redacted is what is kept to be answered again.
func (*InviteLink) Redacted() any { return (*InviteLink)(nil) }

type createIn struct {
	request.In
	Body struct {
		Email     string `json:"email" format:"email" maxLength:"254" doc:"Unique in the organization. Addresses are compared by IDNA in their domain, and before the @ in NFC and without regard to the case of ASCII letters."`
		FirstName string `json:"first_name,omitempty" maxLength:"150"`
		LastName  string `json:"last_name,omitempty" maxLength:"150"`
		IsStaff   bool   `json:"is_staff,omitempty" doc:"Application admin"`
	}

	of      member.Invitation
	known   *model.User // whose the address is
	arrived bool        // who has a credential of their own
}

// Load asks whose the address is, who has proved its domain, and whether it was
// invited.
func (in *createIn) Load(f *request.Fetch) {
	in.of.Ask(f, model.OrganizationName(f.Organization), in.Body.Email)
	f.Rows(store.ProvisionedKey(f.Organization, model.UserNames, in.Body.Email))
	if a, ok := model.ParseAddress(in.Body.Email); ok {
		f.Rows(store.Proof(a.Domain).Key)
	}
}

// Resolve reads whose the address is, and the invitation before.
func (in *createIn) Resolve(ctx context.Context, c *request.Request) (err error) {
	in.known, in.arrived = nil, false
	place := model.OrganizationName(c.Organization.ID)
	more := in.of.Keys(c, place, in.Body.Email)
	e, taken := store.Email(c.Organization.ID, in.Body.Email).In(c.Rows())
	if taken {
		more = append(more, store.User(e.UserID).Key)
	}
	if len(more) > 0 {
		if err := c.Read(ctx, more...); err != nil {
			return err
		}
	}
	in.of.Take(c, place, in.Body.Email)
	if !taken {
		return nil
	}
	u, ok := c.UserRow(e.UserID)
	if !ok {
		return store.ErrStale
	}
	in.known = &u
	in.arrived, err = c.HasArrived(ctx, u)
	return err
}

// invited reports whether the user needs an invitation to get in: no issuer
// signs people in here, or nobody has proved that the domain of their address is
// the organisation's.
func (in *createIn) invited(c *request.Request) bool {
	a, _ := model.ParseAddress(in.Body.Email)
	p, proved := store.Proof(a.Domain).In(c.Rows())
	return !c.Credential.SignsIn || !proved || p.OrganizationID != c.Organization.ID
}

// create makes an active user, and invites them where nothing else lets them in.
// It refuses an address that is another's, or another's userName (duplicate); for a
// user who was never here it answers a new link instead.
func (h *handlers) create(ctx context.Context, in *createIn) (api.Noted[model.User, *InviteLink], error) {
	c := in.Request()
	out := api.Noted[model.User, *InviteLink]{}
	if in.known != nil {
		return h.inviteAgain(ctx, c, in)
	}
	if !c.Caller.MayGive(access.RankOf(in.Body.IsStaff, false)) {
		return out, fault.Forbidden(fault.ReasonRank)
	}
	if store.HolderOf(c.Rows(), store.ProvisionedKey(c.Organization.ID, model.UserNames, in.Body.Email)) != 0 {
		return out, fault.New(fault.KindDuplicate, "An identity provider has this address as another user's userName: change it there, or choose another address").On("body.email", "is taken")
	}
	id, err := h.store.NewID(ctx, model.UserIDs)
	if err != nil {
		return out, err
	}
	u := model.User{
		ID: id, OrganizationID: c.Organization.ID, Email: model.TidyAddress(in.Body.Email), FirstName: in.Body.FirstName, LastName: in.Body.LastName,
		IsStaff: in.Body.IsStaff, IsActive: true, DateJoined: c.Now, AuditKey: model.NewPersonalKey(),
	}
	u.Version = 1
	h.store.CreateUser(&c.Tx, u)
	also := []audit.Change{audit.ProfileChanged{User: id, Email: audit.Made(c.Personal(u, u.Email))}}
	if in.invited(c) {
		link, invites, err := h.link(ctx, c, in, u)
		if err != nil {
			return out, err
		}
		out.Meta, also = link, append(also, invites)
	}
	c.Record(audit.AccountChanged{User: id, Account: audit.Made(audit.AccountOf(u))}, also...)
	out.Data = u.In(c.Organization)
	return out, nil
}

// differs reports whether the request says otherwise of a user than what is known.
func (in *createIn) differs(u model.User) bool {
	says := func(given, known string) bool { return given != "" && given != known }
	return in.Body.IsStaff && !u.IsStaff || says(in.Body.FirstName, u.FirstName) || says(in.Body.LastName, u.LastName)
}

// inviteAgain makes a new link for a user who was never here, in place of the
// one before. It changes nothing of them: a request that would is refused
// (duplicate).
func (h *handlers) inviteAgain(ctx context.Context, c *request.Request, in *createIn) (api.Noted[model.User, *InviteLink], error) {
	u := *in.known
	out := api.Noted[model.User, *InviteLink]{Data: u}
	if in.arrived || !u.IsActive || !in.invited(c) || in.differs(u) || rankOf(u) > c.Caller.ActingRank() {
		return out, fault.New(fault.KindDuplicate, "A user with this address exists already: edit them, or choose another address").On("body.email", "is taken")
	}
	link, invites, err := h.link(ctx, c, in, u)
	if err != nil {
		return out, err
	}
	out.Meta = link
	c.Record(invites)
	return out, nil
}

// link invites a user, and returns the link where no mail brings it.
func (h *handlers) link(ctx context.Context, c *request.Request, in *createIn, u model.User) (*InviteLink, audit.InvitesChanged, error) {
	link := &InviteLink{}
	i, err := in.of.Make(ctx, h.store, c, member.InviteToOrganization(c.Organization, u.ID), in.Body.Email, "user", lasting, func(url string) {
		*link = InviteLink{url, member.InviteWarnings(c, rankOf(u))}
	})
	return link, audit.InvitesChanged{Of: model.KindUser.Ref(u.ID), Invites: map[int64]audit.Turn[string]{i.ID: audit.Made(i.Status)}}, err
}
