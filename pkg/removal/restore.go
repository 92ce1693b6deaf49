package removal

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// undoing is an undo as it stands: what the removal did, what is there now, and
// what is to be written.
type undoing struct {
	s       *store.Store
	r       model.Removal
	now     model.Time
	effects []model.EffectRow
	rows    table.Rows

	restored []model.Effect
	left     []string
	taken    map[int64]bool // users whose address or sign-in somebody else has now

	puts   []func(*table.Tx)          // of what came after the removal's first transaction
	finals []func(*table.Tx)          // of that one
	told   map[string]any             // what the audit row tells beside
	later  map[[2]int64]model.Removal // by team and user, the last removal that took a later membership
}

// restore looks at everything a removal did, of which effects is what came after
// its first transaction, and plans how to put it back.
func restore(ctx context.Context, s *store.Store, r model.Removal, effects []model.EffectRow, now model.Time) (*undoing, error) {
	u := &undoing{s: s, r: r, now: now, effects: effects, left: []string{}, restored: []model.Effect{}, taken: map[int64]bool{}, told: map[string]any{}}
	var err error
	if u.rows, err = s.Read(ctx, u.keys()...); err != nil {
		return nil, err
	}
	more, err := s.Read(ctx, append(u.leadsIn(), u.named()...)...)
	if err != nil {
		return nil, err
	}
	u.rows.Add(more)
	if err := u.lookLater(ctx); err != nil {
		return nil, err
	}
	for _, id := range r.UserIDs {
		u.names(id)
	}
	for turn := firstTurn; turn <= lastTurn; turn++ {
		for _, e := range u.effects {
			if turnOf(e) == turn {
				u.effect(e)
			}
		}
	}
	for _, m := range r.ProjectMembers {
		u.projectMember(m)
	}
	for _, m := range r.TeamMembers {
		u.teamMember(m)
	}
	for _, id := range r.UserIDs {
		u.account(id)
	}
	for _, h := range r.Handovers {
		u.handBack(h, r.UserIDs[0], &u.finals)
	}
	return u, nil
}

// The order in which effects are undone: whoever can't be found any more gets
// nothing back, agents go back once their owners' permissions are, and heirs give
// up their places once somebody else has these.
const (
	firstTurn = iota
	otherTurn
	ownersTurn
	lastTurn
)

func turnOf(e model.EffectRow) int {
	switch {
	case e.Identity != nil:
		return firstTurn
	case e.Ownership != nil:
		return ownersTurn
	case e.Handover != nil:
		return lastTurn
	}
	return otherTurn
}

// keys are the rows of everything the removal touched.
func (u *undoing) keys() (keys []table.Primary) {
	project := func(p, user int64) {
		keys = append(keys, table.Projects.Key(p), table.ProjectMembers.Key(p, user), table.Tombstones.Key(p, user), table.Users.Key(user))
	}
	team := func(t, user int64) {
		keys = append(keys, table.Teams.Key(t), table.TeamMembers.Key(t, user), table.Users.Key(user))
	}
	for _, id := range u.r.UserIDs {
		keys = append(keys, table.Users.Key(id))
	}
	for _, e := range u.effects {
		switch {
		case e.ProjectMember != nil:
			project(e.ProjectMember.ProjectID, e.UserID)
		case e.TeamMember != nil:
			team(e.TeamMember.TeamID, e.UserID)
		case e.Prefix != "":
			keys = append(keys, table.Keys.Key(e.Prefix))
		case e.InviteID != 0:
			keys = append(keys, table.Invites.Key(e.InviteID))
		case e.Recents != nil:
			keys = append(keys, table.Recents.Key(e.UserID))
		case e.RecentAgents != nil:
			keys = append(keys, table.RecentAgents.Key(e.UserID))
		case e.Star != nil:
			keys = append(keys, table.Stars.Key(e.UserID, e.Star.AgentID))
		case e.AgentMember != nil:
			keys = append(keys, agentKeys(e.AgentMember.AgentID, e.AgentMember.ProjectID, e.UserID)...)
		case e.Ownership != nil:
			keys = append(keys, ownershipKeys(*e.Ownership, e.UserID)...)
		case e.Notification != nil:
			keys = append(keys, table.Notifications.Key(e.UserID, e.Notification.ID))
		case e.Identity != nil:
			keys = append(keys, identityKeys(*e.Identity)...)
		case e.Handover != nil && e.Handover.Project != nil:
			project(e.Handover.Project.ProjectID, e.Handover.Project.UserID)
			project(e.Handover.Project.ProjectID, e.UserID)
		case e.Handover != nil:
			team(e.Handover.Team.TeamID, e.Handover.Team.UserID)
			team(e.Handover.Team.TeamID, e.UserID)
		}
	}
	for _, m := range u.r.ProjectMembers {
		project(m.ProjectID, m.UserID)
	}
	for _, m := range u.r.TeamMembers {
		team(m.TeamID, m.UserID)
	}
	for _, h := range u.r.Handovers {
		project(h.Project.ProjectID, h.Project.UserID)
	}
	return keys
}

