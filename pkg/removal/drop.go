package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Drop deletes a permission on an agent that a tombstone has ended, if it is still
// there though the tombstone's removal is done and stands: what an undo of another
// one has put back in the meantime. An agent that its holder owns then belongs to
// nobody.
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
	before, after := map[string]any{model.UserName(m.UserID): is.Facts()}, map[string]any{}
	var tx table.Tx
	if a.Owner() == m.UserID {
		before["owner"], after["owner"] = m.UserID, int64(0)
		to := a
		to.Stamp, to.OwnerID = a.Modified(model.System, now), nil
		s.EditAgent(&tx, a, to, nil)
		s.EndAgentMember(&tx, is)
	} else {
		s.RemoveAgentMember(&tx, a, is)
	}
	store.RequireSameTombstone(&tx, rows, m.ProjectID, m.UserID)
	of := model.Removal{ID: tomb.RemovalID, OrganizationID: a.OrganizationID}
	s.RecordAudit(&tx, *entry(of, finishAction, now, model.AgentName(a.ID), before, after))
	return s.Commit(ctx, &tx)
}
