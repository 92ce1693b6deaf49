package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type createIn struct {
	request.In
	Body struct {
		ProjectID    int64                 `json:"project_id" minimum:"1" example:"151" doc:"The project it belongs to for good"`
		Name         string                `json:"name" minLength:"1" maxLength:"200"`
		Description  string                `json:"description,omitempty" maxLength:"4000"`
		TypeID       *int64                `json:"agent_type_id,omitempty" minimum:"1" maximum:"3" default:"1" doc:"One of Get Agent Types"`
		Instructions string                `json:"instructions,omitempty" maxLength:"8000" doc:"What it is told before every chat"`
		Model        string                `json:"model,omitempty" maxLength:"200" doc:"Without it, the default of the stage"`
		Temperature  api.Optional[float64] `json:"temperature,omitempty" minimum:"0" maximum:"2" doc:"Without it, as with null, the default of the model"`
		Starters     starters              `json:"starters,omitempty" doc:"Questions that a new chat offers"`
	}
}

// create creates an agent that the caller owns. An agent that a service key creates has
// no owner, but the project's admins have an owner's role on it anyway.
func (h *handlers) create(ctx context.Context, in *createIn) (model.AgentDetail, error) {
	c, b := in.Request(), in.Body
	members := 0
	if c.User != nil {
		members = 1
	}
	fresh, err := h.store.NewIDsOf(ctx, map[string]int{model.AgentIDs: 1, model.PermissionIDs: members})
	if err != nil {
		return model.AgentDetail{}, err
	}
	config := model.AgentConfig{Instructions: b.Instructions, Model: b.Model, Temperature: temperature(b.Temperature.Value), Starters: b.Starters}
	a := model.Agent{
		ID: fresh[model.AgentIDs][0], Name: b.Name, Description: b.Description, ProjectID: b.ProjectID, TeamID: c.Project.TeamID,
		OrganizationID: c.Organization.ID, TypeID: *b.TypeID, AccessLevel: string(access.Private),
		ConfigVersion: 1, LastVersion: 1, ConfigHash: config.Hash(), Stamp: model.Created(c.Stamp, c.Now), Version: 1,
	}
	var told []audit.Change
	var owner *model.AgentMember
	if c.User != nil {
		a.OwnerID = &c.User.ID
		m := member.NewAgentMember(c, a, *c.Project, c.User.ID, access.AgentOwner)
		owner, m.ID = &m, fresh[model.PermissionIDs][0]
		told = append(told, audit.OwnerChanged{Agent: a.ID, Owner: audit.Made(c.User.ID)},
			audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{c.User.ID: audit.Made(audit.OnAgent(m))}})
	}
	h.store.CreateAgent(&c.Tx, *c.Project, a, versionOf(a, config), owner)
	c.Record(audit.AgentMade{Agent: a.ID, State: audit.StateOfAgent(a)}, told...)
	return a.Detail(config), nil
}

type getIn struct{ agentIn }

// Load asks for the configuration.
func (in *getIn) Load(f *request.Fetch) { wantConfig(f, in.AgentID) }

// wantConfig asks for the configuration that is in force.
func wantConfig(f *request.Fetch, agent int64) {
	if a, ok := f.Agent(agent); ok {
		f.Rows(store.AgentVersion(agent, a.ConfigVersion).Key)
	}
}

// configOf returns the configuration that is in force, of the line's agent.
func configOf(c *request.Request) model.AgentConfig {
	v, _ := store.AgentVersion(c.Agent.ID, c.Agent.ConfigVersion).In(c.Rows())
	return v.Config
}

func (h *handlers) agent(_ context.Context, in *getIn) (model.AgentDetail, error) {
	c := in.Request()
	return c.Agent.Detail(configOf(c)), nil
}

