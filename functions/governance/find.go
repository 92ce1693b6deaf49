package governance

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type allRemovalsIn struct {
	guard.In
	api.Paging `limit:"50"`
	UserID     int64  `query:"user_id" minimum:"1" doc:"Only those of this user"`
	ProjectID  int64  `query:"project_id" minimum:"1" doc:"Only those from this project"`
	TeamID     int64  `query:"team_id" minimum:"1" doc:"Only those from this team"`
	State      string `query:"state" enum:"revoked,cleaning,done,undone"`

	found []int64
}

// Needs asks for the first that there may be.
func (in *allRemovalsIn) Needs(f *guard.Fetch) {
	guard.Ask(f, &in.found, func(ctx context.Context) ([]int64, error) {
		return in.next(ctx, f.Store(), f.Organization, in.AfterID())
	})
}

// next lists removals after an id, by whichever of the filters leads to the fewest.
func (in *allRemovalsIn) next(ctx context.Context, s *store.Store, organization, from int64) ([]int64, error) {
	switch n := in.Limit + 1; {
	case in.UserID != 0:
		return s.RemovalsAbout(ctx, guard.UserName(in.UserID), from, n)
	case in.ProjectID != 0:
		return s.RemovalsFrom(ctx, in.ProjectID, from, n)
	case in.TeamID != 0:
		return s.RemovalsAbout(ctx, guard.TeamName(in.TeamID), from, n)
	default:
		return s.RemovalsOfOrganization(ctx, organization, from, n)
	}
}

// wants reports whether a removal is one of those asked for.
func (in *allRemovalsIn) wants(r model.Removal) bool {
	is := func(id *int64, asked int64) bool { return asked == 0 || id != nil && *id == asked }
	return (in.UserID == 0 || slices.Contains(r.UserIDs, in.UserID)) && is(r.ProjectID, in.ProjectID) && is(r.TeamID, in.TeamID) && (in.State == "" || r.State == in.State)
}

// mostPages is how many pages are looked through for one: where only a few of many
// are in the state that is asked for, it may be shorter, and goes on.
const mostPages = 10

// allRemovals finds removals, by id, with what each changed. Without a project it
// is for the ranks (403).
func (h *handlers) allRemovals(ctx context.Context, in *allRemovalsIn) (api.Page[model.Removal], error) {
	c := in.Case()
	page := api.Page[model.Removal]{}
	if in.ProjectID == 0 {
		if err := c.Unbound(); err != nil {
			return page, err
		}
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return page, err
		}
	}
	ids := in.found
	for looked := 1; ; looked++ {
		last, err := in.take(ctx, c, ids, &page)
		switch {
		case err != nil:
			return page, err
		case last == 0, len(ids) <= in.Limit, page.Next != "":
			return page, h.allEffects(ctx, page.Items)
		case looked == mostPages:
			page.Next = api.NextID(last)
			return page, h.allEffects(ctx, page.Items)
		}
		if ids, err = in.next(ctx, h.store, c.Organization.ID, last); err != nil {
			return page, err
		}
	}
}

// take adds those of ids to a page that are asked for, and returns the last that it
// looked at, 0 where there is nothing to be seen: what is of one user, or from one
// place, is all of one organisation. It says where the page goes on if it is full
// before their end.
func (in *allRemovalsIn) take(ctx context.Context, c *guard.Case, ids []int64, page *api.Page[model.Removal]) (last int64, err error) {
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Removals.Key(id)
	}
	if err := c.Read(ctx, keys...); err != nil {
		return 0, err
	}
	for i, id := range ids {
		if len(page.Items) == in.Limit {
			page.Next = api.NextID(last)
			return last, nil
		}
		r, ok := table.Removals.At(c.Rows(), keys[i])
		if ok && r.OrganizationID != c.Organization.ID {
			return 0, nil
		}
		if ok && in.wants(r) {
			page.Items = append(page.Items, r)
		}
		last = id
	}
	return last, nil
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