// named are the rows that keep the addresses and names of deleted users, which
// others may have by now.
func (u *undoing) named() (keys []table.Primary) {
	for _, id := range u.r.UserIDs {
		if row, ok := table.Users.In(u.rows, id); ok && row.DeletedOn != nil {
			keys = append(keys, store.NameRows(row)...)
		}
	}
	return keys
}

// leadsIn are the rows that tell whether a key or an invitation would still lead
// its user somewhere: which invitation to a place is their newest, and the tombstones
// of the projects.
func (u *undoing) leadsIn() (keys []table.Primary) {
	for _, e := range u.effects {
		if i, ok := table.Invites.In(u.rows, e.InviteID); ok && e.InviteID != 0 {
			keys = append(keys, table.InvitesOf.Key(i.Place, i.EmailKey))
			if i.ProjectID != nil {
				keys = append(keys, table.Tombstones.Key(*i.ProjectID, e.UserID))
			}
		}
		if k, ok := table.Keys.In(u.rows, e.Prefix); ok && e.Prefix != "" && k.ProjectID != nil {
			keys = append(keys, table.Tombstones.Key(*k.ProjectID, e.UserID))
		}
	}
	return keys
}

// back notes that something is restored; put is nil for what is back already.
func (u *undoing) back(e model.Effect, into *[]func(*table.Tx), put func(*table.Tx)) {
	u.restored = append(u.restored, model.Effect{Resource: e.Resource, Action: "restore", Detail: e.Detail})
	if put != nil {
		*into = append(*into, put)
	}
}

// leave notes that something is not.
func (u *undoing) leave(resource string) { u.left = append(u.left, resource) }

// user returns a user who may be given things back: now or by this undo their
// account is theirs as it was. returns says that it is by this undo.
func (u *undoing) user(id int64) (row model.User, returns, ok bool) {
	row, ok = table.Users.In(u.rows, id)
	if !ok || u.taken[id] {
		return row, false, false
	}
	if u.r.Kind == model.OfUser && !row.IsActive && row.RemovalID != nil && *row.RemovalID == u.r.ID {
		return row, true, true
	}
	return row, false, row.IsActive
}

// was is a user's row as the removal found it.
func (u *undoing) was(id int64) (model.UserWas, bool) {
	i := slices.IndexFunc(u.r.Users, func(w model.UserWas) bool { return w.UserID == id })
	if i < 0 {
		return model.UserWas{}, false
	}
	return u.r.Users[i], true
}

// effect puts back what was done after the first transaction.
func (u *undoing) effect(e model.EffectRow) {
	switch {
	case e.Action == "keep", e.Action == "transfer" && e.Ownership == nil && e.Handover == nil: // what was left to nobody is held again with the rest
		return
	case e.Handover != nil:
		u.handBack(*e.Handover, e.UserID, &u.puts)
		return
	}
	_, returns, ok := u.user(e.UserID)
	put, there := func(*table.Tx) {}, false
	if e.Ownership != nil {
		e.Detail = "owner is " + model.UserName(e.UserID) + " again"
	}
	if ok {
		switch {
		case e.ProjectMember != nil:
			put, there, ok = u.putProjectMember(*e.ProjectMember, e.Tombstone, returns)
		case e.TeamMember != nil:
			put, there, ok = u.putTeamMember(*e.TeamMember, returns)
		case e.Prefix != "":
			put, there, ok = u.putKey(e)
		case e.InviteID != 0:
			put, there, ok = u.putInvite(e)
		case e.Recents != nil:
			put, there, ok = u.putRecents(table.Recents, *e.Recents)
		case e.RecentAgents != nil:
			put, there, ok = u.putRecents(table.RecentAgents, *e.RecentAgents)
		case e.Star != nil:
			put, there, ok = u.putStar(*e.Star)
		case e.AgentMember != nil:
			put, there, ok = u.putAgentMember(*e.AgentMember, returns)
		case e.Ownership != nil:
			put, there, ok = u.putOwner(e)
		case e.Notification != nil:
			put, there, ok = u.putNotification(*e.Notification)
		case e.Identity != nil:
			put, there, ok = u.putIdentity(e)
		}
	}
	switch {
	case !ok:
		u.leave(e.Resource)
		if e.ProjectMember != nil {
			u.unbury(*e.ProjectMember, e.Tombstone, &u.puts)
		}
	case there:
		u.back(e.Effect, &u.puts, nil)
	default:
		u.back(e.Effect, &u.puts, put)
	}
}

