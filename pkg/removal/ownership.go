package removal

import (
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ownership is the image of an agent's owner, whom an heir or nobody succeeded.
type ownership struct {
	AgentID   int64              `dynamo:"agent_id"`
	ProjectID int64              `dynamo:"project_id"`
	Was       model.Revision     `dynamo:"was"`                // of the agent
	Heir      *model.AgentMember `dynamo:"heir,omitempty"`     // the heir's permission since; nil where the agent has no owner
	HeirWas   *model.AgentMember `dynamo:"heir_was,omitempty"` // the heir's permission before; nil for none
}

func (ownership) thing() string { return "agent_ownership" }

// handsOver gives an agent to the heir in its project, or leaves it without an owner.
func (w *work) handsOver(a model.Agent, leaver int64, h agentHeirs) effect {
	name, heir := model.AgentName(a.ID), h.of[a.ProjectID]
	to := a
	to.Stamp = a.Modified(w.r.RemovedBy, w.at)
	gone := ownership{AgentID: a.ID, ProjectID: a.ProjectID, Was: model.RevisionOf(a.Version, a.Stamp)}
	handed := audit.OwnerChanged{Agent: a.ID, Owner: audit.Became(leaver, heir)}
	e := effect{
		EffectRow: model.EffectRow{UserID: leaver, Effect: model.Effect{Resource: name, Action: "transfer", Detail: "owner becomes nobody"}},
		tells:     telling(handed),
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
	}
	switch {
	case has && !buried(h.rows, was):
		if m = was; was.Role != ownerRole || was.ExpiresOn != nil {
			m = was.Modified(w.r.RemovedBy, w.at)
			m.Version++
		}
	default: // a void permission is taken for none: a new one replaces it
		m.Version += was.Version
		e.named = func(id int64) { m.ID = id }
	}
	m.Role, m.ExpiresOn = ownerRole, nil
	gone.Heir = &m
	e.before = gone
	e.tells = func() []audit.Change {
		turn := audit.Made(audit.OnAgent(m))
		if has {
			turn = audit.Became(audit.OnAgent(was), audit.OnAgent(m))
		}
		return []audit.Change{handed, audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{heir: turn}}}
	}
	e.notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: name}}
	e.apply = func(tx *table.Tx) {
		w.s.HandOverAgent(tx, p, a, to, nil, gone.HeirWas, m)
		table.ProjectMembers.CheckIn(tx, h.rows, a.ProjectID, heir) // by which they may be the heir
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
// permission is restored. The heir's own permission becomes what it was, unless it was
// changed since.
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
	take, heirs := o.takeFromHeir(u)
	return restoration{restored: true, detail: detail, put: func(tx *table.Tx) {
		table.Agents.Change(tx, now, to)
		store.Enlist(tx, now, to)
		if key := table.AgentMembers.Key(e.UserID, o.AgentID); !slices.Contains(tx.Written(), key) { // by the effect before this one
			tx.If(key, "$ = ?", "role", ownerRole)
		}
		take(tx)
		u.record(tx, audit.OwnerChanged{Agent: o.AgentID, Owner: audit.Became(heir, e.UserID)}, audit.MembersChanged{In: model.KindAgent.Ref(o.AgentID), Members: heirs})
	}}
}

// ownsAgain reports whether a user has an owner's permission on the agent, or gets it
// back by this undo.
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

// takeFromHeir returns a function that restores the heir's permission from before, and
// the change for the audit log. A permission that was changed since is left alone and
// named as not restored.
func (o ownership) takeFromHeir(u *undoing) (func(*table.Tx), audit.Members) {
	nothing := func(*table.Tx) {}
	if o.Heir == nil || o.HeirWas != nil && o.HeirWas.Version == o.Heir.Version { // the removal didn't change the heir's permission
		return nothing, nil
	}
	now, is := table.AgentMembers.In(u.rows, o.Heir.UserID, o.AgentID)
	if !is || now.ID != o.Heir.ID || now.Version != o.Heir.Version {
		u.leave(model.MemberName(model.AgentName(o.AgentID), o.Heir.UserID))
		return nothing, nil
	}
	turn := audit.Ended(audit.OnAgent(now))
	if o.HeirWas == nil {
		return func(tx *table.Tx) { u.s.EndAgentMember(tx, now) }, audit.Members{o.Heir.UserID: turn}
	}
	to := *o.HeirWas
	to.AgentEpoch, to.Version = now.AgentEpoch, now.Version+1
	if !u.buried(&to.ProjectID, to.UserID, to.Epoch) {
		turn = audit.Became(audit.OnAgent(now), audit.OnAgent(to))
	}
	return func(tx *table.Tx) { table.AgentMembers.Change(tx, now, to) }, audit.Members{o.Heir.UserID: turn}
}
