package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/table"
)

// grant is a decision that allowed this request, and its target.
type grant struct {
	decision access.Decision
	target   access.Target
}

// Grant notes a decision that allowed the request: its writes are conditioned on the
// rows that the decision rests on.
func (c *Request) Grant(d access.Decision, t access.Target) { c.grants = append(c.grants, grant{d, t}) }

// Lacking is the kind of right that the caller lacks where a decision on a resource of
// this kind is no.
func (c *Request) Lacking(k access.Kind) fault.Reason {
	switch {
	case k != access.KindOrganization:
		return fault.ReasonRole
	case c.Caller.BoundProject != 0:
		return fault.ReasonKeyProject
	}
	return fault.ReasonRank
}

// Require decides on a further permission than those of the line, on a resource whose
// rows were read. It refuses with 403; a decision that allows it is noted by Grant.
func (c *Request) Require(p access.Permission, t access.Target) error {
	d := access.Decide(c.Caller, t, p)
	if !d.Allowed {
		return fault.Forbidden(c.Lacking(t.Kind))
	}
	c.Grant(d, t)
	return nil
}

// Unbound refuses (403) keys that are bound to a project, for operations that reach
// beyond one.
func (c *Request) Unbound() error {
	if c.Caller.BoundProject != 0 {
		return fault.Forbidden(fault.ReasonKeyProject)
	}
	return nil
}

// Exceeds reports whether a key with the scope that expires on end (nil: never) could
// do more, or for longer, than the request's credential.
func (c *Request) Exceeds(scope access.KeyScope, end *model.Time) bool {
	own := c.Credential.Key.ExpiresOn
	return !c.Credential.Scope.Covers(scope) || own != nil && (end == nil || end.After(*own))
}

// CommitEarly commits the writes of tx before those of the request, for work that
// doesn't fit into one transaction, under the conditions of the request's own. The
// caller sees to it that the rest follows even if the request fails.
func (c *Request) CommitEarly(ctx context.Context, tx *table.Tx) error {
	rest := c.Tx
	c.Tx = *tx
	c.Uphold()
	part := c.Tx
	c.Tx = rest
	return c.store.Commit(ctx, &part)
}

// Uphold adds conditions on the rows that allowed the request to its transaction, so
// that it fails where the caller has lost their role meanwhile.
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
