package request

import (
	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// ProjectTarget is a project as a user's rows stand to it.
func (c *Request) ProjectTarget(p model.Project, user int64) access.Target {
	t := access.Target{Kind: access.KindProject, ID: p.ID, Organization: p.OrganizationID, Team: p.Team()}
	if user == 0 {
		return t
	}
	if m, ok := c.ProjectMember(p.ID, user); ok && c.Live(m.ExpiresOn) {
		t.ProjectRole = access.ProjectRole(m.Role)
	}
	if t.Team != 0 {
		if m, ok := c.TeamMember(t.Team, user); ok {
			t.TeamRole = access.Role(m.Role)
		}
	}
	return t
}

// TeamTarget is a team as a user's row stands to it.
func (c *Request) TeamTarget(t model.Team, user int64, as access.Kind) access.Target {
	target := access.Target{Kind: as, ID: t.ID, Organization: t.OrganizationID}
	if m, ok := c.TeamMember(t.ID, user); ok && user != 0 {
		target.TeamRole = access.Role(m.Role)
	}
	return target
}

// OrganizationTarget is the caller's organisation.
func (c *Request) OrganizationTarget() access.Target {
	return access.Target{Kind: access.KindOrganization, ID: c.Organization.ID, Organization: c.Organization.ID}
}

// VisibleTeam returns a team whose rows were read, as the caller stands to it,
// or the 404 of one that they may not know.
func (c *Request) VisibleTeam(id int64) (access.Target, error) {
	t, ok := store.LiveTeam(c.rows, id)
	if !ok || t.OrganizationID != c.Organization.ID {
		return access.Target{}, fault.NotFound()
	}
	target := c.TeamTarget(t, c.Caller.User, access.KindTeam)
	if !access.Decide(c.Caller, target, access.ViewTeam).Visible {
		return access.Target{}, fault.NotFound()
	}
	return target, nil
}

// Sees reports whether the caller may know a project whose rows were read.
func (c *Request) Sees(p model.Project) bool {
	return access.Decide(c.Caller, c.ProjectTarget(p, c.Caller.User), access.ViewProject).Visible
}

// Acting is the role as which the caller acts on the team of the line.
func (c *Request) Acting() access.Role {
	return access.ActingRole(c.Caller, c.TeamTarget(*c.Team, c.Caller.User, access.KindTeam))
}
