package workspace

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/list"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type listTeamsIn struct {
	request.In
	api.Paging
	Ownerless bool `query:"ownerless" doc:"Only those without an owner; for the ranks (403)"`

	found []store.Ref
}

// Load asks for the caller's own teams, or for those without an owner.
func (in *listTeamsIn) Load(f *request.Fetch) {
	if in.Ownerless {
		list.IDs(f.Store().OwnerlessTeams, f.Organization).Ask(f, in.Paging, &in.found)
	} else if f.Caller != 0 {
		list.IDs(f.Store().TeamsOfUser, f.Caller).Ask(f, in.Paging, &in.found)
	}
}

// listTeams shows the caller's teams, or to the ranks all of the organisation; or those
// without an owner, to the ranks alone (403). A key that is bound to a project has none.
func (h *handlers) listTeams(ctx context.Context, in *listTeamsIn) (api.Page[model.Team], error) {
	c, l := in.Request(), list.Of[model.Team]{Rows: teamKeys, Show: visibleTeam}
	switch {
	case in.Ownerless:
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return api.Page[model.Team]{}, err
		}
		l = l.Where(func(t model.Team) bool { return t.OwnerCount == 0 }) // the list may be outdated
	case c.Caller.BoundProject != 0:
		return api.Page[model.Team]{}, nil
	case c.Caller.Service || c.Caller.Rank.Admin():
		l.Find = list.IDs(h.store.TeamsOfOrganization, c.Organization.ID)
		return l.Answer(ctx, c, in.Paging)
	}
	return l.Page(ctx, c, in.Paging, in.found)
}

// teamKeys are the keys of a team and of the caller's membership of it.
func teamKeys(c *request.Request, at store.Ref) []store.Key {
	if c.Caller.User == 0 {
		return []store.Key{store.Team(at.ID).Key}
	}
	return []store.Key{store.Team(at.ID).Key, store.TeamMember(at.ID, c.Caller.User).Key}
}

// visibleTeam returns a team by those rows; false where the caller may not see it.
func visibleTeam(c *request.Request, at store.Ref) (model.Team, bool) {
	_, err := c.VisibleTeam(at.ID)
	t, _ := store.LiveTeam(c.Rows(), at.ID)
	return t, err == nil
}

type createTeamIn struct {
	request.In
	Body struct {
		Name        string `json:"team_name" minLength:"1" maxLength:"200"`
		Description string `json:"description,omitempty" maxLength:"4000"`
	}
}

// createTeam creates a team that the caller owns. It refuses (403) a service key, which
// can't own one, and a key that is bound to a project.
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

// Load asks for the row that reserves the name for an identity provider's group.
func (in *editTeamIn) Load(f *request.Fetch) {
	if in.Body.Name != nil {
		f.Rows(member.GroupNameKey(f.Organization, *in.Body.Name))
	}
}

// editTeam changes the fields in the body; see member.EditTeam for what it refuses.
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
		c.Record(audit.TeamChanged{Team: t.ID, Renamed: &renamed})
	}
	return t, err
}

// deleteTeam deletes the team; see member.DeleteTeam for what it refuses.
func (h *handlers) deleteTeam(_ context.Context, in *teamIn) ([]model.Team, error) {
	t, err := member.DeleteTeam(h.store, in.Request())
	return []model.Team{t}, err
}
