package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ResourceKey is where the row of a resource lies, or of what leads to it.
func ResourceKey(r access.Resource, id int64) table.Primary {
	switch {
	case r.ByAlias:
		return table.Aliases.Key(id)
	case r.Kind == access.KindAgent:
		return table.Agents.Key(id)
	case r.Kind == access.KindProject:
		return table.Projects.Key(id)
	}
	return table.Teams.Key(id)
}

// CallerOf is a user as access sees them, whoever asks; nobody, where they are
// inactive.
func CallerOf(u model.User) access.Caller {
	if !u.IsActive {
		return access.Caller{}
	}
	return access.Caller{User: u.ID, Organization: u.OrganizationID, Rank: access.RankOf(u.IsStaff, u.IsSuperuser)}
}

// roles adds the rows that tell what a user is on a resource, as far as those
// that were read say where they lie.
func (k *known) roles(keys []table.Primary, rows table.Rows, r access.Resource, id, user int64) []table.Primary {
	switch {
	case r.Kind == access.KindAgent:
		return k.agentRoles(keys, rows, r, id, user)
	case user == 0:
		return keys
	case r.Kind != access.KindProject:
		return append(keys, table.TeamMembers.Key(id, user))
	}
	keys = append(keys, table.ProjectMembers.Key(id, user))
	if p, ok := k.projectIn(rows, id); ok && p.Team() != 0 {
		keys = append(keys, table.TeamMembers.Key(p.Team(), user))
	}
	return keys
}

// Find returns a resource of the caller's organisation that isn't deleted, as
// the caller stands to it, and keeps the first of each kind in the Request.
func (c *Request) Find(r access.Resource, id int64) (access.Target, bool) {
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

// IsMember reports whether a user is a member themselves of a resource that Find
// has found first of its kind.
func (c *Request) IsMember(r access.Resource, user int64) (is bool) {
	switch r.Kind {
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

// VersionOf is the row of a kind that the line names, whose version an If-Match is
// about; nil for none.
func (c *Request) VersionOf(k access.Kind) Versioned {
	switch {
	case k == access.KindProject && c.Project != nil:
		return *c.Project
	case k == access.KindTeam && c.Team != nil:
		return *c.Team
	case k == access.KindAgent && c.Agent != nil:
		return *c.Agent
	}
	return nil
}

// Named is a resource that a request names by an id.
type Named struct {
	Resource access.Resource
	ID       int64
}

// LoadMoreRoles reads the caller's roles that lie where only the rows read so far
// say: in the team of a project that the body names, in the project of an agent
// that it names, in the team that an agent's project has come to. It is one more
// trip, which requests that name the thing in the path hardly ever need.
func (c *Request) LoadMoreRoles(ctx context.Context, named []Named) error {
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		for _, n := range named {
			if c.leadsFurther(n) {
				keys = c.known.roles(keys, c.rows, n.Resource, n.ID, c.Caller.User)
			}
		}
		return keys
	})
}

// leadsFurther reports whether what was read of a resource may name rows that
// weren't asked for: it wasn't there yet when they were, or an alias or a move of
// its project leads somewhere else.
func (c *Request) leadsFurther(n Named) bool {
	if _, early := c.early[ResourceKey(n.Resource, n.ID)]; !early || n.Resource.ByAlias {
		return true
	}
	if n.Resource.Kind != access.KindAgent {
		return false
	}
	a, _ := c.known.agentIn(c.rows, n.ID)
	p, _ := c.known.projectIn(c.rows, a.ProjectID)
	return p.Team() != a.Team()
}

// follow reads the rows that want names, and again those that it names then, until
// it names none that wasn't asked for.
func (c *Request) follow(ctx context.Context, want func([]table.Primary) []table.Primary) error {
	for {
		if more, err := c.ReadMissing(ctx, want(nil)...); err != nil || !more {
			return err
		}
	}
}

// Reach reads what the caller is on a resource that the line doesn't name, and
// returns it as they stand to it; false where there is none in their organisation.
// Rows along are read with it.
func (c *Request) Reach(ctx context.Context, r access.Resource, id int64, along ...table.Primary) (access.Target, bool, error) {
	if err := c.ReadRoles(ctx, r, id, []int64{c.Caller.User}, along...); err != nil {
		return access.Target{}, false, err
	}
	t, ok := c.Find(r, id)
	return t, ok, nil
}

// ReadRoles reads a resource and what users are on it, as far as it wasn't read
// yet, wherever the rows lead. Rows along are read with it.
func (c *Request) ReadRoles(ctx context.Context, r access.Resource, id int64, users []int64, along ...table.Primary) error {
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		keys = append(append(keys, along...), ResourceKey(r, id))
		for _, user := range users {
			keys = c.known.roles(keys, c.rows, r, id, user)
		}
		return keys
	})
}
