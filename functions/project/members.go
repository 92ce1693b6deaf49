package project

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type addIn struct {
	guard.In
	ProjectID int64 `path:"project_id" example:"151"`
	Body      struct {
		UserIDs   []int64     `json:"user_ids" minItems:"1" maxItems:"45" doc:"Users of the organisation"`
		Role      *string     `json:"role,omitempty" enum:"member,admin" doc:"member where it isn't given; given, it also changes the role of who is a member already"`
		ExpiresOn *model.Time `json:"expires_on,omitempty" doc:"From then on the membership counts for nothing. Not for admins."`
	}
}

// Needs asks which of them are members already.
func (in *addIn) Needs(f *guard.Fetch) {
	for _, id := range in.Body.UserIDs {
		f.Rows(table.ProjectMembers.Key(in.ProjectID, id))
	}
}

// Check refuses an expiry that can't be meant.
func (in *addIn) Check(now model.Time) error {
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

// Known refuses users who are inactive.
func (in *addIn) Known(_ context.Context, c *guard.Case) error {
	return c.Active(in.Body.UserIDs)
}

// add makes users members, all of them or none. Who is one already is left as
// he is, unless the body names another role or expiry. It refuses to demote the
// last admin (last_project_admin).
func (h *handlers) add(ctx context.Context, in *addIn) ([]model.ProjectUser, error) {
	c := in.Case()
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
		return nil, fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be demoted")
	}
	ids, err := h.store.NewIDs(ctx, model.PermissionIDs, fresh)
	if err != nil {
		return nil, err
	}
	rows := make([]model.ProjectUser, len(users))
	before, after := map[string]any{}, map[string]any{}
	for i, id := range users {
		m, old := now[i], was[i]
		switch {
		case old.ID == 0:
			m.ID, ids = ids[0], ids[1:]
			h.store.AddMember(&c.Tx, p, m)
			after[guard.UserName(id)] = m.Facts()
		case !same(old, m):
			h.store.ChangeMember(&c.Tx, p, old, m.Modified(c.Stamp, c.Now))
			before[guard.UserName(id)], after[guard.UserName(id)] = old.Facts(), m.Facts()
