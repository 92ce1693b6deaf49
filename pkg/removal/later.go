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

// lookLater finds, of the memberships of teams that the removal took, those of which
// another one took a later one: what it gave back would be more than what its user
// had last.
func (u *undoing) lookLater(ctx context.Context) error {
	gone := map[int64][]model.TeamMember{} // by user
	for _, d := range u.done {
		took, is := d.image.(membership[model.TeamMember])
		if !is {
			continue
		}
		m := took.Member
		if _, there := table.TeamMembers.In(u.rows, m.TeamID, m.UserID); !there {
			gone[m.UserID] = append(gone[m.UserID], m)
		}
	}
	u.later = map[string]model.Removal{}
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
	others, err := u.s.Removals(ctx, slices.DeleteFunc(ids, func(id int64) bool { return id == u.r.ID })...)
	if err != nil {
		return err
	}
	var keys []table.Primary
	for _, r := range others {
		for _, m := range members {
			keys = append(keys, table.Effects.Key(r.ID, teams.memberName(m)))
		}
	}
	rows, err := u.s.Read(ctx, keys...)
	if err != nil {
		return err
	}
	last := map[string]model.Standing{}
	for _, r := range others {
		for _, m := range members {
			taken, took, err := tookFrom(rows, r, teams.memberName(m))
			if err != nil {
				return err
			}
			if name := teams.memberName(m); took && taken.Standing().Compare(m.Standing()) > 0 && taken.Standing().Compare(last[name]) > 0 {
				u.later[name], last[name] = r, taken.Standing()
			}
		}
	}
	return nil
}

// tookFrom is the membership of that name which a removal took: afterwards, as an
// effect among rows says, or in its first transaction.
func tookFrom(rows table.Rows, r model.Removal, name string) (model.TeamMember, bool, error) {
	if e, ok := table.Effects.In(rows, r.ID, name); ok {
		i, _, err := imageOf(e)
		if took, is := i.(membership[model.TeamMember]); is || err != nil {
			return took.Member, is, err
		}
	}
	for _, m := range r.TeamMembers {
		if teams.memberName(m) == name {
			return m, true, nil
		}
	}
	return model.TeamMember{}, false, nil
}
