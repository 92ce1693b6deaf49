package workspace

import (
	"context"
	"slices"
	"strconv"

	"wardroom/pkg/access"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// Workspace is a team as Agenta lists it.
type Workspace struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        string `json:"type"`
}

// WorkspaceResponse is a team with its members, as Agenta shows it.
type WorkspaceResponse struct {
	ID           string                    `json:"id"`
	Name         string                    `json:"name"`
	Organization string                    `json:"organization"`
	CreatedAt    model.Time                `json:"created_at"`
	UpdatedAt    model.Time                `json:"updated_at"`
	Description  string                    `json:"description"`
	Type         string                    `json:"type"`
	Members      []WorkspaceMemberResponse `json:"members"`
}

// WorkspaceMemberResponse is a member with their role, spelled out.
type WorkspaceMemberResponse struct {
	User  WorkspaceUser         `json:"user"`
	Roles []WorkspacePermission `json:"roles"`
}

// WorkspaceUser is a user as Agenta shows them: their name is their address.
type WorkspaceUser struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Username  string     `json:"username"`
	Status    string     `json:"status" enum:"member,pending,expired"`
	CreatedAt model.Time `json:"created_at"`
}

// WorkspacePermission is a role with what it permits.
type WorkspacePermission struct {
	RoleName        access.Role `json:"role_name" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager"`
	RoleDescription string      `json:"role_description"`
	Permissions     []string    `json:"permissions,omitempty" doc:"Of a member; an invited person has none yet"`
}

// WorkspaceRole is a role as Agenta lists it: strings alone, or a client that
// reads a map of strings fails.
type WorkspaceRole struct {
	RoleName        access.Role `json:"role_name" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager"`
	RoleDescription string      `json:"role_description"`
}

// Organization is an organisation as Agenta lists it. Nothing in it is null: a
// client that wants strings fails on it.
type Organization struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Owner       string   `json:"owner" doc:"Id of the global admin with the lowest id"`
	OwnerID     string   `json:"owner_id" doc:"The same"`
	Type        string   `json:"type"`
	Workspaces  []string `json:"workspaces" doc:"Ids of the caller's workspaces"`
	Members     []string `json:"members" doc:"Ids of the first 200 users"`
}

type listWorkspacesIn struct {
	request.In

	own []int64
}

// Load asks for the caller's own teams.
func (in *listWorkspacesIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, f.Store().TeamsOfUser, f.Caller) })
	}
}

// listWorkspaces lists the workspaces that the caller is a member of, oldest
// first.
func (h *handlers) listWorkspaces(ctx context.Context, in *listWorkspacesIn) ([]Workspace, error) {
	own, err := h.ownTeams(ctx, in.Request(), in.own)
	out := make([]Workspace, len(own))
	for i, t := range own {
		out[i] = Workspace{decimal(t.ID), t.Name, t.Description, t.Type}
	}
	return out, err
}

