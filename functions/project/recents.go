package project

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/list"
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

// addRecent puts the project at the head of the caller's list. It refuses (403) a
// service key, which has none.
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
	recents := old.With(entry, c.Now)
	recents.UserID = me.ID
	h.store.RecordRecentProjects(&c.Tx, old, recents)
	return model.RecentProject{ID: entry.ID, Project: *c.Project, LastUsedOn: recents.Entries[0].LastUsedOn}, nil
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

// recent shows the caller's list, newest first, without projects that they can't see any
// more. It refuses (403) a service key, which has none.
func (h *handlers) recent(ctx context.Context, in *recentIn) (api.Page[model.RecentProject], error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return api.Page[model.RecentProject]{}, err
	}
	recents, _ := store.RecentProjects(me.ID).In(c.Rows())
	return list.Of[model.RecentProject]{
		Find:     list.Recents(recents),
		Position: func(at store.Ref) string { return at.Position },
		Rows:     func(_ *request.Request, at store.Ref) []store.Key { return projectKeys(at.Project, me.ID) },
		Then: func(c *request.Request, at store.Ref) []store.Key { // a role in its team could still make it visible
			if p, ok := store.LiveProject(c.Rows(), at.Project); ok && p.Team() != 0 && !c.Sees(p) {
				return []store.Key{store.TeamMember(p.Team(), me.ID).Key}
			}
			return nil
		},
		Show: func(c *request.Request, at store.Ref) (model.RecentProject, bool) {
			p, ok := store.LiveProject(c.Rows(), at.Project)
			e, _ := recents.Entry(model.Recent{ProjectID: at.Project})
			return model.RecentProject{ID: e.ID, Project: p, LastUsedOn: e.LastUsedOn}, ok && c.Sees(p)
		},
		Fill: true,
	}.Answer(ctx, c, in.Paging)
}
