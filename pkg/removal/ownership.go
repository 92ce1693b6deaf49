package removal

import (
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ownership is that an agent went from its owner to an heir.
type ownership struct {
	AgentID   int64              `dynamo:"agent_id"`
	ProjectID int64              `dynamo:"project_id"`
	Was       model.Revision     `dynamo:"was"`                // of the agent
	Heir      *model.AgentMember `dynamo:"heir,omitempty"`     // the permission of an owner that they then have; nil where nobody owns the agent any more
	HeirWas   *model.AgentMember `dynamo:"heir_was,omitempty"` // the one that they had; nil for none
}

func (ownership) thing() string { return "agent_ownership" }

// handsOver gives an agent to the heir in its project.
func (w *work) handsOver(a model.Agent, leaver int64, h agentHeirs) effect {
	name, heir := model.AgentName(a.ID), h.of[a.ProjectID]
	to := a
	to.Stamp = a.Modified(w.r.RemovedBy, w.at)
	gone := ownership{AgentID: a.ID, ProjectID: a.ProjectID, Was: model.RevisionOf(a.Version, a.Stamp)}
	before, after := map[string]any{"owner": leaver}, map[string]any{"owner": heir}
	e := effect{
		EffectRow: model.EffectRow{UserID: leaver, Effect: model.Effect{Resource: name, Action: "transfer", Detail: "owner becomes nobody"}},
		audit:     w.audit(name, before, after),
	}
	if heir == 0 {
		to.OwnerID = nil
		e.warns, e.before = NoAdminLeft, gone
		e.apply = func(tx *table.Tx) { w.s.EditAgent(tx, a, to, nil) }
		return e
	}
	e.Detail = "owner becomes " + model.UserName(heir)
	p, _ := table.Projects.In(h.rows, a.ProjectID)
	m := model.AgentMember{AgentID: a.ID, ProjectID: p.ID, UserID: heir, CreatedBy: w.r.RemovedBy, CreatedOn: w.at, Epoch: p.Epoch, AgentEpoch: a.Epoch, Version: 1}
	was, has := table.AgentMembers.In(h.rows, heir, a.ID)
	if has {
		gone.HeirWas = &was
		before[model.UserName(heir)] = was.Facts()
	}
	switch {
	case has && !buried(h.rows, was):
		if m = was; was.Role != ownerRole || was.ExpiresOn != nil {
			m = was.Modified(w.r.RemovedBy, w.at)
			m.Version++
		}
	default: // one that a removal of their own has ended is taken for none: another one comes in its place
		m.Version += was.Version
		e.named = func(id int64) {
			m.ID = id
			after[model.UserName(heir)] = m.Facts()
		}
	}
	m.Role, m.ExpiresOn = ownerRole, nil
	after[model.UserName(heir)] = m.Facts()
	gone.Heir = &m
	e.before = gone
	e.audit.Notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: name}}
	e.apply = func(tx *table.Tx) {
		w.s.HandOverAgent(tx, p, a, to, nil, gone.HeirWas, m)
		table.ProjectMembers.CheckIn(tx, h.rows, a.ProjectID, heir) // which makes them the heir, if they are a member
	}
	return e
}

func (o ownership) keys(owner int64) []table.Primary {
	keys := agentRoleKeys(o.AgentID, o.ProjectID, owner)
	if o.Heir != nil {
		keys = append(keys, table.AgentMembers.Key(o.Heir.UserID, o.AgentID), table.Tombstones.Key(o.ProjectID, o.Heir.UserID))
	}
	return keys
}

// back gives an agent back to its owner, where the heir still owns it and the owner's
// permission is back. The heir's own permission becomes what it was, unless somebody
// has changed it since.
func (o ownership) back(u *undoing, e model.EffectRow) restoration {
	detail := "owner is " + model.UserName(e.UserID) + " again"
	now, _, live := store.LiveAgent(u.rows, o.AgentID)
	if live && now.Owner() == e.UserID {
		return restoration{restored: true, detail: detail}
	}
	heir := int64(0)
	if o.Heir != nil {
		heir = o.Heir.UserID
	}
	if !live || now.Owner() != heir || !o.ownsAgain(u, e.UserID) {
		return restoration{}
	}
	to := now
	to.OwnerID = &e.UserID
	if to.Version++; now.Version == o.Was.Version+1 {
		to.ModifiedBy, to.ModifiedOn = o.Was.ModifiedBy, o.Was.ModifiedOn
	}
	name := model.AgentName(o.AgentID)
	before, after := map[string]any{"owner": heir}, map[string]any{"owner": e.UserID}
	take := o.takeFromHeir(u, before, after)
	return restoration{restored: true, detail: detail, put: func(tx *table.Tx) {
		table.Agents.Change(tx, now, to)
		store.Enlist(tx, now, to)
		if key := table.AgentMembers.Key(e.UserID, o.AgentID); !slices.Contains(tx.Written(), key) { // by the effect before this one
			tx.If(key, "$ = ?", "role", ownerRole)
		}
		take(tx)
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, name, before, after))
	}}
}

// ownsAgain reports whether a user has the permission of an owner on the agent, or
// gets it back.
func (o ownership) ownsAgain(u *undoing, user int64) bool {
	if m, is := table.AgentMembers.In(u.rows, user, o.AgentID); is {
		return m.Role == ownerRole && !u.buried(&m.ProjectID, m.UserID, m.Epoch)
	}
	for _, d := range u.done {
		if m, is := d.image.(agentRole); is && m.AgentID == o.AgentID && m.UserID == user && m.Role == ownerRole {
			return m.back(u, d.row).restored
		}
	}
	return false
}

// takeFromHeir takes from the heir what they have by the agent, and adds what the
// audit log tells of it. What has changed since is left alone and named.
func (o ownership) takeFromHeir(u *undoing, before, after map[string]any) func(*table.Tx) {
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
