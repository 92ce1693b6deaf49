package removal

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A project has a tombstone for every user who was removed from it, which names the
// last removal. A team has none, since one removal takes so many people out of it:
// later removals are found by the lists of removals.

// lookLater finds, for the team memberships that the removal ended, another removal
// that ended a later membership of the same user and team: restoring the earlier one
// could give back more than the user had last.
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

// laterOf is lookLater for the memberships of one user.
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

// tookFrom returns the membership with a name that a removal ended: by an effect among
// rows, or in its first transaction; false for none.
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
