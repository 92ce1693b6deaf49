package removal

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// heirField is where a request names the heir.
const heirField = "query.transfer_to"

// Heir finds the user to whom things go, 0 for nobody. He must be able to reach
// the project and not be the one who leaves it; otherwise it is 404 naming him.
func Heir(c *guard.Case, p model.Project, leaver, heir int64) error {
	if heir == 0 {
		return nil
	}
	u, ok := c.UserRow(heir)
	if !ok || heir == leaver || !Ways(u, c.ProjectTarget(p, heir)).StillHasAccess {
		return fault.NotFound().On(heirField, "must be another user who can reach the project")
	}
	return nil
}

// heirship gives posts to the heir of a removal and records what he was.
type heirship struct {
	s    *store.Store
	c    *guard.Case
	r    *model.Removal
	heir int64
	dry  bool // no ids are leased
}

// project makes the heir admin.
func (h heirship) project(ctx context.Context, p model.Project) error {
	was, is := h.c.ProjectMember(p.ID, h.heir)
	now := model.ProjectMember{ProjectID: p.ID, UserID: h.heir, CreatedBy: h.c.Stamp, CreatedOn: h.c.Now}
	var before *model.ProjectMember
	if is {
		before, now = &was, was
	}
	now.Role, now.ExpiresOn = string(access.ProjectAdmin), nil
	id, err := h.id(ctx, now.ID)
	if err != nil {
		return err
	}
	now.ID = id
	h.s.HandOver(&h.c.Tx, p, before, now)
	now.Version++
	h.r.Handovers = append(h.r.Handovers, model.Handover{Project: &now, ProjectWas: before})
	var facts map[string]any
	if is {
		facts = was.Facts()
	}
	h.tell(guard.ProjectName(p.ID), facts, now.Facts())
	h.moves()
	h.c.Notify(h.heir, model.NoticeRoleChanged, guard.ProjectName(p.ID))
	return nil
}

// team makes the heir owner.
func (h heirship) team(ctx context.Context, t model.Team) error {
	was, is := h.c.TeamMember(t.ID, h.heir)
	now := model.TeamMember{TeamID: t.ID, UserID: h.heir, CreatedBy: h.c.Stamp, CreatedOn: h.c.Now}
	var before *model.TeamMember
	if is {
		before, now = &was, was
	}
	now.Role = string(access.Owner)
	id, err := h.id(ctx, now.ID)
	if err != nil {
		return err
	}
	now.ID = id
	h.s.HandOverTeam(&h.c.Tx, before, now)
	now.Version++
	h.r.Handovers = append(h.r.Handovers, model.Handover{Team: &now, TeamWas: before})
	var facts map[string]any
	if is {
		facts = was.Facts()
	}
	h.tell(guard.TeamName(t.ID), facts, now.Facts())
	h.moves()
	h.c.Notify(h.heir, model.NoticeRoleChanged, guard.TeamName(t.ID))
	return nil
}

// tell writes in the audit log, under the place, what the heir of an ended account
// took over there. Whoever is taken out of one place has that in its own row.
func (h heirship) tell(place string, was, is map[string]any) {
	if h.r.Kind != model.OfUser || h.dry {
		return
	}
	name := guard.UserName(h.heir)
	before := map[string]any{}
	if was != nil {
		before[name] = was
	}
	h.s.RecordAudit(&h.c.Tx, *entry(*h.r, finishAction, h.c.Now, place, before, map[string]any{name: is}))
}

// id is that of a membership; one that is new gets one.
func (h heirship) id(ctx context.Context, id int64) (int64, error) {
	if id != 0 || h.dry {
		return id, nil
	}
	return h.s.NewID(ctx, model.PermissionIDs)
}

// moves records the heir's row as it was, since becoming admin or owner moves
// its version.
func (h heirship) moves() {
	for _, u := range h.r.Users {
		if u.UserID == h.heir {
			return
		}
	}
	if u, ok := h.c.UserRow(h.heir); ok {
		h.r.Users = append(h.r.Users, was(u))
	}
}

func was(u model.User) model.UserWas {
	return model.UserWas{UserID: u.ID, Version: u.Version, IsActive: u.IsActive, RemovalID: u.RemovalID}
}

// teamsOfProjects are the heir's rows in the teams of projects that have nobody
// else, by which he may reach them.
func (held posts) teamsOfProjects(heir int64) []table.Primary {
	var keys []table.Primary
	for _, p := range held.projects {
		if team := p.place.Team(); p.last && team != 0 {
			keys = append(keys, table.TeamMembers.Key(team, heir))
		}
	}
	return keys
}
