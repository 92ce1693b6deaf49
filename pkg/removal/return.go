package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// What an undo puts back of a removal's first transaction is put back in one
// transaction too, which is its last: access begins again with one write, as it
// ended.

// projectMember puts back a membership that the removal was of.
func (u *undoing) projectMember(m model.ProjectMember) {
	name := model.MemberName(model.ProjectName(m.ProjectID), m.UserID)
	_, _, ok := u.user(m.UserID)
	put, there := func(*table.Tx) {}, false
	if ok {
		put, there, ok = u.putProjectMember(m, u.r.TombstoneWas, false)
	}
	if !ok || there {
		u.leave(name)
		u.unbury(m, u.r.TombstoneWas, &u.finals)
		return
	}
	u.back(model.Effect{Resource: name, Detail: "membership as " + m.Role}, &u.finals, put)
}

// teamMember is the same for a team.
func (u *undoing) teamMember(m model.TeamMember) {
	name := model.MemberName(model.TeamName(m.TeamID), m.UserID)
	_, _, ok := u.user(m.UserID)
	put, there := func(*table.Tx) {}, false
	if ok {
		put, there, ok = u.putTeamMember(m, false)
	}
	if !ok || there {
		u.leave(name)
		return
	}
	u.back(model.Effect{Resource: name, Detail: "membership as " + m.Role}, &u.finals, put)
}

// names gives deleted users their addresses and names back before anything else,
// so that they are theirs for as long as the undo takes. Whose are taken gets
// nothing back.
func (u *undoing) names(id int64) {
	row, returns, _ := u.user(id)
	switch {
	case !returns || row.DeletedOn == nil, store.NamesKept(u.rows, row):
	case store.NamesTaken(u.rows, row):
		u.taken[id] = true
	default:
		u.puts = append(u.puts, func(tx *table.Tx) { store.KeepNames(tx, row) })
	}
}

// account gives a user their account back.
func (u *undoing) account(id int64) {
	if u.r.Kind != model.OfUser {
		return
	}
	name := model.UserName(id)
	row, returns, _ := u.user(id)
	was, _ := u.was(id)
	if !returns {
		u.leave(name)
		return
	}
	u.back(model.Effect{Resource: name, Detail: "account"}, &u.finals, func(tx *table.Tx) {
		to := u.s.Reinstate(tx, row, was)
		u.told[name] = map[string]any{"is_active": to.IsActive, model.VersionFact: to.Version}
	})
}

// handBack takes from the heir what they took over, where they still have it as
// they got it and the one whose place it was is there again.
func (u *undoing) handBack(h model.Handover, leaver int64, into *[]func(*table.Tx)) {
	if h.Project != nil {
		if !u.holds(model.ProjectName(h.Project.ProjectID), leaver, func() bool {
			m, is := table.ProjectMembers.In(u.rows, h.Project.ProjectID, leaver)
			return is && m.Role == string(access.ProjectAdmin)
		}) || !u.takeProject(h, into) {
			u.leave(model.MemberName(model.ProjectName(h.Project.ProjectID), h.Project.UserID))
		}
		return
	}
	if !u.holds(model.TeamName(h.Team.TeamID), leaver, func() bool {
		m, is := table.TeamMembers.In(u.rows, h.Team.TeamID, leaver)
		return is && m.Role == string(access.Owner)
	}) || !u.takeTeam(h, into) {
		u.leave(model.MemberName(model.TeamName(h.Team.TeamID), h.Team.UserID))
	}
}

// holds reports whether somebody who was removed has their membership of a place
// again, or still has one that matters there.
func (u *undoing) holds(place string, user int64, still func() bool) bool {
	if _, _, ok := u.user(user); !ok {
		return false
	}
	name := model.MemberName(place, user)
	return still() || slices.ContainsFunc(u.restored, func(e model.Effect) bool { return e.Resource == name })
}

// active reports whether an heir's account is open: the end of it takes what they
// have.
func (u *undoing) active(user int64) bool {
	row, ok := table.Users.In(u.rows, user)
	return ok && row.IsActive
}

