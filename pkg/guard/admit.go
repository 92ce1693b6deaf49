package guard

import (
	"context"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// admit finds the resources of the operation's line (404), what else the
// request names (404), and decides (403).
func (v *visit) admit(ctx context.Context, c *Case, call api.Call) error {
	if err := v.moreRoles(ctx, c, call); err != nil {
		return err
	}
	denied := !v.scope().Permits(v.op.Group, v.op.IsRead)
	for _, n := range v.op.Needs {
		if n.Resource.Kind == access.KindOrganization {
			if !c.onOrganization(n.Permission, v.himself(c, call)) {
				denied = true
			}
			continue
		}
		ids := call.IDs(n.Resource.Field)
		if len(ids) == 0 && !n.Resource.Optional {
			return missing(n.Resource.Kind)
		}
		for _, id := range ids {
			target, ok := c.find(n.Resource.Kind, id)
			if !ok {
				return missing(n.Resource.Kind)
			}
			d := access.Decide(c.Caller, target, n.Permission)
			if !d.Visible && !(v.himself(c, call) && target.Organization == c.Organization.ID && c.Caller.BoundProject == 0) {
				return missing(n.Resource.Kind)
			}
			if d.Allowed {
				c.grants = append(c.grants, grant{d, target})
			} else if !v.himself(c, call) {
				denied = true
			}
		}
	}
	if err := v.people(c, call); err != nil {
		return err
	}
	if c.Caller.BoundProject != 0 && v.beyondProject() {
		return fault.NotFound()
	}
	if k, ok := call.In.(Knowing); ok {
		if err := k.Known(ctx, c); err != nil {
			return err
		}
	}
	if denied {
		return fault.Forbidden()
	}
	return nil
}

// onOrganization decides on the caller's own organisation.
func (c *Case) onOrganization(need access.Permission, himself bool) bool {
	target := c.OrganizationTarget()
	d := access.Decide(c.Caller, target, need)
	if d.Allowed {
		c.grants = append(c.grants, grant{d, target})
	}
	return d.Allowed || himself && c.Caller.BoundProject == 0
}

// beyondProject reports whether the operation names something of the
// organisation, which a key that is bound to a project can't reach.
func (v *visit) beyondProject() bool {
	return len(v.op.Needs) > 0 && v.op.Needs[0].Resource.Kind == access.KindOrganization && strings.Contains(v.op.Path, "{")
}

// unchanged refuses a request whose If-Match names another version of its row.
// It is asked after the handler, which may still refuse with 403.
func (c *Case) unchanged(call api.Call) error {
	if row := c.versioned(); row != nil && !call.Matches(row.RowVersion()) {
		return fault.New(fault.KindVersionMismatch, "The record was changed meanwhile")
	}
	return nil
}

// missing is the 404 of a resource.
func missing(k access.Kind) error {
	if k == access.KindWorkspace {
		return fault.New(fault.KindNotFound, "Workspace not found.")
	}
	return fault.NotFound()
}

// himself reports whether the line opens the operation to the very user who
// calls, and nobody else is meant.
func (v *visit) himself(c *Case, call api.Call) bool {
	if v.op.SelfField == "" || c.User == nil {
		return false
	}
	ids := call.IDs(v.op.SelfField)
	for _, id := range ids {
		if !c.Caller.Is(id) {
			return false
		}
	}
	return len(ids) > 0
}

// find returns a resource of the caller's organisation that isn't deleted, as
// the caller stands to it, and keeps the first of each kind in the Case.
func (c *Case) find(k access.Kind, id int64) (access.Target, bool) {
	if k == access.KindProject {
		p, ok := c.known, !c.known.IsDeleted
		if p.ID != id {
			p, ok = store.LiveProject(c.rows, id)
		}
		if !ok || p.OrganizationID != c.Organization.ID {
			return access.Target{}, false
		}
		if c.Project == nil {
			c.Project = &p
		}
		return c.ProjectTarget(p, c.Caller.User), true
	}
	t, ok := store.LiveTeam(c.rows, id)
	if !ok || t.OrganizationID != c.Organization.ID {
		return access.Target{}, false
	}
	if c.Team == nil {
		c.Team = &t
	}
	return c.TeamTarget(t, c.Caller.User, k), true
}

// versioned is the row whose version the request's If-Match is about: the first
// resource of the line.
func (c *Case) versioned() api.Versioned {
	switch {
	case c.concerns != nil:
		return c.concerns
	case len(c.op.Needs) == 0:
		return nil
	case c.op.Needs[0].Resource.Kind == access.KindProject && c.Project != nil:
		return *c.Project
	case c.op.Needs[0].Resource.Kind == access.KindTeam && c.Team != nil:
		return *c.Team
	}
	return nil
}

// people answers 404 for users who don't exist in the organisation or are
// deleted, and for members who aren't. A deleted user's membership may still be
// there, until his removal has come to it.
func (v *visit) people(c *Case, call api.Call) error {
	for _, field := range v.op.UserFields {
		for _, id := range call.IDs(field) {
			if u, ok := c.UserRow(id); !ok || u.DeletedOn != nil {
				return fault.NotFound()
			}
		}
	}
	for _, field := range v.op.MemberFields {
		for _, id := range call.IDs(field) {
			if _, ok := c.UserRow(id); !ok {
				return fault.NotFound()
			}
			if c.Project != nil && v.op.Needs[0].Resource.Kind == access.KindProject {
				if _, ok := c.rows[table.ProjectMembers.Key(c.Project.ID, id)]; !ok {
					return fault.NotFound()
				}
			} else if _, ok := c.rows[table.TeamMembers.Key(c.Team.ID, id)]; !ok {
				return fault.NotFound()
			}
		}
	}
	return nil
}

// moreRoles reads the team roles of projects that were named in the body, whose
// team was not known before: one more trip, which requests that name the
// project in the path don't need.
func (v *visit) moreRoles(ctx context.Context, c *Case, call api.Call) error {
	if c.Caller.User == 0 {
		return nil
	}
	var keys []table.Primary
	for _, n := range v.op.Needs {
		if n.Resource.Kind != access.KindProject {
			continue
		}
		for _, id := range call.IDs(n.Resource.Field) {
			if _, early := v.rows[table.Projects.Key(id)]; early {
				continue
			}
			if p, ok := table.Projects.In(c.rows, id); ok && p.Team() != 0 {
				keys = append(keys, table.TeamMembers.Key(p.Team(), c.Caller.User))
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := v.guard.store.Read(ctx, keys...)
	c.rows.Add(rows)
	return err
}
