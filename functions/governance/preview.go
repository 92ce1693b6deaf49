package governance

import (
	"context"
	"fmt"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// Reach is one way by which somebody reaches something.
type Reach struct {
	ResourceType string `json:"resource_type" enum:"organization,project,team,agent"`
	ResourceID   int64  `json:"resource_id"`
	Permission   string `json:"permission" doc:"As what: their role in the project, the team or its team, or on the agent; user, application_admin or global_admin for the organization"`
	Via          string `json:"via" doc:"direct, project:ID, team:ID, rank or access_level. A rank reaches everything: one row says so, for the organization."`
}

type previewIn struct {
	request.In
	api.Paging
	UserID int64 `path:"user_id" example:"16"`

	from            stage
	projects, teams []int64
	agents          []store.Ref
}

// stage is where a page begins: a list has the organisation and what the person
// is a member of, projects and then teams; after those the projects of their teams,
// team by team; and then agents: those that they have a permission on, those of their
// projects, those of their teams, and those that are open to everybody.
type stage struct {
	list string // one of those below
	id   int64  // the last that was listed; of what goes place by place, the place that goes on
	last int64  // the last of that place's
}

const (
	ownProjects   = "p"
	ownTeams      = "t"
	teamProjects  = "v"
	ownAgents     = "a"
	projectAgents = "q"
	teamAgents    = "w"
	openAgents    = "o"
)

// begin reads a position; nobody but a page before has written it.
func begin(position string) stage {
	s := stage{list: ownProjects}
	if position != "" {
		_, _ = fmt.Sscanf(position, "%1s.%d.%d", &s.list, &s.id, &s.last)
	}
	return s
}

func (s stage) String() string { return fmt.Sprintf("%s.%d.%d", s.list, s.id, s.last) }

// placesAtOnce is how many places are asked at a time for what is in them.
const placesAtOnce = 16

// Load asks for the person, and what the page begins with.
func (in *previewIn) Load(f *request.Fetch) {
	f.Rows(store.User(in.UserID).Key)
	in.from = begin(in.After())
	s, at, n := f.Store(), in.from.id, in.Limit+1
	projects := func(from int64, n int) {
		request.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) { return s.ProjectsOfUser(ctx, in.UserID, from, n) })
	}
	teams := func(from int64, n int) {
		request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return s.TeamsOfUser(ctx, in.UserID, from, n) })
	}
	switch in.from.list {
	case ownProjects:
		projects(at, n)
		teams(0, n)
		request.Ask(f, &in.agents, func(ctx context.Context) ([]store.Ref, error) { return s.AgentsOfUser(ctx, in.UserID, 0, 1) })
	case ownTeams:
		teams(at, n)
	case teamProjects, teamAgents:
		teams(at-1, placesAtOnce+1) // the place that goes on is the first again
	case projectAgents:
		projects(at-1, placesAtOnce+1)
	case ownAgents:
		request.Ask(f, &in.agents, func(ctx context.Context) ([]store.Ref, error) { return s.AgentsOfUser(ctx, in.UserID, at, n) })
	case openAgents:
		request.Ask(f, &in.agents, func(ctx context.Context) ([]store.Ref, error) { return s.OpenAgents(ctx, f.Organization, at, n) })
	}
}

// Resolve refuses users of other organisations.
func (in *previewIn) Resolve(_ context.Context, c *request.Request) error {
	if u, ok := store.User(in.UserID).In(c.Rows()); !ok || u.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	return nil
}

