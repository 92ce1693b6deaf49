package agent

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// A list merges the lists by which a user reaches agents: their own permissions, their
// projects and teams, and the open agents. Its cost grows with the number of their
// places and the length of the page, not with the number of other agents.

type listIn struct {
	request.In
	api.Paging
	Ownerless bool `query:"ownerless" doc:"Only those without an owner; for the ranks (403)"`

	granted, open, ownerless []store.Ref
	projects, teams          []int64
}

// Load asks for the first rows of the lists, or for ownerless agents.
func (in *listIn) Load(f *request.Fetch) {
	s := f.Store()
	if in.Ownerless {
		list.IDs(s.OwnerlessAgents, f.Organization).Ask(f, in.Paging, &in.ownerless)
		return
	}
	if f.Caller == 0 {
		return
	}
	list.Refs(s.AgentsOfUser, f.Caller).Ask(f, in.Paging, &in.granted)
	list.Refs(s.OpenAgents, f.Organization).Ask(f, in.Paging, &in.open)
	request.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.ProjectsOfUser, f.Caller) })
	request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, f.Caller) })
}

// list shows the agents that the caller can see, by id.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Agent], error) {
	c, l := in.Request(), agents(in.Request().Caller)
	switch {
	case in.Ownerless:
		return ownerless(ctx, c, in)
	case c.Caller.BoundProject != 0:
		l.Find = list.Refs(h.store.AgentsOfProject, c.Caller.BoundProject)
	case c.Caller.Service || c.Caller.Rank.Admin():
		l.Find = list.Refs(h.store.AgentsOfOrganization, c.Organization.ID)
	default:
		ofProjects := list.Each(in.projects, func(id int64) list.Finder { return list.Refs(h.store.AgentsOfProject, id) })
		return h.ofTeams(ctx, c, l, in.Paging, in.teams, c.Caller, append(ofProjects, list.Found(in.granted...), list.Found(in.open...))...)
	}
	return l.Answer(ctx, c, in.Paging)
}

// ofTeams makes a page of the agents of teams, merged with other lists. It reads the
// user's memberships of the teams again, since an index found them. An agent that moves
// from one team to another while both lists are asked may be in neither; Recheck finds
// it.
func (h *handlers) ofTeams(ctx context.Context, c *request.Request, l list.Of[model.Agent], p api.Paging, teams []int64, who access.Caller, others ...list.Finder) (api.Page[model.Agent], error) {
	memberships := make([]store.Key, len(teams))
	for i, id := range teams {
		memberships[i] = store.TeamMember(id, who.User).Key
	}
	find := list.Each(teams, func(id int64) list.Finder { return list.Refs(h.store.AgentsOfTeam, id) })
	l.Find = list.Merged(append(others, find...)...)
	if len(teams) > 1 {
		l.Recheck = list.Merged(find...)
	}
	return l.Answer(ctx, c, p, memberships...)
}

// ownerless shows the agents without an owner, by id, to the ranks (403). The list
// doesn't have their projects, so these are read after the agents.
func ownerless(ctx context.Context, c *request.Request, in *listIn) (api.Page[model.Agent], error) {
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return api.Page[model.Agent]{}, err
	}
	l := agents(c.Caller)
	l.Rows = func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.Agent(at.ID).Key} }
	l.Then = func(c *request.Request, at store.Ref) []store.Key {
		a, _ := store.Agent(at.ID).In(c.Rows())
		return []store.Key{store.Project(a.ProjectID).Key}
	}
	l.Show = func(c *request.Request, at store.Ref) (model.Agent, bool) {
		a, visible, _ := c.SightOf(c.Caller).Agent(at.ID)
		return a, visible && a.OwnerID == nil // the list may be outdated
	}
	return l.Page(ctx, c, in.Paging, in.ownerless)
}

type teamsIn struct {
	request.In
	api.Paging
	TeamID int64 `query:"team_id" minimum:"1" doc:"Only agents of this team's projects"`
	UserID int64 `query:"user_id" minimum:"1" doc:"The user whose teams are meant; without it, the caller"`

	ofTeam []store.Ref
	teams  []int64
}

// Load asks for the team's agents, or for the teams.
func (in *teamsIn) Load(f *request.Fetch) {
	s, user := f.Store(), cmp.Or(in.UserID, f.Caller)
	switch {
	case in.TeamID != 0:
		if user != 0 {
			f.Rows(store.TeamMember(in.TeamID, user).Key)
		}
		list.Refs(s.AgentsOfTeam, in.TeamID).Ask(f, in.Paging, &in.ofTeam)
	case user != 0:
		request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, user) })
	}
}

// listOfTeams shows the agents of a team, or of all teams of a user, that the user can
// see, by id. It refuses (403) another user's unless the caller has an admin rank, and a
// service key's own, since it has no teams.
func (h *handlers) listOfTeams(ctx context.Context, in *teamsIn) (api.Page[model.Agent], error) {
	c := in.Request()
	who, err := in.who(c)
	if err != nil {
		return api.Page[model.Agent]{}, err
	}
	teams := in.teams
	if in.TeamID != 0 {
		teams = []int64{in.TeamID}
	}
	// The list of a project's former team may still have its agents for a moment.
	l := agents(who).Where(func(a model.Agent) bool { return slices.Contains(teams, a.Team()) })
	if in.TeamID != 0 {
		return l.Page(ctx, c, in.Paging, in.ofTeam)
	}
	return h.ofTeams(ctx, c, l, in.Paging, teams, who)
}

// who returns the user, as a caller, whose agents are listed.
func (in *teamsIn) who(c *request.Request) (access.Caller, error) {
	switch {
	case in.UserID == 0 && in.TeamID == 0 && c.User == nil:
		return access.Caller{}, fault.Forbidden(fault.ReasonOwn)
	case in.UserID == 0 || c.Caller.Is(in.UserID):
		return c.Caller, nil
	}
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return access.Caller{}, err
	}
	u, _ := c.UserRow(in.UserID)
	return request.CallerOf(u), nil
}

type ofProjectIn struct {
	request.In
	api.Paging
	ProjectID int64 `path:"project_id" example:"151"`

	found []store.Ref
}

// Load asks for the project's agents.
func (in *ofProjectIn) Load(f *request.Fetch) {
	list.Refs(f.Store().AgentsOfProject, in.ProjectID).Ask(f, in.Paging, &in.found)
}

// listOfProject shows a project's agents, by id. Whoever sees the project sees
// all of them.
func (h *handlers) listOfProject(ctx context.Context, in *ofProjectIn) (api.Page[model.Agent], error) {
	return agents(in.Request().Caller).Page(ctx, in.Request(), in.Paging, in.found)
}
