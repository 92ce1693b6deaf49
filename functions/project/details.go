package project

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"wardroom/pkg/api"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// shown is how many members a project's details show.
const shown = 200

type detailsIn struct {
	guard.In
	ProjectID int64 `path:"project_id" example:"151"`

	found []store.Ref
}

// Truncated says that a project has more members than its details show.
type Truncated struct {
	UsersTruncated bool `json:"users_truncated"`
}

// Needs asks who is in the project.
func (in *detailsIn) Needs(f *guard.Fetch) {
	guard.Ask(f, &in.found, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().Members(ctx, in.ProjectID, "", shown+1)
	})
}

// details shows a project with its first 200 members.
func (h *handlers) details(ctx context.Context, in *detailsIn) (api.Noted[model.ProjectDetail, *Truncated], error) {
	c := in.Case()
	var out api.Noted[model.ProjectDetail, *Truncated]
	found := in.found
	if len(found) > shown {
		found, out.Meta = found[:shown], &Truncated{true}
	}
	people, err := h.people(ctx, c, in.ProjectID, found)
	out.Data = detail(c, *c.Project, people)
	return out, err
}

// detail puts a project together. Whose membership has expired is left out.
func detail(c *guard.Case, p model.Project, people []person) model.ProjectDetail {
	d := model.ProjectDetail{Project: p, Users: []model.ProjectUser{}, Agents: []model.AgentRef{}}
	for _, m := range people {
		if c.Live(m.member.ExpiresOn) {
			d.Users = append(d.Users, model.ProjectUser{ID: m.member.ID, User: m.user})
		}
	}
	if m, ok := c.ProjectMember(p.ID, c.Caller.User); ok && c.Live(m.ExpiresOn) {
		d.MyRole = &m.Role
	}
	return d
}

type fetchIn struct {
	guard.In
	Body struct {
		ProjectIDs []int64  `json:"project_ids" minItems:"1" maxItems:"100"`
		Include    []string `json:"include,omitempty" enum:"users,agents" doc:"What to show beside the projects themselves; both where it isn't given"`
	}
}

// Needs asks for the projects and the caller's memberships of them.
func (in *fetchIn) Needs(f *guard.Fetch) {
	for _, id := range in.Body.ProjectIDs {
		f.Rows(table.Projects.Key(id))
		if f.Caller != 0 {
			f.Rows(table.ProjectMembers.Key(id, f.Caller))
		}
	}
}

// Fetched is what Fetch Project Details tells beside the projects.
type Fetched struct {
	NotFound       []int64 `json:"not_found,omitempty" doc:"Ids the caller can't see"`
	UsersTruncated bool    `json:"users_truncated,omitempty" doc:"A project has more members than are shown"`
}

// fetch shows many projects with their members. Ids that the caller can't see
// are left out and named in meta.
func (h *handlers) fetch(ctx context.Context, in *fetchIn) (api.Noted[[]model.ProjectDetail, *Fetched], error) {
	c := in.Case()
	out := api.Noted[[]model.ProjectDetail, *Fetched]{Data: []model.ProjectDetail{}}
	ids := model.Distinct(in.Body.ProjectIDs)
	found, err := h.findPeople(ctx, c, ids, in.Body.Include == nil || slices.Contains(in.Body.Include, "users"))
	if err != nil {
		return out, err
	}
	var meta Fetched
	var keys []table.Primary
	visible := make([]model.Project, 0, len(ids))
	for _, id := range ids {
		p, ok := store.LiveProject(c.Rows(), id)
		if !ok || !c.Sees(p) {
			meta.NotFound = append(meta.NotFound, id)
			continue
		}
		visible = append(visible, p)
		if len(found[id]) > shown {
			found[id] = found[id][:shown]
			meta.UsersTruncated = true
		}
		keys = peopleKeys(keys, id, found[id])
	}
	if err := c.Read(ctx, keys...); err != nil {
		return out, err
	}
	for _, p := range visible {
		out.Data = append(out.Data, detail(c, p, peopleIn(c, p.ID, found[p.ID])))
	}
	if meta.NotFound != nil || meta.UsersTruncated {
		out.Meta = &meta
	}
	return out, nil
}

// findPeople asks who is in the projects, and at the same time reads what the
// caller is in their teams.
func (h *handlers) findPeople(ctx context.Context, c *guard.Case, ids []int64, users bool) (map[int64][]store.Ref, error) {
	refs := make([][]store.Ref, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	var keys []table.Primary
	for i, id := range ids {
		p, ok := store.LiveProject(c.Rows(), id)
		if !ok || p.OrganizationID != c.Organization.ID {
			continue
		}
		if p.Team() != 0 && c.Caller.User != 0 {
			keys = append(keys, table.TeamMembers.Key(p.Team(), c.Caller.User))
		}
		if users {
			g.Go(func() (err error) {
				refs[i], err = h.store.Members(ctx, id, "", shown+1)
				return err
			})
		}
	}
	var rows table.Rows
	g.Go(func() (err error) {
		rows, err = h.store.Read(ctx, keys...)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c.Rows().Add(rows)
	found := make(map[int64][]store.Ref, len(ids))
	for i, id := range ids {
		found[id] = refs[i]
	}
	return found, nil
}
