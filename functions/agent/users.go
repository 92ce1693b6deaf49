package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
)

type usersIn struct {
	agentIn
	api.Paging
	UserID     int64  `query:"user_id" minimum:"1" doc:"The user whose role is asked for; without it, everybody who has one of their own, or in the project or its team"`
	Permission string `query:"permission" enum:"viewer,editor,owner" doc:"Only who has this role"`

	found []store.Ref
	team  int64 // the team for whose members Load asked
}

// list lists the users with a role on an agent, by the id of the permission or the
// membership that gives it: these have ids of one sequence. A user with several roles is
// shown once, with the highest one.
func (in *usersIn) list(s *store.Store, project, team int64) list.Of[model.AgentUser] {
	sources := []list.Finder{list.Refs(s.AgentMembers, in.AgentID), list.Refs(s.Members, project)}
	if team != 0 {
		sources = append(sources, list.Refs(s.TeamMembers, team))
	}
	return list.Of[model.AgentUser]{
		Find: list.Merged(sources...),
		Rows: func(c *request.Request, at store.Ref) []store.Key { return rolesKeys(*c.Agent, at.User) },
		Show: func(c *request.Request, at store.Ref) (model.AgentUser, bool) {
			u, known := c.UserRow(at.User)
			if !known {
				return model.AgentUser{}, false
			}
			who, target := request.CallerOf(u), c.AgentTarget(*c.Agent, *c.Project, u.ID)
			who.Rank, target.Open = access.User, access.Openness{}
			row, ok := role(c, who, target, u)
			return row.AgentUser, ok && row.by == pathTo(at) && (in.Permission == "" || row.Permission == in.Permission)
		},
	}
}

// pathTo returns the kind of path of a listed row: a permission on the agent, or a
// membership of the project or the team.
func pathTo(at store.Ref) access.PathKind {
	switch {
	case at.Agent != 0:
		return access.Direct
	case at.Project != 0:
		return access.ViaProject
	}
	return access.ViaTeam
}

// Load asks for the user's roles on the agent, or for the users with a role on it.
func (in *usersIn) Load(f *request.Fetch) {
	a, ok := f.Agent(in.AgentID)
	switch {
	case !ok:
	case in.UserID != 0:
		f.Rows(rolesKeys(a, in.UserID)...)
	default:
		in.team = a.Team()
		in.list(f.Store(), a.ProjectID, in.team).Find.Ask(f, in.Paging, &in.found)
	}
}

// rolesKeys are the keys of a user and of their roles on an agent.
func rolesKeys(a model.Agent, user int64) []store.Key {
	return resource.AgentRoleKeys([]store.Key{store.User(user).Key}, a.ID, a.ProjectID, a.Team(), user)
}

// users shows the users with a role on the agent, by the id of the permission or
// membership that gives it, or the highest role of one user, by any path (404 for none).
func (h *handlers) users(ctx context.Context, in *usersIn) (api.Page[model.AgentUser], error) {
	if in.UserID != 0 {
		row, err := in.one(ctx)
		return api.Page[model.AgentUser]{Items: []model.AgentUser{row}}, err
	}
	c := in.Request()
	l := in.list(h.store, c.Agent.ProjectID, c.Project.Team())
	if c.Project.Team() != in.team { // the agent's row has the project's former team
		return l.Answer(ctx, c, in.Paging)
	}
	return l.Page(ctx, c, in.Paging, in.found)
}

// one returns the highest role of one user, or 404.
func (in *usersIn) one(ctx context.Context) (model.AgentUser, error) {
	c := in.Request()
	if team := c.Project.Team(); team != 0 { // Load may have asked for the project's former team
		if _, err := c.ReadMissing(ctx, store.TeamMember(team, in.UserID).Key); err != nil {
			return model.AgentUser{}, err
		}
	}
	u, _ := c.UserRow(in.UserID)
	row, ok := role(c, request.CallerOf(u), c.AgentTarget(*c.Agent, *c.Project, u.ID), u)
	if !ok || in.Permission != "" && row.Permission != in.Permission {
		return model.AgentUser{}, fault.NotFound()
	}
	return row.AgentUser, nil
}

// held is a user's role on the agent, and the kind of its path.
type held struct {
	model.AgentUser
	by access.PathKind
}

// role returns the highest role of a user on an agent, false for none.
func role(c *request.Request, who access.Caller, target access.Target, u model.User) (held, bool) {
	r, path := access.HighestRole(who, target)
	row := held{model.AgentUser{Agent: target.ID, User: u, Permission: r, Source: path.String()}, path.Kind}
	switch path.Kind {
	case access.Direct:
		m, _ := c.AgentMember(target.ID, u.ID)
		row.ID = &m.ID
	case access.ViaProject:
		m, _ := c.ProjectMember(target.Project, u.ID)
		row.ID = &m.ID
	case access.ViaTeam:
		m, _ := c.TeamMember(target.Team, u.ID)
		row.ID = &m.ID
	}
	return row, r != ""
}

