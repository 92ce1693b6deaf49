package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/table"
)

// grant is a decision that allowed this request, and what it was made on.
type grant struct {
	decision access.Decision
	target   access.Target
}

// Grant notes a decision that allowed the request: the rows that it was made on
// are conditions of its writes.
func (c *Request) Grant(d access.Decision, t access.Target) { c.grants = append(c.grants, grant{d, t}) }

// Lacking is the kind of right that a caller is without who may not do something
// with a resource of this kind.
func (c *Request) Lacking(k access.Kind) fault.Reason {
	switch {
	case k != access.KindOrganization:
		return fault.ReasonRole
	case c.Caller.BoundProject != 0:
		return fault.ReasonKeyProject
	}
	return fault.ReasonRank
}

// Require decides on one more permission than the line names, on a resource
// whose rows were read. It refuses with 403, and the rows that allow it are
// conditions of the request's writes like those of the line.
func (c *Request) Require(p access.Permission, t access.Target) error {
	d := access.Decide(c.Caller, t, p)
	if !d.Allowed {
		return fault.Forbidden(c.Lacking(t.Kind))
	}
	c.Grant(d, t)
	return nil
}

// Unbound refuses keys that reach only one project, for operations that reach
// beyond it.
func (c *Request) Unbound() error {
	if c.Caller.BoundProject != 0 {
		return fault.Forbidden(fault.ReasonKeyProject)
	}
	return nil
}

// Exceeds reports whether a key of this scope that ends then would do more, or
// for longer, than the credential that the request came with.
func (c *Request) Exceeds(scope access.KeyScope, end *model.Time) bool {
	own := c.Credential.Key.ExpiresOn
	return !c.Credential.Scope.Covers(scope) || own != nil && (end == nil || end.After(*own))
}

// CommitEarly commits a part of the request's writes before the rest, for work that
// one transaction can't hold, under the conditions that the rest is committed
// under. Whoever does so sees to it that the rest follows, come what may.
func (c *Request) CommitEarly(ctx context.Context, tx *table.Tx) error {
	rest := c.Tx
	c.Tx = *tx
	c.Uphold()
	part := c.Tx
	c.Tx = rest
	return c.store.Commit(ctx, &part)
}

// Uphold puts conditions on the rows that allowed the request into its
// transaction, so that a caller who lost their role in between can't finish it.
func (c *Request) Uphold() {
	if c.Credential.Key.Kind == model.ServiceKey {
		table.Keys.Check(&c.Tx, c.Credential.Key)
	}
	if c.Caller.Service {
		return
	}
	if len(c.grants) > 0 {
		c.Tx.If(table.Users.Key(c.Caller.User), "$ = ?", "is_active", true)
	}
	for _, g := range c.grants {
		c.uphold(g)
	}
}

func (c *Request) uphold(g grant) {
	me, t := c.Caller.User, g.target
	kind := resource.Of(access.Resource{Kind: t.Kind})
	if path := g.decision.Path.Kind; kind.RankAndRole || path == access.ByRank {
		if kind.RankAndRole {
			kind.Require(&c.Tx, &c.View, t.ID, me)
		}
		if c.Caller.Rank.Admin() {
			table.Users.Check(&c.Tx, *c.User)
		}
		return
	}
	switch g.decision.Path.Kind {
	case access.ByAccessLevel:
		kind.RequireOpen(&c.Tx, t)
	case access.Direct:
		if kind.Require != nil {
			kind.Require(&c.Tx, &c.View, t.ID, me)
		}
	case access.ViaProject:
		resource.Project.Require(&c.Tx, &c.View, t.Project, me)
	case access.ViaTeam:
		resource.Team.Require(&c.Tx, &c.View, t.Team, me)
		kind.RequireTeam(&c.Tx, t)
	case access.ByRank: // above
	}
}
