package governance

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Reach is one way by which somebody reaches something.
type Reach struct {
	ResourceType string `json:"resource_type" enum:"organization,project,team"`
	ResourceID   int64  `json:"resource_id"`
	Permission   string `json:"permission" doc:"As what: his role in the project or the team; user, application_admin or global_admin for the organization"`
	Via          string `json:"via" doc:"direct, team:ID or rank. A rank reaches everything: one row says so, for the organization."`
}

type previewIn struct {
	guard.In
	api.Paging
	UserID int64 `path:"user_id" example:"16"`

	from            stage
	projects, teams []int64
}

// stage is where a page begins: a list has the organisation and what the person
// is a member of, projects and then teams, and after those the projects of his
// teams, team by team.
type stage struct {
	list    string // one of those below
	id      int64  // the last that was listed; of the last list, the team that goes on
	project int64  // the last of that team's
}

const (
	ownProjects  = "p"
	ownTeams     = "t"
	teamProjects = "v"
)

// begin reads a position; nobody but a page before has written it.
func begin(position string) stage {
	s := stage{list: ownProjects}
	if position != "" {
		_, _ = fmt.Sscanf(position, "%1s.%d.%d", &s.list, &s.id, &s.project)
	}
	return s
}

func (s stage) String() string { return fmt.Sprintf("%s.%d.%d", s.list, s.id, s.project) }

// teamsAtOnce is how many teams' projects are asked for at a time.
const teamsAtOnce = 16

// Needs asks for the person, and what he is a member of.
func (in *previewIn) Needs(f *guard.Fetch) {
	f.Rows(table.Users.Key(in.UserID))
	in.from = begin(in.After())
	s, from, n := f.Store(), stage{}, in.Limit+1
	switch in.from.list {
	case ownProjects:
		guard.Ask(f, &in.projects, func(ctx context.Context) ([]int64, error) {
			return s.ProjectsOfUser(ctx, in.UserID, in.from.id, in.Limit+1)
		})
	case ownTeams:
		from = in.from
	case teamProjects:
		from, n = stage{id: in.from.id - 1}, teamsAtOnce+1 // the team that goes on is the first again
	}
	guard.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return s.TeamsOfUser(ctx, in.UserID, from.id, n) })
}

// Known refuses users of other organisations.
func (in *previewIn) Known(_ context.Context, c *guard.Case) error {
	if u, ok := table.Users.In(c.Rows(), in.UserID); !ok || u.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	return nil
}

// preview lists everything that the person reaches. One who is inactive reaches
// nothing.
func (h *handlers) preview(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	c := in.Case()
	page := api.Page[Reach]{Items: []Reach{}}
	u, _ := table.Users.In(c.Rows(), in.UserID)
	if !u.IsActive {
		return page, nil
	}
	if in.from.list == teamProjects {
		return h.previewTeams(ctx, in)
	}
	if in.After() == "" {
		page.Items = append(page.Items, ofOrganization(u)...)
	}
	keys := make([]table.Primary, 0, 2*(len(in.projects)+len(in.teams)))
	for _, id := range in.projects {
		keys = append(keys, table.Projects.Key(id), table.ProjectMembers.Key(id, u.ID))
	}
	for _, id := range in.teams {
		keys = append(keys, table.Teams.Key(id), table.TeamMembers.Key(id, u.ID))
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
	}
	return page, nil
}

// ofOrganization is what somebody is in his organisation.
func ofOrganization(u model.User) []Reach {
	out := []Reach{{"organization", u.OrganizationID, access.User.String(), access.Path{Kind: access.Direct}.String()}}
	if rank := access.RankOf(u.IsStaff, u.IsSuperuser); rank.Admin() {
		out = append(out, Reach{"organization", u.OrganizationID, rank.String(), access.Path{Kind: access.ByRank}.String()})
	}
	return out
}

// previewTeams lists what the teams lead to, beginning in the middle of one.
func (h *handlers) previewTeams(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	c := in.Case()
	page := api.Page[Reach]{Items: []Reach{}}
	teams := in.teams[:min(len(in.teams), teamsAtOnce)]
	found := make([][]int64, len(teams))
	g, both := errgroup.WithContext(ctx)
	for i, team := range teams {
		from := int64(0)
		if team == in.from.id {
			from = in.from.project
		}
		g.Go(func() (err error) {
			found[i], err = h.store.ProjectsOfTeam(both, team, from, in.Limit+1)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return page, err
	}
	keys := make([]table.Primary, 0, in.Limit+len(teams))
	for i, team := range teams {
		keys = append(keys, table.TeamMembers.Key(team, in.UserID))
		for _, id := range found[i][:min(len(found[i]), in.Limit)] {
			keys = append(keys, table.Projects.Key(id))
		}
	}
	if err := c.Read(ctx, keys...); err != nil {
		return page, err
	}
	for i, team := range teams {
		m, member := c.TeamMember(team, in.UserID)
		at := stage{list: teamProjects, id: team}
		if team == in.from.id {
			at.project = in.from.project
		}
		for n, id := range found[i] {
			if len(page.Items) >= in.Limit || n == in.Limit {
				page.Next = at.String()
				return page, nil
			}
			at.project = id
			if p, live := store.LiveProject(c.Rows(), id); member && live && p.Team() == team {
				page.Items = append(page.Items, Reach{"project", id, m.Role, access.Path{Kind: access.ViaTeam, ID: team}.String()})
			}
		}
	}
	if len(in.teams) > len(teams) {
		page.Next = stage{list: teamProjects, id: in.teams[len(teams)]}.String()
	}
	return page, nil
}
