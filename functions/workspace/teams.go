package workspace

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// defaultType is the only type of team there is, as in Agenta.
const defaultType = "default"

type listTeamsIn struct {
	guard.In
	api.Paging

	own []int64
}

// Needs asks for the caller's own teams.
func (in *listTeamsIn) Needs(f *guard.Fetch) {
	if f.Caller != 0 {
		guard.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) {
			return f.Store().TeamsOfUser(ctx, f.Caller, in.AfterID(), in.Limit+1)
		})
	}
}

// listTeams shows the caller's teams, and all of the organisation to its ranks. A
// key that is bound to a project has none.
func (h *handlers) listTeams(ctx context.Context, in *listTeamsIn) (api.Page[model.Team], error) {
	c := in.Case()
	page := api.Page[model.Team]{}
	if c.Caller.BoundProject != 0 {
		return page, nil
	}
	ids := in.own
	if c.Caller.Service || c.Caller.Rank.Admin() {
		var err error
		if ids, err = h.store.TeamsOfOrganization(ctx, c.Organization.ID, in.AfterID(), in.Limit+1); err != nil {
			return page, err
		}
	}
	ids, page.Next = api.Cut(in.Limit, ids, api.NextID)
	teams, err := h.readTeams(ctx, c, ids)
	page.Items = teams
	return page, err
}

// readTeams reads teams that an index led to, with the caller's memberships,
// and leaves out what he may not see.
func (h *handlers) readTeams(ctx context.Context, c *guard.Case, ids []int64) ([]model.Team, error) {
	keys := make([]table.Primary, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, table.Teams.Key(id))
		if c.Caller.User != 0 {
			keys = append(keys, table.TeamMembers.Key(id, c.Caller.User))
		}
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	teams := make([]model.Team, 0, len(ids))
	for _, id := range ids {
		if _, err := c.VisibleTeam(id); err == nil {
			t, _ := store.LiveTeam(c.Rows(), id)
			teams = append(teams, t)
		}
	}
	return teams, nil
}

type createTeamIn struct {
	guard.In
	Body struct {
		Name        string `json:"team_name" minLength:"1" maxLength:"200"`
		Description string `json:"description,omitempty" maxLength:"4000"`
	}
}

// createTeam makes a team that the caller owns. A service key, which is no
// user, can't own one (403).
func (h *handlers) createTeam(ctx context.Context, in *createTeamIn) (model.Team, error) {
	c := in.Case()
	me, err := c.Me()
	if err != nil {
		return model.Team{}, err
	}
	if err := c.Unbound(); err != nil {
		return model.Team{}, err
	}
	fresh, err := h.store.NewIDsOf(ctx, map[string]int{model.TeamIDs: 1, model.PermissionIDs: 1})
	if err != nil {
		return model.Team{}, err
	}
	id, membership := fresh[model.TeamIDs][0], fresh[model.PermissionIDs][0]
	t := model.Team{ID: id, Name: in.Body.Name, Description: in.Body.Description, Type: defaultType, OrganizationID: c.Organization.ID, Stamp: model.Created(c.Stamp, c.Now)}
	owner := model.TeamMember{ID: membership, TeamID: id, UserID: me.ID, Role: string(access.Owner), CreatedBy: c.Stamp, CreatedOn: c.Now}
	h.store.CreateTeam(&c.Tx, t, owner)
	c.Audit(guard.TeamName(id), nil, map[string]any{"is_deleted": false, guard.UserName(me.ID): owner.Facts()})
	t.MemberCount, t.Version = 1, 1
	return t, nil
}

type teamIn struct {
	guard.In
	TeamID int64 `path:"team_id" example:"7"`
}

func (h *handlers) team(_ context.Context, in *teamIn) (model.Team, error) {
	return *in.Case().Team, nil
}

type editTeamIn struct {
	guard.In
	TeamID int64 `path:"team_id" example:"7"`
	Body   struct {
		Name        *string `json:"team_name,omitempty" minLength:"1" maxLength:"200"`
		Description *string `json:"description,omitempty" maxLength:"4000"`
	}
}

// editTeam changes what the body names.
func (h *handlers) editTeam(_ context.Context, in *editTeamIn) (model.Team, error) {
	c := in.Case()
	old := *c.Team
	t := old
	if in.Body.Name != nil {
		t.Name = *in.Body.Name
	}
	if in.Body.Description != nil {
		t.Description = *in.Body.Description
	}
	if t == old {
		return old, nil
	}
	t.Stamp = t.Modified(c.Stamp, c.Now)
	h.store.EditTeam(&c.Tx, old, t)
	c.Audit(guard.TeamName(t.ID), nil, map[string]any{"renamed": t.Name != old.Name})
	t.Version = old.Version + 1
	return t, nil
}

// deleteTeam makes the team unreadable. It refuses one that has projects
// (in_use).
func (h *handlers) deleteTeam(_ context.Context, in *teamIn) ([]model.Team, error) {
	c := in.Case()
	if c.Team.ProjectCount > 0 {
		return nil, fault.New(fault.KindInUse, "The team still has projects: delete them first, or move each by Edit Project with another team_id")
	}
	t := h.store.DeleteTeam(&c.Tx, *c.Team, c.Stamp, c.Now)
	c.Audit(guard.TeamName(t.ID), map[string]any{"is_deleted": false}, map[string]any{"is_deleted": true})
	return []model.Team{t}, nil
}