// preview lists everything that the person reaches. One who is inactive reaches
// nothing.
func (h *handlers) preview(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	c := in.Request()
	page := api.Page[Reach]{Items: []Reach{}}
	u, _ := store.User(in.UserID).In(c.Rows())
	if !u.IsActive {
		return page, nil
	}
	switch in.from.list {
	case teamProjects:
		return h.previewTeams(ctx, in)
	case ownAgents, openAgents:
		return h.previewAgents(ctx, in, u)
	case projectAgents, teamAgents:
		return h.previewAgentsOf(ctx, in, u)
	}
	if in.After() == "" {
		page.Items = append(page.Items, ofOrganization(u)...)
	}
	keys := make([]store.Key, 0, 2*(len(in.projects)+len(in.teams)))
	for _, id := range in.projects {
		keys = append(keys, store.Project(id).Key, store.ProjectMember(id, u.ID).Key)
	}
	for _, id := range in.teams {
		keys = append(keys, store.Team(id).Key, store.TeamMember(id, u.ID).Key)
	}
	if err := c.Read(ctx, keys...); err != nil {
		return page, err
	}
	for _, id := range in.projects {
		if len(page.Items) >= in.Limit {
			page.Next = in.from.String()
			return page, nil
		}
		in.from = stage{list: ownProjects, id: id}
		m, ok := c.ProjectMember(id, u.ID)
		if _, live := store.LiveProject(c.Rows(), id); ok && live && c.Live(m.ExpiresOn) {
			page.Items = append(page.Items, Reach{"project", id, m.Role, access.Path{Kind: access.Direct}.String()})
		}
	}
	if len(in.projects) > in.Limit {
		page.Next = in.from.String()
		return page, nil
	}
	if in.from.list == ownProjects {
		in.from = stage{list: ownTeams}
	}
	for _, id := range in.teams {
		if len(page.Items) >= in.Limit {
			page.Next = in.from.String()
			return page, nil
		}
		in.from = stage{list: ownTeams, id: id}
		m, ok := c.TeamMember(id, u.ID)
		if _, live := store.LiveTeam(c.Rows(), id); ok && live {
			page.Items = append(page.Items, Reach{"team", id, m.Role, access.Path{Kind: access.Direct}.String()})
		}
	}
	switch {
	case len(in.teams) > in.Limit:
		page.Next = in.from.String()
	case in.from.id != 0: // there is a team, here or on a page before
		page.Next = stage{list: teamProjects}.String()
	case in.After() != "" || len(in.projects)+len(in.agents) > 0:
		page.Next = stage{list: ownAgents}.String()
	default:
		page.Next = open(u)
	}
	return page, nil
}

// open is where the list goes on with what is open to everybody: nowhere for who
// has a rank, which reaches all of that.
func open(u model.User) string {
	if access.RankOf(u.IsStaff, u.IsSuperuser).Admin() {
		return ""
	}
	return stage{list: openAgents}.String()
}

// ofOrganization is what somebody is in their organization.
func ofOrganization(u model.User) []Reach {
	out := []Reach{{"organization", u.OrganizationID, access.User.String(), access.Path{Kind: access.Direct}.String()}}
	if rank := access.RankOf(u.IsStaff, u.IsSuperuser); rank.Admin() {
		out = append(out, Reach{"organization", u.OrganizationID, rank.String(), access.Path{Kind: access.ByRank}.String()})
	}
	return out
}

// previewTeams lists the projects that the teams lead to.
func (h *handlers) previewTeams(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	c := in.Request()
	return (&tour{
		list: teamProjects, next: stage{list: ownAgents}.String(), places: in.teams,
		ask: func(ctx context.Context, team, from int64, n int) ([]int64, error) {
			return h.store.ProjectsOfTeam(ctx, team, from, n)
		},
		keys:   func(team int64) []store.Key { return []store.Key{store.TeamMember(team, in.UserID).Key} },
		things: func(project int64) []store.Key { return []store.Key{store.Project(project).Key} },
		row: func(team, project int64) (Reach, bool) {
			m, member := c.TeamMember(team, in.UserID)
			p, live := store.LiveProject(c.Rows(), project)
			return Reach{"project", project, m.Role, access.Path{Kind: access.ViaTeam, ID: team}.String()}, member && live && p.Team() == team
		},
	}).page(ctx, in)
}
