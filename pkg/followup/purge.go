package followup

import (
	"context"
	"crypto/rand"
	"fmt"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// purgeChunk is how many rows one transaction deletes; 100 items are the most, and
// a row may have one beside it.
const purgeChunk = 45

// PurgeProject purges a deleted project: what is left of its agents, its memberships
// and tombstones, then itself. One that is not due, or gone, is left alone.
func PurgeProject(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return thing[model.Project]{
		of: table.Projects, name: "project",
		state: func(p model.Project) (bool, *model.Time, int64) { return p.IsDeleted, p.PendingOn, p.OrganizationID },
		first: func(ctx context.Context, _ *table.Tx, p model.Project) (bool, error) {
			return false, EndAgents(ctx, s, p.ID, now)
		},
	}.purge(ctx, s, now, id)
}

// PurgeTeam purges a deleted team: its memberships, then itself.
func PurgeTeam(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return thing[model.Team]{
		of: table.Teams, name: "team",
		state: func(t model.Team) (bool, *model.Time, int64) { return t.IsDeleted, t.PendingOn, t.OrganizationID },
	}.purge(ctx, s, now, id)
}

// PurgeAgent purges a deleted agent: the threads with it, its permissions, versions
// and what people thought of it, then itself.
func PurgeAgent(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return thing[model.Agent]{
		of: table.Agents, name: "agent",
		state: func(a model.Agent) (bool, *model.Time, int64) { return a.IsDeleted, a.PendingOn, a.OrganizationID },
		first: func(ctx context.Context, tx *table.Tx, a model.Agent) (bool, error) {
			threads, err := s.ThreadsWith(ctx, a.ID, purgeChunk)
			if err != nil {
				return false, err
			}
			members, err := s.AgentMembers(ctx, a.ID, 0, purgeChunk)
			for _, id := range threads {
				tx.Drop(table.Threads.Key(id))
			}
			for _, m := range members {
				tx.Drop(table.AgentMembers.Key(m.User, a.ID))
			}
			return len(threads)+len(members) > 0, err
		},
	}.purge(ctx, s, now, id)
}

// What was deleted is purged when its retention is over: for good, in chunks, the
// thing's own row last, so that a purge that stopped anywhere is found again by
// the pending index and goes on. Every chunk is a transaction with the condition
// that the thing is still deleted as it was read. So several purges of one thing
// at the same time, or an undo at the last moment, do no harm.

// thing is a kind of what is purged with the rows that lie beside it.
type thing[T any] struct {
	of    *table.Entity[T]
	name  string
	state func(T) (deleted bool, end *model.Time, organization int64)
	// first sees to what goes before these, noting it or doing it at once, and
	// reports whether there may be more that it noted only a part of; nil for nothing.
	first func(context.Context, *table.Tx, T) (more bool, err error)
}

func (t thing[T]) purge(ctx context.Context, s *store.Store, now model.Time, id int64) error {
	return store.Again(ctx, tries, func() error { // it may lose to another purge of the same thing
		for {
			key := t.of.Key(id)
			rows, err := s.Read(ctx, key)
			if err != nil {
				return err
			}
			v, ok := t.of.At(rows, key)
			deleted, end, organization := t.state(v)
			if !ok || !deleted || !due(end, now) {
				return nil
			}
			var tx table.Tx
			more := false
			if t.first != nil {
				if more, err = t.first(ctx, &tx, v); err != nil {
					return err
				}
			}
			if !more {
				left, err := empty(ctx, s, &tx, key, nil)
				if err != nil {
					return err
				}
				more = left > 0
			}
			if !more {
				t.of.Delete(&tx, v)
				recordPurge(s, &tx, organization, now, "purge-"+t.name, fmt.Sprintf("%s:%d", t.name, id))
				return s.Commit(ctx, &tx)
			}
			t.of.Check(&tx, v)
			if err := s.Commit(ctx, &tx); err != nil {
				return err
			}
		}
	})
}

// due reports whether a retention is over.
func due(end *model.Time, now model.Time) bool { return end != nil && !end.After(now) }

// empty notes the deletion of some rows that lie beside the row key, and tells
// how many. with notes what else goes with one of them.
func empty(ctx context.Context, s *store.Store, tx *table.Tx, key table.Primary, with func(table.Rows, table.Primary)) (int, error) {
	keys, err := s.Siblings(ctx, key, purgeChunk)
	if err != nil {
		return 0, err
	}
	var rows table.Rows
	if with != nil && len(keys) > 0 {
		if rows, err = s.Read(ctx, keys...); err != nil {
			return 0, err
		}
	}
	for _, k := range keys {
		tx.Drop(k)
		if with != nil {
			with(rows, k)
		}
	}
	return len(keys), nil
}

// recordPurge notes a purge in the audit log, under what nobody deletes.
func recordPurge(s *store.Store, tx *table.Tx, organization int64, now model.Time, action, resource string) {
	s.RecordAudit(tx, model.Audit{
		OrganizationID: organization, ID: rand.Text(), TS: now, Actor: model.System, Action: action, Resource: resource, Outcome: "success",
	})
}
