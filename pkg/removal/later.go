package removal

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A project has a tombstone for everybody who was taken out of it, which names the
// last removal. A team has none, since a removal takes so many people out of it at
// once: which removals came later, the lists of removals say.

// seatOf names a membership of a team, by its team and its user.
func seatOf(m model.TeamMember) [2]int64 { return [2]int64{m.TeamID, m.UserID} }

// lookLater finds, of the memberships of teams that the removal took, those of which
// another one took a later one: what it gave back would be more than what its user
// had last.
func (u *undoing) lookLater(ctx context.Context) error {
	gone := map[int64][]model.TeamMember{} // by user
	note := func(m model.TeamMember) {
		if _, is := table.TeamMembers.In(u.rows, m.TeamID, m.UserID); !is {
			gone[m.UserID] = append(gone[m.UserID], m)
		}
	}
	for _, m := range u.r.TeamMembers {
		note(m)
	}
	for _, e := range u.effects {
		if e.TeamMember != nil {
			note(*e.TeamMember)
		}
	}
	u.later = map[[2]int64]model.Removal{}
	for user, members := range gone {
		if err := u.laterOf(ctx, user, members); err != nil {
			return err
		}
	}
	return nil
}

// laterOf looks at the other removals of one user.
func (u *undoing) laterOf(ctx context.Context, user int64, members []model.TeamMember) error {
	ids, err := u.s.EveryRemovalAbout(ctx, model.UserName(user))
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return id == u.r.ID })
	var keys []table.Primary
	for _, id := range ids {
		keys = append(keys, table.Removals.Key(id))
		for _, m := range members {
			keys = append(keys, table.Effects.Key(id, model.MemberName(model.TeamName(m.TeamID), user)))
		}
	}
	rows, err := u.s.Read(ctx, keys...)
	if err != nil {
		return err
	}
	last := map[[2]int64]model.Standing{}
	for _, id := range ids {
		r, _ := table.Removals.In(rows, id)
		for _, m := range members {
			taken, took := tookFrom(rows, r, m)
			if seat := seatOf(m); took && taken.Standing().Compare(m.Standing()) > 0 && taken.Standing().Compare(last[seat]) > 0 {
				u.later[seat], last[seat] = r, taken.Standing()
			}
		}
	}
	return nil
}

// tookFrom is the membership that a removal took of the team and the user of m.
func tookFrom(rows table.Rows, r model.Removal, m model.TeamMember) (model.TeamMember, bool) {
	e, _ := table.Effects.In(rows, r.ID, model.MemberName(model.TeamName(m.TeamID), m.UserID))
	if e.TeamMember != nil {
		return *e.TeamMember, true
	}
	if i := slices.IndexFunc(r.TeamMembers, func(o model.TeamMember) bool { return seatOf(o) == seatOf(m) }); i >= 0 {
		return r.TeamMembers[i], true
	}
	return model.TeamMember{}, false
}
