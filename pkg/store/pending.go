package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Due is unfinished work that the pending index led to: the row it is about,
// and where the index goes on after it.
type Due = table.Found

// Pending lists unfinished work of one shard that is due at now, oldest first,
// after a position. It says so by an index: read the rows again.
func (s *Store) Pending(ctx context.Context, shard int64, now model.Time, after string, n int) ([]Due, error) {
	// The shard is a partition that several entities share, and any of them may
	// ask for it.
	found, err := table.Removals.Each(ctx, s.db, "gsi3", after, n, shard)
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

// Beside lists the keys of some rows that lie with the row p, but for p itself;
// none when nothing is left.
func (s *Store) Beside(ctx context.Context, p table.Primary, n int) ([]table.Primary, error) {
	keys, err := s.db.Beside(ctx, p, n)
	return keys, outcome(err)
}

// Organizations lists ids of all organisations after an id, for the sweep.
func (s *Store) Organizations(ctx context.Context, from int64, n int) ([]int64, error) {
	return ids(table.Organizations, "organization_id")(table.Organizations.Each(ctx, s.db, "gsi1", after(table.Organizations, "gsi1", from), n))
}
