package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateStar notes a user's star on an agent; they must have none on it.
func (s *Store) CreateStar(tx *table.Tx, star model.Star) { table.Stars.Create(tx, star) }

// DeleteStar notes the end of a user's star on an agent.
func (s *Store) DeleteStar(tx *table.Tx, star model.Star) { table.Stars.Delete(tx, star) }

// StarsOf lists a user's stars, with their agents, after an id.
func (s *Store) StarsOf(ctx context.Context, user, from int64, n int) ([]Ref, error) {
	return refs(table.Stars, "gsi1", "star_id", Ref{})(table.Stars.Query("gsi1", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AllStarsOf lists all of a user's stars.
func (s *Store) AllStarsOf(ctx context.Context, user int64) ([]Ref, error) {
	return Every(ctx, s.StarsOf, user)
}
