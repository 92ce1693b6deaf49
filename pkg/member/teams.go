package member

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// DefaultTeamType is the only type of team there is, as in Agenta.
const DefaultTeamType = "default"

// CreateTeam notes a new team of the caller's organisation, in which the users have the
// role, and returns it as it will be. It is ownerless where none of them is an owner.
func CreateTeam(ctx context.Context, s *store.Store, c *request.Request, t model.Team, role access.Role, users ...int64) (model.Team, error) {
	fresh, err := s.NewIDsOf(ctx, map[string]int{model.TeamIDs: 1, model.PermissionIDs: len(users)})
	if err != nil {
		return t, err
	}
	t.ID, t.Type, t.OrganizationID, t.Stamp = fresh[model.TeamIDs][0], DefaultTeamType, c.Organization.ID, model.Created(c.Stamp, c.Now)
	members, told := make([]model.TeamMember, len(users)), make(audit.Members, len(users))
	for i, id := range users {
		members[i] = model.TeamMember{ID: fresh[model.PermissionIDs][i], TeamID: t.ID, UserID: id, Role: string(role), CreatedBy: c.Stamp, CreatedOn: c.Now, Version: 1}
		told[id] = audit.Made(audit.InTeam(members[i]))
		c.Notify(id, model.NoticeAdded, model.TeamName(t.ID))
	}
	t = s.CreateTeam(&c.Tx, t, members...)
	c.Record(audit.TeamChanged{Team: t.ID, State: audit.Made(audit.TeamState{})}, audit.MembersChanged{In: model.KindTeam.Ref(t.ID), Members: told})
	return t, nil
}

// GroupNameKey is the key of the row that reserves an identity provider's name of a
// group.
func GroupNameKey(organization int64, name string) table.Primary {
	return store.ProvisionedKey(organization, model.GroupNames, name)
}

// EditTeam notes that the request's team becomes to, and returns it as it will be. It
// refuses (duplicate) to give an identity provider's group the name of another; the row
// of GroupNameKey must have been read.
func EditTeam(s *store.Store, c *request.Request, to model.Team) (model.Team, error) {
	old := *c.Team
	if to == old {
		return old, nil
	}
	if to.IsGroup && to.Name != old.Name {
		name, taken := table.ProvisionedNames.At(c.Rows(), GroupNameKey(to.OrganizationID, to.Name))
		if taken && name.HolderID != to.ID {
			return old, fault.New(fault.KindDuplicate, "Another group of the identity provider has this name: rename that first, or choose another")
		}
	}
	to.Stamp = to.Modified(c.Stamp, c.Now)
	return s.EditTeam(&c.Tx, old, to), nil
}

// DeleteTeam notes the deletion of the request's team, and returns it as it will be. It
// refuses a team that has projects (in_use).
func DeleteTeam(s *store.Store, c *request.Request) (model.Team, error) {
	if c.Team.ProjectCount > 0 {
		return *c.Team, fault.New(fault.KindInUse, "The team still has projects: delete them first, or move each by Edit Project with another team_id")
	}
	t := s.DeleteTeam(&c.Tx, *c.Team, c.Stamp, c.Now)
	c.Record(audit.TeamChanged{Team: t.ID, State: audit.Became(audit.TeamState{}, audit.TeamState{IsDeleted: true})})
	return t, nil
}
