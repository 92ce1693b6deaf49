package removal

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Heirs are the users who take over things of a removed user, 0 for nobody.
type Heirs struct {
	Admin  int64 // becomes admin where the last one goes
	Agents int64 // becomes owner of agents; without one, the oldest admin of their project
}

// FromProject notes the removal of a member from the request's project, and returns
// their row and a report. It refuses (last_project_admin, 409) to remove the last
// admin whose account is active, unless an heir succeeds them.
func FromProject(ctx context.Context, s *store.Store, c *request.Request, user int64, heirs Heirs, remaining *Remaining, o Options) (model.ProjectUser, Report, error) {
	p, heir := *c.Project, heirs.Admin
	m, _ := c.ProjectMember(p.ID, user)
	u, _ := c.UserRow(user)
	row := model.ProjectUser{ID: m.ID, User: u}

	last := m.Role == string(access.ProjectAdmin) && p.AdminCount <= 1
	if last && heir == 0 && u.IsActive { // one whose account has ended holds nothing any more
		return row, Report{}, fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be removed: add ?transfer_to= with the id of a user who can reach it")
	}
	target := c.ProjectTarget(p, 0) // without their own role
	if target.Team != 0 {
		if in, ok := c.TeamMember(target.Team, user); ok {
			target.TeamRole = access.Role(in.Role)
		}
	}
	report := Report{EffectiveAccess: Ways(u, target), Warnings: []string{}}
	r := model.Removal{
		OrganizationID: c.Organization.ID, Kind: model.FromProject, UserIDs: []int64{user}, ProjectID: &p.ID, RemovedOn: c.Now, Epoch: p.Epoch + 1,
		EffectiveAccess: report.EffectiveAccess,
		ProjectMembers:  []model.ProjectMember{m},
		AgentsTo:        given(heirs.Agents),
	}
	if !o.DryRun {
		var err error
		if r, err = record(ctx, s, c, r); err != nil {
			return row, Report{}, err
		}
		report.RemovalID = &r.ID
	}
	r.TransferTo = given(heir)
	if tomb, ok := table.Tombstones.In(c.Rows(), p.ID, user); ok {
		r.TombstoneWas = &tomb
	}
	store.RemoveMember(&c.Tx, p, m, !u.IsActive && heir == 0, model.Tombstone{ProjectID: p.ID, UserID: user, Epoch: r.Epoch, RemovedOn: c.Now, RemovalID: r.ID})
	told := audit.Members{user: audit.Ended(audit.InProject(m))}
	if last && heir != 0 {
		if err := takeOver(ctx, s, c, &r, p, heir, o.DryRun, told); err != nil {
			return row, Report{}, err
		}
	}
	if err := report.look(ctx, s, c, &r, o, func(ctx context.Context) (bool, error) {
		if report.EffectiveAccess.StillHasAccess {
			return false, nil
		}
		return remaining.stranded(ctx, s, c.Now, u, departure{project: p.ID})
	}); err != nil {
		return row, Report{}, err
	}
	if o.DryRun {
		c.Rehearse()
		return row, report, nil
	}
	s.RecordRemoval(&c.Tx, r)
	if !c.Caller.Is(user) {
		c.Notify(user, model.NoticeRemoved, model.ProjectName(p.ID))
	}
	of := r.Resource()
	c.Record(audit.Removed{Of: of, Removal: r.ID, Epoch: r.Epoch}, audit.MembersChanged{In: of, Members: told})
	return row, report, nil
}

// given returns a pointer to an id, nil for 0.
func given(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
