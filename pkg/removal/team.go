package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// FromTeam notes the removal of members from the request's team, and returns a report.
// It refuses (403) to remove an owner. Memberships of the team's projects remain, and
// so does the account. remaining has an entry for each member; leaves is true where the
// member themself asks.
func FromTeam(ctx context.Context, s *store.Store, c *request.Request, members []model.TeamMember, remaining []Remaining, leaves bool, o Options) (Report, error) {
	acting := c.Acting()
	for _, m := range members {
		if !access.CanRemove(acting, access.Role(m.Role), leaves) {
			return Report{}, fault.Forbidden(fault.ReasonRole)
		}
	}
	t := *c.Team
	report := Report{EffectiveAccess: model.EffectiveAccess{Via: []string{}}, Warnings: []string{}, Effects: []model.Effect{}}
	users := make([]int64, 0, len(members))
	told := make(audit.Members, len(members))
	for _, m := range members {
		users = append(users, m.UserID)
		told[m.UserID] = audit.Ended(audit.InTeam(m))
		u, _ := c.UserRow(m.UserID)
		target := c.TeamTarget(t, m.UserID, access.KindTeam)
		target.TeamRole = ""
		report.EffectiveAccess = union(report.EffectiveAccess, Ways(u, target))
	}
	r := model.Removal{
		OrganizationID: c.Organization.ID, Kind: model.FromWorkspace, UserIDs: users, TeamID: &t.ID, RemovedBy: c.Stamp, RemovedOn: c.Now, Epoch: t.Epoch + 1,
		EffectiveAccess: report.EffectiveAccess, TeamMembers: members,
	}
	invited := among(c.Rows(), s, r)
	var invites []effect
	if err := report.look(ctx, s, c, &r, o, func(ctx context.Context) (stranded bool, err error) {
		g, ctx := concurrent.WithContext(ctx)
		g.Go(func() (err error) {
			stranded, err = anyStranded(ctx, s, c, members, remaining)
			return err
		})
		g.Go(func() (err error) {
			invites, err = placeInvitations(ctx, invited)
			return err
		})
		err = g.Wait()
		return stranded, err
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
		store.RemoveTeamMember(&c.Tx, t, m)
		if !c.Caller.Is(m.UserID) {
			c.Notify(m.UserID, model.NoticeRemoved, model.TeamName(t.ID))
		}
	}
	s.RecordRemoval(&c.Tx, r)
	revokeAtOnce(s, c, r, invites)
	of := r.Resource()
	c.Record(audit.Removed{Of: of, Removal: r.ID}, audit.MembersChanged{In: of, Members: told})
	return report, nil
}

// revokeAtOnce revokes invitations in the removal's own transaction, as far as that has
// room, since a removed user could come back by one before Finish revokes it. Tombstones
// prevent that for projects.
func revokeAtOnce(s *store.Store, c *request.Request, r model.Removal, invites []effect) {
	for _, e := range invites {
		if c.Tx.Len() > full {
			return
		}
		(&work{s: s, r: r, at: c.Now}).add(&c.Tx, e)
	}
}

// anyStranded reports whether one of the members is stranded. It asks for all of them
// at the same time.
func anyStranded(ctx context.Context, s *store.Store, c *request.Request, members []model.TeamMember, remaining []Remaining) (bool, error) {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	stranded := make([]bool, len(members))
	for i, m := range members {
		u, _ := c.UserRow(m.UserID)
		g.Go(func() (err error) {
			stranded[i], err = remaining[i].stranded(ctx, s, c.Now, u, departure{team: m.TeamID})
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
