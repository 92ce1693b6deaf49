package agent

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// A list asks all that leads somebody to agents for those after the last one
// shown: their permissions on some, the places they are a member of, and the openness
// of others. It costs as much as there are of these and as the page is long,
// however many agents there are elsewhere.

type listIn struct {
	request.In
	api.Paging
	Ownerless bool `query:"ownerless" doc:"Only those without an owner; for the ranks (403)"`

	granted, open              []store.Ref
	projects, teams, ownerless []int64
}

// Load asks what leads the caller to agents, or which have no owner.
func (in *listIn) Load(f *request.Fetch) {
	s, after, n := f.Store(), in.AfterID(), in.Limit+1
	if in.Ownerless {
		request.Ask(f, &in.ownerless, func(ctx context.Context) ([]int64, error) {
			return s.Ownerless(ctx, f.Organization, model.OwnerlessAgent, after, n)
		})
		return
	}
	if f.Caller == 0 {
		return
	}
	request.Ask(f, &in.granted, func(ctx context.Context) ([]store.Ref, error) { return s.AgentsOfUser(ctx, f.Caller, after, n) })
	request.Ask(f, &in.open, func(ctx context.Context) ([]store.Ref, error) { return s.OpenAgents(ctx, f.Organization, after, n) })
	request.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.ProjectsOfUser, f.Caller) })
	request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, f.Caller) })
}

// list shows the agents that the caller can see, by id.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Agent], error) {
	c := in.Request()
	l := listing{Paging: in.Paging, who: c.Caller}
	switch {
	case in.Ownerless:
		return h.ownerless(ctx, c, in, l)
	case c.Caller.BoundProject != 0:
		l.projects = []int64{c.Caller.BoundProject}
	case c.Caller.Service || c.Caller.Rank.Admin():
		all, err := h.store.AgentsOfOrganization(ctx, c.Organization.ID, in.AfterID(), in.Limit+1)
		if err != nil {
			return api.Page[model.Agent]{}, err
		}
		l.found = append(l.found, all)
	default:
		l.projects, l.teams, l.found = in.projects, in.teams, [][]store.Ref{in.granted, in.open}
	}
	return h.page(ctx, c, l)
}

// ownerless shows the ranks the agents without an owner, by id.
func (h *handlers) ownerless(ctx context.Context, c *request.Request, in *listIn, l listing) (api.Page[model.Agent], error) {
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return api.Page[model.Agent]{}, err
	}
	keys := make([]store.Key, len(in.ownerless))
	for i, id := range in.ownerless {
		keys[i] = store.Agent(id).Key
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return api.Page[model.Agent]{}, err
	}
	placed := make([]store.Ref, len(in.ownerless))
	for i, id := range in.ownerless {
		a, _ := store.Agent(id).In(c.Rows())
		placed[i] = store.Ref{ID: id, Agent: id, Project: a.ProjectID}
	}
	l.found = [][]store.Ref{placed}
	page, err := h.page(ctx, c, l)
	page.Items = slices.DeleteFunc(page.Items, func(a model.Agent) bool { return a.OwnerID != nil }) // since the list was read
	return page, err
}

// listing is a page of agents, by id, that somebody is to see.
type listing struct {
	api.Paging
	who             access.Caller
	projects, teams []int64       // whose agents are still to be asked for
	found           [][]store.Ref // what else leads to some of them
}

// page shows the first agents that somebody can see.
func (h *handlers) page(ctx context.Context, c *request.Request, l listing) (api.Page[model.Agent], error) {
	if err := h.ask(ctx, c, &l); err != nil {
		return api.Page[model.Agent]{}, err
	}
	placed, next := api.Merge(l.Limit, byID, l.found...)
	missed, again := h.again(l, placed, next)
	if err := c.ReadWith(ctx, sightKeys(placed, l.who), again...); err != nil {
		return api.Page[model.Agent]{}, err
	}
	if missed() {
		return api.Page[model.Agent]{}, store.ErrStale
	}
	agents, _ := seen(c, placed, l.who)
	out := make([]model.Agent, 0, len(placed))
	for _, at := range placed {
		if a, ok := agents[at.Agent]; ok {
			out = append(out, a)
		}
	}
	return api.Page[model.Agent]{Items: out, Next: next}, nil
}

