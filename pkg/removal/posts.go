package removal

import (
	"context"
	"maps"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// seat is a project or a team that nobody but the people holds.
type seat struct {
	project *model.Project
	team    *model.Team
	holders []int64 // its admins or owners
}

// posts are the projects and teams that nobody holds once the people are gone:
// each goes to the heir that the removal names, where they can take it, else to
// nobody. It goes before the memberships end, by which it is found, wherever the
// work is cut off.
func posts(ctx context.Context, w *work) ([]effect, error) {
	seats, rows, err := w.seats(ctx)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for _, s := range seats {
		if s.project != nil && w.r.ProjectHeir() != 0 {
			keys = append(keys, table.Users.Key(w.r.ProjectHeir()), table.ProjectMembers.Key(s.project.ID, w.r.ProjectHeir()),
				table.TeamMembers.Key(s.project.Team(), w.r.ProjectHeir()))
		}
		if s.team != nil && w.r.Heir() != 0 {
			keys = append(keys, table.Users.Key(w.r.Heir()), table.TeamMembers.Key(s.team.ID, w.r.Heir()), table.TeamMembers.Key(s.team.ID, w.r.GiverID))
		}
	}
	more, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	rows.Add(more)
	out := make([]effect, 0, len(seats))
	for _, s := range seats {
		if s.project != nil {
			out = append(out, w.passesProject(s, rows))
		} else {
			out = append(out, w.passesTeam(s, rows))
		}
	}
	return out, nil
}

// seats finds the live projects and teams that nobody but the people hold, by id.
func (w *work) seats(ctx context.Context) ([]seat, table.Rows, error) {
	admins, owners, rows, err := w.memberships(ctx)
	if err != nil {
		return nil, nil, err
	}
	var out []seat
	for _, id := range slices.Sorted(maps.Keys(admins)) {
		if p, live := store.LiveProject(rows, id); live && p.AdminCount <= int64(len(admins[id])) {
			out = append(out, seat{project: &p, holders: admins[id]})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(owners)) {
		if t, live := store.LiveTeam(rows, id); live && t.OwnerCount <= int64(len(owners[id])) {
			out = append(out, seat{team: &t, holders: owners[id]})
		}
	}
	return out, rows, nil
}

// memberships reads all projects and teams of the people and what they are there,
// and tells of which they are admins or owners.
func (w *work) memberships(ctx context.Context) (admins, owners map[int64][]int64, rows table.Rows, err error) {
	var projects, teams map[int64][]int64
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		projects, err = places(both, w, w.s.ProjectsOfUser)
		return err
	})
	g.Go(func() (err error) {
		teams, err = places(both, w, w.s.TeamsOfUser)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, nil, nil, err
	}
	var keys []table.Primary
	for user, ids := range projects {
		for _, id := range ids {
			keys = append(keys, table.Projects.Key(id), table.ProjectMembers.Key(id, user))
		}
	}
	for user, ids := range teams {
		for _, id := range ids {
			keys = append(keys, table.Teams.Key(id), table.TeamMembers.Key(id, user))
		}
	}
	rows, err = w.s.Read(ctx, keys...)
	admins, owners = map[int64][]int64{}, map[int64][]int64{}
	for _, m := range table.ProjectMembers.All(rows) {
		if m.Role == string(access.ProjectAdmin) {
			admins[m.ProjectID] = append(admins[m.ProjectID], m.UserID)
		}
	}
	for _, m := range table.TeamMembers.All(rows) {
		if m.Role == string(access.Owner) {
			owners[m.TeamID] = append(owners[m.TeamID], m.UserID)
		}
	}
	for _, holders := range admins {
		slices.Sort(holders)
	}
	for _, holders := range owners {
		slices.Sort(holders)
	}
	return admins, owners, rows, err
}

// passesProject gives a project to its heir, or to nobody.
func (w *work) passesProject(s seat, rows table.Rows) effect {
	p, heir := *s.project, w.r.ProjectHeir()
	name := model.ProjectName(p.ID)
	if u, ok := table.Users.In(rows, heir); !ok || !w.reaches(rows, u, p) {
		return w.abandons(name, s.holders[0], "admin", heir, func(tx *table.Tx) {
			tx.AtMost(table.Projects.Key(p.ID), "admin_count", int64(len(s.holders)))
		})
	}
	now, is := table.ProjectMembers.In(rows, p.ID, heir)
	var was *model.ProjectMember
	if is {
		before := now
		was = &before
		now = now.Modified(w.r.RemovedBy, w.at)
	} else {
		now = model.ProjectMember{ProjectID: p.ID, UserID: heir, CreatedBy: w.r.RemovedBy, CreatedOn: w.at, Epoch: p.Epoch}
	}
	now.Role, now.ExpiresOn = string(access.ProjectAdmin), nil
	now.Version++
	kept := &now
	e := w.passes(name, s.holders[0], heir, "becomes admin", model.Handover{Project: kept, ProjectWas: was}, is, func(id int64) { kept.ID = id }, func() map[string]any { return kept.Facts() })
	if is {
		e.audit.Before[model.UserName(heir)] = was.Facts()
	}
	e.apply = func(tx *table.Tx) { w.s.HandOver(tx, p, was, *kept) }
	return e
}

// passesTeam gives a team to its heir, or to nobody. Only an owner or a global
// admin gives what an owner is: nobody gives more by naming an heir.
func (w *work) passesTeam(s seat, rows table.Rows) effect {
	t, heir := *s.team, w.r.Heir()
	name := model.TeamName(t.ID)
	giver, _ := table.TeamMembers.In(rows, t.ID, w.r.GiverID)
	gives := w.r.GivesOwner || giver.Role == string(access.Owner)
	if u, ok := table.Users.In(rows, heir); !ok || !gives || !w.reachesTeam(rows, u, t) {
		return w.abandons(name, s.holders[0], "owner", heir, func(tx *table.Tx) {
			tx.AtMost(table.Teams.Key(t.ID), "owner_count", int64(len(s.holders)))
		})
	}
	now, is := table.TeamMembers.In(rows, t.ID, heir)
	var was *model.TeamMember
	if is {
		before := now
		was = &before
	} else {
		now = model.TeamMember{TeamID: t.ID, UserID: heir, CreatedBy: w.r.RemovedBy, CreatedOn: w.at, Epoch: t.Epoch}
	}
	now.Role = string(access.Owner)
	now.Version++
	kept := &now
	e := w.passes(name, s.holders[0], heir, "becomes owner", model.Handover{Team: kept, TeamWas: was}, is, func(id int64) { kept.ID = id }, func() map[string]any { return kept.Facts() })
	if is {
		e.audit.Before[model.UserName(heir)] = was.Facts()
	}
	e.apply = func(tx *table.Tx) { w.s.HandOverTeam(tx, t, was, *kept) }
	return e
}

// passes is the effect on an heir of a place.
func (w *work) passes(place string, leaver, heir int64, detail string, h model.Handover, member bool, named func(int64), facts func() map[string]any) effect {
	user := model.UserName(heir)
	after := map[string]any{user: facts()}
	e := effect{heir: heir, EffectRow: model.EffectRow{
		UserID: leaver, Handover: &h, Effect: model.Effect{Resource: model.MemberName(place, heir), Action: "transfer", Detail: detail},
	}}
	e.audit = w.audit(place, map[string]any{}, after)
	e.audit.Notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: place}}
	if !member {
		e.named = func(id int64) {
			named(id)
			after[user] = facts()
		}
	}
	return e
}

