package workspace

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type listTeamsIn struct {
	request.In
	api.Paging
	Ownerless bool `query:"ownerless" doc:"Only those without an owner; for the ranks (403)"`

	own, ownerless []int64
}

// Load asks for the caller's own teams, or for those without an owner.
func (in *listTeamsIn) Load(f *request.Fetch) {
	if in.Ownerless {
		request.Ask(f, &in.ownerless, func(ctx context.Context) ([]int64, error) {
			return f.Store().Ownerless(ctx, f.Organization, model.OwnerlessTeam, in.AfterID(), in.Limit+1)
		})
	} else if f.Caller != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) {
			return f.Store().TeamsOfUser(ctx, f.Caller, in.AfterID(), in.Limit+1)
		})
	}
}

// listTeams shows the caller's teams, and all of the organisation to its ranks. A
// key that is bound to a project has none.
func (h *handlers) listTeams(ctx context.Context, in *listTeamsIn) (api.Page[model.Team], error) {
	c := in.Request()
	page := api.Page[model.Team]{}
	if in.Ownerless {
		return h.ownerless(ctx, c, in)
	}
	if c.Caller.BoundProject != 0 {
		return page, nil
	}
	var err error
	ids := in.own
	if c.Caller.Service || c.Caller.Rank.Admin() {
		if ids, err = h.store.TeamsOfOrganization(ctx, c.Organization.ID, in.AfterID(), in.Limit+1); err != nil {
			return page, err
		}
	}
	ids, page.Next = api.Cut(in.Limit, ids, api.NextID)
	page.Items, err = h.readTeams(ctx, c, ids)
	return page, err
}

// ownerless shows the ranks the teams without an owner, by id.
func (h *handlers) ownerless(ctx context.Context, c *request.Request, in *listTeamsIn) (api.Page[model.Team], error) {
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return api.Page[model.Team]{}, err
	}
	ids, next := api.Cut(in.Limit, in.ownerless, api.NextID)
	found, err := h.readTeams(ctx, c, ids)
	found = slices.DeleteFunc(found, func(t model.Team) bool { return t.OwnerCount > 0 }) // since the list was read
	return api.Page[model.Team]{Items: found, Next: next}, err
}

// readTeams reads teams that an index led to, with the caller's memberships,
// and leaves out what they may not see.
func (h *handlers) readTeams(ctx context.Context, c *request.Request, ids []int64) ([]model.Team, error) {
	keys := make([]store.Key, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, store.Team(id).Key)
		if c.Caller.User != 0 {
			keys = append(keys, store.TeamMember(id, c.Caller.User).Key)
		}
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	found := make([]model.Team, 0, len(ids))
	for _, id := range ids {
		if _, err := c.VisibleTeam(id); err == nil {
			t, _ := store.LiveTeam(c.Rows(), id)
			found = append(found, t)
		}
	}
	return found, nil
}

type createTeamIn struct {
	request.In
	Body struct {
		Name        string `json:"team_name" minLength:"1" maxLength:"200"`
		Description string `json:"description,omitempty" maxLength:"4000"`
	}
}

// createTeam makes a team that the caller owns. A service key, which is no
// user, can't own one (403).
func (h *handlers) createTeam(ctx context.Context, in *createTeamIn) (model.Team, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return model.Team{}, err
	}
	if err := c.Unbound(); err != nil {
		return model.Team{}, err
	}
	return member.CreateTeam(ctx, h.store, c, model.Team{Name: in.Body.Name, Description: in.Body.Description}, access.Owner, me.ID)
}

type teamIn struct {
	request.In
	TeamID int64 `path:"team_id" example:"7"`
}

func (h *handlers) team(_ context.Context, in *teamIn) (model.TeamDetail, error) {
	t := *in.Request().Team
	return model.TeamDetail{Team: t, Ownerless: t.OwnerCount == 0}, nil
}

type editTeamIn struct {
	request.In
	TeamID int64 `path:"team_id" example:"7"`
	Body   struct {
		Name        *string `json:"team_name,omitempty" minLength:"1" maxLength:"200"`
		Description *string `json:"description,omitempty" maxLength:"4000"`
	}
}

// Load asks whether an identity provider has given the name to another team.
func (in *editTeamIn) Load(f *request.Fetch) {
	if in.Body.Name != nil {
		f.Rows(member.GroupNameKey(f.Organization, *in.Body.Name))
	}
}

// editTeam changes what the body names.
func (h *handlers) editTeam(_ context.Context, in *editTeamIn) (model.Team, error) {
	c := in.Request()
	t := *c.Team
	if in.Body.Name != nil {
		t.Name = *in.Body.Name
	}
	if in.Body.Description != nil {
		t.Description = *in.Body.Description
	}
	if t == *c.Team {
		return t, nil
	}
	renamed := t.Name != c.Team.Name
	t, err := member.EditTeam(h.store, c, t)
	if err == nil {
		c.Audit(model.TeamName(t.ID), nil, map[string]any{"renamed": renamed})
	}
	return t, err
}

// deleteTeam makes the team unreadable; see package teams for what it refuses.
func (h *handlers) deleteTeam(_ context.Context, in *teamIn) ([]model.Team, error) {
	t, err := member.DeleteTeam(h.store, in.Request())
	return []model.Team{t}, err
}
