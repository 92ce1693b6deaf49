package user

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// The kinds of resources of permissions.
const (
	onProject      = "project"
	onAgent        = "agent"
	onOrganization = "organization"
)

// held is a permission: a membership of a project, a permission on an agent, or the
// grant of a rank.
type held struct {
	user    model.User
	member  *model.ProjectMember
	onAgent *model.AgentMember
	grant   *model.RankGrant
	target  access.Target // its resource, for the caller
}

// shown returns h as answers show it.
func (h held) shown() model.UserPermission {
	if g := h.grant; g != nil {
		return model.UserPermission{ID: g.ID, User: g.UserID, ResourceType: onOrganization, ResourceID: g.OrganizationID, Permission: g.Permission, Stamp: g.Stamp, Version: g.Version}
	}
	if m := h.onAgent; m != nil {
		return model.UserPermission{ID: m.ID, User: m.UserID, ResourceType: onAgent, ResourceID: m.AgentID, Permission: m.Role, ExpiresOn: m.ExpiresOn, Stamp: m.Stamp(), Version: m.Version}
	}
	m := h.member
	return model.UserPermission{ID: m.ID, User: m.UserID, ResourceType: onProject, ResourceID: m.ProjectID, Permission: m.Role, ExpiresOn: m.ExpiresOn, Stamp: m.Stamp(), Version: m.Version}
}

// manage refuses (403) callers who may not manage permissions on the resource.
func (h held) manage(c *request.Request) error {
	switch {
	case h.grant != nil:
		return c.Require(access.ManageOrganization, h.target)
	case h.onAgent != nil:
		return c.Require(access.ManageAgent, h.target)
	}
	return c.Require(access.ManageMembers, h.target)
}

// named is an input that names a permission by its id.
type named struct {
	request.In
	PermissionID int64 `path:"permission_id" example:"148"`

	at    store.Permission
	found bool
	held  held
	left  removal.Remaining
}

// Load asks an index for the row with the id.
func (in *named) Load(f *request.Fetch) {
	f.Ask(func(ctx context.Context) (err error) {
		in.at, in.found, err = f.Store().PermissionByID(ctx, in.PermissionID)
		return err
	})
}

// find reads the permission again, and the caller's role on its resource. It answers 404
// where there is none, or none that the caller may know.
func (in *named) find(ctx context.Context, c *request.Request) error {
	if !in.found {
		return fault.NotFound()
	}
	if in.at.Agent != 0 {
		return in.findOnAgent(ctx, c)
	}
	keys := []store.Key{store.User(in.at.User).Key}
	if in.at.Project == 0 {
		keys = append(keys, store.RankGrant(in.at.User).Key)
	} else {
		keys = append(keys, projectKeys(c, in.at.Project, in.at.User)...)
	}
	if err := c.Read(ctx, keys...); err != nil {
		return err
	}
	u, ok := c.UserRow(in.at.User)
	if !ok || u.DeletedOn != nil {
		return fault.NotFound()
	}
	in.held.user = u
	if in.at.Project == 0 {
		return in.findGrant(c)
	}
	m, ok := c.ProjectMember(in.at.Project, in.at.User)
	if !ok || m.ID != in.PermissionID {
		return fault.NotFound()
	}
	in.held.member = &m
	return in.held.place(ctx, c, m.ProjectID, c.Caller.Is(m.UserID) && c.Caller.BoundProject == 0)
}

func (in *named) findGrant(c *request.Request) error {
	g, ok := store.RankGrant(in.at.User).In(c.Rows())
	if in.held.target = c.OrganizationTarget(); !ok || g.ID != in.PermissionID || c.Caller.BoundProject != 0 {
		return fault.NotFound()
	}
	in.held.grant = &g
	return nil
}

// projectKeys are the keys of a project and of the roles of the caller and a user in it.
func projectKeys(c *request.Request, project, user int64) []store.Key {
	keys := []store.Key{store.Project(project).Key, store.ProjectMember(project, user).Key, store.Tombstone(project, user).Key}
	if c.Caller.User != 0 {
		keys = append(keys, store.ProjectMember(project, c.Caller.User).Key)
	}
	return keys
}

// place finds the project, whose rows were read, and reads the roles of the caller and
// the user in its team. It answers 404 where the caller may not know the project, unless
// the permission is their own (themselves).
func (h *held) place(ctx context.Context, c *request.Request, id int64, themselves bool) error {
	p, ok := store.LiveProject(c.Rows(), id)
	if !ok || p.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	if team := p.Team(); team != 0 {
		keys := []store.Key{store.TeamMember(team, h.user.ID).Key}
		if c.Caller.User != 0 {
			keys = append(keys, store.TeamMember(team, c.Caller.User).Key)
		}
		if err := c.Read(ctx, keys...); err != nil {
			return err
		}
	}
	h.target = c.ProjectTarget(p, c.Caller.User)
	if !themselves && !access.Decide(c.Caller, h.target, access.ViewProject).Visible {
		return fault.NotFound()
	}
	c.Project = &p
	return nil
}

type permissionIn struct{ named }

// Resolve finds the permission.
func (in *permissionIn) Resolve(ctx context.Context, c *request.Request) error {
	return in.find(ctx, c)
}

// permission shows a permission to its user and to callers who may manage it (403).
func (h *handlers) permission(_ context.Context, in *permissionIn) (model.UserPermission, error) {
	c := in.Request()
	if !c.Caller.Is(in.held.user.ID) {
		if err := in.held.manage(c); err != nil {
			return model.UserPermission{}, err
		}
	}
	return in.held.shown(), nil
}
