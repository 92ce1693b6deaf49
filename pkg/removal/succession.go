package removal

import (
	"context"
	"maps"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// succession is the image of an heir's succession to the removed leaders of a place
// that had no others.
type succession[M model.Membership[M]] struct{ model.Succession[M] }

func (succession[M]) thing() string { return placesOf[M]().noun + "_succession" }

// successions finds the places whose only leaders are removed, by id: each goes to the
// heir that the removal names, where they may take it, else to nobody. Since a place is
// found by the memberships, the succession comes before these end, wherever the work
// is interrupted.
func (p *place[M]) successions(ctx context.Context, w *work) ([]effect, error) {
	leaders, rows, err := p.soleLeaders(ctx, w)
	if err != nil {
		return nil, err
	}
	alone := slices.Sorted(maps.Keys(leaders))
	var keys []table.Primary
	if heir := p.heir(w.r); heir != 0 {
		for _, id := range alone {
			keys = append(append(keys, table.Users.Key(heir), p.members.Key(id, heir)), p.reach(w, rows, id, heir)...)
		}
	}
	more, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	rows.Add(more)
	out := make([]effect, 0, len(alone))
	for _, id := range alone {
		out = append(out, p.passes(w, id, leaders[id], rows))
	}
	return out, nil
}

// soleLeaders returns, by place, the removed users who are its only leaders, in the
// order of their ids, and the rows it read.
func (p *place[M]) soleLeaders(ctx context.Context, w *work) (leaders map[int64][]int64, rows table.Rows, err error) {
	found, err := listAll(ctx, w, p.ofUser(w.s))
	if err != nil {
		return nil, nil, err
	}
	var keys []table.Primary
	for user, ids := range found {
		for _, id := range ids {
			keys = append(keys, p.row(id), p.members.Key(id, user))
		}
	}
	rows, err = w.s.Read(ctx, keys...)
	leaders = map[int64][]int64{}
	for _, m := range p.members.All(rows) {
		if is := m.Member(); is.Role == p.leader {
			leaders[is.Place] = append(leaders[is.Place], is.User)
		}
	}
	for id, some := range leaders {
		if at, live := p.at(rows, id); !live || at.Leaders > int64(len(some)) {
			delete(leaders, id)
		}
		slices.Sort(some)
	}
	return leaders, rows, err
}

// passes gives a place, whose only leaders are removed, to its heir, or to nobody.
func (p *place[M]) passes(w *work, id int64, leaders []int64, rows table.Rows) effect {
	at, _ := p.at(rows, id)
	name, heir := p.name(id), p.heir(w.r)
	if u, ok := table.Users.In(rows, heir); !ok || !p.takes(w, rows, u, id) {
		return p.abandons(at, leaders, heir)
	}
	var was *M
	next := p.successor(at, nil, heir, w.r.RemovedBy, w.at)
	if m, is := p.members.In(rows, id, heir); is {
		was = &m
		next = p.successor(at, was, heir, w.r.RemovedBy, w.at).Modified(w.r.RemovedBy, w.at)
	}
	e := effect{
		EffectRow: model.EffectRow{UserID: leaders[0], Effect: model.Effect{
			Resource: p.memberName(next), Action: "transfer", Detail: "becomes " + p.leader}},
		before: succession[M]{model.Succession[M]{Heir: &next, Was: was}},
		apply:  func(tx *table.Tx) { at.HandOver(tx, was, next) },
		tells: func() []audit.Change {
			turn := audit.Made(p.fact(next))
			if was != nil {
				turn = audit.Became(p.fact(*was), p.fact(next))
			}
			return []audit.Change{p.told(next, turn)}
		},
	}
	e.notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: name}}
	if was == nil {
		e.named = func(membership int64) { next = next.Numbered(membership) }
	}
	return e
}

// successor returns the membership by which an heir leads a place: was with another
// role, or, where was is nil, a new one without an id.
func (p *place[M]) successor(at store.Place[M], was *M, heir int64, by string, on model.Time) M {
	if was == nil {
		return p.joins(at.ID, heir, by, on).As(p.leader).At(model.Standing{Epoch: at.Epoch, Version: 1})
	}
	is := (*was).Member()
	return (*was).As(p.leader).At(model.Standing{Epoch: is.Epoch, Version: is.Version + 1})
}

