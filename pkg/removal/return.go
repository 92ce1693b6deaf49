package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// What an undo puts back of a removal's first transaction is put back in one
// transaction too, which is its last: access begins again with one write, as it
// ended.

// projectMember puts back a membership that the removal was of.
func (u *undoing) projectMember(m model.ProjectMember) {
	name := guard.MemberName(guard.ProjectName(m.ProjectID), m.UserID)
	_, _, ok := u.user(m.UserID)
	put, there := func(*table.Tx) {}, false
	if ok {
		put, there, ok = u.putProjectMember(m, u.r.TombstoneWas, false)
	}
	if !ok || there {
		u.leave(name, m.UserID)
		u.unbury(m, u.r.TombstoneWas, &u.finals)
		return
	}
	u.back(model.Effect{Resource: name, Detail: "membership as " + m.Role}, &u.finals, put)
	if m.Role == string(access.ProjectAdmin) {
		u.finals = append(u.finals, u.version(m.UserID, 1))
	}
	u.told[guard.UserName(m.UserID)] = m.Facts()
}

// teamMember is the same for a team.
func (u *undoing) teamMember(m model.TeamMember) {
	name := guard.MemberName(guard.TeamName(m.TeamID), m.UserID)
	_, _, ok := u.user(m.UserID)
	put, there := func(*table.Tx) {}, false
	if ok {
		put, there, ok = u.putTeamMember(m, false)
	}
	if !ok || there {
		u.leave(name, m.UserID)
		return
	}
	u.back(model.Effect{Resource: name, Detail: "membership as " + m.Role}, &u.finals, put)
	if m.Role == string(access.Owner) {
		u.finals = append(u.finals, u.version(m.UserID, 1))
	}
	u.told[guard.UserName(m.UserID)] = m.Facts()
}

// version puts the version of a user's row back where nothing but the removal
// moved it, n times; otherwise it moves on, since his posts change.
func (u *undoing) version(user, n int64) func(*table.Tx) {
	row, _ := table.Users.In(u.rows, user)
	to := row
	if was, ok := u.was(user); ok && row.Version == was.Version+n && !u.partly[user] && !was.Edited {
		to.Version = was.Version
	} else {
		to.Version++
	}
	return func(tx *table.Tx) { table.Users.Change(tx, row, to) }
}

// account gives a user his account back, and counts the posts that he then
// holds again. It refuses where another has his names by now (duplicate).
func (u *undoing) account(id int64) error {
	if u.r.Kind != model.OfUser {
		return nil
	}
	name := guard.UserName(id)
	row, returns, _ := u.user(id)
	was, _ := u.was(id)
	if !returns {
		u.leave(name, id)
		return nil
	}
	if row.DeletedOn != nil && store.NamesTaken(u.rows, row) {
		return fault.New(fault.KindDuplicate, "Somebody else has the user's address or name by now")
	}
	to := row
	to.IsActive, to.RemovalID, to.DeletedOn, to.PendingShard, to.PendingOn = was.IsActive, was.RemovalID, nil, nil, nil
	to.Version++
	if row.Version == was.Version+1 && !u.partly[id] && !was.Edited {
		to.Version = was.Version
	}
	u.back(model.Effect{Resource: name, Detail: "account"}, &u.finals, func(tx *table.Tx) {
		table.Users.Change(tx, row, to)
		if row.DeletedOn != nil {
			store.KeepNames(tx, to)
		}
	})
	u.told[name] = map[string]any{"is_active": was.IsActive}
	if !was.IsActive {
		return nil
	}
	for _, p := range u.posts(id) {
		u.finals = append(u.finals, func(tx *table.Tx) {
			if p.ProjectID != 0 {
				project, _ := store.LiveProject(u.rows, p.ProjectID)
				u.s.LoseAdmins(tx, project, -1)
			} else {
				team, _ := store.LiveTeam(u.rows, p.TeamID)
				u.s.LoseOwners(tx, team, -1)
			}
		})
	}
	return nil
}

// posts are those that a user holds once he is back: of memberships that are
// there still, or again.
func (u *undoing) posts(user int64) []model.Post {
	var out []model.Post
	add := func(p model.Post) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	again := func(resource string) bool {
		return slices.ContainsFunc(u.restored, func(e model.Effect) bool { return e.Resource == resource })
	}
	for _, p := range u.r.Posts {
		if p.UserID != user {
			continue
		}
		if p.ProjectID != 0 {
			m, is := table.ProjectMembers.In(u.rows, p.ProjectID, user)
			if _, live := store.LiveProject(u.rows, p.ProjectID); live && is && m.Role == string(access.ProjectAdmin) {
				add(p)
			}
			continue
		}
		m, is := table.TeamMembers.In(u.rows, p.TeamID, user)
		if _, live := store.LiveTeam(u.rows, p.TeamID); live && is && m.Role == string(access.Owner) {
			add(p)
		}
	}
	for _, e := range u.effects {
		switch {
		case e.UserID != user || !again(e.Resource):
		case e.ProjectMember != nil && e.ProjectMember.Role == string(access.ProjectAdmin):
			add(model.Post{UserID: user, ProjectID: e.ProjectMember.ProjectID})
		case e.TeamMember != nil && e.TeamMember.Role == string(access.Owner):
			add(model.Post{UserID: user, TeamID: e.TeamMember.TeamID})
		}
	}
	return out
}

