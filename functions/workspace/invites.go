package workspace

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

// lasting is how long an invitation to a workspace can be accepted.
const lasting = 7 * 24 * time.Hour

// InviteLink is the link for the invited person, where no letter brings it.
type InviteLink struct {
	URL      string   `json:"url,omitempty" doc:"The link for the invited person"`
	Warnings []string `json:"warnings,omitempty" doc:"needs_key: the link alone lets nobody in, since whoever made it has no rank above theirs. Whoever is invited accepts with a key of their own, which the link of Create User brings them."`
	Replayed bool     `json:"replayed,omitempty" doc:"The answer is a repeated one, which leaves the link out"`
}

// Redacted says that a stored answer lacks the link.
func (InviteLink) Redacted() any { return InviteLink{Replayed: true} }

// invited is the answer to an invitation: true where a letter was sent.
type invited = api.TrueOr[InviteLink]

func (a *address) make(ctx context.Context, h *handlers, c *request.Request, email, role string) (invited, error) {
	out := invited{Else: &InviteLink{}}
	_, err := a.of.Make(ctx, h.store, c, member.InviteToTeam(*c.Team), email, role, lasting, func(link string) {
		*out.Else = InviteLink{URL: link, Warnings: member.InviteWarnings(c, access.User)}
	})
	return out, err
}

// withdraw revokes an invitation.
func (h *handlers) withdraw(c *request.Request, i model.Invite) {
	i = h.store.RevokeInvite(&c.Tx, i, c.Stamp, c.Now)
	c.Record(audit.InviteRevoked{Invite: i.ID, Place: i.PlaceRef(), Role: i.Role, Status: i.Status})
}

// paired are the organisation and the workspace in the path. The pairing is checked
// after the workspace was found in the caller's organisation.
type paired struct {
	OrganizationID int64 `path:"organization_id" example:"1"`
	WorkspaceID    int64 `path:"workspace_id" example:"7"`
}

func (p paired) pairing(t model.Team) error {
	if p.OrganizationID != t.OrganizationID {
		return errPairing()
	}
	return nil
}

// address is an address to be invited, with its user and its invitation before.
type address struct {
	named
	of member.Invitation
}

func (a *address) ask(f *request.Fetch, team int64, email string) {
	a.named = named{email: email}
	a.needs(f)
	a.of.Ask(f, model.TeamName(team), email)
}

// look reads the address's user and the invitation before.
func (a *address) look(ctx context.Context, c *request.Request) error {
	place := model.TeamName(c.Team.ID)
	err := a.find(ctx, c, a.of.Keys(c, place, a.email)...)
	a.of.Take(c, place, a.email)
	return err
}

// Invitation is the one item of a list of invitations.
type Invitation struct {
	Email string   `json:"email" format:"email" maxLength:"254"`
	Roles []string `json:"roles" minItems:"1" maxItems:"1" doc:"Exactly one of owner, workspace_admin, editor, viewer, evaluator, deployment_manager"`
}

// invitations is a list of exactly one Invitation.
type invitations []Invitation

// Schema bounds the list.
func (invitations) Schema(r api.Registry) *api.Schema {
	return api.ListOfOne[Invitation](r)
}

type inviteIn struct {
	request.In
	paired
	Body invitations

	address
}

// Validate refuses an unknown role (400), before anything is read.
func (in *inviteIn) Validate(model.Time) error {
	if _, ok := access.ParseRole(in.Body[0].Roles[0]); !ok {
		return errRole()
	}
	return nil
}

// Load asks for the rows of the address. The body may be empty, of a form that is about
// to be refused.
func (in *inviteIn) Load(f *request.Fetch) {
	if len(in.Body) > 0 {
		in.ask(f, in.WorkspaceID, in.Body[0].Email)
	}
}

// Resolve refuses a wrong pairing.
func (in *inviteIn) Resolve(ctx context.Context, c *request.Request) error {
	if err := in.paired.pairing(*c.Team); err != nil {
		return err
	}
	return in.look(ctx, c)
}

// invite invites an address to the workspace. It refuses (403) a role that the caller
// may not give, and the address of a member with 400, since a client would retry a 409.
func (h *handlers) invite(ctx context.Context, in *inviteIn) (invited, error) {
	c, role := in.Request(), in.Body[0].Roles[0]
	if !access.CanAssign(c.Acting(), "", access.Role(role)) {
		return invited{}, fault.Forbidden(fault.ReasonRole)
	}
	if in.isMember {
		return invited{}, fault.New(fault.KindInvalid, "The user is a member of the workspace already.")
	}
	return in.make(ctx, h, c, in.email, role)
}

type resendIn struct {
	request.In
	paired
	Body struct {
		Email string `json:"email" format:"email" maxLength:"254"`
	}

	address
}

// Load asks for the rows of the address.
func (in *resendIn) Load(f *request.Fetch) { in.ask(f, in.WorkspaceID, in.Body.Email) }

// Resolve refuses a wrong pairing.
func (in *resendIn) Resolve(ctx context.Context, c *request.Request) error {
	if err := in.paired.pairing(*c.Team); err != nil {
		return err
	}
	return in.look(ctx, c)
}

