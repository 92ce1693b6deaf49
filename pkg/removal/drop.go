package removal

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Drop deletes a permission on an agent that a tombstone has voided, where it still
// exists although the tombstone's removal is done: an undo of another removal has
// restored it meanwhile. An agent that its user owns is left without an owner. It does
// nothing where the permission or the tombstone has changed.
func Drop(ctx context.Context, s *store.Store, m model.AgentMember, tomb model.Tombstone, now model.Time) error {
	rows, err := s.Read(ctx, table.Agents.Key(m.AgentID), table.AgentMembers.Key(m.UserID, m.AgentID), table.Tombstones.Key(m.ProjectID, m.UserID))
	if err != nil {
		return err
	}
	a, known := table.Agents.In(rows, m.AgentID)
	is, there := table.AgentMembers.In(rows, m.UserID, m.AgentID)
	stands, buried := table.Tombstones.In(rows, m.ProjectID, m.UserID)
	if !known || a.IsDeleted || !there || is.ID != m.ID || !buried || stands.RemovalID != tomb.RemovalID {
		return nil
	}
	told := []audit.Change{audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{m.UserID: audit.Ended(audit.OnAgent(is))}}}
	var tx table.Tx
	if a.Owner() == m.UserID {
		told = append(told, audit.OwnerChanged{Agent: a.ID, Owner: audit.Became(m.UserID, 0)})
		to := a
		to.Stamp, to.OwnerID = a.Modified(model.System, now), nil
		s.EditAgent(&tx, a, to, nil)
		s.EndAgentMember(&tx, is)
	} else {
		s.RemoveAgentMember(&tx, a, is)
	}
	store.RequireSameTombstone(&tx, rows, m.ProjectID, m.UserID)
	s.RecordAudit(&tx, audit.Row(model.Audit{OrganizationID: a.OrganizationID, TS: now, Actor: model.System, Action: finishAction},
		told[0], append(told[1:], audit.Removed{Removal: tomb.RemovalID})...))
	return s.Commit(ctx, &tx)
}
