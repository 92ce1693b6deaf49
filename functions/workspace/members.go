package workspace

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/list"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type membersIn struct {
	request.In
	api.Paging
	TeamID int64 `path:"team_id" example:"7"`

	found []store.Ref
}

// list lists the members of the team, by the id of their membership.
func (in *membersIn) list(s *store.Store) list.Of[model.TeamUser] {
	return list.Of[model.TeamUser]{
		Find: list.Refs(s.TeamMembers, in.TeamID),
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return personKeys(in.TeamID, at) },
		Show: func(c *request.Request, at store.Ref) (model.TeamUser, bool) {
			p, ok := personIn(c, in.TeamID, at)
			return shown(p.member, p.user), ok
		},
	}
}

// Load asks for the team's members.
func (in *membersIn) Load(f *request.Fetch) { in.list(f.Store()).Find.Ask(f, in.Paging, &in.found) }

// members lists the members by the id of their membership.
func (h *handlers) members(ctx context.Context, in *membersIn) (api.Page[model.TeamUser], error) {
	return in.list(h.store).Page(ctx, in.Request(), in.Paging, in.found)
}

// person is a member with their user.
type person struct {
	member model.TeamMember
	user   model.User
}

// personKeys are the keys of a membership and of its user.
func personKeys(team int64, at store.Ref) []store.Key {
	return []store.Key{store.TeamMember(team, at.User).Key, store.User(at.User).Key}
}

// peopleIn returns members by those rows, without users who aren't members any more.
func peopleIn(c *request.Request, team int64, found []store.Ref) []person {
	people := make([]person, 0, len(found))
	for _, at := range found {
		if p, ok := personIn(c, team, at); ok {
			people = append(people, p)
		}
	}
	return people
}

func personIn(c *request.Request, team int64, at store.Ref) (person, bool) {
	m, ok := c.TeamMember(team, at.User)
	u, known := c.UserRow(at.User)
	return person{m, u}, ok && known
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

// Load asks for the users' present memberships.
func (in *addMembersIn) Load(f *request.Fetch) {
	for _, id := range in.Body.UserIDs {
		f.Rows(store.TeamMember(in.TeamID, id).Key)
	}
}

// Resolve refuses users who are inactive.
func (in *addMembersIn) Resolve(_ context.Context, c *request.Request) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

// addMembers makes users members, all of them or none; see member.TeamChange for what it
// refuses.
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

	left []removal.Remaining
}

// Load asks for each user's projects and teams.
func (in *removeMembersIn) Load(f *request.Fetch) {
	users := model.Distinct(in.Body.UserIDs)
	in.left = make([]removal.Remaining, len(users))
	for i, id := range users {
		in.left[i].Ask(f, id)
	}
}

// removeMembers removes members; see package removal for the rules.
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