// ask asks projects and teams for their agents, and at the same time reads the
// memberships of the teams again that an index told of somebody.
func (h *handlers) ask(ctx context.Context, c *request.Request, l *listing) error {
	ofProjects, ofTeams := make([][]store.Ref, len(l.projects)), make([][]store.Ref, len(l.teams))
	asks := questions(l.projects, ofProjects, l.Paging, h.store.AgentsOfProject)
	asks = append(asks, questions(l.teams, ofTeams, l.Paging, h.store.AgentsOfTeam)...)
	keys := make([]store.Key, len(l.teams))
	for i, id := range l.teams {
		keys[i] = store.TeamMember(id, l.who.User).Key
	}
	if len(asks) == 0 {
		return nil
	}
	err := c.ReadWith(ctx, keys, asks...)
	l.found = slices.Concat(l.found, ofProjects, ofTeams)
	return err
}

// again asks teams once more while the agents are read. An agent that goes from
// one team to another while both are asked may be in neither answer; then it is
// in one of the second ones, and missed says so.
func (h *handlers) again(l listing, placed []store.Ref, next string) (missed func() bool, asks []func(context.Context) error) {
	if len(l.teams) < 2 {
		return func() bool { return false }, nil
	}
	anew := make([][]store.Ref, len(l.teams))
	return func() bool {
		return slices.ContainsFunc(slices.Concat(anew...), func(at store.Ref) bool {
			onPage := next == "" || at.Agent <= placed[len(placed)-1].Agent
			_, found := slices.BinarySearchFunc(placed, at, func(a, b store.Ref) int { return cmp.Compare(a.Agent, b.Agent) })
			return onPage && !found
		})
	}, questions(l.teams, anew, l.Paging, h.store.AgentsOfTeam)
}

// questions ask each of some places for its agents on a page.
func questions(places []int64, into [][]store.Ref, p api.Paging, ask func(ctx context.Context, place, after int64, n int) ([]store.Ref, error)) []func(context.Context) error {
	asks := make([]func(context.Context) error, len(places))
	for i, id := range places {
		asks[i] = func(ctx context.Context) (err error) {
			into[i], err = ask(ctx, id, p.AfterID(), p.Limit+1)
			return err
		}
	}
	return asks
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
	s, user := f.Store(), in.UserID
	if user == 0 {
		user = f.Caller
	}
	if in.TeamID != 0 {
		if user != 0 {
			f.Rows(store.TeamMember(in.TeamID, user).Key)
		}
		request.Ask(f, &in.ofTeam, func(ctx context.Context) ([]store.Ref, error) {
			return s.AgentsOfTeam(ctx, in.TeamID, in.AfterID(), in.Limit+1)
		})
		return
	}
	if user != 0 {
		request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, user) })
	}
}

// listOfTeams shows the agents of a team, or of all teams of a user, that they can
// see, by id. Another user than the caller takes an admin rank (403). A service
// key has no teams of its own (403).
func (h *handlers) listOfTeams(ctx context.Context, in *teamsIn) (api.Page[model.Agent], error) {
	c := in.Request()
	who, err := in.who(c)
	if err != nil {
		return api.Page[model.Agent]{}, err
	}
	l, teams := listing{Paging: in.Paging, who: who}, in.teams
	if in.TeamID != 0 {
		l.found, teams = append(l.found, in.ofTeam), []int64{in.TeamID}
	} else {
		l.teams = teams
	}
	page, err := h.page(ctx, c, l)
	// Of a project that has moved lately the old team's list may still have them.
	page.Items = slices.DeleteFunc(page.Items, func(a model.Agent) bool { return !slices.Contains(teams, a.Team()) })
	return page, err
}

// who is the one whose agents are listed.
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
	request.Ask(f, &in.found, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().AgentsOfProject(ctx, in.ProjectID, in.AfterID(), in.Limit+1)
	})
}

// listOfProject shows a project's agents, by id. Whoever sees the project sees
// all of them.
func (h *handlers) listOfProject(ctx context.Context, in *ofProjectIn) (api.Page[model.Agent], error) {
	return h.page(ctx, in.Request(), listing{Paging: in.Paging, who: in.Request().Caller, found: [][]store.Ref{in.found}})
}