// resend makes a new token for an invitation that was not accepted. It refuses (403)
// callers who could not have made the invitation.
func (h *handlers) resend(ctx context.Context, in *resendIn) (invited, error) {
	c := in.Request()
	was, ok := in.of.Pending()
	if !ok {
		return invited{}, errInvite(fault.KindInvalid, "INVITE_NOT_FOUND", "There is no invitation to this address.")
	}
	if !access.CanAssign(c.Acting(), "", access.Role(was.Role)) {
		return invited{}, fault.Forbidden(fault.ReasonRole)
	}
	return in.make(ctx, h, c, was.Email, was.Role)
}

// errInvite is a refusal of an invitation in the shape that Agenta's clients know.
func errInvite(kind fault.Kind, code, message string) error {
	f := fault.New(kind, "%s", message)
	f.Meta = map[string]any{"detail": map[string]any{"error": code, "message": message}}
	return f
}

// Joined is the answer to an accepted invitation.
type Joined struct {
	Message string `json:"message"`
	Key     string `json:"key,omitempty" doc:"A personal key for who had no credential, shown this once"`
}

// Redacted returns the answer without its key, for the stored answer.
func (j Joined) Redacted() any { return Joined{Message: j.Message} }

type acceptIn struct {
	request.In
	paired
	Body struct {
		Token string `json:"token" maxLength:"200"`
		Email string `json:"email" format:"email" maxLength:"254"`
	}

	team   model.Team
	invite model.Invite
}

// Invitation is the invitation's token, which may admit a caller without credentials.
func (in *acceptIn) Invitation() model.InviteToken { return model.ParseInviteToken(in.Body.Token) }

// Load asks for the workspace, the token's invitation, and the caller's membership.
func (in *acceptIn) Load(f *request.Fetch) {
	member.AskInvite(f, in.Invitation())
	f.Rows(store.Team(in.WorkspaceID).Key)
	if f.Caller != 0 {
		f.Rows(store.TeamMember(in.WorkspaceID, f.Caller).Key)
	}
}

// Resolve refuses a workspace that doesn't exist or is out of the key's reach (404), a
// wrong pairing, and a token of no invitation to the workspace (400).
func (in *acceptIn) Resolve(_ context.Context, c *request.Request) error {
	var ok bool
	if in.team, ok = store.LiveTeam(c.Rows(), in.WorkspaceID); !ok || in.team.OrganizationID != c.Organization.ID || c.Caller.BoundProject != 0 {
		return fault.New(fault.KindNotFound, "Workspace not found.")
	}
	if err := in.paired.pairing(in.team); err != nil {
		return err
	}
	if in.invite, ok = member.OpenedInvite(c, in.Invitation()); !ok || in.invite.Place != model.TeamName(in.team.ID) {
		return errInvite(fault.KindInvalid, "INVITE_NOT_FOUND", "The invitation was not found.")
	}
	return nil
}

// accept makes the invited user a member of the workspace. It refuses another address
// (400), an accepted (409) or expired (410) invitation, and more members than a team may
// have (limit).
func (h *handlers) accept(ctx context.Context, in *acceptIn) (Joined, error) {
	c, i := in.Request(), in.invite
	joined := Joined{Message: "Added user to workspace"}
	me, err := c.Me()
	if err != nil {
		return Joined{}, err
	}
	_, isMember := c.TeamMember(in.team.ID, me.ID)
	switch {
	case model.AddressKey(me.Email) != i.EmailKey || model.AddressKey(in.Body.Email) != i.EmailKey:
		return Joined{}, errInvite(fault.KindInvalid, "INVITE_EMAIL_MISMATCH", "The invitation is for another address.")
	case i.Status == model.InviteAccepted && isMember && i.AcceptedBy != nil && *i.AcceptedBy == me.ID:
		return joined, nil
	case i.Status == model.InviteAccepted:
		return Joined{}, errInvite(fault.KindBadTransition, "INVITE_ALREADY_ACCEPTED", "The invitation was accepted before.")
	case i.StatusAt(c.Now) == model.InviteExpired:
		return Joined{}, errInvite(fault.KindExpired, "INVITE_EXPIRED", "The invitation has expired.")
	}
	told := audit.Members{}
	if !isMember {
		if in.team.MemberCount >= store.MaxTeamMembers {
			return Joined{}, fault.New(fault.KindLimit, "A team has at most %d members: remove one first", store.MaxTeamMembers)
		}
		id, err := h.store.NewID(ctx, model.PermissionIDs)
		if err != nil {
			return Joined{}, err
		}
		m := model.TeamMember{ID: id, TeamID: in.team.ID, UserID: me.ID, Role: i.Role, CreatedBy: i.CreatedBy, CreatedOn: c.Now}
		m = store.TeamPlace(in.team).Add(&c.Tx, m)
		told[me.ID] = audit.Made(audit.InTeam(m))
	}
	h.store.AcceptInvite(&c.Tx, i, me, c.Now)
	c.Record(audit.InvitesChanged{Of: i.PlaceRef(), Invites: map[int64]audit.Turn[string]{i.ID: audit.Made(model.InviteAccepted)}}, audit.MembersChanged{In: i.PlaceRef(), Members: told})
	joined.Key, err = c.FirstKey(ctx)
	return joined, err
}
