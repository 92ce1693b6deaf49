package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// CallerOf is a user as access sees them, whoever asks; nobody, where they are
// inactive.
func CallerOf(u model.User) access.Caller {
	if !u.IsActive {
		return access.Caller{}
	}
	return access.Caller{User: u.ID, Organization: u.OrganizationID, Rank: access.RankOf(u.IsStaff, u.IsSuperuser)}
}

// Find returns a resource of the caller's organisation that isn't deleted, as
// the caller stands to it, and keeps the first of each kind in the Line.
func (c *Request) Find(r access.Resource, id int64) (access.Target, bool) {
	return resource.Of(r).Find(&c.View, &c.Line, id, c.Caller.User)
}

// IsMember reports whether a user is a member themselves of a resource that Find
// has found first of its kind.
func (c *Request) IsMember(r access.Resource, user int64) bool {
	kind := resource.Of(r)
	id, _ := kind.First(&c.Line)
	m, is := kind.Member(&c.View, id, user)
	return is && !m.Ended
}

// VisibleTeam returns a team whose rows were read, as the caller stands to it,
// or the 404 of one that they may not know.
func (c *Request) VisibleTeam(id int64) (access.Target, error) {
	t, ok := store.LiveTeam(c.Rows(), id)
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

// May reports whether the caller may do more with the line's agent than the line
// asks for.
func (c *Request) May(p access.Permission) bool {
	return access.Decide(c.Caller, c.AgentTarget(*c.Agent, *c.Project, c.Caller.User), p).Allowed
}

// Acting is the role as which the caller acts on the team of the line.
func (c *Request) Acting() access.Role {
	return access.ActingRole(c.Caller, c.TeamTarget(*c.Team, c.Caller.User, access.KindTeam))
}

// VersionOf is the row of what the line names first of a kind, whose version an
// If-Match is about; nil for none.
func (c *Request) VersionOf(r access.Resource) resource.Row {
	_, row := resource.Of(r).First(&c.Line)
	return row
}

// Named is a resource that a request names by an id.
type Named struct {
	Resource access.Resource
	ID       int64
}

// LoadMoreRoles reads the caller's roles, on resources that LeadsFurther, that lie where only the rows read so far
// say: in the team of a project that the body names, in the project of an agent
// that it names, in the team that an agent's project has come to. It is one more
// trip, which requests that name the thing in the path hardly ever need.
func (c *Request) LoadMoreRoles(ctx context.Context, named []Named) error {
	if len(named) == 0 {
		return nil
	}
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		for _, n := range named {
			if c.LeadsFurther(n) {
				keys = resource.Of(n.Resource).RoleKeys(&c.View, keys, n.ID, c.Caller.User)
			}
		}
		return keys
	})
}

// LeadsFurther reports whether what was read of a resource may name rows that
// weren't asked for: it wasn't there yet when they were, or what it belongs to isn't
// what its own row says.
func (c *Request) LeadsFurther(n Named) bool {
	kind := resource.Of(n.Resource)
	_, early := c.early[kind.Key(n.ID)]
	return !early || kind.LeadsFurther != nil && kind.LeadsFurther(&c.View, n.ID)
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
	kind := resource.Of(r)
	return c.follow(ctx, func(keys []table.Primary) []table.Primary {
		keys = append(append(keys, along...), kind.Key(id))
		for _, user := range users {
			keys = kind.RoleKeys(&c.View, keys, id, user)
		}
		return keys
	})
}
