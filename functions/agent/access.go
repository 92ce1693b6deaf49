package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
)

// access shows who may use the agent without a role on it.
func (h *handlers) access(_ context.Context, in *agentIn) (model.AgentAccess, error) {
	return in.Request().Agent.Access(), nil
}

type setAccessIn struct {
	agentIn
	Body struct {
		Level string  `json:"access_level" enum:"private,organization,public" doc:"private: who has a role on it; organization: every user of it may view; public: the same, or edit"`
		Mode  *string `json:"public_mode,omitempty" enum:"view_only,edit" doc:"For public ones alone; view_only where it isn't given"`
	}
}

// Validate refuses a mode unless the level is public.
func (in *setAccessIn) Validate(model.Time) error {
	if in.Body.Mode != nil && in.Body.Level != string(access.Public) {
		return fault.Invalid("body.public_mode", "is for public agents alone")
	}
	return nil
}

// setAccess sets the agent's access level and mode.
func (h *handlers) setAccess(_ context.Context, in *setAccessIn) (model.AgentAccess, error) {
	c := in.Request()
	old, a := *c.Agent, *c.Agent
	a.AccessLevel, a.PublicMode = in.Body.Level, in.Body.Mode
	if a.AccessLevel == string(access.Public) && a.PublicMode == nil {
		mode := string(access.ViewOnly)
		a.PublicMode = &mode
	}
	if a.AccessLevel == old.AccessLevel && a.Mode() == old.Mode() {
		return old.Access(), nil
	}
	a.Stamp = old.Modified(c.Stamp, c.Now)
	a = h.store.EditAgent(&c.Tx, old, a, nil)
	c.Record(audit.OpennessChanged{Agent: a.ID, Openness: audit.Became(audit.OpennessOf(old), audit.OpennessOf(a))})
	return a.Access(), nil
}
