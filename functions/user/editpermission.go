package user

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type editPermissionIn struct {
	named
	Body struct {
		Permission *string                  `json:"permission,omitempty" enum:"member,admin,viewer,editor,owner,application_admin,global_admin" doc:"One of those that Create User Permission names for the resource"`
		ExpiresOn  api.Optional[model.Time] `json:"expires_on,omitempty" doc:"Another end, or null for none. Not for admins and owners, and not for ranks."`
	}
}

// Validate refuses an expiry in the past.
func (in *editPermissionIn) Validate(now model.Time) error {
	return ends("", "", in.Body.ExpiresOn.Value, now)
}

// Resolve finds the permission (404), whose user must be active (404).
func (in *editPermissionIn) Resolve(ctx context.Context, c *request.Request) error {
	if err := in.find(ctx, c); err != nil {
		return err
	}
	return c.Active([]int64{in.held.user.ID})
}

// editPermission changes the fields in the body. It refuses to demote the last admin of
// a project (last_project_admin) and the last global admin (last_global_admin).
func (h *handlers) editPermission(ctx context.Context, in *editPermissionIn) (api.Noted[model.UserPermission, *Demoted], error) {
	old := in.held.user
	row, err := h.changePermission(in)
	out := api.Noted[model.UserPermission, *Demoted]{Data: row}
	if err == nil && in.held.grant != nil {
		out.Meta, err = h.demoted(ctx, in.Request(), old, ranked(old, row.Permission))
	}
	return out, err
}

// changePermission is editPermission without its meta.
func (h *handlers) changePermission(in *editPermissionIn) (model.UserPermission, error) {
	c := in.Request()
	c.CheckVersionOf(in.held.shown())
	switch {
	case in.held.grant != nil:
		return h.editRank(c, in)
	case in.held.onAgent != nil:
		return h.editOnAgent(c, in)
	}
	if err := in.held.manage(c); err != nil {
		return model.UserPermission{}, err
	}
	p, was := *c.Project, *in.held.member
	m := was
	asked, err := in.terms(c, onProject, &m.Role, &m.ExpiresOn)
	if err != nil || !asked {
		return in.held.shown(), err
	}
	if was.Role == string(access.ProjectAdmin) && m.Role != was.Role && p.AdminCount <= 1 {
		return model.UserPermission{}, fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be demoted: make another member admin first")
	}
	m = store.ProjectPlace(p).Change(&c.Tx, was, m.Modified(c.Stamp, c.Now))
	if !c.Caller.Is(m.UserID) && m.Role != was.Role {
		c.Notify(m.UserID, model.NoticeRoleChanged, model.ProjectName(p.ID))
	}
	c.Record(audit.MembersChanged{In: model.KindProject.Ref(p.ID).User(m.UserID), Members: audit.Members{m.UserID: audit.Became(audit.InProject(was), audit.InProject(m))}})
	return held{user: in.held.user, member: &m}.shown(), nil
}

// terms sets the role and expiry of a permission on a project or an agent from the body,
// and reports whether they change. An expired one is renewed: without a new expiry it has
// none. An empty body changes nothing.
func (in *editPermissionIn) terms(c *request.Request, on string, role *string, end **model.Time) (changed bool, err error) {
	if in.Body.Permission == nil && !in.Body.ExpiresOn.Given {
		return false, nil
	}
	wasRole, wasEnd := *role, *end
	if !c.Live(*end) {
		*end = nil
	}
	set(role, in.Body.Permission)
	if err := fits(on, *role); err != nil {
		return false, err
	}
	if err := ends(on, *role, in.Body.ExpiresOn.Value, c.Now); err != nil {
		return false, err
	}
	if in.Body.ExpiresOn.Given {
		*end = in.Body.ExpiresOn.Value
	}
	if *role == string(access.ProjectAdmin) || *role == string(access.AgentOwner) {
		*end = nil
	}
	same := (wasEnd == nil) == (*end == nil) && (wasEnd == nil || wasEnd.Equal(**end))
	return *role != wasRole || !same, nil
}

// mayRank refuses callers who may not change the rank of h's user to that of to. Users
// lower or give up their own; a global admin changes that of others, except of another
// global admin.
func (h held) mayRank(c *request.Request, to model.User) error {
	if c.Caller.Is(h.user.ID) {
		if rankOf(to) > rankOf(h.user) {
			return fault.Forbidden(fault.ReasonRank)
		}
		return nil
	}
	if err := h.manage(c); err != nil {
		return err
	}
	if h.user.IsSuperuser {
		return fault.OfGlobalAdmin()
	}
	return nil
}

func (h *handlers) editRank(c *request.Request, in *editPermissionIn) (model.UserPermission, error) {
	old, g := in.held.user, *in.held.grant
	rank := g.Permission
	set(&rank, in.Body.Permission)
	u := ranked(old, rank)
	if err := in.held.mayRank(c, u); err != nil {
		return model.UserPermission{}, err
	}
	if err := fits(onOrganization, rank); err != nil {
		return model.UserPermission{}, err
	}
	if err := ends(onOrganization, rank, in.Body.ExpiresOn.Value, c.Now); err != nil {
		return model.UserPermission{}, err
	}
	if rank == g.Permission {
		return in.held.shown(), nil
	}
	if err := lastGlobalAdmin(c, old, u); err != nil {
		return model.UserPermission{}, err
	}
	u = h.store.ChangeUser(&c.Tx, old, u)
	h.store.ChangeRankGrant(&c.Tx, g, rank, c.Stamp, c.Now)
	h.tell(c, old, u, nil)
	g.Permission, g.Version, g.Stamp = rank, g.Version+1, g.Modified(c.Stamp, c.Now)
	return held{user: u, grant: &g}.shown(), nil
}
