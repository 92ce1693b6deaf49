package governance

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
)

type removalsIn struct {
	request.In
	api.Paging `limit:"50"`
	ProjectID  int64 `path:"project_id" example:"151"`

	found []store.Ref
}

// list lists the project's removals, by id.
func (in *removalsIn) list(s *store.Store) list.Of[model.Removal] {
	l := removals()
	l.Find = list.IDs(s.RemovalsFrom, in.ProjectID)
	return l
}

// removals is a list of removals, without their effects. The caller sets Find.
func removals() list.Of[model.Removal] {
	return list.Of[model.Removal]{
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.Removal(at.ID).Key} },
		Show: func(c *request.Request, at store.Ref) (model.Removal, bool) { return store.Removal(at.ID).In(c.Rows()) },
	}
}

// Load asks for the project's removals.
func (in *removalsIn) Load(f *request.Fetch) { in.list(f.Store()).Find.Ask(f, in.Paging, &in.found) }

// removals lists the removals from a project, by id, with their effects.
func (h *handlers) removals(ctx context.Context, in *removalsIn) (api.Page[model.Removal], error) {
	page, err := in.list(h.store).Page(ctx, in.Request(), in.Paging, in.found)
	if err != nil {
		return page, err
	}
	return page, h.allEffects(ctx, page.Items)
}

func (h *handlers) effects(ctx context.Context, r *model.Removal) error {
	*r = r.Shown()
	done, err := h.store.EffectsShown(ctx, r.ID)
	if err == nil {
		r.Effects, err = removal.Effects(ctx, h.store, *r, done)
	}
	return store.LeaveOut(ctx, err) // unreadable rows of one removal must not hide the others
}

type removalIn struct {
	request.In
	RemovalID int64 `path:"removal_id" example:"1001"`

	removal model.Removal
	store   *store.Store
	done    []model.EffectRow // the effects that were carried out so far
}

// Load asks for the removal.
func (in *removalIn) Load(f *request.Fetch) {
	in.store = f.Store()
	f.Rows(store.Removal(in.RemovalID).Key)
}

// Resolve answers 404 for a removal of another organisation, and for one from a place
// that the caller may not know. It reads the removal's effects meanwhile: after its row,
// so that none is missing of a removal that is done.
func (in *removalIn) Resolve(ctx context.Context, c *request.Request) error {
	r, ok := store.Removal(in.RemovalID).In(c.Rows())
	if !ok || r.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	in.removal = r
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		in.done, err = in.store.EffectsShown(both, r.ID)
		return err
	})
	g.Go(func() error { return in.visible(both, c) })
	return g.Wait()
}

// visible answers 404 where the caller may not know the place that people were removed
// from.
func (in *removalIn) visible(ctx context.Context, c *request.Request) error {
	kind, id := in.place()
	if kind == &resource.Organization {
		if c.Caller.BoundProject != 0 || !access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed {
			return fault.NotFound()
		}
		return nil
	}
	if err := c.ReadRoles(ctx, access.Resource{Kind: kind.Kind}, id, []int64{c.Caller.User}); err != nil {
		return err
	}
	t, ok := kind.Target(&c.View, id, c.Caller.User)
	if !ok || !access.Decide(c.Caller, t, kind.Manage).Visible {
		return fault.NotFound()
	}
	return nil
}

// place returns the kind and id of the place that people were removed from. It may be
// deleted, or even purged.
func (in *removalIn) place() (*resource.Kind, int64) {
	of := in.removal.Place()
	return resource.OfThing(of.Thing), of.ID
}

// may refuses (403) callers who may not make such a removal. Only an offboarding removes
// the owner of a team.
func (in *removalIn) may(c *request.Request) error {
	kind, id := in.place()
	t, _ := kind.Target(&c.View, id, c.Caller.User)
	p := kind.Manage
	if slices.ContainsFunc(in.removal.TeamMembers, func(m model.TeamMember) bool { return m.Role == string(access.Owner) }) {
		t, p = c.OrganizationTarget(), access.ManageUsers
	}
	return c.Require(p, t)
}

// removal shows one removal, with its effects.
func (h *handlers) removal(ctx context.Context, in *removalIn) (model.Removal, error) {
	if err := in.may(in.Request()); err != nil {
		return model.Removal{}, err
	}
	r := in.removal.Shown()
	var err error
	r.Effects, err = removal.Effects(ctx, h.store, r, in.done)
	return r, err
}

// undo undoes a removal; see package removal for the rules.
func (h *handlers) undo(ctx context.Context, in *removalIn) (api.Noted[[]model.Effect, removal.Restored], error) {
	out := api.Noted[[]model.Effect, removal.Restored]{}
	err := in.may(in.Request())
	if err != nil {
		return out, err
	}
	out.Data, out.Meta, err = removal.Undo(ctx, h.store, in.Request(), in.removal, in.done)
	return out, err
}
