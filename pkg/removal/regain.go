package removal

import (
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agentKeys are the rows by which an undo looks at a permission on an agent.
func agentKeys(agent, project, user int64) []table.Primary {
	return []table.Primary{
		table.Agents.Key(agent), table.AgentMembers.Key(user, agent), table.Projects.Key(project), table.Users.Key(user), table.Tombstones.Key(project, user),
		table.Withdrawals.Key(agent, user),
	}
}

// ownershipKeys are those by which it looks at an agent that went to an heir.
func ownershipKeys(o model.Ownership, owner int64) []table.Primary {
	keys := agentKeys(o.AgentID, o.ProjectID, owner)
	if o.Heir != nil {
		keys = append(keys, table.AgentMembers.Key(o.Heir.UserID, o.AgentID), table.Tombstones.Key(o.ProjectID, o.Heir.UserID))
	}
	return keys
}

// buried finds another removal from a project that has ended since what was given
// to a user in that epoch: it counts for nothing until that one is undone. Nothing
// without a project is ended so.
func (u *undoing) buried(project *int64, user, epoch int64) bool {
	if project == nil {
		return false
	}
	stone, is := table.Tombstones.In(u.rows, *project, user)
	return is && stone.RemovalID != u.r.ID && stone.Buries(epoch)
}

// stays demands that buried, which was asked, would still say the same.
func (u *undoing) stays(tx *table.Tx, project *int64, user int64) {
	if project != nil {
		store.Stays(tx, u.rows, *project, user)
	}
}

// putAgentMember puts a permission on an agent back where none has come in its
// place and no later removal has been there. One on an agent of the project that
// somebody was removed from counts only when the tombstone is gone, as they are
// let in again.
func (u *undoing) putAgentMember(m model.AgentMember, returns bool) (put func(*table.Tx), there, ok bool) {
	a, _, live := store.LiveAgent(u.rows, m.AgentID)
	if now, is := table.AgentMembers.In(u.rows, m.UserID, m.AgentID); is {
		return nil, true, live && now.ID == m.ID && now.Version == m.Version+1
	}
	withdrawn, _ := table.Withdrawals.In(u.rows, m.AgentID, m.UserID)
	if !live || withdrawn.Withdrew(m) || u.buried(&m.ProjectID, m.UserID, m.Epoch) {
		return nil, false, false
	}
	return func(tx *table.Tx) {
		back := u.s.ReturnAgentMember(tx, a, m, u.rows)
		u.stays(tx, &m.ProjectID, m.UserID)
		tx.If(table.Users.Key(m.UserID), "$ = ?", "is_active", !returns)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, model.AgentName(m.AgentID), nil, map[string]any{model.UserName(m.UserID): back.Facts()}))
	}, false, true
}

// putOwner gives an agent back to its owner, where the heir still owns it and the
// owner's permission is back. The heir's own permission becomes what it was,
// unless somebody has changed it since.
func (u *undoing) putOwner(e model.EffectRow) (put func(*table.Tx), there, ok bool) {
	o := *e.Ownership
	now, _, live := store.LiveAgent(u.rows, o.AgentID)
	if live && now.Owner() == e.UserID {
		return nil, true, true
	}
	heir := int64(0)
	if o.Heir != nil {
		heir = o.Heir.UserID
	}
	if !live || now.Owner() != heir || !u.owns(o.AgentID, e.UserID) {
		return nil, false, false
	}
	to := now
	to.OwnerID = &e.UserID
	if to.Version++; now.Version == e.Was.Version+1 {
		to.ModifiedBy, to.ModifiedOn = e.Was.ModifiedBy, e.Was.ModifiedOn
	}
	name := model.AgentName(o.AgentID)
	before, after := map[string]any{"owner": heir}, map[string]any{"owner": e.UserID}
	take := u.takeOwnership(o, before, after)
	return func(tx *table.Tx) {
		table.Agents.Change(tx, now, to)
		store.Enlist(tx, now, to)
		if key := table.AgentMembers.Key(e.UserID, o.AgentID); !slices.Contains(tx.Written(), key) { // by the effect before this one
			tx.If(key, "$ = ?", "role", string(access.AgentOwner))
		}
		take(tx)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, name, before, after))
	}, false, true
}

// owns reports whether a user has the permission of an owner on an agent, or
// gets it back.
func (u *undoing) owns(agent, user int64) bool {
	if m, is := table.AgentMembers.In(u.rows, user, agent); is {
		return m.Role == string(access.AgentOwner) && !u.buried(&m.ProjectID, m.UserID, m.Epoch)
	}
	for _, e := range u.effects {
		if m := e.AgentMember; m != nil && m.AgentID == agent && m.UserID == user && m.Role == string(access.AgentOwner) {
			_, returns, _ := u.user(user)
			_, _, ok := u.putAgentMember(*m, returns)
			return ok
		}
	}
	return false
}

// takeOwnership takes from the heir of an agent what they have by it, and notes what
// the audit log tells of it. What has changed since is left alone and named.
func (u *undoing) takeOwnership(o model.Ownership, before, after map[string]any) func(*table.Tx) {
	nothing := func(*table.Tx) {}
	if o.Heir == nil || o.HeirWas != nil && o.HeirWas.Version == o.Heir.Version { // it was that of an owner before
		return nothing
	}
	name := model.UserName(o.Heir.UserID)
	now, is := table.AgentMembers.In(u.rows, o.Heir.UserID, o.AgentID)
	if !is || now.ID != o.Heir.ID || now.Version != o.Heir.Version {
		u.leave(model.MemberName(model.AgentName(o.AgentID), o.Heir.UserID))
		return nothing
	}
	before[name] = now.Facts()
	if o.HeirWas == nil {
		return func(tx *table.Tx) { u.s.EndAgentMember(tx, now) }
	}
	to := *o.HeirWas
	to.AgentEpoch, to.Version = now.AgentEpoch, now.Version+1
	if !u.buried(&to.ProjectID, to.UserID, to.Epoch) {
		after[name] = to.Facts()
	}
	return func(tx *table.Tx) { table.AgentMembers.Change(tx, now, to) }
}

// putStar puts a mark on an agent back.
func (u *undoing) putStar(row model.Star) (put func(*table.Tx), there, ok bool) {
	if now, is := table.Stars.In(u.rows, row.UserID, row.AgentID); is {
		return nil, true, now.ID == row.ID
	}
	return func(tx *table.Tx) { table.Stars.Create(tx, row) }, false, true
}
