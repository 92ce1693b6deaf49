package governance

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type allRemovalsIn struct {
	request.In
	api.Paging `limit:"50"`
	UserID     int64  `query:"user_id" minimum:"1" doc:"Only those of this user"`
	ProjectID  int64  `query:"project_id" minimum:"1" doc:"Only those from this project"`
	TeamID     int64  `query:"team_id" minimum:"1" doc:"Only those from this team"`
	State      string `query:"state" enum:"revoked,cleaning,done,undone"`

	found []int64
}

// Load asks for the first that there may be.
func (in *allRemovalsIn) Load(f *request.Fetch) {
	request.Ask(f, &in.found, func(ctx context.Context) ([]int64, error) {
		return in.next(ctx, f.Store(), f.Organization, in.AfterID())
	})
}

// next lists removals after an id, by whichever of the filters leads to the fewest.
func (in *allRemovalsIn) next(ctx context.Context, s *store.Store, organization, from int64) ([]int64, error) {
	switch n := in.Limit + 1; {
	case in.UserID != 0:
		return s.RemovalsAbout(ctx, model.UserName(in.UserID), from, n)
	case in.ProjectID != 0:
		return s.RemovalsFrom(ctx, in.ProjectID, from, n)
	case in.TeamID != 0:
		return s.RemovalsAbout(ctx, model.TeamName(in.TeamID), from, n)
	default:
		return s.RemovalsOfOrganization(ctx, organization, from, n)
	}
}

// wants reports whether a removal is one of those asked for.
func (in *allRemovalsIn) wants(r model.Removal) bool {
	is := func(id *int64, asked int64) bool { return asked == 0 || id != nil && *id == asked }
	return (in.UserID == 0 || slices.Contains(r.UserIDs, in.UserID)) && is(r.ProjectID, in.ProjectID) && is(r.TeamID, in.TeamID) && (in.State == "" || r.State == in.State)
}

// allRemovals finds removals, by id, with what each changed. Without a project it
// is for the ranks (403). What is of one user, or from one place, is all of one
// organisation, and of another's nothing is told.
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
	foreign := false
	page, err := api.Fill(ctx, in.Paging, in.found, func(id int64) int64 { return id },
		func(ctx context.Context, after int64) ([]int64, error) {
			if foreign {
				return nil, nil
			}
			return in.next(ctx, h.store, c.Organization.ID, after)
		},
		func(ctx context.Context, ids []int64) (func(int64) (model.Removal, bool), error) {
			keys := make([]table.Primary, len(ids))
			for i, id := range ids {
				keys[i] = table.Removals.Key(id)
			}
			err := c.ReadShown(ctx, keys...)
			return func(id int64) (model.Removal, bool) {
				r, ok := table.Removals.In(c.Rows(), id)
				foreign = foreign || ok && r.OrganizationID != c.Organization.ID
				return r, ok && !foreign && in.wants(r)
			}, err
		})
	if err != nil {
		return page, err
	}
	return page, h.allEffects(ctx, page.Items)
}

// allEffects tells of each removal what it changed.
func (h *handlers) allEffects(ctx context.Context, removals []model.Removal) error {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	for i := range removals {
		g.Go(func() error { return h.effects(ctx, &removals[i]) })
	}
	return g.Wait()
}
