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

// lasting is how long a new user's invitation can be accepted.
const lasting = 7 * 24 * time.Hour

// InviteLink is the link for a new user who needs an invitation, where no letter brings
// it.
type InviteLink struct {
	URL      string   `json:"url,omitempty" doc:"The link for the new user, shown this once"`
	Warnings []string `json:"warnings,omitempty" doc:"needs_key: the link alone lets nobody in, since whoever made it has no rank above theirs: an admin of a higher rank sends the request again."`
}

// Redacted is nil: a stored answer has no link.
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
	known   *model.User // the address's present user, nil for none
	arrived bool        // known has had a credential
}

// Load asks for the rows that reserve the address, its domain's proof, and its
// invitation.
func (in *createIn) Load(f *request.Fetch) {
	in.of.Ask(f, model.OrganizationName(f.Organization), in.Body.Email)
	f.Rows(store.ProvisionedKey(f.Organization, model.UserNames, in.Body.Email))
	if a, ok := model.ParseAddress(in.Body.Email); ok {
		f.Rows(store.Proof(a.Domain).Key)
	}
}

// Resolve reads the address's present user, and the invitation before.
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

// invited reports whether the user needs an invitation to sign in: no issuer is
// configured, or the organisation hasn't proved the domain of their address.
func (in *createIn) invited(c *request.Request) bool {
	a, _ := model.ParseAddress(in.Body.Email)
	p, proved := store.Proof(a.Domain).In(c.Rows())
	return !c.Credential.SignsIn || !proved || p.OrganizationID != c.Organization.ID
}

// create creates an active user, and invites them where they need it. It refuses
// (duplicate) an address that is another user's, or another's userName; for a user who
// never had a credential it answers a new link instead.
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

// differs reports whether the request has other values than a present user.
func (in *createIn) differs(u model.User) bool {
	says := func(given, known string) bool { return given != "" && given != known }
	return in.Body.IsStaff && !u.IsStaff || says(in.Body.FirstName, u.FirstName) || says(in.Body.LastName, u.LastName)
}

// inviteAgain creates a new link, which replaces the one before, for a user who never
// had a credential. It doesn't change the user: it refuses (duplicate) a request that
// differs.
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

// link invites a user, and returns the link where no letter brings it.
func (h *handlers) link(ctx context.Context, c *request.Request, in *createIn, u model.User) (*InviteLink, audit.InvitesChanged, error) {
	link := &InviteLink{}
	i, err := in.of.Make(ctx, h.store, c, member.InviteToOrganization(c.Organization, u.ID), in.Body.Email, "user", lasting, func(url string) {
		*link = InviteLink{url, member.InviteWarnings(c, rankOf(u))}
	})
	return link, audit.InvitesChanged{Of: model.KindUser.Ref(u.ID), Invites: map[int64]audit.Turn[string]{i.ID: audit.Made(i.Status)}}, err
}
