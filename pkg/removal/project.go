package removal

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// FromProject notes the removal of a member from the project of the case, and
// tells what it does. It refuses with last_project_admin (409) to take the last
// admin away, unless an heir takes his place.
func FromProject(ctx context.Context, s *store.Store, c *guard.Case, user, heir int64, left *Left, o Options) (model.ProjectUser, Report, error) {
	p := *c.Project
	m, _ := c.ProjectMember(p.ID, user)
	u, _ := c.UserRow(user)
	row := model.ProjectUser{ID: m.ID, User: u}

	admin := m.Role == string(access.ProjectAdmin) && u.IsActive // an inactive one isn't counted
	last := admin && p.AdminCount <= 1
	if last && heir == 0 {
		return row, Report{}, fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be removed")
	}
	target := c.ProjectTarget(p, 0) // without his own role
	if target.Team != 0 {
		if in, ok := c.TeamMember(target.Team, user); ok {
			target.TeamRole = access.Role(in.Role)
		}
	}
	report := Report{EffectiveAccess: ways(u, target), Warnings: []string{}}
	r := model.Removal{
		Kind: model.FromProject, UserIDs: []int64{user}, ProjectID: &p.ID, RemovedOn: c.Now,
		EffectiveAccess: report.EffectiveAccess,
		ProjectMembers:  []model.ProjectMember{m},
	}
	if !o.DryRun {
		var err error
		if r, err = record(ctx, s, c, r); err != nil {
			return row, Report{}, err
		}
		report.RemovalID = &r.ID
	}
	if heir != 0 {
		r.TransferTo = &heir
	}
	if admin {
		r.Users = []model.UserWas{was(u)}
	}
	if tomb, ok := table.Tombstones.In(c.Rows(), p.ID, user); ok {
		r.TombstoneWas = &tomb
	}
	s.RemoveMember(&c.Tx, p, m, u.IsActive, model.Tombstone{ProjectID: p.ID, UserID: user, RemovedOn: c.Now, RemovalID: r.ID})
	before, after := map[string]any{guard.UserName(user): m.Facts()}, map[string]any{"removal_id": r.ID}
	if last {
		if err := (heirship{s: s, c: c, r: &r, heir: heir, dry: o.DryRun}).project(ctx, p); err != nil {
			return row, Report{}, err
		}
		taken := r.Handovers[len(r.Handovers)-1]
		after[guard.UserName(heir)] = taken.Project.Facts()
		if taken.ProjectWas != nil {
			before[guard.UserName(heir)] = taken.ProjectWas.Facts()
		}
	}
	if err := report.look(ctx, s, c, &r, o, func(ctx context.Context) (bool, error) {
		if report.EffectiveAccess.StillHasAccess {
			return false, nil
		}
		return left.stranded(ctx, s, c.Now, u, place{project: p.ID})
	}); err != nil {
		return row, Report{}, err
	}
	if o.DryRun {
		c.Rehearse()
		return row, report, nil
	}
	s.RecordRemoval(&c.Tx, r)
	if !c.Caller.Is(user) {
		c.Notify(user, model.NoticeRemoved, guard.ProjectName(p.ID))
	}
	c.Audit(guard.MemberName(guard.ProjectName(p.ID), user), before, after)
	return row, report, nil
}
