package project

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type listIn struct {
	request.In
	api.Paging
	TeamID    int64 `query:"team_id" minimum:"1" doc:"Only projects of this team"`
	Ownerless bool  `query:"ownerless" doc:"Only those without an admin of their own; for the ranks (403)"`

	own, ofTeam, teams, ownerless []int64
}

// Load asks which projects may be the caller's: those they are a member of, and
// the teams whose projects are open to them; or those of the team that is asked
// for; or those without an admin.
func (in *listIn) Load(f *request.Fetch) {
	after, n := in.AfterID(), in.Limit+1
	if in.Ownerless {
		request.Ask(f, &in.ownerless, func(ctx context.Context) ([]int64, error) {
			return f.Store().Ownerless(ctx, f.Organization, model.OwnerlessProject, after, n)
		})
		if in.TeamID != 0 {
			f.Rows(store.Team(in.TeamID).Key)
		}
		return
	}
	if in.TeamID != 0 {
		f.Rows(store.Team(in.TeamID).Key)
		if f.Caller != 0 {
			f.Rows(store.TeamMember(in.TeamID, f.Caller).Key)
		}
		request.Ask(f, &in.ofTeam, func(ctx context.Context) ([]int64, error) { return f.Store().ProjectsOfTeam(ctx, in.TeamID, after, n) })
	}
	if f.Caller == 0 {
		return
	}
	if in.TeamID != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) {
			return store.Every(ctx, f.Store().ProjectsOfUser, f.Caller)
		})
		return
	}
	request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) { return f.Store().ProjectsOfUser(ctx, f.Caller, after, n) })
	request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, f.Store().TeamsOfUser, f.Caller) })
}

// Resolve refuses a team that doesn't exist in the organisation.
func (in *listIn) Resolve(_ context.Context, c *request.Request) error {
	if t, ok := store.LiveTeam(c.Rows(), in.TeamID); in.TeamID != 0 && (!ok || t.OrganizationID != c.Organization.ID) {
		return fault.Missing("query.team_id")
	}
	return nil
}

// list shows the projects that the caller can reach, by id. A team that they
// aren't in, and none of whose projects they reach, is one they may not know (404).
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Project], error) {
	c := in.Request()
	after, n := in.AfterID(), in.Limit+1
	var sources [][]int64
	var err error
	switch {
	case in.Ownerless:
		return h.ownerless(ctx, c, in)
	case in.TeamID != 0:
		sources, err = h.inTeam(ctx, c, in.TeamID, in.Paging, in.ofTeam, in.own)
	case c.Caller.BoundProject != 0:
		sources = [][]int64{{c.Caller.BoundProject}}
		if c.Caller.BoundProject <= after {
			sources = nil
		}
	case c.Caller.Service || c.Caller.Rank.Admin():
		var all []int64
		all, err = h.store.ProjectsOfOrganization(ctx, c.Organization.ID, after, n)
		sources = [][]int64{all}
	default:
		sources, err = h.ofTeams(ctx, c, in.teams, after, n)
		sources = append(sources, in.own)
	}
	if err != nil {
		return api.Page[model.Project]{}, err
	}
	ids, next := api.Merge(in.Limit, itself, sources...)
	return h.page(ctx, c, ids, next, c.Caller)
}

// ownerless shows the ranks the projects without an admin, by id.
func (h *handlers) ownerless(ctx context.Context, c *request.Request, in *listIn) (api.Page[model.Project], error) {
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return api.Page[model.Project]{}, err
	}
	ids, next := api.Cut(in.Limit, in.ownerless, api.NextID)
	page, err := h.page(ctx, c, ids, next, c.Caller)
	page.Items = slices.DeleteFunc(page.Items, func(p model.Project) bool {
		return p.AdminCount > 0 || in.TeamID != 0 && p.Team() != in.TeamID
	})
	return page, err
}

