package agent

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// starters are questions that a new chat offers.
type starters []string

// Schema bounds each of them.
func (starters) Schema(api.Registry) *api.Schema {
	least, most, many := 1, 500, 20
	return &api.Schema{Type: "array", MaxItems: &many, Items: &api.Schema{Type: "string", MinLength: &least, MaxLength: &most}}
}

// leastTemperature is the smallest number above zero that DynamoDB can store.
const leastTemperature = 1e-130

// temperature returns t as it is stored: a smaller number than DynamoDB can store is
// zero, and zero has no sign, so that the hash is the same after it is read again.
func temperature(t *float64) *float64 {
	if t == nil || *t >= leastTemperature {
		return t
	}
	return new(float64)
}

type versionsIn struct {
	agentIn
	api.Paging
}

// versions shows all versions of the agent's configuration, oldest first.
func (h *handlers) versions(ctx context.Context, in *versionsIn) (api.Page[model.AgentVersion], error) {
	rows, next, err := h.store.AgentVersions(ctx, in.AgentID, in.After(), in.Limit)
	return api.Page[model.AgentVersion]{Items: rows, Next: next}, err
}

type versionIn struct {
	agentIn
	Version int64 `path:"version" minimum:"1" example:"1"`
}

// Load asks for the version.
func (in *versionIn) Load(f *request.Fetch) {
	f.Rows(store.AgentVersion(in.AgentID, in.Version).Key)
}

// Resolve refuses (404) an unknown version.
func (in *versionIn) Resolve(_ context.Context, c *request.Request) error {
	if _, ok := in.read(c); !ok {
		return fault.NotFound()
	}
	return nil
}

func (in *versionIn) read(c *request.Request) (model.AgentVersion, bool) {
	return store.AgentVersion(in.AgentID, in.Version).In(c.Rows())
}

func (h *handlers) version(_ context.Context, in *versionIn) (model.AgentVersion, error) {
	v, _ := in.read(in.Request())
	return v, nil
}

type restoreIn struct{ versionIn }

// Load asks for the version, and for the one in force.
func (in *restoreIn) Load(f *request.Fetch) {
	in.versionIn.Load(f)
	wantConfig(f, in.AgentID)
}

// restore gives the agent the configuration of an earlier version, and returns the new
// version, or the one in force where its configuration is the same.
func (h *handlers) restore(_ context.Context, in *restoreIn) (model.AgentVersion, error) {
	c := in.Request()
	v, _ := in.read(c)
	old, a := *c.Agent, *c.Agent
	made := renewed(&a, v.Config)
	if made == nil {
		v, _ = store.AgentVersion(old.ID, old.ConfigVersion).In(c.Rows())
		return v, nil
	}
	made.Stamp = model.Created(c.Stamp, c.Now)
	a.Stamp = old.Modified(c.Stamp, c.Now)
	h.store.EditAgent(&c.Tx, old, a, made)
	c.Record(audit.VersionRestored{Agent: a.ID, ConfigHash: audit.Became(old.ConfigHash, a.ConfigHash), Restored: v.ConfigVersion})
	return *made, nil
}
