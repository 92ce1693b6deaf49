package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/list"
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

// agents is a list of agents, by id, without those that who may not see. The caller sets
// Find.
func agents(who access.Caller) list.Of[model.Agent] {
	return list.Of[model.Agent]{
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return sightKeys(at, who) },
		Show: func(c *request.Request, at store.Ref) (model.Agent, bool) {
			a, visible, _ := c.SightOf(who).Agent(at.Agent)
			return a, visible
		},
	}
}

// sightKeys are the keys of a listed agent, its project, and a user's roles on both. The
// role in the project's team is missing, since only the project's row names the team.
func sightKeys(at store.Ref, who access.Caller) []store.Key {
	keys := append(make([]store.Key, 0, 5), store.Agent(at.Agent).Key, store.Project(at.Project).Key)
	if who.User != 0 && !who.Rank.Admin() {
		keys = resource.AgentRoleKeys(keys, at.Agent, at.Project, 0, who.User)
	}
	return keys
}

// teamKeys are the key of the caller's membership of the team of an agent's project,
// where that could still make the agent visible.
func teamKeys(c *request.Request, at store.Ref) []store.Key {
	_, visible, team := c.SightOf(c.Caller).Agent(at.Agent)
	if visible || team == 0 || c.Caller.User == 0 {
		return nil
	}
	return []store.Key{store.TeamMember(team, c.Caller.User).Key}
}

// see reads agents and returns those that the caller may see, by id, as answers show
// them. It takes one round trip, and another one where only a team's role could make an
// agent visible.
func see(ctx context.Context, c *request.Request, placed ...store.Ref) (map[int64]model.Agent, error) {
	var keys, teams []store.Key
	for _, at := range placed {
		keys = append(keys, sightKeys(at, c.Caller)...)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	for _, at := range placed {
		teams = append(teams, teamKeys(c, at)...)
	}
	if _, err := c.ReadMissing(ctx, teams...); err != nil {
		return nil, err
	}
	seen := make(map[int64]model.Agent, len(placed))
	for _, at := range placed {
		if a, visible, _ := c.SightOf(c.Caller).Agent(at.Agent); visible {
			seen[a.ID] = a
		}
	}
	return seen, nil
}
