package workspace

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type membersIn struct {
	request.In
	api.Paging
	TeamID int64 `path:"team_id" example:"7"`

	found []store.Ref
}

// Load asks who is in the team.
func (in *membersIn) Load(f *request.Fetch) {
	request.Ask(f, &in.found, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().TeamMembers(ctx, in.TeamID, in.AfterID(), in.Limit+1)
	})
}

// members lists the members by the id of their membership.
func (h *handlers) members(ctx context.Context, in *membersIn) (api.Page[model.TeamUser], error) {
	c := in.Request()
	page := api.Page[model.TeamUser]{}
	found, next := api.Cut(in.Limit, in.found, func(r store.Ref) string { return api.NextID(r.ID) })
	page.Next = next
	if err := c.ReadShown(ctx, peopleKeys(in.TeamID, found)...); err != nil {
		return page, err
	}
	for _, p := range peopleIn(c, in.TeamID, found) {
		page.Items = append(page.Items, shown(p.member, p.user))
	}
	return page, nil
}

// person is a member with their user.
type person struct {
	member model.TeamMember
	user   model.User
}

// peopleKeys are the rows of members an index led to, and of their users.
func peopleKeys(team int64, found []store.Ref) []table.Primary {
	keys := make([]table.Primary, 0, 2*len(found))
	for _, f := range found {
		keys = append(keys, table.TeamMembers.Key(team, f.User), table.Users.Key(f.User))
	}
	return keys
}

// peopleIn returns those of them that still are members.
func peopleIn(c *request.Request, team int64, found []store.Ref) []person {
	people := make([]person, 0, len(found))
	for _, f := range found {
		m, ok := c.TeamMember(team, f.User)
		u, known := c.UserRow(f.User)
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
	request.In
	TeamID int64 `path:"team_id" example:"7"`
	Body   struct {
		UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"45" doc:"Users of the organization"`
		Role    *string `json:"role,omitempty" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager" doc:"viewer where it isn't given; given, it also changes the role of who is a member already"`
	}
}

// Load asks which of them are members already.
func (in *addMembersIn) Load(f *request.Fetch) {
	for _, id := range in.Body.UserIDs {
		f.Rows(table.TeamMembers.Key(in.TeamID, id))
	}
}

// Resolve refuses users who are inactive.
func (in *addMembersIn) Resolve(_ context.Context, c *request.Request) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

// addMembers makes users members, all of them or none; see package teams for what
// it refuses.
func (h *handlers) addMembers(ctx context.Context, in *addMembersIn) ([]model.TeamUser, error) {
	c := in.Request()
	role := access.Viewer
	if in.Body.Role != nil {
		role = access.Role(*in.Body.Role)
	}
	change := member.ChangeTeam(h.store, c)
	members, err := change.Admit(ctx, role, in.Body.Role != nil, model.Distinct(in.Body.UserIDs)...)
	if err != nil {
		return nil, err
	}
	rows := make([]model.TeamUser, len(members))
	for i, m := range members {
		u, _ := c.UserRow(m.UserID)
		rows[i] = shown(m, u)
	}
	return rows, change.Done()
}

type removeMembersIn struct {
	request.In
	removal.Options
	TeamID int64 `path:"team_id" example:"7"`
	Body   *struct {
		UserIDs []int64 `json:"user_ids" query:"user_ids" minItems:"1" maxItems:"45" doc:"In the body, or in the query as a comma list"`
	}

	left []removal.Left
}

// Load asks what else leads each of them to projects.
func (in *removeMembersIn) Load(f *request.Fetch) {
	users := model.Distinct(in.Body.UserIDs)
	in.left = make([]removal.Left, len(users))
	for i, id := range users {
		in.left[i].Ask(f, id)
	}
}

// removeMembers takes members out; see package removal for the rules.
func (h *handlers) removeMembers(ctx context.Context, in *removeMembersIn) (api.Noted[[]model.TeamUser, *removal.Report], error) {
	c := in.Request()
	out := api.Noted[[]model.TeamUser, *removal.Report]{Data: []model.TeamUser{}}
	var members []model.TeamMember
	themselves := true
	for _, id := range model.Distinct(in.Body.UserIDs) {
		m, _ := c.TeamMember(in.TeamID, id)
		u, _ := c.UserRow(id)
		members = append(members, m)
		themselves = themselves && c.Caller.Is(id)
		out.Data = append(out.Data, shown(m, u))
	}
	report, err := removal.FromTeam(ctx, h.store, c, members, in.left, themselves, in.Options)
	if in.Reports() {
		out.Meta = &report
	}
	return out, err
}
