package workspace

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type membersIn struct {
	guard.In
	api.Paging
	TeamID int64 `path:"team_id" example:"7"`

	found []store.Ref
}

// Needs asks who is in the team.
func (in *membersIn) Needs(f *guard.Fetch) {
	guard.Ask(f, &in.found, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().TeamMembers(ctx, in.TeamID, in.After(), in.Limit+1)
	})
}

// members lists the members by the id of their membership.
func (h *handlers) members(ctx context.Context, in *membersIn) (api.Page[model.TeamUser], error) {
	c := in.Case()
	page := api.Page[model.TeamUser]{}
	found, next := api.Cut(in.Limit, in.found, func(r store.Ref) string { return r.Position })
	page.Next = next
	if err := c.ReadShown(ctx, peopleKeys(in.TeamID, found)...); err != nil {
		return page, err
	}
	for _, p := range peopleIn(c, in.TeamID, found) {
		page.Items = append(page.Items, shown(p.member, p.user))
	}
	return page, nil
}

// person is a member with his user.
type person struct {
	member model.TeamMember
	user   model.User
}

// peopleKeys are the rows of members an index led to, and of their users.
func peopleKeys(team int64, found []store.Ref) []table.Primary {
	keys := make([]table.Primary, 0, 2*len(found))
	for _, f := range found {
		keys = append(keys, table.TeamMembers.Key(team, f.ID), table.Users.Key(f.ID))
	}
	return keys
}

// peopleIn returns those of them that still are members.
func peopleIn(c *guard.Case, team int64, found []store.Ref) []person {
	people := make([]person, 0, len(found))
	for _, f := range found {
		m, ok := c.TeamMember(team, f.ID)
		u, known := c.UserRow(f.ID)
		if ok && known {
			people = append(people, person{m, u})
		}
	}
	return people
}

func shown(m model.TeamMember, u model.User) model.TeamUser {
	return model.TeamUser{ID: m.ID, User: u, Role: m.Role}
}

type addMembersIn struct {
	guard.In
	TeamID int64 `path:"team_id" example:"7"`
	Body   struct {
		UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"45" doc:"Users of the organisation"`
		Role    *string `json:"role,omitempty" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager" doc:"viewer where it isn't given; given, it also changes the role of who is a member already"`
	}
}

// Needs asks which of them are members already.
func (in *addMembersIn) Needs(f *guard.Fetch) {
	for _, id := range in.Body.UserIDs {
		f.Rows(table.TeamMembers.Key(in.TeamID, id))
	}
}

// Known refuses users who are inactive.
func (in *addMembersIn) Known(_ context.Context, c *guard.Case) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

// addMembers makes users members, all of them or none. A role above viewer, or
// a change of role, takes modify_user_roles; only an owner or a global admin
// gives or takes owner, and an owner always remains (403). It refuses more than
// 1,000 members (limit).
func (h *handlers) addMembers(ctx context.Context, in *addMembersIn) ([]model.TeamUser, error) {
	c := in.Case()
	users := model.Distinct(in.Body.UserIDs)
	role := access.Viewer
	if in.Body.Role != nil {
		role = access.Role(*in.Body.Role)
	}
	fresh := 0
	for _, id := range users {
		m, ok := c.TeamMember(in.TeamID, id)
		if (!ok || in.Body.Role != nil) && !access.CanAssign(c.Acting(), access.Role(m.Role), role) {
			return nil, fault.Forbidden(fault.ReasonRole)
		}
		if !ok {
			fresh++
		}
	}
	if c.Team.MemberCount+int64(fresh) > store.MaxTeamMembers {
		return nil, fault.New(fault.KindLimit, "A team has at most %d members: remove some first", store.MaxTeamMembers)
	}
	ids, err := h.store.NewIDs(ctx, model.PermissionIDs, fresh)
	if err != nil {
		return nil, err
	}
	rows := make([]model.TeamUser, 0, len(users))
	change := roleChange{c: c, owners: c.Team.OwnerCount, before: map[string]any{}, after: map[string]any{}}
	for _, id := range users {
		u, _ := c.UserRow(id)
		m, ok := c.TeamMember(in.TeamID, id)
		switch {
		case !ok:
			m = model.TeamMember{ID: ids[0], TeamID: in.TeamID, UserID: id, Role: string(role), CreatedBy: c.Stamp, CreatedOn: c.Now}
			ids = ids[1:]
			change.add(h.store, m)
		case in.Body.Role != nil:
			m, err = change.to(h.store, m, role)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, shown(m, u))
	}
	return rows, change.done()
}

