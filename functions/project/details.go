package project

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// shown is the most members, and agents, in a project's details.
const shown = 200

// few is the most members that are read from the project's own partition, in one round
// trip and without knowing their number. Where there are more, the index finds them, in
// the answer's order.
const few = 50

// content has the members and agents of a project.
type content struct {
	members []model.ProjectMember // by id
	whole   bool                  // members has all members; else it is empty
	people  []store.Ref           // unless whole: the members that the index found
	agents  []store.Ref
}

// cut truncates both to shown, and notes that in meta.
func (in *content) cut(meta *Truncated) {
	if len(in.people) > shown {
		in.people, meta.UsersTruncated = in.people[:shown], true
	}
	if len(in.agents) > shown {
		in.agents, meta.AgentsTruncated = in.agents[:shown], true
	}
}

// keys adds the keys of all rows of content that aren't read yet.
func (in *content) keys(keys []store.Key, project int64) []store.Key {
	keys = slices.Grow(keys, len(in.members)+2*len(in.people)+len(in.agents))
	for _, m := range in.members {
		keys = append(keys, store.User(m.UserID).Key)
	}
	for _, at := range in.people {
		keys = append(keys, personKeys(project, at)...)
	}
	for _, at := range in.agents {
		keys = append(keys, store.Agent(at.Agent).Key)
	}
	return keys
}

// askFew returns the query for the members of a project that has no more than few.
func (in *content) askFew(s *store.Store, project int64) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		in.members, in.whole, err = s.MembersWithin(ctx, project, few)
		return err
	}
}

// askPeople returns the query of the index for a project's members.
func (in *content) askPeople(s *store.Store, project int64) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		in.people, err = s.Members(ctx, project, 0, shown+1)
		return err
	}
}

// askAgents returns the query for a project's agents.
func (in *content) askAgents(s *store.Store, project int64) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		in.agents, err = s.AgentsOfProject(ctx, project, 0, shown+1)
		return err
	}
}

type detailsIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`

	found content
}

// Truncated says that a project has more members or agents than its details show.
type Truncated struct {
	UsersTruncated  bool `json:"users_truncated,omitempty"`
	AgentsTruncated bool `json:"agents_truncated,omitempty"`
}

// Anticipate asks for the members and agents of the path's project.
func (*detailsIn) Anticipate(f *request.Fetch, id func(string) int64) any {
	found, project := &content{}, id("project_id")
	f.Ask(found.askFew(f.Store(), project))
	f.Ask(found.askAgents(f.Store(), project))
	return found
}

// Load asks for the rows of the members and agents, or for the members where they are
// more than few.
func (in *detailsIn) Load(f *request.Fetch) {
	in.found = *f.Anticipated().(*content)
	if in.found.whole {
		f.Shown(in.found.keys(nil, in.ProjectID)...)
		return
	}
	f.Ask(in.found.askPeople(f.Store(), in.ProjectID))
}

// details shows a project with its first 200 members and its first 200 agents.
func (h *handlers) details(ctx context.Context, in *detailsIn) (api.Noted[model.ProjectDetail, *Truncated], error) {
	c := in.Request()
	var out api.Noted[model.ProjectDetail, *Truncated]
	var meta Truncated
	if in.found.cut(&meta); meta != (Truncated{}) {
		out.Meta = &meta
	}
	_, err := c.ReadMissingShown(ctx, in.found.keys(nil, in.ProjectID)...)
	out.Data = detail(c, *c.Project, in.found)
	return out, err
}

// detail makes a project's details of rows that were read, without expired memberships.
// Whoever sees the project sees its agents.
func detail(c *request.Request, p model.Project, in content) model.ProjectDetail {
	d := model.ProjectDetail{Project: p, Ownerless: p.AdminCount == 0, Users: make([]model.ProjectUser, 0, len(in.members)+len(in.people)), Agents: make([]model.AgentRef, 0, len(in.agents))}
	show := func(m model.ProjectMember) {
		if u, ok := c.UserRow(m.UserID); ok && c.Live(m.ExpiresOn) {
			d.Users = append(d.Users, model.ProjectUser{ID: m.ID, User: u})
		}
	}
	for _, m := range in.members {
		show(m)
	}
	for _, at := range in.people {
		if m, ok := c.ProjectMember(p.ID, at.User); ok {
			show(m)
		}
	}
	for _, at := range in.agents {
		if a, _, live := c.AgentRow(at.Agent); live {
			d.Agents = append(d.Agents, model.AgentRef{ID: a.ID, Name: a.Name})
		}
	}
	if m, ok := c.ProjectMember(p.ID, c.Caller.User); ok && c.Live(m.ExpiresOn) {
		d.MyRole = &m.Role
	}
	return d
}

type fetchIn struct {
	request.In
	Body struct {
		ProjectIDs []int64  `json:"project_ids" minItems:"1" maxItems:"100"`
		Include    []string `json:"include,omitempty" enum:"users,agents" doc:"What to show beside the projects themselves; both where it isn't given"`
	}
}

// Load asks for the projects and the caller's memberships of them.
func (in *fetchIn) Load(f *request.Fetch) {
	for _, id := range in.Body.ProjectIDs {
		f.Rows(store.Project(id).Key)
		if f.Caller != 0 {
			f.Rows(store.ProjectMember(id, f.Caller).Key)
		}
	}
}

// Fetched is the meta of Fetch Project Details.
type Fetched struct {
	NotFound []int64 `json:"not_found,omitempty" doc:"Ids the caller can't see"`
	Truncated
}

// fetch shows many projects with their details. Projects that the caller can't see are
// omitted and named in meta.
func (h *handlers) fetch(ctx context.Context, in *fetchIn) (api.Noted[[]model.ProjectDetail, *Fetched], error) {
	c := in.Request()
	out := api.Noted[[]model.ProjectDetail, *Fetched]{Data: []model.ProjectDetail{}}
	ids := model.Distinct(in.Body.ProjectIDs)
	found, err := h.find(ctx, c, ids, in.Body.Include)
	if err != nil {
		return out, err
	}
	var meta Fetched
	var keys []store.Key
	visible := make([]model.Project, 0, len(ids))
	for _, id := range ids {
		p, ok := store.LiveProject(c.Rows(), id)
		if !ok || !c.Sees(p) {
			meta.NotFound = append(meta.NotFound, id)
			continue
		}
		visible = append(visible, p)
		found[id].cut(&meta.Truncated)
		keys = found[id].keys(keys, id)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return out, err
	}
	for _, p := range visible {
		out.Data = append(out.Data, detail(c, p, *found[p.ID]))
	}
	if meta.NotFound != nil || meta.Truncated != (Truncated{}) {
		out.Meta = &meta
	}
	return out, nil
}

// find finds the members and agents of the projects, as include says, and reads the
// caller's roles in their teams at the same time.
func (h *handlers) find(ctx context.Context, c *request.Request, ids []int64, include []string) (map[int64]*content, error) {
	wants := func(what string) bool { return include == nil || slices.Contains(include, what) }
	found := make(map[int64]*content, len(ids))
	var keys []store.Key
	var asks []func(context.Context) error
	for _, id := range ids {
		p, ok := store.LiveProject(c.Rows(), id)
		if !ok || p.OrganizationID != c.Organization.ID {
			continue
		}
		in := &content{}
		found[id] = in
		if p.Team() != 0 && c.Caller.User != 0 {
			keys = append(keys, store.TeamMember(p.Team(), c.Caller.User).Key)
		}
		switch {
		case !wants("users"):
		case p.UserCount <= few:
			asks = append(asks, func(ctx context.Context) error {
				if err := in.askFew(h.store, id)(ctx); err != nil || in.whole {
					return err
				}
				return in.askPeople(h.store, id)(ctx) // more have come since
			})
		default:
			asks = append(asks, in.askPeople(h.store, id))
		}
		if wants("agents") && p.AgentCount > 0 {
			asks = append(asks, in.askAgents(h.store, id))
		}
	}
	err := c.ReadWith(ctx, keys, asks...)
	return found, err
}
