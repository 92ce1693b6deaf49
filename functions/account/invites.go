package account

import (
	"context"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// Invite is an invitation to a project as answers show it, without its token.
type Invite struct {
	ID        int64      `json:"id"`
	Email     string     `json:"email"`
	Role      string     `json:"role" enum:"member,admin"`
	Status    string     `json:"status" enum:"pending,accepted,expired,revoked"`
	ExpiresOn model.Time `json:"expires_on"`
}

func invited(i model.Invite, now model.Time) Invite {
	return Invite{i.ID, i.Email, i.Role, i.StatusAt(now), i.ExpiresOn}
}

// InviteLink is the link for the invited person, where no letter brings it.
type InviteLink struct {
	URL      string   `json:"url,omitempty" doc:"The link for the invited person, shown this once"`
	Warnings []string `json:"warnings,omitempty" doc:"needs_key: the link alone lets nobody in, since whoever made it has no rank above theirs. Whoever is invited accepts with a key of their own, which the link of Create User brings them."`
}

// Redacted is nil: a stored answer has no link.
func (*InviteLink) Redacted() any { return (*InviteLink)(nil) }

type invitesIn struct {
	request.In
	api.Paging
	ProjectID int64 `path:"project_id" example:"151"`

	found []store.Ref
}

// list lists all invitations to the project, by id.
func (in *invitesIn) list(s *store.Store) list.Of[Invite] {
	return list.Of[Invite]{
		Find: list.IDs(s.InvitesTo, model.ProjectName(in.ProjectID)),
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.Invite(at.ID).Key} },
		Show: func(c *request.Request, at store.Ref) (Invite, bool) {
			i, ok := store.Invite(at.ID).In(c.Rows())
			return invited(i, c.Now), ok
		},
	}
}

// Load asks for the invitations to the project.
func (in *invitesIn) Load(f *request.Fetch) { in.list(f.Store()).Find.Ask(f, in.Paging, &in.found) }

// invites lists all invitations to the project, by id.
func (h *handlers) invites(ctx context.Context, in *invitesIn) (api.Page[Invite], error) {
	return in.list(h.store).Page(ctx, in.Request(), in.Paging, in.found)
}

type inviteIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
	Body      struct {
		Email        string  `json:"email" format:"email" maxLength:"254"`
		Role         *string `json:"role,omitempty" enum:"member,admin" default:"member"`
		ExpiresHours *int64  `json:"expires_hours,omitempty" minimum:"1" maximum:"720" default:"72"`
	}

	of     member.Invitation
	member *model.ProjectMember // the membership of the address's user, nil for none
}

// Load asks for the rows of the address.
func (in *inviteIn) Load(f *request.Fetch) {
	in.of.Ask(f, model.ProjectName(in.ProjectID), in.Body.Email)
}

// Resolve reads the invitation before, and the membership of the address's user.
func (in *inviteIn) Resolve(ctx context.Context, c *request.Request) error {
	in.member = nil
	var more []store.Key
	address, ok := store.Email(c.Organization.ID, in.Body.Email).In(c.Rows())
	if ok {
		more = append(more, store.ProjectMember(in.ProjectID, address.UserID).Key)
	}
	place := model.ProjectName(in.ProjectID)
	if err := c.Read(ctx, append(more, in.of.Keys(c, place, in.Body.Email)...)...); err != nil {
		return err
	}
	in.of.Take(c, place, in.Body.Email)
	if m, ok := c.ProjectMember(in.ProjectID, address.UserID); ok {
		in.member = &m
	}
	return nil
}

// invite invites an address to the project. It refuses (duplicate) the address of a
// member.
func (h *handlers) invite(ctx context.Context, in *inviteIn) (api.Noted[Invite, *InviteLink], error) {
	c := in.Request()
	out := api.Noted[Invite, *InviteLink]{}
	if in.member != nil && c.Live(in.member.ExpiresOn) {
		return out, fault.New(fault.KindDuplicate, "The user is a member of the project already: change their role by Add User to Project")
	}
	lasts := time.Duration(*in.Body.ExpiresHours) * time.Hour
	out.Meta = &InviteLink{}
	i, err := in.of.Make(ctx, h.store, c, member.InviteToProject(*c.Project), in.Body.Email, *in.Body.Role, lasts, func(link string) {
		*out.Meta = InviteLink{link, member.InviteWarnings(c, access.User)}
	})
	out.Data = invited(i, c.Now)
	return out, err
}

type revokeInviteIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
	InviteID  int64 `path:"invite_id" example:"3"`

	invite model.Invite
}

// Load asks for the invitation.
func (in *revokeInviteIn) Load(f *request.Fetch) { f.Rows(store.Invite(in.InviteID).Key) }

// Resolve refuses (404) an invitation to another place, and one that is revoked
// already.
func (in *revokeInviteIn) Resolve(_ context.Context, c *request.Request) error {
	i, ok := store.Invite(in.InviteID).In(c.Rows())
	if !ok || i.Place != model.ProjectName(in.ProjectID) || i.Status == model.InviteRevoked {
		return fault.NotFound()
	}
	in.invite = i
	return nil
}

// revokeInvite revokes an invitation. It refuses (bad_transition) an accepted one.
func (h *handlers) revokeInvite(_ context.Context, in *revokeInviteIn) ([]Invite, error) {
	c := in.Request()
	if in.invite.Status != model.InvitePending {
		return nil, fault.New(fault.KindBadTransition, "The invitation was accepted: remove the member from the project instead")
	}
	i := h.store.RevokeInvite(&c.Tx, in.invite, c.Stamp, c.Now)
	c.Record(audit.InviteRevoked{Invite: i.ID, Place: i.PlaceRef(), Role: i.Role, Status: i.Status})
	return []Invite{invited(i, c.Now)}, nil
}

