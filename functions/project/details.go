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

// content has the members and agents of a project that indexes found.
type content struct {
	people []store.Ref
	agents []store.Ref
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

// keys adds the keys of all members and agents.
func (in *content) keys(keys []store.Key, project int64) []store.Key {
	keys = slices.Grow(keys, 2*len(in.people)+len(in.agents))
	for _, at := range in.people {
		keys = append(keys, personKeys(project, at)...)
	}
	for _, at := range in.agents {
		keys = append(keys, store.Agent(at.Agent).Key)
	}
	return keys
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

// Load asks for the project's members and agents.
func (in *detailsIn) Load(f *request.Fetch) {
	request.Ask(f, &in.found.people, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().Members(ctx, in.ProjectID, 0, shown+1)
	})
	request.Ask(f, &in.found.agents, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().AgentsOfProject(ctx, in.ProjectID, 0, shown+1)
	})
}

// details shows a project with its first 200 members and its first 200 agents.
func (h *handlers) details(ctx context.Context, in *detailsIn) (api.Noted[model.ProjectDetail, *Truncated], error) {
	c := in.Request()
	var out api.Noted[model.ProjectDetail, *Truncated]
	var meta Truncated
	if in.found.cut(&meta); meta != (Truncated{}) {
		out.Meta = &meta
	}
	err := c.ReadShown(ctx, in.found.keys(nil, in.ProjectID)...)
	out.Data = detail(c, *c.Project, in.found)
	return out, err
}

// detail makes a project's details of rows that were read, without expired memberships.
// Whoever sees the project sees its agents.
func detail(c *request.Request, p model.Project, in content) model.ProjectDetail {
	d := model.ProjectDetail{Project: p, Ownerless: p.AdminCount == 0, Users: []model.ProjectUser{}, Agents: []model.AgentRef{}}
	for _, at := range in.people {
		if m, ok := personIn(c, p.ID, at); ok && c.Live(m.member.ExpiresOn) {
			d.Users = append(d.Users, model.ProjectUser{ID: m.member.ID, User: m.user})
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
		if wants("users") {
			asks = append(asks, func(ctx context.Context) (err error) {
				in.people, err = h.store.Members(ctx, id, 0, shown+1)
				return err
			})
		}
		if wants("agents") && p.AgentCount > 0 {
			asks = append(asks, func(ctx context.Context) (err error) {
				in.agents, err = h.store.AgentsOfProject(ctx, id, 0, shown+1)
				return err
			})
		}
	}
	err := c.ReadWith(ctx, keys, asks...)
	return found, err
}
