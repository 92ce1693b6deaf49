package agent

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
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

// recentsOf is that list. A service key has none (403).
func recentsOf(c *request.Request) (model.Recents, error) {
	me, err := c.Me()
	if err != nil {
		return model.Recents{}, err
	}
	list, _ := store.RecentAgents(me.ID).In(c.Rows())
	list.UserID = me.ID
	return list, nil
}

type ownRecentIn struct{ agentIn }

func (in *ownRecentIn) Load(f *request.Fetch) { wantRecents(f) }

// entry is the agent in a list of recent ones.
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
	list := old.With(e, c.Now)
	h.store.RecordRecentAgents(&c.Tx, old, list)
	return recentAgent(list.Entries[0], *c.Agent), nil
}

func recentAgent(e model.Recent, a model.Agent) model.RecentAgent {
	return model.RecentAgent{ID: e.ID, Agent: a, LastUsedOn: e.LastUsedOn}
}

// deleteRecent takes the agent off the caller's list. It is 404 where it isn't
// in it.
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

// recent shows the caller's list, newest first, without what they can't reach any
// more.
func (h *handlers) recent(ctx context.Context, in *recentIn) (api.Page[model.RecentAgent], error) {
	c := in.Request()
	page := api.Page[model.RecentAgent]{}
	list, err := recentsOf(c)
	if err != nil {
		return page, err
	}
	placed := make([]store.Ref, len(list.Entries)) // all of them: what can't be seen has no place on a page
	for i, e := range list.Entries {
		placed[i] = store.Ref{Agent: e.AgentID, Project: e.ProjectID}
	}
	seen, err := h.see(ctx, c, placed)
	list.Entries = slices.DeleteFunc(slices.Clone(list.Entries), func(e model.Recent) bool {
		_, ok := seen[e.AgentID]
		return !ok
	})
	entries, next := list.Page(in.After(), in.Limit)
	page.Next = next
	for _, e := range entries {
		page.Items = append(page.Items, recentAgent(e, seen[e.AgentID]))
	}
	return page, err
}
