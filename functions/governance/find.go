package governance

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type allRemovalsIn struct {
	request.In
	api.Paging `limit:"50"`
	UserID     int64  `query:"user_id" minimum:"1" doc:"Only those of this user"`
	ProjectID  int64  `query:"project_id" minimum:"1" doc:"Only those from this project"`
	TeamID     int64  `query:"team_id" minimum:"1" doc:"Only those from this team"`
	State      string `query:"state" enum:"revoked,cleaning,done,undone"`

	found []store.Ref
}

// list lists the removals that match all filters, by id. It finds them by the filter
// with the fewest matches. All removals of one user, or from one place, are of one
// organisation, so the list ends at one of another.
func (in *allRemovalsIn) list(s *store.Store, organization int64) list.Of[model.Removal] {
	l, foreign := removals(), false
	find := list.IDs(s.RemovalsOfOrganization, organization)
	switch {
	case in.UserID != 0:
		find = list.IDs(s.RemovalsAbout, model.UserName(in.UserID))
	case in.ProjectID != 0:
		find = list.IDs(s.RemovalsFrom, in.ProjectID)
	case in.TeamID != 0:
		find = list.IDs(s.RemovalsAbout, model.TeamName(in.TeamID))
	}
	l.Find = func(ctx context.Context, after string, n int) ([]store.Ref, error) {
		if foreign {
			return nil, nil
		}
		return find(ctx, after, n)
	}
	show := l.Show
	l.Show = func(c *request.Request, at store.Ref) (model.Removal, bool) {
		r, ok := show(c, at)
		foreign = foreign || ok && r.OrganizationID != organization
		return r, ok && !foreign && in.wants(r)
	}
	l.Fill = true
	return l
}

// Load asks for the first removals of the list.
func (in *allRemovalsIn) Load(f *request.Fetch) {
	in.list(f.Store(), f.Organization).Find.Ask(f, in.Paging, &in.found)
}

// wants reports whether a removal matches all filters.
func (in *allRemovalsIn) wants(r model.Removal) bool {
	is := func(id *int64, asked int64) bool { return asked == 0 || id != nil && *id == asked }
	return (in.UserID == 0 || slices.Contains(r.UserIDs, in.UserID)) && is(r.ProjectID, in.ProjectID) && is(r.TeamID, in.TeamID) && (in.State == "" || r.State == in.State)
}

// allRemovals shows removals, by id, with their effects. Without a project it is for the
// ranks (403).
func (h *handlers) allRemovals(ctx context.Context, in *allRemovalsIn) (api.Page[model.Removal], error) {
	c := in.Request()
	if in.ProjectID == 0 {
		if err := c.Unbound(); err != nil {
			return api.Page[model.Removal]{}, err
		}
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return api.Page[model.Removal]{}, unnamed("query.project_id")
		}
	}
	page, err := in.list(h.store, c.Organization.ID).Page(ctx, c, in.Paging, in.found)
	if err != nil {
		return page, err
	}
	return page, h.allEffects(ctx, page.Items)
}

// allEffects sets the effects of each removal.
func (h *handlers) allEffects(ctx context.Context, removals []model.Removal) error {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	for i := range removals {
		g.Go(func() error { return h.effects(ctx, &removals[i]) })
	}
	return g.Wait()
}
