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

// CallerOf returns a user as a caller with their full rights, whoever asks; the zero
// Caller, who may do nothing, for an inactive user.
func CallerOf(u model.User) access.Caller {
	if !u.IsActive {
		return access.Caller{}
	}
	return access.Caller{User: u.ID, Organization: u.OrganizationID, Rank: access.RankOf(u.IsStaff, u.IsSuperuser)}
}

// Find returns the access target for the caller of a resource of their organisation
// that isn't deleted, and notes the first of each kind in the Line.
func (c *Request) Find(r access.Resource, id int64) (access.Target, bool) {
	return resource.Of(r).Find(&c.View, &c.Line, id, c.Caller.User)
}

// IsMember reports whether a user has a role of their own on the resource of r's kind
// in the Line.
func (c *Request) IsMember(r access.Resource, user int64) bool {
	kind := resource.Of(r)
	id, _ := kind.First(&c.Line)
	m, is := kind.Member(&c.View, id, user)
	return is && !m.Ended
}

// VisibleTeam returns the access target for the caller of a team whose rows were read,
// or a 404 where they may not know it.
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

// Sees reports whether the caller may know that a project exists; its rows must have
// been read.
func (c *Request) Sees(p model.Project) bool {
	return access.Decide(c.Caller, c.ProjectTarget(p, c.Caller.User), access.ViewProject).Visible
}

// May reports whether the caller has a further permission on the line's agent than the
// line needs.
func (c *Request) May(p access.Permission) bool {
	return access.Decide(c.Caller, c.AgentTarget(*c.Agent, *c.Project, c.Caller.User), p).Allowed
}

// Acting is the role as which the caller acts on the line's team; see
// access.ActingRole.
func (c *Request) Acting() access.Role {
	return access.ActingRole(c.Caller, c.TeamTarget(*c.Team, c.Caller.User, access.KindTeam))
}

// VersionOf returns the row, whose version an If-Match must name, of the resource of
// r's kind in the Line; nil for none.
func (c *Request) VersionOf(r access.Resource) resource.Row {
	_, row := resource.Of(r).First(&c.Line)
	return row
}

// Named is a resource that a request names by an id.
type Named struct {
	Resource access.Resource
	ID       int64
}

// LoadMoreRoles reads the caller's roles on resources that LeadsFurther, where only
// rows of the second trip name the parent: the team of a project in the body, the
// project of an agent in the body, the new team of an agent's project. It takes one
// more trip, which requests that name the thing in the path hardly ever need.
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

// LeadsFurther reports whether the rows of a resource may name parents whose rows
// weren't read: it wasn't among the rows of the first trip, or its kind says so.
func (c *Request) LeadsFurther(n Named) bool {
	kind := resource.Of(n.Resource)
	_, early := c.early[kind.Key(n.ID)]
	return !early || kind.LeadsFurther != nil && kind.LeadsFurther(&c.View, n.ID)
}

// follow reads the rows that want names, again and again, until it names no new one.
func (c *Request) follow(ctx context.Context, want func([]table.Primary) []table.Primary) error {
	for {
		if more, err := c.ReadMissing(ctx, want(nil)...); err != nil || !more {
			return err
		}
	}
}

// Reach reads the caller's roles on a resource that the line doesn't name, and returns
// its access target; false where there is none in their organisation. It reads the
// rows along in the same trip.
func (c *Request) Reach(ctx context.Context, r access.Resource, id int64, along ...table.Primary) (access.Target, bool, error) {
	if err := c.ReadRoles(ctx, r, id, []int64{c.Caller.User}, along...); err != nil {
		return access.Target{}, false, err
	}
	t, ok := c.Find(r, id)
	return t, ok, nil
}

// ReadRoles reads a resource, its parents, and the users' roles on them, as far as
// they weren't read yet, in as many trips as the parents need. It reads the rows along
// in the first.
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
