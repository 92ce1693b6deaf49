package removal

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// membership is the image of a membership of a project or a team, and of the tombstone
// that its user had there from an earlier removal, nil for none.
type membership[M model.Membership[M]] struct {
	Member    M                `dynamo:"member"`
	Tombstone *model.Tombstone `dynamo:"tombstone,omitempty"`
}

func (membership[M]) thing() string { return placesOf[M]().noun + "_membership" }

// memberships finds the users' memberships of all places of the kind.
func (p *place[M]) memberships(ctx context.Context, w *work) ([]effect, error) {
	found, err := listAll(ctx, w, p.ofUser(w.s))
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, ids := range found {
		for _, id := range ids {
			keys = append(keys, p.keys(id, user)...)
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	members := p.members.All(rows)
	going := map[int64]int64{}
	for _, m := range members {
		if is := m.Member(); is.Role == p.leader {
			going[is.Place]++
		}
	}
	out := make([]effect, 0, len(members))
	for _, m := range members {
		out = append(out, p.ends(w, m, going[m.Member().Place], rows))
	}
	return out, err
}

// keys are the keys of a membership's place, of itself and of its user's tombstone.
func (p *place[M]) keys(id, user int64) []table.Primary {
	keys := []table.Primary{p.row(id), p.members.Key(id, user)}
	if p.tombstones {
		keys = append(keys, table.Tombstones.Key(id, user))
	}
	return keys
}

// ends deletes a membership of a place. going is the number of the place's leaders who
// are removed.
func (p *place[M]) ends(w *work, m M, going int64, rows table.Rows) effect {
	is := m.Member()
	took, raised := membership[M]{Member: m}, int64(0)
	at, live := p.at(rows, is.Place)
	leads := live && is.Role == p.leader
	if p.tombstones {
		raised = at.Epoch + 1
		if tomb, ok := table.Tombstones.In(rows, is.Place, is.User); ok {
			took.Tombstone = &tomb
		}
	}
	return effect{
		EffectRow: model.EffectRow{UserID: is.User, Effect: took.effect()},
		before:    took,
		empties:   leads && at.Leaders <= going,
		apply: func(tx *table.Tx) {
			at.End(tx, m)
			if leads {
				at.Vacate(tx, going)
			}
			at.Bury(tx, model.Tombstone{ProjectID: is.Place, UserID: is.User, RemovedOn: w.r.RemovedOn, RemovalID: w.r.ID})
		},
		tells:  telling(p.told(m, audit.Ended(p.fact(m)))),
		raised: raised,
	}
}

// effect describes the membership's end.
func (m membership[M]) effect() model.Effect {
	return model.Effect{Resource: placesOf[M]().memberName(m.Member), Action: "delete", Detail: "membership as " + m.Member.Member().Role}
}

func (m membership[M]) keys(user int64) []table.Primary {
	return append(placesOf[M]().keys(m.Member.Member().Place, user), table.Users.Key(user))
}

// back restores a membership where the user hasn't got another one since, no other
// removal has ended a later one, and the place isn't full.
func (m membership[M]) back(u *undoing, _ model.EffectRow) restoration {
	p, was := placesOf[M](), m.Member.Member()
	at, live := p.at(u.rows, was.Place)
	if row, is := p.members.In(u.rows, was.Place, was.User); is {
		now := row.Member()
		return restoration{restored: live && now.ID == was.ID && now.Version == was.Version+1}
	}
	if _, taken := p.later(u, m.Member); !live || taken || at.Full() {
		return restoration{}
	}
	stone, _ := table.Tombstones.In(u.rows, was.Place, was.User)
	return restoration{restored: true, put: func(tx *table.Tx) {
		back := at.Return(tx, m.Member)
		at.Unbury(tx, stone, m.Tombstone)
		u.requireActive(tx, was.User)
		turn := audit.Made(p.fact(back))
		if u.r.Kind == model.OfUser { // the row of the undo is about their account
			u.record(tx, p.told(back, turn))
		} else {
			u.members[was.User] = turn
		}
	}}
}

// remain replaces the removal's tombstone with the one before it, where the user is a
// member again by another membership than m: it would void everything that they get
// back, or never lost, inside the project.
func (m membership[M]) remain(u *undoing) func(*table.Tx) {
	p, was := placesOf[M](), m.Member.Member()
	stone, buried := table.Tombstones.In(u.rows, was.Place, was.User)
	if _, is := p.members.In(u.rows, was.Place, was.User); !p.tombstones || !is || !buried || stone.RemovalID != u.r.ID {
		return nil
	}
	at, _ := p.at(u.rows, was.Place)
	return func(tx *table.Tx) { at.Unbury(tx, stone, m.Tombstone) }
}

// overtakenBy returns another removal that has ended a later membership, 0 for none,
// and the noun of the place.
func (m membership[M]) overtakenBy(u *undoing) (removal int64, place string) {
	p := placesOf[M]()
	removal, _ = p.later(u, m.Member)
	return removal, p.noun
}

// keptMemberships are the users' own memberships of the team's projects, which a
// removal from the team keeps, for its report.
func keptMemberships(ctx context.Context, w *work) ([]effect, error) {
	inTeam, found, err := withTeam(ctx, w, func(ctx context.Context) (map[int64][]int64, error) { return listAll(ctx, w, w.s.ProjectsOfUser) })
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, ids := range found {
		for _, id := range ids {
			if inTeam[id] {
				keys = append(keys, table.Projects.Key(id), table.ProjectMembers.Key(id, user))
			}
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, m := range table.ProjectMembers.All(rows) {
		p, live := store.LiveProject(rows, m.ProjectID)
		if live && p.Team() == *w.r.TeamID && !model.Expired(m.ExpiresOn, w.r.RemovedOn) {
			out = append(out, effect{EffectRow: model.EffectRow{UserID: m.UserID, Effect: model.Effect{
				Resource: projects.memberName(m), Action: "keep", Detail: "direct membership as " + m.Role}}})
		}
	}
	return out, err
}
