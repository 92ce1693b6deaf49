package user

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
)

type revokeIn struct {
	named
	removal.Options
}

// Resolve finds the permission.
func (in *revokeIn) Resolve(ctx context.Context, c *request.Request) error { return in.find(ctx, c) }

type revoked = api.Noted[[]model.UserPermission, *removal.Report]

// revoke revokes a permission: on a project it is a removal of package removal, on the
// organisation it takes the rank.
func (h *handlers) revoke(ctx context.Context, in *revokeIn) (revoked, error) {
	c := in.Request()
	c.CheckVersionOf(in.held.shown())
	var report removal.Report
	var err error
	switch {
	case in.held.grant != nil:
		report, err = h.revokeRank(ctx, c, in)
	case in.held.onAgent != nil:
		report, err = h.revokeOnAgent(ctx, c, in)
	default:
		report, err = h.revokeRole(ctx, c, in)
	}
	if err != nil {
		return revoked{}, err
	}
	row := in.held.shown()
	row.IsDeleted = true
	out := revoked{Data: []model.UserPermission{row}}
	if in.Reports() || in.held.grant != nil && len(report.Warnings) > 0 {
		out.Meta = &report
	}
	return out, nil
}

func (h *handlers) revokeRole(ctx context.Context, c *request.Request, in *revokeIn) (report removal.Report, err error) {
	user := in.held.user.ID
	if !c.Caller.Is(user) || c.Caller.BoundProject != 0 {
		if err := in.held.manage(c); err != nil {
			return report, err
		}
	}
	if err := in.left.Look(ctx, h.store, user); err != nil {
		return report, err
	}
	_, report, err = removal.FromProject(ctx, h.store, c, user, removal.Heirs{}, &in.left, in.Options)
	return report, err
}

func (h *handlers) revokeRank(ctx context.Context, c *request.Request, in *revokeIn) (removal.Report, error) {
	old := in.held.user
	u := ranked(old, "")
	report := removal.Report{
		EffectiveAccess: model.EffectiveAccess{Via: []string{}}, Warnings: []string{},
		Effects: []model.Effect{{Resource: model.UserName(u.ID), Action: "revoke", Detail: "rank " + in.held.grant.Permission}},
	}
	if err := in.held.mayRank(c, u); err != nil {
		return report, err
	}
	if err := lastGlobalAdmin(c, old, u); err != nil {
		return report, err
	}
	left, err := h.demoted(ctx, c, old, u)
	if err != nil {
		return report, err
	}
	if left != nil {
		report.Warnings = left.Warnings
		for _, id := range left.ServiceKeys {
			report.Effects = append(report.Effects, model.Effect{Resource: model.KeyName(id), Action: "keep", Detail: "service key that the user made"})
		}
	}
	if in.DryRun {
		c.Rehearse()
	}
	u = h.store.ChangeUser(&c.Tx, old, u)
	h.store.ChangeRankGrant(&c.Tx, *in.held.grant, "", c.Stamp, c.Now)
	h.tell(c, old, u, nil)
	return report, nil
}