type acceptIn struct {
	request.In
	Body struct {
		Token string `json:"token" maxLength:"200"`
	}

	invite model.Invite
}

// Invitation is the invitation's token, which may admit a caller without credentials.
func (in *acceptIn) Invitation() model.InviteToken { return model.ParseInviteToken(in.Body.Token) }

// Load asks for the token's invitation.
func (in *acceptIn) Load(f *request.Fetch) { member.AskInvite(f, in.Invitation()) }

// Resolve refuses (404) a token that opens no invitation to the organisation or to an
// existing project.
func (in *acceptIn) Resolve(ctx context.Context, c *request.Request) error {
	i, ok := member.OpenedInvite(c, in.Invitation())
	if ok && i.Place == model.OrganizationName(c.Organization.ID) && c.Caller.BoundProject == 0 {
		in.invite = i
		return nil
	}
	if !ok || i.ProjectID == nil || c.Caller.BoundProject != 0 && c.Caller.BoundProject != *i.ProjectID {
		return noInvite()
	}
	in.invite = i
	if err := c.Read(ctx, store.Project(*i.ProjectID).Key, store.ProjectMember(*i.ProjectID, c.Caller.User).Key, store.Tombstone(*i.ProjectID, c.Caller.User).Key); err != nil {
		return err
	}
	if tomb, ok := store.Tombstone(*i.ProjectID, c.Caller.User).In(c.Rows()); ok && i.Status == model.InvitePending && tomb.Buries(i.Epoch) {
		return noInvite() // the removal is about to revoke it
	}
	if _, ok := store.LiveProject(c.Rows(), *i.ProjectID); !ok {
		return noInvite()
	}
	return nil
}

// noInvite is the 404 of a token that opens nothing.
func noInvite() error { return fault.Missing("body.token") }

// FirstKey is the key that a caller without credentials gets with an accepted
// invitation.
type FirstKey struct {
	Key string `json:"key" doc:"A personal key, shown this once"`
}

// Redacted is nil: a stored answer has no key.
func (*FirstKey) Redacted() any { return (*FirstKey)(nil) }

// accept makes the invited user a member. It refuses another caller with the token
// (403), an expired invitation (410), and one that was accepted before, unless by the
// caller, who is a member still (409 bad_transition).
func (h *handlers) accept(ctx context.Context, in *acceptIn) (api.Noted[[]model.ProjectUser, *FirstKey], error) {
	var out api.Noted[[]model.ProjectUser, *FirstKey]
	c, i := in.Request(), in.invite
	me, err := c.Me()
	if err != nil {
		return out, err
	}
	told := audit.Members{}
	live := false // the user is a member, or the invitation is to the organisation alone
	if i.ProjectID == nil {
		out.Data, live = []model.ProjectUser{}, true
	} else if m, ok := c.ProjectMember(*i.ProjectID, me.ID); ok && c.Live(m.ExpiresOn) {
		out.Data, live = []model.ProjectUser{{ID: m.ID, User: me.In(c.Organization)}}, true
	}
	switch {
	case model.AddressKey(me.Email) != i.EmailKey:
		return out, fault.Forbidden(fault.ReasonOwn)
	case i.Status == model.InviteAccepted && live && i.AcceptedBy != nil && *i.AcceptedBy == me.ID:
		return out, nil
	case i.Status == model.InviteAccepted:
		return out, fault.New(fault.KindBadTransition, "The invitation was accepted before: ask for a new one")
	case i.StatusAt(c.Now) == model.InviteExpired:
		return out, fault.New(fault.KindExpired, "The invitation has expired")
	}
	if !live {
		m, err := h.join(ctx, c, i, me, told)
		if err != nil {
			return out, err
		}
		out.Data = []model.ProjectUser{{ID: m.ID, User: me.In(c.Organization)}}
	}
	h.store.AcceptInvite(&c.Tx, i, me, c.Now)
	if i.ProjectID != nil {
		store.RequireSameTombstone(&c.Tx, c.Rows(), *i.ProjectID, me.ID)
	}
	place := i.PlaceRef()
	c.Record(audit.InvitesChanged{Of: place, Invites: map[int64]audit.Turn[string]{i.ID: audit.Made(model.InviteAccepted)}}, audit.MembersChanged{In: place, Members: told})
	key, err := c.FirstKey(ctx)
	if key != "" {
		out.Meta = &FirstKey{key}
	}
	return out, err
}

// join makes the invited user a member of the project, or renews their expired
// membership, and adds that to told.
func (h *handlers) join(ctx context.Context, c *request.Request, i model.Invite, me model.User, told audit.Members) (model.ProjectMember, error) {
	p, _ := store.LiveProject(c.Rows(), *i.ProjectID)
	m, isMember := c.ProjectMember(p.ID, me.ID)
	if isMember {
		was := m
		m.Role, m.ExpiresOn = i.Role, nil
		m = store.ProjectPlace(p).Change(&c.Tx, was, m)
		told[me.ID] = audit.Became(audit.InProject(was), audit.InProject(m))
	} else {
		id, err := h.store.NewID(ctx, model.PermissionIDs)
		if err != nil {
			return m, err
		}
		m = model.ProjectMember{ID: id, ProjectID: p.ID, UserID: me.ID, Role: i.Role, CreatedBy: i.CreatedBy, CreatedOn: c.Now}
		m = store.ProjectPlace(p).Add(&c.Tx, m)
		told[me.ID] = audit.Made(audit.InProject(m))
	}
	return m, nil
}