// abandons is the effect that a place is left without a leader, which says so where a
// named heir may not take it. The end of the last membership puts it on the list of
// ownerless places.
func (p *place[M]) abandons(at store.Place[M], leaders []int64, heir int64) effect {
	name, detail := p.name(at.ID), p.leader+" becomes nobody"
	if heir != 0 {
		detail += ", since " + model.UserName(heir) + " can't take it"
	}
	return effect{
		warns:     NoAdminLeft,
		EffectRow: model.EffectRow{UserID: leaders[0], Effect: model.Effect{Resource: name, Action: "transfer", Detail: detail}},
		apply:     func(tx *table.Tx) { at.LedByAtMost(tx, int64(len(leaders))) },
		tells:     telling(audit.LeftToNobody{Place: p.kind.Ref(at.ID)}),
	}
}

// reachesProject reports whether a user reaches a project, by their rows that were
// read, and isn't removed too.
func (w *work) reachesProject(rows table.Rows, u model.User, p model.Project) bool {
	t := access.Target{Kind: access.KindProject, ID: p.ID, Organization: p.OrganizationID, Team: p.Team()}
	if m, ok := table.ProjectMembers.In(rows, p.ID, u.ID); ok && !model.Expired(m.ExpiresOn, w.r.RemovedOn) {
		t.ProjectRole = access.ProjectRole(m.Role)
	}
	if m, ok := table.TeamMembers.In(rows, p.Team(), u.ID); ok {
		t.TeamRole = access.Role(m.Role)
	}
	return w.reaches(u, t)
}

// reachesTeam is reachesProject for a team.
func (w *work) reachesTeam(rows table.Rows, u model.User, of model.Team) bool {
	t := access.Target{Kind: access.KindTeam, ID: of.ID, Organization: of.OrganizationID}
	if m, ok := table.TeamMembers.In(rows, of.ID, u.ID); ok {
		t.TeamRole = access.Role(m.Role)
	}
	return w.reaches(u, t)
}

func (w *work) reaches(u model.User, t access.Target) bool {
	return u.OrganizationID == w.r.OrganizationID && !slices.Contains(w.r.UserIDs, u.ID) && Ways(u, t).StillHasAccess
}

// keys are the keys of the memberships and accounts of the heir and of the leader whom
// they succeeded.
func (s succession[M]) keys(leader int64) []table.Primary {
	p, heir := placesOf[M](), (*s.Heir).Member()
	keys := append(p.keys(heir.Place, heir.User), p.keys(heir.Place, leader)...)
	return append(keys, table.Users.Key(heir.User), table.Users.Key(leader))
}

// back ends the heir's leadership, where their membership is as the succession left it,
// their account is active, and the leader whom they succeeded leads the place again.
func (s succession[M]) back(u *undoing, e model.EffectRow) restoration {
	p, got := placesOf[M](), (*s.Heir).Member()
	if !p.leadsAgain(u, got.Place, e.UserID) {
		return restoration{}
	}
	now, is := p.members.In(u.rows, got.Place, got.User)
	has := now.Member()
	if !is && s.Was == nil || is && s.Was != nil && has.Role == (*s.Was).Member().Role { // an interrupted undo has done it
		return restoration{restored: true, silent: true}
	}
	at, live := p.at(u.rows, got.Place)
	if account, ok := table.Users.In(u.rows, got.User); !is || !live || !ok || !account.IsActive || has.ID != got.ID || has.Version != got.Version {
		return restoration{}
	}
	return restoration{restored: true, detail: "is no longer " + p.leader + " in another's place", put: func(tx *table.Tx) {
		turn := audit.Ended(p.fact(now))
		if s.Was == nil {
			at.End(tx, now)
		} else {
			to := (*s.Was).At(model.Standing{Epoch: (*s.Was).Member().Epoch, Version: has.Version + 1})
			p.members.Change(tx, now, to)
			turn = audit.Became(p.fact(now), p.fact(to))
		}
		at.LoseLeader(tx)
		tx.If(table.Users.Key(got.User), "$ = ?", "is_active", true)
		u.record(tx, p.told(now, turn))
	}}
}

// leadsAgain reports whether a removed user leads a place, or gets their membership of
// it back by this undo.
func (p *place[M]) leadsAgain(u *undoing, id, user int64) bool {
	m, is := p.members.In(u.rows, id, user)
	return is && m.Member().Role == p.leader || u.hasRestored(model.MemberName(p.name(id), user))
}
