package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
)

// agentIn names the agent of the line.
type agentIn struct {
	request.In
	AgentID int64 `path:"agent_id" example:"21"`
}

// sightKeys are the rows of agents that lists led to, and of what somebody is on
// each, but for the team of its project, which only the project's row tells.
func sightKeys(placed []store.Ref, who access.Caller) []store.Key {
	keys := make([]store.Key, 0, 5*len(placed))
	for _, at := range placed {
		keys = append(keys, store.Agent(at.Agent).Key, store.Project(at.Project).Key)
		if who.User != 0 && !who.Rank.Admin() {
			keys = resource.AgentRoleKeys(keys, at.Agent, at.Project, 0, who.User)
		}
	}
	return keys
}

// seen returns the agents that somebody may know by the rows read so far, by id,
// as shown, and the rows that tell what they are in the teams of the others.
func seen(c *request.Request, placed []store.Ref, who access.Caller) (agents map[int64]model.Agent, teams []store.Key) {
	agents = make(map[int64]model.Agent, len(placed))
	sight := c.SightOf(who)
	for _, at := range placed {
		a, visible, team := sight.Agent(at.Agent)
		switch {
		case visible:
			agents[a.ID] = a
		case team != 0 && who.User != 0:
			teams = append(teams, store.TeamMember(team, who.User).Key)
		}
	}
	return agents, teams
}

// see reads agents that lists led to and returns those that the caller may know,
// by id, as shown. more are read along. It is one round trip, and another one
// where they may be in a team that lets them in.
func (h *handlers) see(ctx context.Context, c *request.Request, placed []store.Ref, more ...store.Key) (map[int64]model.Agent, error) {
	if err := c.ReadShown(ctx, append(sightKeys(placed, c.Caller), more...)...); err != nil {
		return nil, err
	}
	agents, teams := seen(c, placed, c.Caller)
	if fresh, err := c.ReadMissing(ctx, teams...); err != nil || !fresh {
		return agents, err
	}
	agents, _ = seen(c, placed, c.Caller)
	return agents, nil
}

func byID(at store.Ref) int64 { return at.Agent }