// inTeam is where the projects of the team are that the caller reaches: all that
// it has, for its members and the ranks; else those that lead them there one by
// one, and without any it is a 404, whatever the team has.
func (h *handlers) inTeam(ctx context.Context, c *request.Request, team int64, p api.Paging, all, own []int64) ([][]int64, error) {
	_, unknown := c.VisibleTeam(team)
	if unknown == nil && c.Caller.BoundProject == 0 {
		return [][]int64{all}, nil
	}
	own = slices.Clone(own)
	if bound := c.Caller.BoundProject; bound != 0 {
		own = []int64{bound}
	}
	if err := h.load(ctx, c, own, c.Caller.User); err != nil {
		return nil, err
	}
	own = slices.DeleteFunc(own, func(id int64) bool {
		of, ok := store.LiveProject(c.Rows(), id)
		return !ok || of.Team() != team || !c.Sees(of)
	})
	if len(own) == 0 && unknown != nil {
		return nil, fault.Missing("query.team_id") // as for a team that isn't there
	}
	return [][]int64{slices.DeleteFunc(own, func(id int64) bool { return id <= p.AfterID() })}, nil
}

// ofTeams asks each team for its projects, and at the same time reads the
// memberships again that the index told.
func (h *handlers) ofTeams(ctx context.Context, c *request.Request, teams []int64, after int64, n int) ([][]int64, error) {
	sources := make([][]int64, len(teams))
	keys, asks := make([]store.Key, len(teams)), make([]func(context.Context) error, len(teams))
	for i, id := range teams {
		keys[i] = store.TeamMember(id, c.Caller.User).Key
		asks[i] = func(ctx context.Context) (err error) {
			sources[i], err = h.store.ProjectsOfTeam(ctx, id, after, n)
			return err
		}
	}
	err := c.ReadWith(ctx, keys, asks...)
	return sources, err
}

type listOfUserIn struct {
	request.In
	api.Paging
	TeamID int64 `path:"team_id" example:"7"`
	UserID int64 `path:"user_id" example:"16"`

	found, own []int64
}

// Load asks for the team's projects and for the user's role in it.
func (in *listOfUserIn) Load(f *request.Fetch) {
	f.Rows(store.TeamMember(in.TeamID, in.UserID).Key)
	request.Ask(f, &in.found, func(ctx context.Context) ([]int64, error) {
		return f.Store().ProjectsOfTeam(ctx, in.TeamID, in.AfterID(), in.Limit+1)
	})
	if f.Caller == in.UserID {
		f.Rows(store.Team(in.TeamID).Key)
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) {
			return store.Every(ctx, f.Store().ProjectsOfUser, f.Caller)
		})
	}
}

// listOfUser shows the projects of a team that a user can reach, by id. Everybody
// may ask it about themselves, in the team or not.
func (h *handlers) listOfUser(ctx context.Context, in *listOfUserIn) (api.Page[model.Project], error) {
	c := in.Request()
	who, sources := c.Caller, [][]int64{in.found}
	if who.Is(in.UserID) {
		var err error
		if sources, err = h.inTeam(ctx, c, in.TeamID, in.Paging, in.found, in.own); err != nil && !fault.Is(err, fault.KindNotFound) {
			return api.Page[model.Project]{}, err
		}
	} else {
		u, _ := c.UserRow(in.UserID)
		who = request.CallerOf(u)
	}
	ids, next := api.Merge(in.Limit, itself, sources...)
	return h.page(ctx, c, ids, next, who)
}

// page reads projects that indexes led to, with the roles of the one they are
// listed for, and leaves out what they can't reach.
func (h *handlers) page(ctx context.Context, c *request.Request, ids []int64, next string, who access.Caller) (api.Page[model.Project], error) {
	page := api.Page[model.Project]{Next: next}
	if err := h.load(ctx, c, ids, who.User); err != nil {
		return page, err
	}
	for _, id := range ids {
		p, ok := store.LiveProject(c.Rows(), id)
		if ok && access.Decide(who, c.ProjectTarget(p, who.User), access.ViewProject).Allowed {
			page.Items = append(page.Items, p)
		}
	}
	return page, nil
}

// load reads projects and a user's memberships of them.
func (h *handlers) load(ctx context.Context, c *request.Request, ids []int64, user int64) error {
	keys := make([]store.Key, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, store.Project(id).Key)
		if user != 0 {
			keys = append(keys, store.ProjectMember(id, user).Key)
		}
	}
	return c.ReadShown(ctx, keys...)
}

func itself(id int64) int64 { return id }
