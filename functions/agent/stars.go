package agent

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type starIn struct{ agentIn }

// Load asks for the caller's star.
func (in *starIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.Star(f.Caller, in.AgentID).Key)
	}
}

// star stars the agent for the caller; a present star is kept. It refuses (403) a
// service key, which has none.
func (h *handlers) star(ctx context.Context, in *starIn) ([]model.StarredAgent, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return nil, err
	}
	row, is := store.Star(me.ID, in.AgentID).In(c.Rows())
	if !is {
		row = model.Star{UserID: me.ID, AgentID: in.AgentID, ProjectID: c.Agent.ProjectID, CreatedOn: c.Now}
		if row.ID, err = h.store.NewID(ctx, model.StarIDs); err != nil {
			return nil, err
		}
		h.store.CreateStar(&c.Tx, row)
	}
	return []model.StarredAgent{starredAgent(row, *c.Agent)}, nil
}

func starredAgent(row model.Star, a model.Agent) model.StarredAgent {
	return model.StarredAgent{ID: row.ID, Agent: a, CreatedOn: row.CreatedOn}
}

type starredIn struct {
	request.In
	api.Paging

	found []store.Ref
}

// Load asks for the caller's stars.
func (in *starredIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		list.Refs(f.Store().StarsOf, f.Caller).Ask(f, in.Paging, &in.found)
	}
}

// starred shows the agents that the caller has starred, by the star's id, without those
// that they can't see any more. It refuses (403) a service key, which has none.
func (h *handlers) starred(ctx context.Context, in *starredIn) (api.Page[model.StarredAgent], error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return api.Page[model.StarredAgent]{}, err
	}
	l := list.Of[model.StarredAgent]{
		Rows: func(c *request.Request, at store.Ref) []store.Key {
			return append(sightKeys(at, c.Caller), store.Star(me.ID, at.Agent).Key)
		},
		Then: teamKeys,
		Show: func(c *request.Request, at store.Ref) (model.StarredAgent, bool) {
			row, is := store.Star(me.ID, at.Agent).In(c.Rows())
			a, visible, _ := c.SightOf(c.Caller).Agent(at.Agent)
			return starredAgent(row, a), is && visible
		},
	}
	bound := c.Caller.BoundProject
	if bound == 0 {
		return l.Page(ctx, c, in.Paging, in.found)
	}
	all, err := h.store.AllStarsOf(ctx, me.ID)
	if err != nil {
		return api.Page[model.StarredAgent]{}, err
	}
	l.Find = list.Found(slices.DeleteFunc(all, func(at store.Ref) bool { return at.Project != bound })...) // pages must not be short by the others
	return l.Answer(ctx, c, in.Paging)
}

type unstarIn struct {
	request.In
	Body *struct {
		AgentIDs []int64 `json:"agent_ids" query:"agent_ids" minItems:"1" maxItems:"90" doc:"In the body, or in the query as a comma list"`
	}
}

// Load asks for the caller's stars on the agents.
func (in *unstarIn) Load(f *request.Fetch) {
	for _, id := range in.Body.AgentIDs {
		if f.Caller != 0 {
			f.Rows(store.Star(f.Caller, id).Key)
		}
	}
}

// unstar deletes the caller's stars on agents, and shows those agents that they can
// still see. It answers 404 where they have starred none of them.
func (h *handlers) unstar(ctx context.Context, in *unstarIn) ([]model.StarredAgent, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return nil, err
	}
	var rows []model.Star
	var placed []store.Ref
	for _, id := range model.Distinct(in.Body.AgentIDs) {
		row, is := store.Star(me.ID, id).In(c.Rows())
		if bound := c.Caller.BoundProject; is && (bound == 0 || bound == row.ProjectID) {
			rows, placed = append(rows, row), append(placed, store.Ref{Agent: id, Project: row.ProjectID})
		}
	}
	if len(rows) == 0 {
		return nil, fault.NotFound().On(c.Place("agent_ids"), "names no starred agent")
	}
	seen, err := see(ctx, c, placed...)
	if err != nil {
		return nil, err
	}
	out := []model.StarredAgent{}
	for _, row := range rows {
		h.store.DeleteStar(&c.Tx, row)
		if a, ok := seen[row.AgentID]; ok {
			out = append(out, starredAgent(row, a))
		}
	}
	return out, nil
}
