package guard

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// admit finds the resources of the operation's line (404), what else the
// request names (404), and decides (403).
func (v *visit) admit(ctx context.Context, c *Case, call api.Call) error {
	if err := v.moreRoles(ctx, c, call); err != nil {
		return err
	}
	var denied fault.Reason // the first right that is missing
	lacking := func(r fault.Reason) { denied = cmp.Or(denied, r) }
	if !v.scope().Permits(v.op.Group, v.op.IsRead) {
		lacking(fault.ReasonKeyScope)
	}
	for _, n := range v.op.Needs {
		if n.Resource.Kind == access.KindOrganization {
			if !c.onOrganization(n.Permission, v.themselves(c, call)) {
				lacking(c.lacks(n.Resource.Kind))
			}
			continue
		}
		ids := call.IDs(n.Resource.Field)
		if len(ids) == 0 && !n.Resource.Optional {
			return missing(n.Resource.Kind)
		}
		for i, id := range ids {
			target, ok := c.find(n.Resource, id)
			if !ok {
				return unknownIn(call, n.Resource, i)
			}
			d := access.Decide(c.Caller, target, n.Permission)
			if !d.Visible && !(v.themselves(c, call) && target.Organization == c.Organization.ID && c.Caller.BoundProject == 0) {
				return unknownIn(call, n.Resource, i)
			}
			if d.Allowed {
				c.grants = append(c.grants, grant{d, target})
			} else if !v.themselves(c, call) {
				lacking(c.lacks(n.Resource.Kind))
			}
		}
	}
	if err := v.people(c, call); err != nil {
		return err
	}
	if err := v.members(c, call, denied); err != nil {
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
	if denied != "" {
		return fault.Forbidden(denied)
	}
	return nil
}

// onOrganization decides on the caller's own organisation.
func (c *Case) onOrganization(need access.Permission, themselves bool) bool {
	target := c.OrganizationTarget()
	d := access.Decide(c.Caller, target, need)
	if d.Allowed {
		c.grants = append(c.grants, grant{d, target})
	}
	return d.Allowed || themselves && c.Caller.BoundProject == 0
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
		return fault.New(fault.KindVersionMismatch, "The record was changed meanwhile: read it again and send its present ETag")
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

// unknownIn is the 404 of the resource that the request names by its nth id. It
// is the same for what isn't there and for what the caller may not know.
func unknownIn(call api.Call, r access.Resource, n int) error {
	return unknown(fault.Of(missing(r.Kind)), call, r.Field, n)
}

// unknown names the place of the nth id of a field in a 404, but for one in the
// path: there it is the whole address that names nothing.
func unknown(f *fault.Fault, call api.Call, field string, n int) error {
	if where := call.Where(field, n); where != "" {
		return f.On(where, fault.Missing(where).Fields[where])
	}
	return f
}

// themselves reports whether the line opens the operation to the very user who
// calls, and nobody else is meant.
func (v *visit) themselves(c *Case, call api.Call) bool {
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
func (c *Case) find(r access.Resource, id int64) (access.Target, bool) {
	switch r.Kind {
	case access.KindProject:
		p, ok := c.known.projectIn(c.rows, id)
		if !ok || p.IsDeleted || p.OrganizationID != c.Organization.ID {
			return access.Target{}, false
		}
		if c.Project == nil {
			c.Project = &p
		}
		return c.ProjectTarget(p, c.Caller.User), true
	case access.KindAgent:
		return c.findAgent(r, id)
	}
	t, ok := store.LiveTeam(c.rows, id)
	if !ok || t.OrganizationID != c.Organization.ID {
		return access.Target{}, false
	}
	if c.Team == nil {
		c.Team = &t
	}
	return c.TeamTarget(t, c.Caller.User, r.Kind), true
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
	case c.op.Needs[0].Resource.Kind == access.KindAgent && c.Agent != nil:
		return *c.Agent
	}
	return nil
}

// people answers 404 for users who don't exist in the organisation or are
// deleted.
func (v *visit) people(c *Case, call api.Call) error {
	for _, field := range v.op.UserFields {
		for i, id := range call.IDs(field) {
			if u, ok := c.UserRow(id); !ok || u.DeletedOn != nil {
				return unknown(fault.NotFound(), call, field, i)
			}
		}
	}
	return nil
}

// members answers 404 for users who aren't members of the line's first resource.
// Who may not change the permissions on an agent may not know of them either:
// they are denied before. A deleted user's membership may still be there, until their
// removal has come to it.
func (v *visit) members(c *Case, call api.Call, denied fault.Reason) error {
	for _, field := range v.op.MemberFields {
		if denied != "" && c.Agent != nil {
			return fault.Forbidden(denied)
		}
		for i, id := range call.IDs(field) {
			if _, known := c.UserRow(id); !known || !c.isMember(id) {
				return unknown(fault.NotFound(), call, field, i)
			}
		}
	}
	return nil
}

// isMember reports whether a user is a member themselves of the line's first
// resource.
func (c *Case) isMember(user int64) (is bool) {
	switch c.op.Needs[0].Resource.Kind {
	case access.KindProject:
		_, is = c.ProjectMember(c.Project.ID, user)
	case access.KindAgent:
		var m model.AgentMember
		if m, is = c.AgentMember(c.Agent.ID, user); is {
			_, gone := c.Buried(m)
			is = !gone
		}
	default:
		_, is = c.TeamMember(c.Team.ID, user)
	}
	return is
}

// moreRoles reads the caller's roles that lie where only the rows read so far
// say: in the team of a project that the body names, in the project of an agent
// that it names, in the team that an agent's project has come to. It is one more
// trip, which requests that name the thing in the path hardly ever need.
func (v *visit) moreRoles(ctx context.Context, c *Case, call api.Call) error {
	if c.Caller.Service && !v.aboutAgents() {
		return nil
	}
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		for _, n := range v.op.Needs {
			for _, id := range call.IDs(n.Resource.Field) {
				if _, early := v.rows[resourceKey(n.Resource, id)]; !early || c.led(n.Resource, id) {
					keys = c.known.roles(keys, c.rows, n.Resource, id, c.Caller.User)
				}
			}
		}
		return keys
	})
}

