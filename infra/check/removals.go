package check

import (
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// removals checks that each removal has one audit row, that one from projects has
// tombstones, and that no removed membership is there.
func (c *checks) removals() {
	audits := map[int64]int{}
	for _, a := range table.Audits.All(c.rows) {
		if id, made := audit.RemovalMade(a); made {
			audits[id]++
		}
		c.hold(a.Actor != "" && a.Action != "" && a.Resource != "" && a.Outcome == "success", "an audit row says too little: %+v", a)
	}
	for _, r := range table.Removals.All(c.rows) {
		c.hold(audits[r.ID] == 1, "removal %d has %d audit rows", r.ID, audits[r.ID])
		c.hold(r.State != model.Revoked || r.PendingOn != nil, "removal %d is not done and not pending", r.ID)
		if r.State == model.Undone {
			continue
		}
		c.hold(r.State != model.Done || r.PendingOn == nil, "removal %d is done and pending", r.ID)
		if r.Kind == model.OfUser && r.State == model.Done {
			c.gone(r)
		}
		for _, m := range r.ProjectMembers {
			tomb, ok := table.Tombstones.In(c.rows, m.ProjectID, m.UserID)
			c.hold(ok && tomb.Epoch >= r.Epoch, "removal %d left no tombstone", r.ID)
			now, ok := table.ProjectMembers.In(c.rows, m.ProjectID, m.UserID)
			c.hold(!ok || now.ID != m.ID, "user %d was taken out of project %d and is still in it", m.UserID, m.ProjectID)
		}
		for _, m := range r.TeamMembers {
			now, ok := table.TeamMembers.In(c.rows, m.TeamID, m.UserID)
			c.hold(!ok || now.ID != m.ID, "user %d was taken out of team %d and is still in it", m.UserID, m.TeamID)
		}
	}
	for _, tomb := range table.Tombstones.All(c.rows) {
		_, ok := table.Removals.In(c.rows, tomb.RemovalID)
		p, _ := table.Projects.In(c.rows, tomb.ProjectID)
		c.hold(0 < tomb.Epoch && tomb.Epoch <= p.Epoch, "a tombstone in project %d is of epoch %d, and the project in %d", tomb.ProjectID, tomb.Epoch, p.Epoch)
		c.hold(ok, "a tombstone in project %d names removal %d, which isn't there", tomb.ProjectID, tomb.RemovalID)
	}
}

// effects checks that the stored effects of removals, from which an undo restores, can
// be read.
func (c *checks) effects() {
	for _, e := range table.Effects.All(c.rows) {
		err := removal.Sound(e)
		c.hold(err == nil, "what is kept of a thing is none: %v", err)
	}
}

// listings checks that a removal is in the lists of its users and its team, and that
// these list no other removals. A removal of many users is listed after its transaction,
// before any other work on it.
func (c *checks) listings() {
	listed := map[model.RemovalOf]bool{}
	for _, row := range table.RemovalsOf.All(c.rows) {
		listed[row] = true
		r, ok := table.Removals.In(c.rows, row.RemovalID)
		c.hold(ok && slices.Contains(store.Listings(r), row), "removal %d is in the list of %s, and isn't there or not of them", row.RemovalID, row.About)
	}
	for _, r := range table.Removals.All(c.rows) {
		if len(r.UserIDs) > store.ListedAtOnce && (r.State == model.Revoked || r.State == model.Undone) {
			continue
		}
		for _, row := range store.Listings(r) {
			c.hold(listed[row], "removal %d isn't in the list of %s", r.ID, row.About)
		}
	}
}

// gone checks that the users of an account's removal that is done have no membership,
// live key or agent, unless they are back.
func (c *checks) gone(r model.Removal) {
	left := func(user int64) bool {
		u, ok := table.Users.In(c.rows, user)
		return ok && slices.Contains(r.UserIDs, user) && u.RemovalID != nil && *u.RemovalID == r.ID
	}
	for _, m := range table.ProjectMembers.All(c.rows) {
		c.hold(!left(m.UserID), "user %d is removed and still in project %d", m.UserID, m.ProjectID)
	}
	for _, m := range table.TeamMembers.All(c.rows) {
		c.hold(!left(m.UserID), "user %d is removed and still in team %d", m.UserID, m.TeamID)
	}
	for _, k := range table.Keys.All(c.rows) {
		c.hold(k.UserID == nil || !left(*k.UserID) || !k.Live(r.RemovedOn), "user %d is removed and key %d still lives", number64(k.UserID), k.ID)
	}
	for _, m := range table.AgentMembers.All(c.rows) {
		_, _, live := store.LiveAgent(c.rows, m.AgentID)
		c.hold(!live || !left(m.UserID), "user %d is removed and still has a permission on agent %d", m.UserID, m.AgentID)
	}
	for _, a := range table.Agents.All(c.rows) {
		_, _, live := store.LiveAgent(c.rows, a.ID)
		c.hold(!live || !left(a.Owner()), "user %d is removed and still owns agent %d", a.Owner(), a.ID)
	}
	if !r.Deletes {
		return
	}
	for _, s := range table.Stars.All(c.rows) {
		c.hold(!left(s.UserID), "user %d is removed and still has a star on agent %d", s.UserID, s.AgentID)
	}
	for _, row := range table.RecentAgents.All(c.rows) {
		c.hold(!left(row.UserID), "user %d is removed and still has recent agents", row.UserID)
	}
}

func number64(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}
