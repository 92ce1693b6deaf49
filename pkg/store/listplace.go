package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// KeepPlace notes how far a caller has paged through a list.
func (s *Store) KeepPlace(tx *table.Tx, p model.ListPlace) { table.ListPlaces.Put(tx, p) }

// ListedUpTo returns the id after which the caller's page with the number start
// begins; false where no place is kept for it, or it has expired.
func (s *Store) ListedUpTo(ctx context.Context, organization int64, principal, list string, start int, now model.Time) (after int64, known bool, err error) {
	key := table.ListPlaces.Key(organization, principal, list, start)
	rows, err := s.Read(ctx, key)
	if err != nil {
		return 0, false, err
	}
	p, ok := table.ListPlaces.At(rows, key)
	return p.After, ok && p.TTL > now.Std().Unix(), nil
}