// putProjectMember puts a membership back where none has come in its place and
// no later removal has been there.
func (u *undoing) putProjectMember(m model.ProjectMember, tomb *model.Tombstone, returns bool) (put func(*table.Tx), there, ok bool) {
	p, live := store.LiveProject(u.rows, m.ProjectID)
	if now, is := table.ProjectMembers.In(u.rows, m.ProjectID, m.UserID); is {
		return nil, true, live && now.ID == m.ID && now.Version == m.Version+1
	}
	stone, buried := table.Tombstones.In(u.rows, m.ProjectID, m.UserID)
	if !live || !buried || stone.RemovalID != u.r.ID {
		return nil, false, false
	}
	return func(tx *table.Tx) {
		back := u.s.ReturnMember(tx, p, m, stone, tomb)
		tx.If(table.Users.Key(m.UserID), "$ = ?", "is_active", !returns)
		u.tells(tx, model.ProjectName(m.ProjectID), m.UserID, back.Facts())
	}, false, true
}

// tells has the audit log tell what somebody is in a place again: in a row of its
// own where their account is back, else in that of the undo.
func (u *undoing) tells(tx *table.Tx, place string, user int64, facts map[string]any) {
	name := model.UserName(user)
	if u.r.Kind == model.OfUser {
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, place, nil, map[string]any{name: facts}))
	} else {
		u.told[name] = facts
	}
}

// unbury takes the removal's tombstone away, and puts the one before it back, where
// somebody is a member again by another membership than m: what they get back, or
// never lost, inside the project would count for nothing behind it.
func (u *undoing) unbury(m model.ProjectMember, before *model.Tombstone, into *[]func(*table.Tx)) {
	stone, buried := table.Tombstones.In(u.rows, m.ProjectID, m.UserID)
	if _, is := table.ProjectMembers.In(u.rows, m.ProjectID, m.UserID); is && buried && stone.RemovalID == u.r.ID {
		*into = append(*into, func(tx *table.Tx) { u.s.Unbury(tx, stone, before) })
	}
}

// putTeamMember is the same for a team.
func (u *undoing) putTeamMember(m model.TeamMember, returns bool) (put func(*table.Tx), there, ok bool) {
	t, live := store.LiveTeam(u.rows, m.TeamID)
	if now, is := table.TeamMembers.In(u.rows, m.TeamID, m.UserID); is {
		return nil, true, live && now.ID == m.ID && now.Version == m.Version+1
	}
	if later := u.later[seatOf(m)]; !live || later.ID != 0 || t.MemberCount >= store.MaxTeamMembers {
		return nil, false, false
	}
	return func(tx *table.Tx) {
		back := u.s.ReturnTeamMember(tx, t, m)
		tx.If(table.Users.Key(m.UserID), "$ = ?", "is_active", !returns)
		u.tells(tx, model.TeamName(m.TeamID), m.UserID, back.Facts())
	}, false, true
}

func (u *undoing) putKey(e model.EffectRow) (put func(*table.Tx), there, ok bool) {
	now, is := table.Keys.In(u.rows, e.Prefix)
	if is && now.RevokedOn == nil && now.Version == e.Was.Version+2 {
		return nil, true, true
	}
	if !is || now.RevokedOn == nil || now.Version != e.Was.Version+1 || u.buried(now.ProjectID, e.UserID, now.Epoch) {
		return nil, false, false
	}
	to := now
	to.RevokedOn, to.Version = nil, now.Version+1
	to.ModifiedBy, to.ModifiedOn = e.Was.ModifiedBy, e.Was.ModifiedOn
	return func(tx *table.Tx) {
		table.Keys.Change(tx, now, to)
		u.stays(tx, now.ProjectID, e.UserID)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, e.Resource, map[string]any{"revoked": true}, map[string]any{"revoked": false}))
	}, false, true
}

// putInvite makes an invitation pending again, unless there is a newer one, or a
// later removal from its project.
func (u *undoing) putInvite(e model.EffectRow) (put func(*table.Tx), there, ok bool) {
	now, is := table.Invites.In(u.rows, e.InviteID)
	if is && now.Status == model.InvitePending && now.Version == e.Was.Version+2 {
		return nil, true, true
	}
	newest, named := table.InvitesOf.In(u.rows, now.Place, now.EmailKey)
	if !is || now.Status != model.InviteRevoked || now.Version != e.Was.Version+1 || named && newest.InviteID != now.ID || u.buried(now.ProjectID, e.UserID, now.Epoch) {
		return nil, false, false
	}
	to := now
	to.Status, to.OpenKey, to.Version = model.InvitePending, &now.EmailKey, now.Version+1
	to.ModifiedBy, to.ModifiedOn = e.Was.ModifiedBy, e.Was.ModifiedOn
	return func(tx *table.Tx) {
		table.Invites.Change(tx, now, to)
		u.stays(tx, now.ProjectID, e.UserID)
		if named {
			tx.If(table.InvitesOf.Key(now.Place, now.EmailKey), "$ = ?", "invite_id", now.ID)
		}
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, e.Resource, map[string]any{"status": now.Status}, map[string]any{"status": to.Status}))
	}, false, true
}

func (u *undoing) putRecents(of *table.Entity[model.Recents], row model.Recents) (put func(*table.Tx), there, ok bool) {
	if now, is := of.In(u.rows, row.UserID); is {
		return nil, true, now.Version == row.Version+1
	}
	row.Version++
	return func(tx *table.Tx) { of.Create(tx, row) }, false, true
}
