package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateThread notes a new thread with an agent that is not deleted.
func (s *Store) CreateThread(tx *table.Tx, t model.Thread) {
	t.Version = 1
	table.Threads.Create(tx, t)
	requireNotDeleted(tx, t.AgentID)
}

// ThreadsWith lists ids of at most n threads with an agent. It asks an index: a
// purge asks again until there are none.
func (s *Store) ThreadsWith(ctx context.Context, agent int64, n int) ([]int64, error) {
	return ids(table.Threads, "thread_id")(table.Threads.Query("gsi1", agent).Limit(n).Keys(ctx, s.db))
}