func (u *undoing) takeProject(h model.Handover, into *[]func(*table.Tx)) bool {
	now, is := table.ProjectMembers.In(u.rows, h.Project.ProjectID, h.Project.UserID)
	if was := h.ProjectWas; !is && was == nil || is && was != nil && now.Role == was.Role { // an undo that was cut off took it
		return true
	}
	if !is || now.ID != h.Project.ID || now.Version != h.Project.Version || !u.active(now.UserID) {
		return false
	}
	p, live := store.LiveProject(u.rows, now.ProjectID)
	if !live {
		return false
	}
	name, user := model.ProjectName(now.ProjectID), model.UserName(now.UserID)
	u.back(model.Effect{Resource: model.MemberName(name, now.UserID), Detail: "is no longer admin in another's place"}, into, func(tx *table.Tx) {
		after := map[string]any{}
		if h.ProjectWas == nil {
			u.s.EndMember(tx, now)
		} else {
			to := *h.ProjectWas
			to.Version = now.Version + 1
			table.ProjectMembers.Change(tx, now, to)
			after[user] = to.Facts()
		}
		u.s.LoseAdmin(tx, p)
		tx.If(table.Users.Key(now.UserID), "$ = ?", "is_active", true)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, name, map[string]any{user: now.Facts()}, after))
	})
	return true
}

func (u *undoing) takeTeam(h model.Handover, into *[]func(*table.Tx)) bool {
	now, is := table.TeamMembers.In(u.rows, h.Team.TeamID, h.Team.UserID)
	if was := h.TeamWas; !is && was == nil || is && was != nil && now.Role == was.Role {
		return true
	}
	if !is || now.ID != h.Team.ID || now.Version != h.Team.Version || !u.active(now.UserID) {
		return false
	}
	t, live := store.LiveTeam(u.rows, now.TeamID)
	if !live {
		return false
	}
	name, user := model.TeamName(now.TeamID), model.UserName(now.UserID)
	u.back(model.Effect{Resource: model.MemberName(name, now.UserID), Detail: "is no longer owner in another's place"}, into, func(tx *table.Tx) {
		after := map[string]any{}
		if h.TeamWas == nil {
			u.s.EndTeamMember(tx, now)
		} else {
			to := *h.TeamWas
			to.Version = now.Version + 1
			table.TeamMembers.Change(tx, now, to)
			after[user] = to.Facts()
		}
		u.s.LoseOwner(tx, t)
		tx.If(table.Users.Key(now.UserID), "$ = ?", "is_active", true)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, name, map[string]any{user: now.Facts()}, after))
	})
	return true
}

// steps notes what came after the first transaction.
func (u *undoing) steps(tx *table.Tx) {
	for _, put := range u.puts {
		put(tx)
	}
}

// ahead writes that in transactions of its own, of which the first says that
// the undo has begun.
func (u *undoing) ahead(ctx context.Context, by string, commit func(context.Context, *table.Tx) error) error {
	var tx table.Tx
	flush := func() error {
		to := u.r
		if u.r.UndoneBy == "" {
			to.UndoneBy = by
			to.PendingShard, to.PendingOn = store.Pending(u.r.ID, u.now)
			to.Version++
			table.Removals.Change(&tx, u.r, to)
		} else {
			table.Removals.Check(&tx, u.r)
		}
		err := commit(ctx, &tx)
		u.r, tx = to, table.Tx{}
		return err
	}
	for _, put := range u.puts {
		if tx.Len() > full {
			if err := flush(); err != nil {
				return err
			}
		}
		put(&tx)
	}
	if tx.Len() == 0 {
		return nil
	}
	return flush()
}

// last notes what ends the undo.
func (u *undoing) last(tx *table.Tx, by string) {
	for _, put := range u.finals {
		put(tx)
	}
	to := u.r
	to.State, to.UndoneBy, to.PendingShard, to.PendingOn = model.Undone, by, nil, nil
	to.Version++
	table.Removals.Change(tx, u.r, to)
}

// fits reports whether all of it is little enough for one transaction.
func (u *undoing) fits(by string) bool {
	var tx table.Tx
	u.steps(&tx)
	u.last(&tx, by)
	return tx.Len() <= roomOfUndo
}

// root is what the audit log names the undo under.
func (u *undoing) root() string {
	switch {
	case u.r.Kind == model.FromProject:
		return model.MemberName(model.ProjectName(*u.r.ProjectID), u.r.UserIDs[0])
	case u.r.Kind == model.FromWorkspace:
		return model.TeamName(*u.r.TeamID)
	case len(u.r.UserIDs) == 1:
		return model.UserName(u.r.UserIDs[0])
	}
	return model.OrganizationName(u.r.OrganizationID)
}

// place is what those who are back are told they are back in.
func (u *undoing) place() string {
	switch u.r.Kind {
	case model.FromProject:
		return model.ProjectName(*u.r.ProjectID)
	case model.FromWorkspace:
		return model.TeamName(*u.r.TeamID)
	}
	return model.OrganizationName(u.r.OrganizationID)
}
