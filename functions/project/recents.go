package project

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type addRecentIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
}

// Load asks for the caller's list.
func (in *addRecentIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.RecentProjects(f.Caller).Key)
	}
}

// addRecent puts the project at the head of the caller's list. A service key
// has none (403).
func (h *handlers) addRecent(ctx context.Context, in *addRecentIn) (model.RecentProject, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return model.RecentProject{}, err
	}
	old, _ := store.RecentProjects(me.ID).In(c.Rows())
	entry, known := old.Entry(model.Recent{ProjectID: in.ProjectID})
	if !known {
		if entry.ID, err = h.store.NewID(ctx, model.RecentIDs); err != nil {
			return model.RecentProject{}, err
		}
	}
	list := old.With(entry, c.Now)
	list.UserID = me.ID
	h.store.RecordRecentProjects(&c.Tx, old, list)
	return model.RecentProject{ID: entry.ID, Project: *c.Project, LastUsedOn: list.Entries[0].LastUsedOn}, nil
}

type recentIn struct {
	request.In
	api.Paging `limit:"10"`
}

// Load asks for the caller's list.
func (in *recentIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.RecentProjects(f.Caller).Key)
	}
}

// recent shows the caller's list, newest first, without what they can't reach any
// more. A service key has none (403).
func (h *handlers) recent(ctx context.Context, in *recentIn) (api.Page[model.RecentProject], error) {
	c := in.Request()
	page := api.Page[model.RecentProject]{}
	me, err := c.Me()
	if err != nil {
		return page, err
	}
	list, _ := store.RecentProjects(me.ID).In(c.Rows())
	ids := make([]int64, len(list.Entries)) // all of them: what can't be reached has no place on a page
	for i, r := range list.Entries {
		ids[i] = r.ProjectID
	}
	if err := h.load(ctx, c, ids, me.ID); err != nil {
		return page, err
	}
	if err := h.loadTeams(ctx, c, ids, me.ID); err != nil {
		return page, err
	}
	list.Entries = slices.DeleteFunc(slices.Clone(list.Entries), func(r model.Recent) bool {
		p, ok := store.LiveProject(c.Rows(), r.ProjectID)
		return !ok || !c.Sees(p)
	})
	entries, next := list.Page(in.After(), in.Limit)
	page.Next = next
	for _, r := range entries {
		p, _ := store.LiveProject(c.Rows(), r.ProjectID)
		page.Items = append(page.Items, model.RecentProject{ID: r.ID, Project: p, LastUsedOn: r.LastUsedOn})
	}
	return page, nil
}

// loadTeams reads what a user is in the teams of projects that were read, where
// that could still open one to them.
func (h *handlers) loadTeams(ctx context.Context, c *request.Request, projects []int64, user int64) error {
	var keys []store.Key
	for _, id := range projects {
		if p, ok := store.LiveProject(c.Rows(), id); ok && p.Team() != 0 && !c.Sees(p) {
			keys = append(keys, store.TeamMember(p.Team(), user).Key)
		}
	}
	return c.ReadShown(ctx, keys...)
}