// ownTeams reads the teams that the caller is a member of, oldest first.
func (h *handlers) ownTeams(ctx context.Context, c *request.Request, ids []int64) ([]model.Team, error) {
	var keys []store.Key
	for _, id := range ids {
		keys = append(keys, teamKeys(c, store.Ref{ID: id})...)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	var own []model.Team
	for _, id := range ids {
		_, member := c.TeamMember(id, c.Caller.User)
		if t, ok := visibleTeam(c, store.Ref{ID: id}); ok && member {
			own = append(own, t)
		}
	}
	slices.SortStableFunc(own, func(a, b model.Team) int { return a.CreatedOn.Std().Compare(b.CreatedOn.Std()) })
	return own, nil
}

type rolesIn struct{ request.In }

func (h *handlers) roles(context.Context, *rolesIn) ([]WorkspaceRole, error) {
	roles := access.Roles()
	out := make([]WorkspaceRole, len(roles))
	for i, r := range roles {
		out[i] = WorkspaceRole{r, r.Description()}
	}
	return out, nil
}

func (h *handlers) permissions(context.Context, *rolesIn) ([]string, error) {
	return access.Permissions(), nil
}

type workspaceIn struct {
	request.In
	WorkspaceID int64 `path:"workspace_id" example:"7"`

	found roll
}

// Load asks for the workspace's members and pending invitations.
func (in *workspaceIn) Load(f *request.Fetch) { in.found.ask(f, in.WorkspaceID) }

// roll has a team's members and pending invitations, by indexes.
type roll struct {
	members []store.Ref
	invites []int64
}

func (r *roll) ask(f *request.Fetch, team int64) {
	request.Ask(f, &r.members, func(ctx context.Context) ([]store.Ref, error) {
		return store.Every(ctx, f.Store().TeamMembers, team)
	})
	request.Ask(f, &r.invites, func(ctx context.Context) ([]int64, error) {
		return f.Store().OpenInvitesTo(ctx, model.TeamName(team))
	})
}

// keys are the keys of all members and invitations.
func (r *roll) keys(team int64) []store.Key {
	keys := make([]store.Key, 0, 2*len(r.members)+len(r.invites))
	for _, at := range r.members {
		keys = append(keys, personKeys(team, at)...)
	}
	for _, id := range r.invites {
		keys = append(keys, store.Invite(id).Key)
	}
	return keys
}

// pending returns the invitations that are pending still, as Agenta shows them among the
// members.
func (r *roll) pending(c *request.Request) []WorkspaceMemberResponse {
	var out []WorkspaceMemberResponse
	for _, id := range r.invites {
		i, ok := store.Invite(id).In(c.Rows())
		if !ok || i.Status != model.InvitePending {
			continue
		}
		role := access.Role(i.Role)
		out = append(out, WorkspaceMemberResponse{
			User:  WorkspaceUser{model.InviteName(id), i.Email, i.Email, i.StatusAt(c.Now), i.CreatedOn},
			Roles: []WorkspacePermission{{RoleName: role, RoleDescription: role.Description()}},
		})
	}
	return out
}

// workspace shows a workspace with all its members.
func (h *handlers) workspace(ctx context.Context, in *workspaceIn) (WorkspaceResponse, error) {
	c := in.Request()
	if err := c.ReadShown(ctx, in.found.keys(in.WorkspaceID)...); err != nil {
		return WorkspaceResponse{}, err
	}
	return response(*c.Team, in.found.pending(c), peopleIn(c, in.WorkspaceID, in.found.members)), nil
}

// response shows a team: the invited people first, as Agenta does.
func response(t model.Team, pending []WorkspaceMemberResponse, people []person) WorkspaceResponse {
	w := WorkspaceResponse{
		ID: decimal(t.ID), Name: t.Name, Organization: decimal(t.OrganizationID), CreatedAt: t.CreatedOn, UpdatedAt: t.ModifiedOn,
		Description: t.Description, Type: t.Type, Members: pending,
	}
	for _, p := range people {
		role := access.Role(p.member.Role)
		w.Members = append(w.Members, WorkspaceMemberResponse{
			User:  WorkspaceUser{decimal(p.user.ID), p.user.Email, p.user.Email, "member", p.user.DateJoined},
			Roles: []WorkspacePermission{{role, role.Description(), access.Published(role.Permissions())}},
		})
	}
	return w
}

type organizationsIn struct {
	request.In

	own, users, admins []int64
}

// Load asks for the caller's teams, the first users and the global
// admins.
func (in *organizationsIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, f.Store().TeamsOfUser, f.Caller) })
	}
	request.Ask(f, &in.users, func(ctx context.Context) ([]int64, error) {
		return f.Store().UsersOfOrganization(ctx, f.Organization, 0, listedUsers)
	})
	request.Ask(f, &in.admins, func(ctx context.Context) ([]int64, error) {
		return f.Store().GlobalAdmins(ctx, f.Organization)
	})
}

// listedUsers is the most users of an organisation that are listed.
const listedUsers = 200

// organizations lists the one organisation of the caller; a key that is bound to
// a project doesn't reach it.
func (h *handlers) organizations(ctx context.Context, in *organizationsIn) ([]Organization, error) {
	c := in.Request()
	if c.Caller.BoundProject != 0 {
		return nil, nil
	}
	keys := make([]store.Key, 0, len(in.users)+len(in.admins))
	for _, id := range append(in.admins, in.users...) {
		keys = append(keys, store.User(id).Key)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	own, err := h.ownTeams(ctx, c, in.own)
	if err != nil {
		return nil, err
	}
	o := Organization{ID: decimal(c.Organization.ID), Name: c.Organization.OrgName, Description: c.Organization.Description, Type: member.DefaultTeamType, Workspaces: []string{}, Members: []string{}}
	for _, t := range own {
		o.Workspaces = append(o.Workspaces, decimal(t.ID))
	}
	for _, id := range in.users {
		if _, ok := c.UserRow(id); ok {
			o.Members = append(o.Members, decimal(id))
		}
	}
	for _, id := range in.admins {
		if u, ok := c.UserRow(id); ok && u.IsSuperuser {
			o.Owner, o.OwnerID = decimal(u.ID), decimal(u.ID)
			break
		}
	}
	return []Organization{o}, nil
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }
