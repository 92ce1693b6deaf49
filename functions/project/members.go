package project

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type addIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
	Body      struct {
		UserIDs   []int64     `json:"user_ids" minItems:"1" maxItems:"45" doc:"Users of the organization"`
		Role      *string     `json:"role,omitempty" enum:"member,admin" doc:"member where it isn't given; given, it also changes the role of who is a member already"`
		ExpiresOn *model.Time `json:"expires_on,omitempty" doc:"From then on the membership counts for nothing. Not for admins."`
	}
}

// Load asks for the users' present memberships.
func (in *addIn) Load(f *request.Fetch) {
	for _, id := range in.Body.UserIDs {
		f.Rows(store.ProjectMember(in.ProjectID, id).Key)
	}
}

// Validate refuses an expiry in the past, and one of an admin.
func (in *addIn) Validate(now model.Time) error {
	switch {
	case in.Body.ExpiresOn == nil:
		return nil
	case in.Body.Role != nil && *in.Body.Role == string(access.ProjectAdmin):
		return adminExpiry()
	case !in.Body.ExpiresOn.After(now):
		return fault.Invalid("body.expires_on", "must be in the future")
	}
	return nil
}

func adminExpiry() error {
	return fault.Invalid("body.expires_on", "an admin's membership can't expire")
}

// Resolve refuses users who are inactive.
func (in *addIn) Resolve(_ context.Context, c *request.Request) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

// add makes users members, all of them or none. A present membership is kept, unless the
// body names another role or expiry. It refuses (last_project_admin) to demote the last
// admin.
func (h *handlers) add(ctx context.Context, in *addIn) ([]model.ProjectUser, error) {
	c := in.Request()
	p := *c.Project
	users := model.Distinct(in.Body.UserIDs)
	was, now := make([]model.ProjectMember, len(users)), make([]model.ProjectMember, len(users))
	fresh, admins := 0, p.AdminCount
	for i, id := range users {
		m, ok := c.ProjectMember(p.ID, id)
		if was[i] = m; !ok {
			m = model.ProjectMember{ProjectID: p.ID, UserID: id, Role: string(access.ProjectMember), CreatedBy: c.Stamp, CreatedOn: c.Now}
			fresh++
		}
		now[i] = in.changed(c, m)
		if isAdmin(now[i]) == 1 && now[i].ExpiresOn != nil {
			return nil, adminExpiry()
		}
		admins += isAdmin(now[i]) - isAdmin(was[i])
	}
	if admins < 1 && p.AdminCount > 0 {
		return nil, fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be demoted: make another member admin first")
	}
	ids, err := h.store.NewIDs(ctx, model.PermissionIDs, fresh)
	if err != nil {
		return nil, err
	}
	rows := make([]model.ProjectUser, len(users))
	told := audit.Members{}
	for i, id := range users {
		m, old := now[i], was[i]
		switch {
		case old.ID == 0:
			m.ID, ids = ids[0], ids[1:]
			m = store.ProjectPlace(p).Add(&c.Tx, m)
			told[id] = audit.Made(audit.InProject(m))
			c.Notify(id, model.NoticeAdded, model.ProjectName(p.ID))
		case !same(old, m):
			m = store.ProjectPlace(p).Change(&c.Tx, old, m.Modified(c.Stamp, c.Now))
			told[id] = audit.Became(audit.InProject(old), audit.InProject(m))
			if old.Role != m.Role {
				c.Notify(id, model.NoticeRoleChanged, model.ProjectName(p.ID))
			}
		}
		u, _ := c.UserRow(id)
		rows[i] = model.ProjectUser{ID: m.ID, User: u}
	}
	if len(told) > 0 {
		c.Record(audit.MembersChanged{In: model.KindProject.Ref(p.ID), Members: told})
	}
	return rows, nil
}

// changed returns m with the fields in the body. An expired membership is renewed:
// without a new expiry it has none.
func (in *addIn) changed(c *request.Request, m model.ProjectMember) model.ProjectMember {
	if !c.Live(m.ExpiresOn) {
		m.ExpiresOn = nil
	}
	if in.Body.Role != nil {
		m.Role = *in.Body.Role
		if m.Role == string(access.ProjectAdmin) {
			m.ExpiresOn = nil
		}
	}
	if in.Body.ExpiresOn != nil {
		m.ExpiresOn = in.Body.ExpiresOn
	}
	return m
}