// follow reads what want names, and again what it names then, until it names
// nothing that wasn't asked for.
func (c *Case) follow(ctx context.Context, want func([]table.Primary) []table.Primary) error {
	for {
		if more, err := c.More(ctx, want(nil)...); err != nil || !more {
			return err
		}
	}
}

// Reach reads what the caller is on a resource that the line doesn't name, and
// returns it as they stand to it; false where there is none in their organization.
// Rows along are read with it.
func (c *Case) Reach(ctx context.Context, r access.Resource, id int64, along ...table.Primary) (access.Target, bool, error) {
	if err := c.ReadRoles(ctx, r, id, []int64{c.Caller.User}, along...); err != nil {
		return access.Target{}, false, err
	}
	t, ok := c.find(r, id)
	return t, ok, nil
}

// ReadRoles reads a resource and what users are on it, as far as it wasn't read
// yet, wherever the rows lead. Rows along are read with it.
func (c *Case) ReadRoles(ctx context.Context, r access.Resource, id int64, users []int64, along ...table.Primary) error {
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		keys = append(append(keys, along...), resourceKey(r, id))
		for _, user := range users {
			keys = c.known.roles(keys, c.rows, r, id, user)
		}
		return keys
	})
}

// led reports whether the rows of a resource that was read on the first trip may
// have led further than the second one went.
func (c *Case) led(r access.Resource, id int64) bool {
	if r.Kind != access.KindAgent || r.ByAlias {
		return r.ByAlias
	}
	a, _ := c.known.agentIn(c.rows, id)
	p, _ := c.known.projectIn(c.rows, a.ProjectID)
	return p.Team() != a.Team()
}

// aboutAgents reports whether the line names an agent, whose project is to be
// known of every caller.
func (v *visit) aboutAgents() bool {
	return slices.ContainsFunc(v.op.Needs, func(n api.Need) bool { return n.Resource.Kind == access.KindAgent })
}
