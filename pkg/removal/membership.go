package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// membership is one of a project or a team, as it was taken, and the tombstone that
// its user had there from an earlier removal, if any.
type membership[M model.Membership[M]] struct {
	Member    M                `dynamo:"member"`
	Tombstone *model.Tombstone `dynamo:"tombstone,omitempty"`
}

func (membership[M]) thing() string { return placesOf[M]().noun + "_membership" }

// memberships finds those that are deleted with an account, wherever they are.
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

// keys are the rows of a membership: its place's, its own and its tombstone.
func (p *place[M]) keys(id, user int64) []table.Primary {
	keys := []table.Primary{p.row(id), p.members.Key(id, user)}
	if p.tombstones {
		keys = append(keys, table.Tombstones.Key(id, user))
	}
	return keys
}

// ends deletes a membership of a place of whose leaders so many go.
func (p *place[M]) ends(w *work, m M, going int64, rows table.Rows) effect {
	is := m.Member()
	name, took := p.name(is.Place), membership[M]{Member: m}
	at, live := p.at(rows, is.Place)
	leads := live && is.Role == p.leader
	after := map[string]any{}
	if p.tombstones {
		after[model.EpochFact] = at.Epoch + 1
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
		audit: w.audit(name, map[string]any{model.UserName(is.User): m.Facts()}, after),
	}
}

// effect is what is told of its end.
func (m membership[M]) effect() model.Effect {
	return model.Effect{Resource: placesOf[M]().memberName(m.Member), Action: "delete", Detail: "membership as " + m.Member.Member().Role}
}

func (m membership[M]) keys(user int64) []table.Primary {
	return append(placesOf[M]().keys(m.Member.Member().Place, user), table.Users.Key(user))
}

// back puts a membership back where none has come in its place, no other removal has
// taken a later one, and there is room.
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
		u.tells(tx, p.name(was.Place), was.User, back.Facts())
	}}
}

// remain takes the removal's tombstone away, and puts the one before it back, where
// somebody is a member again by another membership than m: what they get back, or
// never lost, inside the project would count for nothing behind it.
func (m membership[M]) remain(u *undoing) func(*table.Tx) {
	p, was := placesOf[M](), m.Member.Member()
	stone, buried := table.Tombstones.In(u.rows, was.Place, was.User)
	if _, is := p.members.In(u.rows, was.Place, was.User); !p.tombstones || !is || !buried || stone.RemovalID != u.r.ID {
		return nil
	}
	at, _ := p.at(u.rows, was.Place)
	return func(tx *table.Tx) { at.Unbury(tx, stone, m.Tombstone) }
}

// overtakenBy is another removal by which a later membership was taken since; 0 for
// none.
func (m membership[M]) overtakenBy(u *undoing) (removal int64, place string) {
	p := placesOf[M]()
	removal, _ = p.later(u, m.Member)
	return removal, p.noun
}

// keptMemberships are those of the team's projects that stay: they are the people's
// own, and the report says so.
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