func same(a, b model.ProjectMember) bool {
	return a.Role == b.Role && (a.ExpiresOn == nil) == (b.ExpiresOn == nil) && (a.ExpiresOn == nil || a.ExpiresOn.Equal(*b.ExpiresOn))
}

func isAdmin(m model.ProjectMember) int64 {
	if m.Role == string(access.ProjectAdmin) {
		return 1
	}
	return 0
}

type removeIn struct {
	request.In
	removal.Options
	ProjectID  int64 `path:"project_id" example:"151"`
	UserID     int64 `path:"user_id" example:"16"`
	TransferTo int64 `query:"transfer_to" minimum:"1" doc:"Who takes over: they become owner of the agents, and admin where the last one goes"`

	left removal.Remaining
}

// Load asks for the user's other projects and teams, and for the heir.
func (in *removeIn) Load(f *request.Fetch) {
	in.left.Ask(f, in.UserID)
	f.Rows(store.Tombstone(in.ProjectID, in.UserID).Key)
	if in.TransferTo == 0 {
		return
	}
	f.Rows(store.User(in.TransferTo).Key, store.ProjectMember(in.ProjectID, in.TransferTo).Key)
	if p, ok := f.Project(in.ProjectID); ok && p.Team() != 0 {
		f.Rows(store.TeamMember(p.Team(), in.TransferTo).Key)
	}
}

// Resolve refuses (404) an heir who can't reach the project.
func (in *removeIn) Resolve(_ context.Context, c *request.Request) error {
	return removal.Heir(c, *c.Project, in.UserID, in.TransferTo)
}

// remove removes a member; see package removal for the rules.
func (h *handlers) remove(ctx context.Context, in *removeIn) (api.Noted[[]model.ProjectUser, *removal.Report], error) {
	out := api.Noted[[]model.ProjectUser, *removal.Report]{}
	heirs := removal.Heirs{Admin: in.TransferTo, Agents: in.TransferTo}
	row, report, err := removal.FromProject(ctx, h.store, in.Request(), in.UserID, heirs, &in.left, in.Options)
	if err != nil {
		return out, err
	}
	out.Data = []model.ProjectUser{row}
	if in.Reports() {
		out.Meta = &report
	}
	return out, nil
}

type membersIn struct {
	request.In
	api.Paging
	ProjectID int64 `path:"project_id" example:"151"`

	found []store.Ref
}

// list lists the members of the project, by the id of their membership.
func (in *membersIn) list(s *store.Store) list.Of[model.ProjectMemberUser] {
	return list.Of[model.ProjectMemberUser]{
		Find: list.Refs(s.Members, in.ProjectID),
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return personKeys(in.ProjectID, at) },
		Show: func(c *request.Request, at store.Ref) (model.ProjectMemberUser, bool) {
			p, ok := personIn(c, in.ProjectID, at)
			return model.ProjectMemberUser{ID: p.member.ID, User: p.user, Role: p.member.Role, ExpiresOn: p.member.ExpiresOn}, ok
		},
	}
}

// Load asks for the project's members.
func (in *membersIn) Load(f *request.Fetch) { in.list(f.Store()).Find.Ask(f, in.Paging, &in.found) }

// members lists the members by the id of their membership.
func (h *handlers) members(ctx context.Context, in *membersIn) (api.Page[model.ProjectMemberUser], error) {
	return in.list(h.store).Page(ctx, in.Request(), in.Paging, in.found)
}

// person is a member with their user.
type person struct {
	member model.ProjectMember
	user   model.User
}

// personKeys are the keys of a membership and of its user.
func personKeys(project int64, at store.Ref) []store.Key {
	return []store.Key{store.ProjectMember(project, at.User).Key, store.User(at.User).Key}
}

// personIn returns a member by those rows; false for a user who isn't a member any more.
func personIn(c *request.Request, project int64, at store.Ref) (person, bool) {
	m, ok := c.ProjectMember(project, at.User)
	u, known := c.UserRow(at.User)
	return person{m, u}, ok && known
}
