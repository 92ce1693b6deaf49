package store

import (
	"context"

	"wardroom/pkg/table"
)

// PlacedStar is a star that an index led to, and where it leads.
type PlacedStar struct {
	Position string
	Placed
}

// StarsOf lists a user's stars in their order, after a position.
func (s *Store) StarsOf(ctx context.Context, user int64, after string, n int) ([]PlacedStar, error) {
	const index = "gsi1"
	found, err := table.Stars.Each(ctx, s.db, index, after, n, user)
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]PlacedStar, len(found))
	for i, f := range found {
		out[i].Position = f.Position
		out[i].Agent, _ = table.Stars.ID(f.Primary, "agent_id")
		out[i].Project = table.Stars.Said(index, f.Position, "project_id")
	}
	return out, nil
}

// AllStarsOf lists all of a user's stars.
func (s *Store) AllStarsOf(ctx context.Context, user int64) ([]PlacedStar, error) {
	return Every(ctx, s.StarsOf, user)
}
