package workspace

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// named are the user and the organisation that a request of Agenta's clients names by
// address and by decimal id.
type named struct {
	email         string
	organizations []string // by each name that the parameter has; "" where it isn't given
	user          model.User
	member        model.TeamMember
	isMember      bool
}

// needs asks for the row of the address.
func (n *named) needs(f *request.Fetch) { f.Rows(store.Email(f.Organization, n.email).Key) }

// pairing refuses an organisation that the workspace doesn't belong to (400).
func (n *named) pairing(c *request.Request) error {
	for _, text := range n.organizations {
		if text != "" && text != decimal(c.Team.OrganizationID) {
			return errPairing()
		}
	}
	return nil
}

// address returns the row that reserves the address for a user.
func (n *named) address(c *request.Request) (model.Email, bool) {
	return store.Email(c.Organization.ID, n.email).In(c.Rows())
}

// find reads the user and their membership, which remain zero where there is none: one
// more round trip.
func (n *named) find(ctx context.Context, c *request.Request, more ...store.Key) error {
	address, ok := n.address(c)
	if ok {
		more = append(more, store.User(address.UserID).Key, store.TeamMember(c.Team.ID, address.UserID).Key)
	}
	if err := c.Read(ctx, more...); err != nil || !ok {
		return err
	}
	n.user, ok = c.UserRow(address.UserID)
	n.member, n.isMember = c.TeamMember(c.Team.ID, address.UserID)
	n.isMember = n.isMember && ok
	return nil
}

// found is find for a user who must be a member (404). It refuses a wrong pairing first.
func (n *named) found(ctx context.Context, c *request.Request, more ...store.Key) error {
	if err := n.pairing(c); err != nil {
		return err
	}
	if err := n.find(ctx, c, more...); err != nil {
		return err
	}
	if !n.isMember {
		return errUser()
	}
	return nil
}

// errPairing refuses a workspace of another organisation than the one named.
func errPairing() error {
	return fault.New(fault.KindInvalid, "Workspace does not belong to the organization.")
}

// errRole refuses a role that isn't one of the six.
func errRole() error { return fault.New(fault.KindInvalid, "Workspace role is invalid.") }

// errUser is the 404 of an unknown address and of a user who isn't a member.
func errUser() error { return fault.New(fault.KindNotFound, "User not found.") }

type assignIn struct {
	request.In
	WorkspaceID int64 `path:"workspace_id" example:"7"`
	Body        struct {
		Email          string `json:"email" format:"email"`
		OrganizationID string `json:"organization_id" format:"decimal"`
		Role           string `json:"role,omitempty" doc:"owner, workspace_admin, editor, viewer, evaluator or deployment_manager"`
	}

	named
}

// Validate refuses an unknown role before anything is read.
func (in *assignIn) Validate(model.Time) error {
	if _, ok := access.ParseRole(in.Body.Role); !ok {
		return errRole()
	}
	return nil
}

// Load asks for the row of the address.
func (in *assignIn) Load(f *request.Fetch) {
	in.named = named{email: in.Body.Email, organizations: []string{in.Body.OrganizationID}}
	in.needs(f)
}

// Resolve refuses a wrong pairing, and then a user who isn't a member.
func (in *assignIn) Resolve(ctx context.Context, c *request.Request) error {
	err := in.found(ctx, c)
	if err == nil && !in.user.IsActive && in.Body.Role == string(access.Owner) {
		err = errUser() // an inactive user can't become owner
	}
	return err
}

// assign gives a member another role. It refuses (403) a role that the caller may not
// give, and to leave the team without an owner.
func (h *handlers) assign(_ context.Context, in *assignIn) (bool, error) {
	return true, h.change(in.Request(), in.member, access.Role(in.Body.Role))
}

func (h *handlers) change(c *request.Request, m model.TeamMember, role access.Role) error {
	change := member.ChangeTeam(h.store, c)
	if _, err := change.ChangeRole(m, role); err != nil {
		return err
	}
	return change.Done()
}

type unassignIn struct {
	request.In
	WorkspaceID    int64  `path:"workspace_id" example:"7"`
	Email          string `query:"email" required:"true" format:"email" example:"user@example.com"`
	OrganizationID string `query:"organization_id" format:"decimal" example:"1" doc:"Or org_id, its alias"`
	OrgID          string `query:"org_id" format:"decimal" doc:"Alias of organization_id"`
	Role           string `query:"role" required:"true" example:"evaluator"`

	named
	of member.Invitation
}

