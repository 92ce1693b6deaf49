package governance

import (
	"context"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// agentReach is one way by which somebody reaches an agent; false where what a
// target has doesn't lead there.
func agentReach(u model.User, t access.Target) (Reach, bool) {
	who := request.CallerOf(u)
	who.Rank = access.User // one row says what a rank reaches
	role, path := access.RoleOnAgent(who, t)
	return Reach{"agent", t.ID, string(role), path.String()}, role != ""
}

// previewAgents lists the agents that the person has a permission on, or those
// that are open to everybody.
func (h *handlers) previewAgents(ctx context.Context, in *previewIn, u model.User) (api.Page[Reach], error) {
	c := in.Request()
	own := in.from.list == ownAgents
	page, err := list.Of[Reach]{
		Position: func(at store.Ref) string { return stage{list: in.from.list, id: at.Agent}.String() },
		Rows: func(_ *request.Request, at store.Ref) []store.Key {
			keys := []store.Key{store.Agent(at.Agent).Key, store.Project(at.Project).Key}
			if own {
				keys = append(keys, store.AgentMember(u.ID, at.Agent).Key, store.Tombstone(at.Project, u.ID).Key)
			}
			return keys
		},
		Show: func(c *request.Request, at store.Ref) (Reach, bool) {
			a, p, live := c.AgentRow(at.Agent)
			t := c.AgentTarget(a, p, u.ID)
			if t.ProjectRole, t.TeamRole = "", ""; own {
				t.Open = access.Openness{}
			} else {
				t.AgentRole = ""
			}
			row, ok := agentReach(u, t)
			return row, live && ok
		},
		Strict: true,
	}.Page(ctx, c, in.Paging, in.agents)
	if page.Next == "" && own {
		page.Next = stage{list: projectAgents}.String()
	}
	return page, err
}

// previewAgentsOf lists the agents that the person's projects lead to, or their
// teams.
func (h *handlers) previewAgentsOf(ctx context.Context, in *previewIn, u model.User) (api.Page[Reach], error) {
	c := in.Request()
	var mu sync.Mutex
	projects := map[int64]int64{} // of the agents found
	t := &tour{list: teamAgents, next: open(u), places: in.teams}
	list, member := h.store.AgentsOfTeam, func(team int64) store.Key { return store.TeamMember(team, u.ID).Key }
	if in.from.list == projectAgents {
		t.list, t.next, t.places = projectAgents, stage{list: teamAgents}.String(), in.projects
		list, member = h.store.AgentsOfProject, func(project int64) store.Key { return store.ProjectMember(project, u.ID).Key }
	}
	t.ask = func(ctx context.Context, place, from int64, n int) ([]int64, error) {
		found, err := list(ctx, place, from, n)
		ids := make([]int64, len(found))
		mu.Lock()
		defer mu.Unlock()
		for i, at := range found {
			ids[i], projects[at.Agent] = at.Agent, at.Project
		}
		return ids, err
	}
	t.keys = func(place int64) []store.Key { return []store.Key{member(place)} }
	t.things = func(agent int64) []store.Key {
		return []store.Key{store.Agent(agent).Key, store.Project(projects[agent]).Key}
	}
	t.row = func(place, agent int64) (Reach, bool) {
		a, p, live := c.AgentRow(agent)
		target := c.AgentTarget(a, p, u.ID)
		target.AgentRole, target.Open = "", access.Openness{}
		if t.list == teamAgents {
			target.ProjectRole = ""
			live = live && p.Team() == place
		} else {
			target.TeamRole = ""
		}
		row, ok := agentReach(u, target)
		return row, live && ok
	}
	return t.page(ctx, in)
}
