package agent

import (
	"context"
	"strings"

	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// aliasBody is an alias in a request. It is stored and shown in lower case, so that no
// two differ by case alone.
type aliasBody struct {
	Alias string `json:"alias" pattern:"^[A-Za-z0-9][A-Za-z0-9-]{1,62}$" patternDescription:"my-agent: 2 to 63 letters, digits and hyphens" doc:"Unique in the organization; kept in lower case"`
}

func (b aliasBody) folded() string { return strings.ToLower(b.Alias) }

// free refuses (duplicate) an alias that another agent, or this one, has.
func (b aliasBody) free(c *request.Request) error {
	if _, taken := store.AliasName(c.Organization.ID, b.folded()).In(c.Rows()); taken {
		return fault.New(fault.KindDuplicate, "This alias exists already: choose another, or delete that one first").On("body.alias", "is taken")
	}
	return nil
}

type createAliasIn struct {
	agentIn
	Body aliasBody
}

// Load asks who has the alias already.
func (in *createAliasIn) Load(f *request.Fetch) {
	f.Rows(store.AliasName(f.Organization, in.Body.folded()).Key)
}

// createAlias gives the agent another name. It refuses one that is taken in the
// organisation (duplicate), and more than 20 (limit).
func (h *handlers) createAlias(ctx context.Context, in *createAliasIn) (model.Alias, error) {
	c := in.Request()
	if err := in.Body.free(c); err != nil {
		return model.Alias{}, err
	}
	if c.Agent.AliasCount >= store.MaxAliases {
		return model.Alias{}, fault.New(fault.KindLimit, "An agent has at most %d aliases: delete one first", store.MaxAliases)
	}
	id, err := h.store.NewID(ctx, model.AliasIDs)
	if err != nil {
		return model.Alias{}, err
	}
	a := model.Alias{
		ID: id, AgentID: in.AgentID, Alias: in.Body.folded(), ProjectID: c.Agent.ProjectID, OrganizationID: c.Organization.ID,
		Stamp: model.Created(c.Stamp, c.Now), Version: 1,
	}
	h.store.CreateAlias(&c.Tx, a)
	c.Record(aliasChanged(a, audit.Made(a.Alias)))
	return a, nil
}

type aliasesIn struct {
	request.In
	api.Paging
	AgentID int64 `query:"agent_id" minimum:"1" doc:"Only aliases of this agent"`

	found []store.Ref
}

// list lists the aliases of the agent, or of all agents that the caller can see, by id.
func (in *aliasesIn) list(s *store.Store, organization int64) list.Of[model.Alias] {
	l := list.Of[model.Alias]{
		Find: list.Refs(s.AliasesOfOrganization, organization),
		Rows: func(c *request.Request, at store.Ref) []store.Key {
			if in.AgentID != 0 {
				at.Project = c.Agent.ProjectID
			}
			return append(sightKeys(at, c.Caller), store.Alias(at.ID).Key)
		},
		Then: teamKeys,
		Show: func(c *request.Request, at store.Ref) (model.Alias, bool) {
			a, is := store.Alias(at.ID).In(c.Rows())
			_, visible, _ := c.SightOf(c.Caller).Agent(at.Agent)
			return a, is && visible
		},
		Fill: true,
	}
	if in.AgentID != 0 {
		l.Find = list.Refs(s.AliasesOf, in.AgentID)
	}
	return l
}

// Load asks for the agent's aliases, or for the organisation's.
func (in *aliasesIn) Load(f *request.Fetch) {
	in.list(f.Store(), f.Organization).Find.Ask(f, in.Paging, &in.found)
}

// aliases shows the aliases of an agent, or of all that the caller can see, by
// id.
func (h *handlers) aliases(ctx context.Context, in *aliasesIn) (api.Page[model.Alias], error) {
	c := in.Request()
	return in.list(h.store, c.Organization.ID).Page(ctx, c, in.Paging, in.found)
}

type byAliasIn struct {
	request.In
	Alias string `path:"alias" minLength:"2" maxLength:"63" example:"support" doc:"An alias, in any case"`
}

func (in *byAliasIn) folded() string { return strings.ToLower(in.Alias) }

// Load asks which alias it is.
func (in *byAliasIn) Load(f *request.Fetch) {
	f.Rows(store.AliasName(f.Organization, in.folded()).Key)
}

// agentByAlias shows the agent with an alias. It answers 404 alike for an unknown alias
// and for one of an agent that the caller can't see.
func (h *handlers) agentByAlias(ctx context.Context, in *byAliasIn) (model.Agent, error) {
	c := in.Request()
	name, ok := store.AliasName(c.Organization.ID, in.folded()).In(c.Rows())
	if !ok {
		return model.Agent{}, fault.NotFound()
	}
	if err := c.Read(ctx, store.Alias(name.AliasID).Key); err != nil {
		return model.Agent{}, err
	}
	a, ok := store.Alias(name.AliasID).In(c.Rows())
	if !ok || a.Alias != name.Alias {
		return model.Agent{}, fault.NotFound()
	}
	found, err := see(ctx, c, store.Ref{Agent: a.AgentID, Project: a.ProjectID})
	if err != nil {
		return model.Agent{}, err
	}
	agent, visible := found[a.AgentID]
	if !visible {
		return model.Agent{}, fault.NotFound()
	}
	return agent, nil
}

type aliasIn struct {
	request.In
	AliasID int64 `path:"alias_id" example:"41"`
}

// named returns the alias, whose agent the line has found, and makes it the row that an
// If-Match must name.
func (in *aliasIn) named() model.Alias {
	a, _ := store.Alias(in.AliasID).In(in.Request().Rows())
	in.Request().CheckVersionOf(a)
	return a
}

type renameAliasIn struct {
	aliasIn
	Body aliasBody
}

// Load asks who has the new alias already.
func (in *renameAliasIn) Load(f *request.Fetch) {
	f.Rows(store.AliasName(f.Organization, in.Body.folded()).Key)
}

// renameAlias renames the alias. It refuses (duplicate) a name that is taken in the
// organisation.
func (h *handlers) renameAlias(_ context.Context, in *renameAliasIn) (model.Alias, error) {
	c, old := in.Request(), in.named()
	a := old
	if a.Alias = in.Body.folded(); a.Alias == old.Alias {
		return old, nil
	}
	if err := in.Body.free(c); err != nil {
		return model.Alias{}, err
	}
	a.Stamp = old.Modified(c.Stamp, c.Now)
	a = h.store.RenameAlias(&c.Tx, old, a)
	c.Record(aliasChanged(a, audit.Became(old.Alias, a.Alias)))
	return a, nil
}

// deleteAlias deletes the alias, whose name is free again.
func (h *handlers) deleteAlias(_ context.Context, in *aliasIn) ([]model.Alias, error) {
	c, a := in.Request(), in.named()
	h.store.DeleteAlias(&c.Tx, a)
	c.Record(aliasChanged(a, audit.Ended(a.Alias)))
	a.IsDeleted = true
	return []model.Alias{a}, nil
}

// aliasChanged returns the audit log's change of an alias.
func aliasChanged(a model.Alias, turn audit.Turn[string]) audit.AliasesChanged {
	return audit.AliasesChanged{Agent: a.AgentID, Aliases: map[int64]audit.Turn[string]{a.ID: turn}}
}
