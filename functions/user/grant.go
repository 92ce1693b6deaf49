package user

import (
	"context"
	"slices"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type grantIn struct {
	request.In
	Body struct {
		UserID       int64       `json:"user_id" minimum:"1"`
		ResourceType string      `json:"resource_type" enum:"project,agent,corpus,organization" doc:"What it is on. There are no corpora yet: 404."`
		ResourceID   int64       `json:"resource_id" minimum:"1"`
		Permission   string      `json:"permission" enum:"member,admin,viewer,editor,owner,application_admin,global_admin" doc:"On a project member or admin; on an agent viewer, editor or owner; on a corpus viewer, editor or admin; on the organization application_admin or global_admin"`
		ExpiresOn    *model.Time `json:"expires_on,omitempty" doc:"From then on it counts for nothing. Not for admins and owners, and not for ranks."`
	}

	held held
}

// permissible describes how permissions on a kind of thing are granted.
type permissible struct {
	levels  []string // the permissions
	endless string   // the one of them that can't expire; "" where none can
	why     string   // the message that refuses its expiry
	load    func(in *grantIn, f *request.Fetch)
	resolve func(ctx context.Context, in *grantIn, c *request.Request) error
	grant   func(ctx context.Context, h *handlers, in *grantIn) (model.UserPermission, error)
}

// permissibles are the kinds of things on which permissions may be granted, by their
// names. There are no corpora yet.
var permissibles = sync.OnceValue(func() map[string]permissible {
	return map[string]permissible{
		onProject: {
			levels: []string{string(access.ProjectMember), string(access.ProjectAdmin)}, endless: string(access.ProjectAdmin), why: "an admin's membership can't expire",
			load: (*grantIn).loadProject, resolve: resolveProject, grant: grantRole,
		},
		onAgent: {
			levels: []string{string(access.AgentViewer), string(access.AgentEditor), string(access.AgentOwner)}, endless: string(access.AgentOwner), why: "an owner's permission can't expire",
			load: (*grantIn).loadAgent, resolve: resolveAgent, grant: grantOnAgent,
		},
		onOrganization: {
			levels: []string{access.ApplicationAdmin.String(), access.GlobalAdmin.String()}, why: "a rank can't expire",
			load: (*grantIn).loadRank, resolve: resolveOrganization, grant: grantRank,
		},
		"corpus": {
			levels: []string{"viewer", "editor", "admin"}, endless: "admin", why: "an admin's permission can't expire",
			load: func(*grantIn, *request.Fetch) {}, resolve: func(context.Context, *grantIn, *request.Request) error { return fault.NotFound() },
		},
	}
})

// fits refuses a permission that the kind of resource doesn't have.
func fits(on, permission string) error {
	if !slices.Contains(permissibles()[on].levels, permission) {
		return fault.Invalid("body.permission", "is no permission on this kind of resource")
	}
	return nil
}

// ends refuses an expiry in the past, or of a permission that can't expire. For an
// unknown kind, it checks the time alone.
func ends(on, permission string, end *model.Time, now model.Time) error {
	of, known := permissibles()[on]
	switch {
	case end == nil:
		return nil
	case known && (of.endless == "" || of.endless == permission):
		return fault.Invalid("body.expires_on", of.why)
	case !end.After(now):
		return fault.Invalid("body.expires_on", "must be in the future")
	}
	return nil
}

// Validate refuses a permission that the kind doesn't have, and an expiry that it can't
// have.
func (in *grantIn) Validate(now model.Time) error {
	if err := fits(in.Body.ResourceType, in.Body.Permission); err != nil {
		return err
	}
	return ends(in.Body.ResourceType, in.Body.Permission, in.Body.ExpiresOn, now)
}

// Load asks for the resource, and for the roles of the user and the caller on it.
func (in *grantIn) Load(f *request.Fetch) { permissibles()[in.Body.ResourceType].load(in, f) }

func (in *grantIn) loadProject(f *request.Fetch) {
	id := in.Body.ResourceID
	f.Rows(store.Project(id).Key, store.ProjectMember(id, in.Body.UserID).Key)
	if f.Caller != 0 {
		f.Rows(store.ProjectMember(id, f.Caller).Key)
	}
}

func (in *grantIn) loadAgent(f *request.Fetch) {
	f.Rows(store.Agent(in.Body.ResourceID).Key, store.AgentMember(in.Body.UserID, in.Body.ResourceID).Key)
}

func (in *grantIn) loadRank(f *request.Fetch) { f.Rows(store.RankGrant(in.Body.UserID).Key) }

// Resolve refuses (404) inactive users, and resources that the caller may not know.
func (in *grantIn) Resolve(ctx context.Context, c *request.Request) error {
	if c.Active([]int64{in.Body.UserID}) != nil {
		return fault.Missing("body.user_id")
	}
	in.held.user, _ = c.UserRow(in.Body.UserID)
	err := permissibles()[in.Body.ResourceType].resolve(ctx, in, c)
	if fault.Is(err, fault.KindNotFound) {
		return fault.Missing("body.resource_id")
	}
	return err
}

func resolveProject(ctx context.Context, in *grantIn, c *request.Request) error {
	return in.held.place(ctx, c, in.Body.ResourceID, false)
}

func resolveAgent(ctx context.Context, in *grantIn, c *request.Request) error {
	var along []store.Key
	if a, ok := store.Agent(in.Body.ResourceID).In(c.Rows()); ok {
		along = member.AgentMemberKeys(a, in.Body.UserID)
	}
	return in.held.agent(ctx, c, in.Body.ResourceID, false, along...)
}

func resolveOrganization(_ context.Context, in *grantIn, c *request.Request) error {
	if in.Body.ResourceID != c.Organization.ID || c.Caller.BoundProject != 0 {
		return fault.NotFound()
	}
	in.held.target = c.OrganizationTarget()
	return nil
}

// grant gives a user a role in a project, a permission on an agent, or a rank. It
// refuses (duplicate) where they have one already, which can be edited.
func (h *handlers) grant(ctx context.Context, in *grantIn) (model.UserPermission, error) {
	return permissibles()[in.Body.ResourceType].grant(ctx, h, in)
}

func grantRole(ctx context.Context, h *handlers, in *grantIn) (model.UserPermission, error) {
	c, user := in.Request(), in.Body.UserID
	if err := c.Require(access.ManageMembers, in.held.target); err != nil {
		return model.UserPermission{}, err
	}
	p := *c.Project
	if _, is := c.ProjectMember(p.ID, user); is {
		return model.UserPermission{}, duplicate()
	}
	id, err := h.store.NewID(ctx, model.PermissionIDs)
	if err != nil {
		return model.UserPermission{}, err
	}
	m := model.ProjectMember{ID: id, ProjectID: p.ID, UserID: user, Role: in.Body.Permission, ExpiresOn: in.Body.ExpiresOn, CreatedBy: c.Stamp, CreatedOn: c.Now}
	m = store.ProjectPlace(p).Add(&c.Tx, m)
	if !c.Caller.Is(user) {
		c.Notify(user, model.NoticeAdded, model.ProjectName(p.ID))
	}
	c.Record(audit.MembersChanged{In: model.KindProject.Ref(p.ID).User(user), Members: audit.Members{user: audit.Made(audit.InProject(m))}})
	return held{user: in.held.user, member: &m}.shown(), nil
}

func grantRank(ctx context.Context, h *handlers, in *grantIn) (model.UserPermission, error) {
	c, old := in.Request(), in.held.user
	if err := c.Require(access.ManageOrganization, in.held.target); err != nil {
		return model.UserPermission{}, err
	}
	if rankOf(old).Admin() {
		return model.UserPermission{}, duplicate()
	}
	id, err := h.store.NewID(ctx, model.PermissionIDs)
	if err != nil {
		return model.UserPermission{}, err
	}
	g := model.RankGrant{ID: id, UserID: old.ID, OrganizationID: c.Organization.ID, Permission: in.Body.Permission, Stamp: model.Created(c.Stamp, c.Now), Version: 1}
	u := h.store.ChangeUser(&c.Tx, old, ranked(old, in.Body.Permission))
	h.store.GrantRank(&c.Tx, g)
	h.tell(c, old, u, nil)
	return held{user: u, grant: &g}.shown(), nil
}

func duplicate() error {
	return fault.New(fault.KindDuplicate, "The user has a permission there already: change that one by Edit User Permission by ID").On("body.user_id", "has one already")
}

// ranked returns u with the named rank; "" is none.
func ranked(u model.User, rank string) model.User {
	u.IsStaff, u.IsSuperuser = rank == access.ApplicationAdmin.String(), rank == access.GlobalAdmin.String()
	return u
}
