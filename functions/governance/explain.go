package governance

import (
	"context"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/explain"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type explainIn struct {
	request.In
	UserID       int64       `query:"user_id" required:"true" minimum:"1" example:"16"`
	Action       action      `query:"action" required:"true" doc:"A permission that the type has. project: view_project, edit_project, manage_members, delete_project; team: view_team, create_project, list_user_projects and the permissions of List Workspace Permissions; organization: view_organization, manage_users, manage_organization; agent: view_agent, edit_agent, manage_agent" example:"edit_project"`
	ResourceType string      `query:"resource_type" required:"true" enum:"project,team,organization,agent,corpus"`
	ResourceID   int64       `query:"resource_id" required:"true" minimum:"1" example:"151"`
	AsOf         *model.Time `query:"as_of" doc:"A past time; without it, now"`

	need access.Permission
	rows explain.Rows
}

// action is the name of a permission that some type of resource has.
type action string

// Schema lists them.
func (action) Schema(api.Registry) *api.Schema {
	all := access.Applicable(access.KindProject) | access.Applicable(access.KindTeam) | access.Applicable(access.KindOrganization) | access.Applicable(access.KindAgent)
	return api.OneOf(strings.Split(all.String(), ", ")...)
}

// Validate refuses an action that the type doesn't have, and a time to come.
func (in *explainIn) Validate(now model.Time) error {
	need, known := access.ParsePermission(string(in.Action))
	if kind := in.kind(); !known || kind != 0 && !access.Applicable(kind).Has(need) {
		return fault.Invalid("query.action", "must be a permission that the resource type has")
	}
	in.need = need
	if in.AsOf != nil && in.AsOf.After(now) {
		return fault.Invalid("query.as_of", "must not be in the future")
	}
	return nil
}

// kind is what the type is to access; 0 for types of which there is nothing yet.
func (in *explainIn) kind() access.Kind {
	switch in.ResourceType {
	case "project":
		return access.KindProject
	case "team":
		return access.KindTeam
	case "organization":
		return access.KindOrganization
	case "agent":
		return access.KindAgent
	}
	return 0
}

// Load asks for the person and the resource, and what they and the caller are
// there.
func (in *explainIn) Load(f *request.Fetch) {
	f.Rows(store.User(in.UserID).Key)
	people := []int64{in.UserID}
	if f.Caller != 0 {
		people = append(people, f.Caller)
	}
	switch in.kind() {
	case access.KindProject:
		f.Rows(store.Project(in.ResourceID).Key)
		for _, u := range people {
			f.Rows(store.ProjectMember(in.ResourceID, u).Key)
		}
	case access.KindTeam:
		f.Rows(store.Team(in.ResourceID).Key)
		for _, u := range people {
			f.Rows(store.TeamMember(in.ResourceID, u).Key)
		}
	case access.KindAgent:
		f.Rows(store.Agent(in.ResourceID).Key)
		for _, u := range people {
			f.Rows(store.AgentMember(u, in.ResourceID).Key)
		}
	}
}

// Resolve finds the person and the resource, deleted ones too, and refuses what
// the caller may not know: to the ranks all of the organisation is known, to
// others what they see now. It refuses with 403 who asks about somebody else and
// neither has a rank nor manages the project.
func (in *explainIn) Resolve(ctx context.Context, c *request.Request) error {
	u, ok := store.User(in.UserID).In(c.Rows())
	in.rows = explain.Rows{User: u}
	seen, err := in.find(ctx, c)
	if err != nil {
		return err
	}
	if !seen && !access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed {
		return noResource()
	}
	if !ok || u.OrganizationID != c.Organization.ID {
		return fault.Missing("query.user_id")
	}
	if c.Caller.Is(in.UserID) && c.Caller.BoundProject == 0 {
		return nil
	}
	project := int64(0)
	if in.rows.Project != nil {
		project = in.rows.Project.ID
	}
	return knows(ctx, c, project, resourceField)
}

// noResource refuses what isn't there, or what the caller may not know.
func noResource() error { return fault.Missing(resourceField) }

const resourceField = "query.resource_id"

// find fills in the resource and what the person is there, and tells whether
// the caller sees it themselves.
func (in *explainIn) find(ctx context.Context, c *request.Request) (seen bool, err error) {
	switch in.kind() {
	case access.KindProject:
		p, ok := store.Project(in.ResourceID).In(c.Rows())
		if !ok || p.OrganizationID != c.Organization.ID {
			return false, noResource()
		}
		if err := c.ReadRoles(ctx, access.Project(""), p.ID, []int64{in.UserID, c.Caller.User}); err != nil {
			return false, err
		}
		in.member(c, p.Team())
		if m, ok := c.ProjectMember(p.ID, in.UserID); ok {
			in.rows.Member = &m
		}
		in.rows.Project = &p
		_, live := store.LiveProject(c.Rows(), p.ID)
		return live && c.Sees(p), nil
	case access.KindAgent:
		return in.findAgent(ctx, c)
	case access.KindTeam:
		t, ok := store.Team(in.ResourceID).In(c.Rows())
		if !ok || t.OrganizationID != c.Organization.ID {
			return false, noResource()
		}
		in.member(c, t.ID)
		in.rows.Team = &t
		_, err := c.VisibleTeam(t.ID)
		return err == nil, nil
	case access.KindOrganization:
		in.rows.Organization = &c.Organization
		if in.ResourceID != c.Organization.ID {
			return false, noResource()
		}
		return true, nil
	}
	return false, noResource()
}

// findAgent is find for an agent. Its project, and what both are there, are known
// only now.
func (in *explainIn) findAgent(ctx context.Context, c *request.Request) (seen bool, err error) {
	a, ok := store.Agent(in.ResourceID).In(c.Rows())
	if !ok || a.OrganizationID != c.Organization.ID {
		return false, noResource()
	}
	if err := c.ReadRoles(ctx, access.Agent(""), a.ID, []int64{in.UserID, c.Caller.User}); err != nil {
		return false, err
	}
	p, ok := store.Project(a.ProjectID).In(c.Rows())
	if !ok {
		return false, noResource()
	}
	if m, ok := c.AgentMember(a.ID, in.UserID); ok {
		_, in.rows.Buried = c.EndedByRemoval(m)
		in.rows.AgentMember = &m
	}
	if m, ok := c.ProjectMember(p.ID, in.UserID); ok {
		in.rows.Member = &m
	}
	in.member(c, p.Team())
	in.rows.Agent, in.rows.Project = &a, &p
	shown, place, live := c.AgentRow(a.ID)
	return live && c.AgentVisible(c.Caller, shown, place), nil
}

func (in *explainIn) member(c *request.Request, team int64) {
	if m, ok := c.TeamMember(team, in.UserID); ok {
		in.rows.TeamMember = &m
	}
}

// explain tells whether the person may do it, by which paths, or what was
// missing. It refuses a past that too many changes lie between (limit).
func (h *handlers) explain(ctx context.Context, in *explainIn) (explain.Answer, error) {
	if in.AsOf == nil {
		return explain.Now(in.rows, in.Request().Now).Explain(in.need), nil
	}
	in.rows.InTeam = func(ctx context.Context, team int64) (*model.TeamMember, error) {
		rows, err := h.store.Read(ctx, store.TeamMember(team, in.UserID).Key)
		if m, ok := store.TeamMember(team, in.UserID).In(rows); ok {
			return &m, err
		}
		return nil, err
	}
	s, err := explain.Past(ctx, h.store, in.rows, *in.AsOf)
	if err != nil {
		return explain.Answer{}, err
	}
	return s.Explain(in.need), nil
}
