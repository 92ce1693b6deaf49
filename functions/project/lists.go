package project

import (
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

// projects is a list of projects, by id, without those that who can't see. The caller
// sets Find.
func projects(who access.Caller) list.Of[model.Project] {
	return list.Of[model.Project]{
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return projectKeys(at.ID, who.User) },
		Show: func(c *request.Request, at store.Ref) (model.Project, bool) {
			p, ok := store.LiveProject(c.Rows(), at.ID)
			return p, ok && access.Decide(who, c.ProjectTarget(p, who.User), access.ViewProject).Allowed
		},
	}
}

// projectKeys are the rows of a project and of a user's membership of it.
func projectKeys(id, user int64) []store.Key {
	if user == 0 {
		return []store.Key{store.Project(id).Key}
	}
	return []store.Key{store.Project(id).Key, store.ProjectMember(id, user).Key}
}

type listIn struct {
	request.In
	api.Paging
	TeamID    int64 `query:"team_id" minimum:"1" doc:"Only projects of this team"`
	Ownerless bool  `query:"ownerless" doc:"Only those without an admin of their own; for the ranks (403)"`

	found      []store.Ref // projects: of the team, or without an admin, or the caller's own
	own, teams []int64     // all projects and teams that the caller is a member of
}

// Load asks for the caller's own projects and teams; or for the projects of the
// requested team; or for those without an admin.
func (in *listIn) Load(f *request.Fetch) {
	s := f.Store()
	if in.TeamID != 0 {
		f.Rows(store.Team(in.TeamID).Key)
	}
	switch {
	case in.Ownerless:
		list.IDs(s.OwnerlessProjects, f.Organization).Ask(f, in.Paging, &in.found)
	case in.TeamID != 0:
		list.IDs(s.ProjectsOfTeam, in.TeamID).Ask(f, in.Paging, &in.found)
		if f.Caller != 0 {
			f.Rows(store.TeamMember(in.TeamID, f.Caller).Key)
			request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.ProjectsOfUser, f.Caller) })
		}
	case f.Caller != 0:
		list.IDs(s.ProjectsOfUser, f.Caller).Ask(f, in.Paging, &in.found)
		request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, f.Caller) })
	}
}

// Resolve refuses (404) a team that doesn't exist in the organisation.
func (in *listIn) Resolve(_ context.Context, c *request.Request) error {
	if t, ok := store.LiveTeam(c.Rows(), in.TeamID); in.TeamID != 0 && (!ok || t.OrganizationID != c.Organization.ID) {
		return fault.Missing("query.team_id")
	}
	return nil
}

// list shows the projects that the caller can see, by id. It refuses (404) a team that
// the caller may not know: they neither see it nor any of its projects.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Project], error) {
	c := in.Request()
	l := projects(c.Caller)
	var memberships []store.Key
	switch {
	case in.Ownerless:
		return ownerless(ctx, c, in)
	case in.TeamID != 0:
		var err error
		if l.Find, err = inTeam(ctx, c, in.TeamID, in.found, in.own); err != nil {
			return api.Page[model.Project]{}, err
		}
	case c.Caller.BoundProject != 0:
		l.Find = list.FoundIDs(c.Caller.BoundProject)
	case c.Caller.Service || c.Caller.Rank.Admin():
		l.Find = list.IDs(h.store.ProjectsOfOrganization, c.Organization.ID)
	default:
		for _, id := range in.teams { // an index found them: read again
			memberships = append(memberships, store.TeamMember(id, c.Caller.User).Key)
		}
		ofTeams := list.Each(in.teams, func(id int64) list.Finder { return list.IDs(h.store.ProjectsOfTeam, id) })
		l.Find = list.Merged(append(ofTeams, list.Found(in.found...))...)
	}
	return l.Answer(ctx, c, in.Paging, memberships...)
}

// ownerless shows the projects without an admin, by id, to the ranks (403).
func ownerless(ctx context.Context, c *request.Request, in *listIn) (api.Page[model.Project], error) {
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return api.Page[model.Project]{}, err
	}
	l := projects(c.Caller).Where(func(p model.Project) bool {
		return p.AdminCount == 0 && (in.TeamID == 0 || p.Team() == in.TeamID)
	})
	return l.Page(ctx, c, in.Paging, in.found)
}

// inTeam finds the projects of the team that the caller may see: all, for its members
// and the ranks; else those of their own that are in the team. It refuses (404) where
// there are none of these, whatever the team has.
func inTeam(ctx context.Context, c *request.Request, team int64, all []store.Ref, own []int64) (list.Finder, error) {
	_, unknown := c.VisibleTeam(team)
	if unknown == nil && c.Caller.BoundProject == 0 {
		return list.Found(all...), nil
	}
	own = slices.Clone(own)
	if bound := c.Caller.BoundProject; bound != 0 {
		own = []int64{bound}
	}
	var keys []store.Key
	for _, id := range own {
		keys = append(keys, projectKeys(id, c.Caller.User)...)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	own = slices.DeleteFunc(own, func(id int64) bool {
		of, ok := store.LiveProject(c.Rows(), id)
		return !ok || of.Team() != team || !c.Sees(of)
	})
	if len(own) == 0 && unknown != nil {
		return nil, fault.Missing("query.team_id") // as for a team that doesn't exist
	}
	return list.FoundIDs(own...), nil
}

type listOfUserIn struct {
	request.In
	api.Paging
	TeamID int64 `path:"team_id" example:"7"`
	UserID int64 `path:"user_id" example:"16"`

	found []store.Ref
	own   []int64
}

// Load asks for the team's projects and for the user's role in it.
func (in *listOfUserIn) Load(f *request.Fetch) {
	s := f.Store()
	f.Rows(store.TeamMember(in.TeamID, in.UserID).Key)
	list.IDs(s.ProjectsOfTeam, in.TeamID).Ask(f, in.Paging, &in.found)
	if f.Caller == in.UserID {
		f.Rows(store.Team(in.TeamID).Key)
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.ProjectsOfUser, f.Caller) })
	}
}

// listOfUser shows the projects of a team that a user can see, by id. Everybody may ask
// about themselves, in the team or not.
func (h *handlers) listOfUser(ctx context.Context, in *listOfUserIn) (api.Page[model.Project], error) {
	c := in.Request()
	if !c.Caller.Is(in.UserID) {
		u, _ := c.UserRow(in.UserID)
		return projects(request.CallerOf(u)).Page(ctx, c, in.Paging, in.found)
	}
	find, err := inTeam(ctx, c, in.TeamID, in.found, in.own)
	switch {
	case fault.Is(err, fault.KindNotFound):
		return api.Page[model.Project]{}, nil
	case err != nil:
		return api.Page[model.Project]{}, err
	}
	l := projects(c.Caller)
	l.Find = find
	return l.Answer(ctx, c, in.Paging)
}
