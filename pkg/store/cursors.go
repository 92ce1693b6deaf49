package store

import (
	"context"
	"crypto/rand"
	"errors"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Cursors returns the maker and reader of this table's cursors. The secret is a row
// of the table, made by the first process that needs it; each process reads it once
// and keeps it.
func (s *Store) Cursors(ctx context.Context) (*table.Cursors, error) {
	if c := s.cursors.Load(); c != nil {
		return c, nil
	}
	key := table.Secrets.Key(model.CursorSecret)
	for {
		rows, err := s.Read(ctx, key)
		if err != nil {
			return nil, err
		}
		if secret, ok := table.Secrets.At(rows, key); ok {
			c := table.NewCursors(secret.Key)
			s.cursors.Store(c)
			return c, nil
		}
		var tx table.Tx
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh) // it never fails
		table.Secrets.Create(&tx, model.Secret{Name: model.CursorSecret, Key: fresh})
		if err := s.Commit(ctx, &tx); err != nil && !errors.Is(err, table.ErrStale) {
			return nil, err
		}
	}
}