// abandons tells that a place is left to nobody, and why the heir that was named
// doesn't take it. The list of such places gets it with the last membership.
func (w *work) abandons(place string, leaver int64, role string, heir int64, alone func(*table.Tx)) effect {
	detail := role + " becomes nobody"
	if heir != 0 {
		detail += ", since " + model.UserName(heir) + " can't take it"
	}
	return effect{
		warns:     NoAdminLeft,
		EffectRow: model.EffectRow{UserID: leaver, Effect: model.Effect{Resource: place, Action: "transfer", Detail: detail}},
		apply:     alone,
		audit:     w.audit(place, nil, map[string]any{"ownerless": true}),
	}
}

// reachesTeam reports whether a user whose rows were read can see a team, and
// isn't removed.
func (w *work) reachesTeam(rows table.Rows, u model.User, t model.Team) bool {
	if u.OrganizationID != w.r.OrganizationID || slices.Contains(w.r.UserIDs, u.ID) {
		return false
	}
	target := access.Target{Kind: access.KindTeam, ID: t.ID, Organization: t.OrganizationID}
	if m, ok := table.TeamMembers.In(rows, t.ID, u.ID); ok {
		target.TeamRole = access.Role(m.Role)
	}
	return u.IsActive && Ways(u, target).StillHasAccess
}
