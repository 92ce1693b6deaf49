package account

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// most is how many teams and projects of the caller are shown.
const most = 200

// Me is the caller with what he is.
type Me struct {
	model.User
	Rank     string        `json:"rank" enum:"user,application_admin,global_admin"`
	Teams    []TeamRole    `json:"teams" doc:"Their own roles in teams, at most 200"`
	Projects []ProjectRole `json:"projects" doc:"Their own roles in projects, at most 200"`
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
	guard.In

	teams, projects []int64
}

// Needs asks for the caller's teams and projects.
func (in *meIn) Needs(f *guard.Fetch) {
	if f.Caller == 0 {
		return
	}
	guard.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return f.Store().TeamsOfUser(ctx, f.Caller, 0, most) })
	guard.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) { return f.Store().ProjectsOfUser(ctx, f.Caller, 0, most) })
}

// me shows the caller. A key that reaches only one project tells of no other,
// and a service key is nobody (403).
func (h *handlers) me(ctx context.Context, in *meIn) (Me, error) {
	c := in.Case()
	u, err := c.Me()
	if err != nil {
		return Me{}, err
	}
	out := Me{User: u.In(c.Organization), Rank: access.RankOf(u.IsStaff, u.IsSuperuser).String(), Teams: []TeamRole{}, Projects: []ProjectRole{}}
	keys := make([]table.Primary, 0, 2*(len(in.teams)+len(in.projects)))
	for _, id := range in.teams {
		keys = append(keys, table.Teams.Key(id), table.TeamMembers.Key(id, u.ID))
	}
	for _, id := range in.projects {
		keys = append(keys, table.Projects.Key(id), table.ProjectMembers.Key(id, u.ID))
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return Me{}, err
	}
	for _, id := range in.teams {
		t, live := store.LiveTeam(c.Rows(), id)
		m, ok := c.TeamMember(id, u.ID)
		if live && ok && c.Caller.BoundProject == 0 {
			out.Teams = append(out.Teams, TeamRole{id, t.Name, m.Role})
		}
	}
	for _, id := range in.projects {
		p, live := store.LiveProject(c.Rows(), id)
		m, ok := c.ProjectMember(id, u.ID)
		if live && ok && c.Live(m.ExpiresOn) && c.Sees(p) {
			out.Projects = append(out.Projects, ProjectRole{id, p.Name, m.Role})
		}
	}
	return out, nil
}