type editIn struct {
	agentIn
	Body struct {
		Name         *string               `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Description  *string               `json:"description,omitempty" maxLength:"4000"`
		TypeID       *int64                `json:"agent_type_id,omitempty" minimum:"1" maximum:"3" doc:"One of Get Agent Types"`
		Instructions *string               `json:"instructions,omitempty" maxLength:"8000"`
		Model        *string               `json:"model,omitempty" maxLength:"200"`
		Temperature  api.Optional[float64] `json:"temperature,omitempty" minimum:"0" maximum:"2" doc:"Null for the default of the model"`
		Starters     *starters             `json:"starters,omitempty"`
		Owner        int64                 `json:"owner,omitempty" minimum:"1" doc:"Another owner, who then has the permission of one; it takes the right to manage the agent"`
	}
}

// Load asks for the configuration, and for the new owner's permission.
func (in *editIn) Load(f *request.Fetch) {
	wantConfig(f, in.AgentID)
	if in.Body.Owner != 0 {
		wantMembers(f, in.AgentID, in.Body.Owner)
	}
}

// Resolve refuses a new owner who is inactive.
func (in *editIn) Resolve(_ context.Context, c *request.Request) error {
	if in.Body.Owner == c.Agent.Owner() {
		return nil
	}
	return active(c, in.Body.Owner, "body.owner")
}

// edited returns an agent and its configuration with the fields that the body
// names.
func (in *editIn) edited(a model.Agent, config model.AgentConfig) (model.Agent, model.AgentConfig) {
	b := in.Body
	set(&a.Name, b.Name)
	set(&a.Description, b.Description)
	set(&a.TypeID, b.TypeID)
	set(&config.Instructions, b.Instructions)
	set(&config.Model, b.Model)
	if b.Temperature.Given {
		config.Temperature = temperature(b.Temperature.Value)
	}
	if b.Starters != nil {
		config.Starters = *b.Starters
	}
	return a, config
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// edit changes the fields in the body. A new configuration is a new version. It refuses
// (403) a new owner unless the caller may manage the agent.
func (h *handlers) edit(ctx context.Context, in *editIn) (model.AgentDetail, error) {
	c := in.Request()
	old, before := *c.Agent, configOf(c)
	a, config := in.edited(old, before)
	owns := in.Body.Owner != 0 && in.Body.Owner != old.Owner()
	if owns {
		if err := c.Require(access.ManageAgent, c.AgentTarget(old, *c.Project, c.Caller.User)); err != nil {
			return model.AgentDetail{}, err
		}
	}
	version := renewed(&a, config)
	if version == nil && a == old && !owns {
		return old.Detail(before), nil
	}
	a.Stamp = old.Modified(c.Stamp, c.Now)
	if version != nil {
		version.Stamp = model.Created(c.Stamp, c.Now)
	}
	var err error
	var handed []audit.Change
	if owns {
		a, handed, err = h.hand(ctx, c, old, a, version, in.Body.Owner)
	} else {
		a = h.store.EditAgent(&c.Tx, old, a, version)
	}
	c.Record(changed(old, a), handed...)
	return a.Detail(config), err
}

// changed returns the audit log's change of an edit.
func changed(old, now model.Agent) audit.AgentEdited {
	c := audit.AgentEdited{Agent: now.ID, Renamed: now.Name != old.Name, Described: now.Description != old.Description}
	if now.ConfigHash != old.ConfigHash {
		c.ConfigHash = audit.Became(old.ConfigHash, now.ConfigHash)
	}
	if now.TypeID != old.TypeID {
		c.Type = audit.Became(old.TypeID, now.TypeID)
	}
	return c
}

// renewed sets an agent's configuration, and returns its new version; nil where the
// configuration is the present one.
func renewed(a *model.Agent, config model.AgentConfig) *model.AgentVersion {
	hash := config.Hash()
	if hash == a.ConfigHash {
		return nil
	}
	a.LastVersion++
	a.ConfigVersion, a.ConfigHash = a.LastVersion, hash
	v := versionOf(*a, config)
	return &v
}

func versionOf(a model.Agent, config model.AgentConfig) model.AgentVersion {
	return model.AgentVersion{AgentID: a.ID, ConfigVersion: a.ConfigVersion, Config: config, ConfigHash: a.ConfigHash, Stamp: model.Created(a.CreatedBy, a.CreatedOn)}
}

type deleteIn struct {
	agentIn

	aliases []store.Ref
}

// Load asks for its aliases.
func (in *deleteIn) Load(f *request.Fetch) {
	request.Ask(f, &in.aliases, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().AliasesOf(ctx, in.AgentID, 0, store.MaxAliases)
	})
}

// delete deletes the agent and frees its aliases. The line's agent is as answers show
// it, with its project's team; the stored row, which is read again with the aliases, has
// the team in whose list it is. Where its version has changed, or the index doesn't have
// all aliases yet, the request is decided again.
func (h *handlers) delete(ctx context.Context, in *deleteIn) ([]model.Agent, error) {
	c, shown := in.Request(), *in.Request().Agent
	keys := make([]store.Key, len(in.aliases), len(in.aliases)+1)
	for i, at := range in.aliases {
		keys[i] = store.Alias(at.ID).Key
	}
	rows, err := h.store.Read(ctx, append(keys, store.Agent(shown.ID).Key)...)
	if err != nil {
		return nil, err
	}
	row, ok := store.Agent(shown.ID).In(rows)
	var aliases []model.Alias
	for _, at := range in.aliases {
		if alias, ok := store.Alias(at.ID).In(rows); ok {
			aliases = append(aliases, alias)
		}
	}
	if !ok || row.Version != shown.Version || int64(len(aliases)) != row.AliasCount {
		return nil, store.ErrStale
	}
	a := h.store.DeleteAgent(&c.Tx, row, aliases, c.Stamp, c.Now)
	a.TeamID, a.AverageRating = shown.TeamID, shown.AverageRating
	c.Record(audit.AgentDeleted{Agent: a.ID})
	return []model.Agent{a}, nil
}
