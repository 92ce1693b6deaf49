package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Due is unfinished work that the pending index found: the key of the row that it
// is about, and its position in the index.
type Due = table.Found

// Pending lists unfinished work of one shard that is due at now, oldest first, after
// a position. It asks an index: read the rows again.
func (s *Store) Pending(ctx context.Context, shard int64, now model.Time, after string, n int) ([]Due, error) {
	// The shard is a partition that several entities share, and any of them may
	// ask for it.
	found, err := table.Removals.Query("gsi3", shard).After(after).Limit(n).Keys(ctx, s.db)
	if err != nil {
		return nil, outcome(err)
	}
	end := now.String()
	for i, f := range found {
		if f.Position[:min(len(end), len(f.Position))] > end { // positions begin with the time
			return found[:i], nil
		}
	}
	return found, nil
}

// Siblings lists the keys of at most n other rows in the partition of p. Fewer than
// n are all there are.
func (s *Store) Siblings(ctx context.Context, p table.Primary, n int) ([]table.Primary, error) {
	keys, err := s.db.Siblings(ctx, p, n)
	return keys, outcome(err)
}

// Organizations lists ids of all organisations after an id, for the sweep.
func (s *Store) Organizations(ctx context.Context, from int64, n int) ([]int64, error) {
	return ids(table.Organizations, "organization_id")(table.Organizations.Query("gsi1").AfterID(from).Limit(n).Keys(ctx, s.db))
}
