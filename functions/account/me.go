package account

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// most is the most teams, and projects, of the caller that are shown.
const most = 200

// Me is the caller with their rank and roles. A service key is shown with the user id 0,
// its name, its stamp instead of an address, and its own row.
type Me struct {
	model.User
	Rank       string        `json:"rank" enum:"user,application_admin,global_admin"`
	Teams      []TeamRole    `json:"teams" doc:"Their own roles in teams, at most 200"`
	Projects   []ProjectRole `json:"projects" doc:"Their own roles in projects, at most 200"`
	ServiceKey *APIKey       `json:"service_key" doc:"The service key that asks, whose id as a user is 0; null for a user"`
}

// Cut says which lists of Me are truncated.
type Cut struct {
	Teams    bool `json:"teams_truncated,omitempty" doc:"There are more teams than these"`
	Projects bool `json:"projects_truncated,omitempty" doc:"There are more projects than these"`
}

// TeamRole is a team and the caller's role in it.
type TeamRole struct {
	ID   int64  `json:"id"`
	Name string `json:"team_name"`
	Role string `json:"role" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager"`
}

// ProjectRole is a project and the caller's role in it.
type ProjectRole struct {
	ID   int64  `json:"id"`
	Name string `json:"project_name"`
	Role string `json:"role" enum:"member,admin"`
}

type meIn struct {
	request.In

	teams, projects []int64
}

// Load asks for the caller's teams and projects.
func (in *meIn) Load(f *request.Fetch) {
	if f.Caller == 0 {
		return
	}
	request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return f.Store().TeamsOfUser(ctx, f.Caller, 0, most+1) })
	request.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) { return f.Store().ProjectsOfUser(ctx, f.Caller, 0, most+1) })
}

// me shows the caller. For a key that is bound to a project, it shows that one alone.
func (h *handlers) me(ctx context.Context, in *meIn) (api.Noted[Me, *Cut], error) {
	c := in.Request()
	if c.Key != nil {
		me, err := h.robot(ctx, c)
		return api.Noted[Me, *Cut]{Data: me}, err
	}
	if bound := c.Caller.BoundProject; bound != 0 {
		me, err := person(ctx, c, nil, []int64{bound})
		return api.Noted[Me, *Cut]{Data: me}, err
	}
	cut := Cut{len(in.teams) > most, len(in.projects) > most}
	me, err := person(ctx, c, in.teams[:min(most, len(in.teams))], in.projects[:min(most, len(in.projects))])
	if cut == (Cut{}) {
		return api.Noted[Me, *Cut]{Data: me}, err
	}
	return api.Noted[Me, *Cut]{Data: me, Meta: &cut}, err
}

// robot returns a service key as Me: an application admin, or the admin of the project
// that it is bound to.
func (h *handlers) robot(ctx context.Context, c *request.Request) (Me, error) {
	key := shown(*c.Key)
	u := model.User{Email: c.Stamp, FirstName: c.Key.Name, IsActive: true, DateJoined: c.Key.CreatedOn}
	rank := c.Caller.ActingRank()
	u.IsStaff = rank.Admin()
	out := Me{User: u.In(c.Organization), Rank: rank.String(), Teams: []TeamRole{}, Projects: []ProjectRole{}, ServiceKey: &key}
	bound := c.Caller.BoundProject
	if bound == 0 {
		return out, nil
	}
	err := c.Read(ctx, store.Project(bound).Key)
	if p, live := store.LiveProject(c.Rows(), bound); live {
		out.Projects = append(out.Projects, ProjectRole{p.ID, p.Name, string(access.ProjectAdmin)})
	}
	return out, err
}

// person returns the calling user as Me, with their roles in the given teams and
// projects.
func person(ctx context.Context, c *request.Request, teams, projects []int64) (Me, error) {
	u := *c.User
	out := Me{User: u.In(c.Organization), Rank: access.RankOf(u.IsStaff, u.IsSuperuser).String(), Teams: []TeamRole{}, Projects: []ProjectRole{}}
	keys := make([]store.Key, 0, 2*(len(teams)+len(projects)))
	for _, id := range teams {
		keys = append(keys, store.Team(id).Key, store.TeamMember(id, u.ID).Key)
	}
	for _, id := range projects {
		keys = append(keys, store.Project(id).Key, store.ProjectMember(id, u.ID).Key)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return Me{}, err
	}
	for _, id := range teams {
		t, live := store.LiveTeam(c.Rows(), id)
		m, ok := c.TeamMember(id, u.ID)
		if live && ok {
			out.Teams = append(out.Teams, TeamRole{id, t.Name, m.Role})
		}
	}
	for _, id := range projects {
		p, live := store.LiveProject(c.Rows(), id)
		m, ok := c.ProjectMember(id, u.ID)
		if live && ok && c.Live(m.ExpiresOn) && c.Sees(p) {
			out.Projects = append(out.Projects, ProjectRole{id, p.Name, m.Role})
		}
	}
	return out, nil
}
