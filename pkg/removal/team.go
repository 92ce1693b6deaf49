package removal

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// FromTeam notes the removal of members from the team of the case, and tells
// what it does. An owner can't be removed at all: 403. Memberships of the
// team's projects stay, and so does the account.
//
// left is what may still lead each of them to projects, in their order.
func FromTeam(ctx context.Context, s *store.Store, c *guard.Case, members []model.TeamMember, left []Left, himself bool, o Options) (Report, error) {
	t := *c.Team
	report := Report{EffectiveAccess: model.EffectiveAccess{Via: []string{}}, Warnings: []string{}, Effects: []model.Effect{}}
	acting := c.Acting()
	users := make([]int64, 0, len(members))
	audit := make(map[string]any, len(members))
	for _, m := range members {
		if !access.CanRemove(acting, access.Role(m.Role), himself) {
			return report, fault.Forbidden()
		}
		users = append(users, m.UserID)
		audit[guard.UserName(m.UserID)] = m.Facts()
		u, _ := c.UserRow(m.UserID)
		target := c.TeamTarget(t, m.UserID, access.KindTeam)
		target.TeamRole = ""
		report.EffectiveAccess = union(report.EffectiveAccess, ways(u, target))
	}
	r := model.Removal{
		Kind: model.FromWorkspace, UserIDs: users, TeamID: &t.ID, RemovedOn: c.Now,
		EffectiveAccess: report.EffectiveAccess, TeamMembers: members,
	}
	if err := report.look(ctx, s, c, &r, o, func(ctx context.Context) (bool, error) {
		return anyStranded(ctx, s, c, members, left)
	}); err != nil {
		return report, err
	}
	if o.DryRun {
		c.Rehearse()
		return report, nil
	}
	r, err := record(ctx, s, c, r)
	if err != nil {
		return report, err
	}
	report.RemovalID = &r.ID
	for _, m := range members {
		s.RemoveTeamMember(&c.Tx, m)
		if !c.Caller.Is(m.UserID) {
			c.Notify(m.UserID, model.NoticeRemoved, guard.TeamName(t.ID))
		}
	}
	s.RecordRemoval(&c.Tx, r)
	c.Audit(guard.TeamName(t.ID), audit, map[string]any{"removal_id": r.ID})
	return report, nil
}

// anyStranded asks for all of them at the same time whether one is left without
// any project.
func anyStranded(ctx context.Context, s *store.Store, c *guard.Case, members []model.TeamMember, left []Left) (bool, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	stranded := make([]bool, len(members))
	for i, m := range members {
		u, _ := c.UserRow(m.UserID)
		g.Go(func() (err error) {
			stranded[i], err = left[i].stranded(ctx, s, c.Now, u, place{team: m.TeamID})
			return err
		})
	}
	err := g.Wait()
	return slices.Contains(stranded, true), err
}

func union(a, b model.EffectiveAccess) model.EffectiveAccess {
	for _, way := range b.Via {
		known := false
		for _, v := range a.Via {
			known = known || v == way
		}
		if !known {
			a.Via = append(a.Via, way)
		}
	}
	a.StillHasAccess = len(a.Via) > 0
	return a
}
