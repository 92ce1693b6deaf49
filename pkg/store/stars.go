package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateStar notes that a user marks an agent, which they haven't yet.
func (s *Store) CreateStar(tx *table.Tx, star model.Star) { table.Stars.Create(tx, star) }

// DeleteStar notes that a user takes their mark off an agent.
func (s *Store) DeleteStar(tx *table.Tx, star model.Star) { table.Stars.Delete(tx, star) }

// StarsOf lists a user's stars, with their agents, after an id.
func (s *Store) StarsOf(ctx context.Context, user, from int64, n int) ([]Ref, error) {
	return refs(table.Stars, "gsi1", "star_id", Ref{})(table.Stars.Query("gsi1", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AllStarsOf lists all of a user's stars.
func (s *Store) AllStarsOf(ctx context.Context, user int64) ([]Ref, error) {
	return Every(ctx, s.StarsOf, user)
}
