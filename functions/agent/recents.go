package agent

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// wantRecents asks for the caller's list of recent agents.
func wantRecents(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.RecentAgents(f.Caller).Key)
	}
}

// recentsOf returns the caller's list of recent agents. It refuses (403) a service key,
// which has none.
func recentsOf(c *request.Request) (model.Recents, error) {
	me, err := c.Me()
	if err != nil {
		return model.Recents{}, err
	}
	recents, _ := store.RecentAgents(me.ID).In(c.Rows())
	recents.UserID = me.ID
	return recents, nil
}

type ownRecentIn struct{ agentIn }

func (in *ownRecentIn) Load(f *request.Fetch) { wantRecents(f) }

// entry returns an agent as an entry of Recents, without id and time.
func entry(a model.Agent) model.Recent { return model.Recent{ProjectID: a.ProjectID, AgentID: a.ID} }

// addRecent puts the agent at the head of the caller's list.
func (h *handlers) addRecent(ctx context.Context, in *ownRecentIn) (model.RecentAgent, error) {
	c := in.Request()
	old, err := recentsOf(c)
	if err != nil {
		return model.RecentAgent{}, err
	}
	e, known := old.Entry(entry(*c.Agent))
	if !known {
		if e.ID, err = h.store.NewID(ctx, model.RecentIDs); err != nil {
			return model.RecentAgent{}, err
		}
	}
	recents := old.With(e, c.Now)
	h.store.RecordRecentAgents(&c.Tx, old, recents)
	return recentAgent(recents.Entries[0], *c.Agent), nil
}

func recentAgent(e model.Recent, a model.Agent) model.RecentAgent {
	return model.RecentAgent{ID: e.ID, Agent: a, LastUsedOn: e.LastUsedOn}
}

// deleteRecent deletes the agent from the caller's list. It answers 404 where it isn't
// there.
func (h *handlers) deleteRecent(_ context.Context, in *ownRecentIn) ([]model.RecentAgent, error) {
	c := in.Request()
	old, err := recentsOf(c)
	if err != nil {
		return nil, err
	}
	e, known := old.Entry(entry(*c.Agent))
	if !known {
		return nil, fault.NotFound()
	}
	h.store.RecordRecentAgents(&c.Tx, old, old.Without(e))
	return []model.RecentAgent{recentAgent(e, *c.Agent)}, nil
}

type recentIn struct {
	request.In
	api.Paging `limit:"10"`
}

func (in *recentIn) Load(f *request.Fetch) { wantRecents(f) }

// recent shows the caller's list, newest first, without agents that they can't see any
// more.
func (h *handlers) recent(ctx context.Context, in *recentIn) (api.Page[model.RecentAgent], error) {
	c := in.Request()
	recents, err := recentsOf(c)
	if err != nil {
		return api.Page[model.RecentAgent]{}, err
	}
	return list.Of[model.RecentAgent]{
		Find:     list.Recents(recents),
		Position: func(at store.Ref) string { return at.Position },
		Rows:     func(c *request.Request, at store.Ref) []store.Key { return sightKeys(at, c.Caller) },
		Then:     teamKeys,
		Show: func(c *request.Request, at store.Ref) (model.RecentAgent, bool) {
			a, visible, _ := c.SightOf(c.Caller).Agent(at.Agent)
			e, _ := recents.Entry(model.Recent{ProjectID: at.Project, AgentID: at.Agent})
			return recentAgent(e, a), visible
		},
		Fill: true,
	}.Answer(ctx, c, in.Paging)
}