type addUsersIn struct {
	agentIn
	Body struct {
		UserIDs    []int64 `json:"user_ids" minItems:"1" maxItems:"45" doc:"Users of the organization"`
		Permission *string `json:"permission,omitempty" enum:"viewer,editor,owner" doc:"viewer where it isn't given; given, it also changes the permission of who has one already"`
	}
}

// Load asks for the users' present permissions.
func (in *addUsersIn) Load(f *request.Fetch) { wantMembers(f, in.AgentID, in.Body.UserIDs...) }

// Resolve refuses users who are inactive.
func (in *addUsersIn) Resolve(_ context.Context, c *request.Request) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

// addUsers gives users a permission on the agent, all of them or none. A present
// permission is kept, unless the body names another. It refuses (owner_permission) to
// lower the owner's.
func (h *handlers) addUsers(ctx context.Context, in *addUsersIn) ([]model.AgentUser, error) {
	c, a := in.Request(), *in.Request().Agent
	users := model.Distinct(in.Body.UserIDs)
	if err := member.FinishEnded(ctx, h.store, c, a, users...); err != nil {
		return nil, err
	}
	fresh := 0
	for _, id := range users {
		if _, has := c.AgentMember(a.ID, id); !has {
			fresh++
		} else if p := in.Body.Permission; p != nil && *p != string(access.AgentOwner) {
			if err := member.OwnerKeeps(a, id); err != nil {
				return nil, err
			}
		}
	}
	ids, err := h.store.NewIDs(ctx, model.PermissionIDs, fresh)
	if err != nil {
		return nil, err
	}
	rows := make([]model.AgentUser, len(users))
	told := audit.Members{}
	for i, id := range users {
		was, has := c.AgentMember(a.ID, id)
		m := was
		if !has {
			m = member.NewAgentMember(c, a, *c.Project, id, access.AgentViewer)
			m.ID, ids = ids[0], ids[1:]
		}
		set(&m.Role, in.Body.Permission)
		if !c.Live(m.ExpiresOn) || m.Role == string(access.AgentOwner) { // a renewed one, or an owner's, doesn't expire
			m.ExpiresOn = nil
		}
		switch {
		case !has:
			m = h.store.AddAgentMember(&c.Tx, a, m)
			told[id] = audit.Made(audit.OnAgent(m))
			c.Notify(id, model.NoticeAdded, model.AgentName(a.ID))
		case m != was:
			m = h.store.ChangeAgentMember(&c.Tx, a, was, m.Modified(c.Stamp, c.Now))
			told[id] = audit.Became(audit.OnAgent(was), audit.OnAgent(m))
			c.Notify(id, model.NoticeRoleChanged, model.AgentName(a.ID))
		}
		u, _ := c.UserRow(id)
		rows[i] = own(m, u)
	}
	if len(told) > 0 {
		c.Record(audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: told})
	}
	return rows, nil
}

// own returns a permission as a row of AgentUser.
func own(m model.AgentMember, u model.User) model.AgentUser {
	return model.AgentUser{ID: &m.ID, Agent: m.AgentID, User: u, Permission: m.Role, Source: access.Path{Kind: access.Direct}.String()}
}

type removeUsersIn struct {
	agentIn
	Body *struct {
		UserIDs []int64 `json:"user_ids" query:"user_ids" minItems:"1" maxItems:"45" doc:"In the body, or in the query as a comma list"`
	}
}

// removeUsers ends permissions on the agent, all of them or none. It refuses
// (owner_permission) to end the owner's.
func (h *handlers) removeUsers(_ context.Context, in *removeUsersIn) ([]model.AgentUser, error) {
	c, a := in.Request(), *in.Request().Agent
	users := model.Distinct(in.Body.UserIDs)
	rows := make([]model.AgentUser, len(users))
	told := make(audit.Members, len(users))
	for i, id := range users {
		if err := member.OwnerKeeps(a, id); err != nil {
			return nil, err
		}
		m, _ := c.AgentMember(a.ID, id)
		u, _ := c.UserRow(id)
		h.store.WithdrawAgentMember(&c.Tx, a, m)
		rows[i], told[id] = own(m, u), audit.Ended(audit.OnAgent(m))
		c.Notify(id, model.NoticeRemoved, model.AgentName(a.ID))
	}
	c.Record(audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: told})
	return rows, nil
}