// Validate refuses a missing organisation and an unknown role before anything is read.
func (in *unassignIn) Validate(model.Time) error {
	if in.OrganizationID == "" && in.OrgID == "" {
		return fault.Invalid("query.organization_id", "field required")
	}
	if _, ok := access.ParseRole(in.Role); !ok {
		return errRole()
	}
	return nil
}

// Load asks for the row of the address.
func (in *unassignIn) Load(f *request.Fetch) {
	in.named = named{email: in.Email, organizations: []string{in.OrganizationID, in.OrgID}}
	in.needs(f)
	in.of.Ask(f, model.TeamName(in.WorkspaceID), in.Email)
}

// Resolve refuses a wrong pairing, and then an address of neither a member nor a pending
// invitation.
func (in *unassignIn) Resolve(ctx context.Context, c *request.Request) error {
	place := model.TeamName(in.WorkspaceID)
	err := in.found(ctx, c, in.of.Keys(c, place, in.Email)...)
	in.of.Take(c, place, in.Email)
	if _, invited := in.of.Pending(); invited && fault.Is(err, fault.KindNotFound) {
		return nil
	}
	return err
}

// unassign takes a role from a member, who becomes a viewer, or revokes an invitation
// with that role. A role that they don't have changes nothing.
func (h *handlers) unassign(_ context.Context, in *unassignIn) (bool, error) {
	if i, ok := in.of.Pending(); ok && !in.isMember {
		if i.Role == in.Role {
			h.withdraw(in.Request(), i)
		}
		return true, nil
	}
	if in.member.Role != in.Role {
		return true, nil
	}
	return true, h.change(in.Request(), in.member, access.Viewer)
}

type removeUserIn struct {
	request.In
	WorkspaceID    int64  `path:"workspace_id" example:"7"`
	Email          string `query:"email" required:"true" format:"email" example:"nobody@example.com"`
	OrganizationID string `query:"organization_id" format:"decimal" doc:"Where given, it must be the workspace's organization"`
	OrgID          string `query:"org_id" format:"decimal" doc:"Alias of organization_id"`

	named
	found roll
	of    member.Invitation
}

// Load asks for the rows of the address, and for the workspace's members and
// invitations.
func (in *removeUserIn) Load(f *request.Fetch) {
	in.named = named{email: in.Email, organizations: []string{in.OrganizationID, in.OrgID}}
	in.needs(f)
	in.of.Ask(f, model.TeamName(in.WorkspaceID), in.Email)
	in.found.ask(f, in.WorkspaceID)
}

// Resolve refuses a wrong pairing.
func (in *removeUserIn) Resolve(_ context.Context, c *request.Request) error { return in.pairing(c) }

// removeUser removes a member, or revokes an invitation, and answers the workspace
// without them. An unknown address, or one of no member, changes nothing: the call is
// idempotent.
func (h *handlers) removeUser(ctx context.Context, in *removeUserIn) (WorkspaceResponse, error) {
	c := in.Request()
	left := make([]removal.Remaining, 1)
	g, both := concurrent.WithContext(ctx)
	if address, ok := in.address(c); ok {
		g.Go(func() error { return left[0].Look(both, h.store, address.UserID) })
	}
	g.Go(func() error {
		return in.find(both, c, append(in.found.keys(in.WorkspaceID), in.of.Keys(c, model.TeamName(in.WorkspaceID), in.Email)...)...)
	})
	if err := g.Wait(); err != nil {
		return WorkspaceResponse{}, err
	}
	in.of.Take(c, model.TeamName(in.WorkspaceID), in.Email)
	people := peopleIn(c, in.WorkspaceID, in.found.members)
	if i, ok := in.of.Pending(); ok {
		if !in.isMember {
			h.withdraw(c, i)
		}
		in.found.invites = slices.DeleteFunc(in.found.invites, func(id int64) bool { return id == i.ID })
	}
	if !in.isMember {
		return response(*c.Team, in.found.pending(c), people), nil
	}
	_, err := removal.FromTeam(ctx, h.store, c, []model.TeamMember{in.member}, left, false, removal.Options{})
	rest := people[:0]
	for _, p := range people {
		if p.user.ID != in.user.ID {
			rest = append(rest, p)
		}
	}
	return response(*c.Team, in.found.pending(c), rest), err
}
