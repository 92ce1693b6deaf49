package governance

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type planIn struct {
	request.In
	Body struct {
		UserID     int64 `json:"user_id" minimum:"1" doc:"Who leaves" example:"15"`
		TransferTo int64 `json:"transfer_to" minimum:"1" doc:"Who takes over: owner of teams, and admin of projects, where nobody else is" example:"7"`
		Reassign   *struct {
			Agents   *int64 `json:"agents,omitempty" minimum:"1" doc:"Who becomes owner of their agents instead"`
			Corpora  *int64 `json:"corpora,omitempty" minimum:"1" doc:"Who becomes owner of their corpora instead; nobody owns corpora yet, so for now it is only kept with the plan"`
			Projects *int64 `json:"projects,omitempty" minimum:"1" doc:"Who becomes admin of projects instead"`
		} `json:"reassign,omitempty" doc:"Heirs for some kinds of things"`
	}
}

// heirs returns the heirs in the body.
func (in *planIn) heirs() model.Heirs {
	h := model.Heirs{TransferTo: in.Body.TransferTo}
	if r := in.Body.Reassign; r != nil {
		h.Agents, h.Corpora, h.Projects = r.Agents, r.Corpora, r.Projects
	}
	return h
}

// Load asks for the heirs.
func (in *planIn) Load(f *request.Fetch) {
	for _, id := range in.heirs().All() {
		f.Rows(store.User(id).Key)
	}
}

// Resolve refuses (404) heirs who aren't active users of the organisation, or are the
// leaver.
func (in *planIn) Resolve(_ context.Context, c *request.Request) error {
	h := in.heirs()
	for _, named := range []struct {
		field string
		user  *int64
	}{{"transfer_to", &h.TransferTo}, {"reassign.agents", h.Agents}, {"reassign.corpora", h.Corpora}, {"reassign.projects", h.Projects}} {
		if named.user != nil && (*named.user == in.Body.UserID || c.Active([]int64{*named.user}) != nil) {
			return fault.NotFound().On("body."+named.field, "must be another active user of the organization")
		}
	}
	return nil
}

// planOffboarding plans the effects on everything that a leaver has; see package removal
// for the rules.
func (h *handlers) planOffboarding(ctx context.Context, in *planIn) (api.Noted[removal.Plan, *removal.Truncated], error) {
	out := api.Noted[removal.Plan, *removal.Truncated]{}
	leaver, _ := in.Request().UserRow(in.Body.UserID)
	var err error
	out.Data, out.Meta, err = removal.PlanOffboarding(ctx, h.store, in.Request(), leaver, in.heirs())
	return out, err
}

type applyIn struct {
	request.In
	Body struct {
		PlanID   int64  `json:"plan_id" minimum:"1" example:"1"`
		PlanHash string `json:"plan_hash" pattern:"^[0-9a-f]{64}$" patternDescription:"the plan_hash that Plan Offboarding answered" doc:"As it was planned" example:"593e3ffaf28ba09ac9df5abcf1200261e2f73d35f60f8a661f116373a65791ac"`
	}

	plan model.Offboarding
}

// Load asks for the plan.
func (in *applyIn) Load(f *request.Fetch) { f.Rows(store.Offboarding(in.Body.PlanID).Key) }

// Resolve answers 404 for an expired plan, for another organisation's, and to callers who
// may not manage users.
func (in *applyIn) Resolve(_ context.Context, c *request.Request) error {
	plan, ok := store.Offboarding(in.Body.PlanID).In(c.Rows())
	if !ok || plan.OrganizationID != c.Organization.ID || !c.Live(&plan.ExpiresOn) ||
		!access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed {
		return fault.Missing("body.plan_id")
	}
	in.plan = plan
	return nil
}

// applyOffboarding applies the plan.
func (h *handlers) applyOffboarding(ctx context.Context, in *applyIn) (model.Removal, error) {
	return removal.ApplyOffboarding(ctx, h.store, in.Request(), in.plan, in.Body.PlanHash)
}