// handBack takes from the heir what he took over, where he still has it as he
// got it and somebody is back whose place it was.
func (u *undoing) handBack() {
	if u.r.TransferTo == nil || len(u.r.Handovers) == 0 {
		return
	}
	heir := *u.r.TransferTo
	row, ok := table.Users.In(u.rows, heir)
	ok = ok && row.IsActive
	n := int64(0)
	for _, h := range u.r.Handovers {
		switch {
		case ok && h.Project != nil && u.held(h.Project.ProjectID, 0) && u.takeProject(h):
			n++
		case ok && h.Team != nil && u.held(0, h.Team.TeamID) && u.takeTeam(h):
			n++
		case h.Project != nil:
			u.leave(guard.MemberName(guard.ProjectName(h.Project.ProjectID), heir), heir)
		default:
			u.leave(guard.MemberName(guard.TeamName(h.Team.TeamID), heir), heir)
		}
	}
	if n > 0 {
		u.finals = append(u.finals, u.version(heir, int64(len(u.r.Handovers))))
	}
}

// held reports whether somebody who was removed holds a post again.
func (u *undoing) held(project, team int64) bool {
	if u.r.Kind != model.OfUser {
		return slices.ContainsFunc(u.r.UserIDs, func(id int64) bool { return u.told[guard.UserName(id)] != nil })
	}
	for _, id := range u.r.UserIDs {
		_, returns, ok := u.user(id)
		if !ok {
			continue
		}
		for _, p := range u.posts(id) {
			if was, _ := u.was(id); p.ProjectID == project && p.TeamID == team && (!returns || was.IsActive) {
				return true
			}
		}
	}
	return false
}

func (u *undoing) takeProject(h model.Handover) bool {
	now, is := table.ProjectMembers.In(u.rows, h.Project.ProjectID, h.Project.UserID)
	if !is || now.ID != h.Project.ID || now.Version != h.Project.Version {
		return false
	}
	p, live := store.LiveProject(u.rows, now.ProjectID)
	if !live {
		return false
	}
	name, user := guard.ProjectName(now.ProjectID), guard.UserName(now.UserID)
	after := map[string]any{}
	if h.ProjectWas != nil {
		after[user] = h.ProjectWas.Facts()
	}
	u.back(model.Effect{Resource: guard.MemberName(name, now.UserID), Detail: "is no longer admin in another's place"}, &u.finals, func(tx *table.Tx) {
		if h.ProjectWas == nil {
			table.ProjectMembers.Delete(tx, now)
			tx.Add(table.Projects.Key(p.ID), "user_count", -1)
		} else {
			table.ProjectMembers.Change(tx, now, *h.ProjectWas)
		}
		u.s.LoseAdmins(tx, p, 1)
		tx.If(table.Users.Key(now.UserID), "$ = ?", "is_active", true)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, name, map[string]any{user: now.Facts()}, after))
	})
	return true
}

func (u *undoing) takeTeam(h model.Handover) bool {
	now, is := table.TeamMembers.In(u.rows, h.Team.TeamID, h.Team.UserID)
	if !is || now.ID != h.Team.ID || now.Version != h.Team.Version {
		return false
	}
	t, live := store.LiveTeam(u.rows, now.TeamID)
	if !live {
		return false
	}
	name, user := guard.TeamName(now.TeamID), guard.UserName(now.UserID)
	after := map[string]any{}
	if h.TeamWas != nil {
		after[user] = h.TeamWas.Facts()
	}
	u.back(model.Effect{Resource: guard.MemberName(name, now.UserID), Detail: "is no longer owner in another's place"}, &u.finals, func(tx *table.Tx) {
		if h.TeamWas == nil {
			table.TeamMembers.Delete(tx, now)
			tx.Add(table.Teams.Key(t.ID), "member_count", -1)
		} else {
			table.TeamMembers.Change(tx, now, *h.TeamWas)
		}
		u.s.LoseOwners(tx, t, 1)
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
		return guard.MemberName(guard.ProjectName(*u.r.ProjectID), u.r.UserIDs[0])
	case u.r.Kind == model.FromWorkspace:
		return guard.TeamName(*u.r.TeamID)
	case len(u.r.UserIDs) == 1:
		return guard.UserName(u.r.UserIDs[0])
	}
	return guard.OrganizationName(u.r.OrganizationID)
}

// place is what those who are back are told they are back in.
func (u *undoing) place() string {
	switch u.r.Kind {
	case model.FromProject:
		return guard.ProjectName(*u.r.ProjectID)
	case model.FromWorkspace:
		return guard.TeamName(*u.r.TeamID)
	}
	return guard.OrganizationName(u.r.OrganizationID)
}