type removeMembersIn struct {
	guard.In
	removal.Options
	TeamID int64 `path:"team_id" example:"7"`
	Body   *struct {
		UserIDs []int64 `json:"user_ids" query:"user_ids" minItems:"1" maxItems:"45" doc:"In the body, or in the query as a comma list"`
	}

	left []removal.Left
}

// Needs asks what else leads each of them to projects.
func (in *removeMembersIn) Needs(f *guard.Fetch) {
	users := model.Distinct(in.Body.UserIDs)
	in.left = make([]removal.Left, len(users))
	for i, id := range users {
		in.left[i].Ask(f, id)
	}
}

// removeMembers takes members out; see package removal for the rules.
func (h *handlers) removeMembers(ctx context.Context, in *removeMembersIn) (api.Noted[[]model.TeamUser, *removal.Report], error) {
	c := in.Case()
	out := api.Noted[[]model.TeamUser, *removal.Report]{Data: []model.TeamUser{}}
	var members []model.TeamMember
	himself := true
	for _, id := range model.Distinct(in.Body.UserIDs) {
		m, _ := c.TeamMember(in.TeamID, id)
		u, _ := c.UserRow(id)
		members = append(members, m)
		himself = himself && c.Caller.Is(id)
		out.Data = append(out.Data, shown(m, u))
	}
	report, err := removal.FromTeam(ctx, h.store, c, members, in.left, himself, in.Options)
	if in.Reports() {
		out.Meta = &report
	}
	return out, err
}

// roleChange notes changes of roles in the team of the case, and what the audit
// log will tell of them.
type roleChange struct {
	c             *guard.Case
	owners        int64
	before, after map[string]any
}

// add notes a new member.
func (r *roleChange) add(s *store.Store, m model.TeamMember) {
	s.AddTeamMember(&r.c.Tx, *r.c.Team, m)
	r.after[guard.UserName(m.UserID)] = m.Facts()
	r.c.Notify(m.UserID, model.NoticeAdded, guard.TeamName(m.TeamID))
	r.owners += isOwner(m.Role)
}

// to notes that a member gets another role, and returns him as he will be. A
// role that he holds already is no change, but to give owner takes an owner even
// then.
func (r *roleChange) to(s *store.Store, m model.TeamMember, role access.Role) (model.TeamMember, error) {
	if !access.CanAssign(r.c.Acting(), access.Role(m.Role), role) {
		return m, fault.Forbidden(fault.ReasonRole)
	}
	if m.Role == string(role) {
		return m, nil
	}
	now := m
	now.Role = string(role)
	s.ChangeTeamMember(&r.c.Tx, *r.c.Team, m, now)
	r.before[guard.UserName(m.UserID)], r.after[guard.UserName(m.UserID)] = m.Facts(), now.Facts()
	r.c.Notify(m.UserID, model.NoticeRoleChanged, guard.TeamName(m.TeamID))
	r.owners += isOwner(now.Role) - isOwner(m.Role)
	return now, nil
}

// done refuses to leave the team without an owner (403), and notes the audit
// row where anything changed.
func (r *roleChange) done() error {
	if r.owners < 1 && r.c.Team.OwnerCount > 0 {
		return fault.Forbidden(fault.ReasonRole)
	}
	if len(r.after) > 0 {
		r.c.Audit(guard.TeamName(r.c.Team.ID), r.before, r.after)
	}
	return nil
}

func isOwner(role string) int64 {
	if role == string(access.Owner) {
		return 1
	}
	return 0
}
