package member

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// TeamChange notes changes of the memberships of the request's team, and their audit
// row.
type TeamChange struct {
	s       *store.Store
	c       *request.Request
	members int64
	owners  int64
	told    audit.Members
	also    []audit.Change
}

// ChangeTeam begins a change of the memberships of the request's team.
func ChangeTeam(s *store.Store, c *request.Request) *TeamChange {
	return &TeamChange{s: s, c: c, members: c.Team.MemberCount, owners: c.Team.OwnerCount, told: audit.Members{}}
}

// CountLeavers says how many members the same transaction removes.
func (r *TeamChange) CountLeavers(leaving int) { r.members -= int64(leaving) }

// Admit notes that users become members with a role, and returns their memberships, in
// order. A present member keeps their role, unless roleToo is true. Their rows must have
// been read. It refuses (403) what access.CanAssign denies to the caller, and more than
// store.MaxTeamMembers members (limit).
func (r *TeamChange) Admit(ctx context.Context, role access.Role, roleToo bool, users ...int64) ([]model.TeamMember, error) {
	team := r.c.Team.ID
	fresh := 0
	for _, id := range users {
		m, ok := r.c.TeamMember(team, id)
		if (!ok || roleToo) && !access.CanAssign(r.c.Acting(), access.Role(m.Role), role) {
			return nil, fault.Forbidden(fault.ReasonRole)
		}
		if !ok {
			fresh++
		}
	}
	if r.members += int64(fresh); r.members > store.MaxTeamMembers {
		return nil, FullTeam()
	}
	ids, err := r.s.NewIDs(ctx, model.PermissionIDs, fresh)
	if err != nil {
		return nil, err
	}
	all := make([]model.TeamMember, 0, len(users))
	for _, id := range users {
		m, ok := r.c.TeamMember(team, id)
		switch {
		case !ok:
			m = model.TeamMember{ID: ids[0], TeamID: team, UserID: id, Role: string(role), CreatedBy: r.c.Stamp, CreatedOn: r.c.Now}
			ids = ids[1:]
			m = r.add(m)
		case roleToo:
			m, err = r.ChangeRole(m, role)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// FullTeam is the refusal of more members than a team may have.
func FullTeam() error {
	return fault.New(fault.KindLimit, "A team has at most %d members: remove some first", store.MaxTeamMembers)
}

func (r *TeamChange) add(m model.TeamMember) model.TeamMember {
	m = store.TeamPlace(*r.c.Team).Add(&r.c.Tx, m)
	r.told[m.UserID] = audit.Made(audit.InTeam(m))
	r.c.Notify(m.UserID, model.NoticeAdded, model.TeamName(m.TeamID))
	r.owners += isOwner(m.Role)
	return m
}

// ChangeRole notes a member's new role, and returns the membership as it will be. It
// refuses (403) what access.CanAssign denies to the caller, even where the member has
// the role already, which otherwise changes nothing.
func (r *TeamChange) ChangeRole(m model.TeamMember, role access.Role) (model.TeamMember, error) {
	if !access.CanAssign(r.c.Acting(), access.Role(m.Role), role) {
		return m, fault.Forbidden(fault.ReasonRole)
	}
	if m.Role == string(role) {
		return m, nil
	}
	now := m
	now.Role = string(role)
	now = store.TeamPlace(*r.c.Team).Change(&r.c.Tx, m, now)
	r.told[m.UserID] = audit.Became(audit.InTeam(m), audit.InTeam(now))
	r.c.Notify(m.UserID, model.NoticeRoleChanged, model.TeamName(m.TeamID))
	r.owners += isOwner(now.Role) - isOwner(m.Role)
	return now, nil
}

// Also adds a further change to the audit row.
func (r *TeamChange) Also(change audit.Change) { r.also = append(r.also, change) }

// Done notes the audit row where anything changed, or adds to the request's present one.
// It refuses (403) changes that leave the team without an owner, if it had one.
func (r *TeamChange) Done() error {
	if r.owners < 1 && r.c.Team.OwnerCount > 0 {
		return fault.Forbidden(fault.ReasonRole)
	}
	members := audit.MembersChanged{In: model.KindTeam.Ref(r.c.Team.ID), Members: r.told}
	switch {
	case len(r.told)+len(r.also) == 0:
	case r.c.Audited():
		r.c.RecordAlso(append(r.also, members)...)
	default:
		r.c.Record(members, r.also...)
	}
	return nil
}

func isOwner(role string) int64 {
	if role == string(access.Owner) {
		return 1
	}
	return 0
}
