package store

import (
	"context"
	"errors"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// KeepParts writes body in pieces of at most size bytes and returns their number.
// Each is a write of its own: pieces that no Replay row names are never read, and
// are deleted by their TTL.
func (s *Store) KeepParts(ctx context.Context, id string, body []byte, size int, ttl int64) (int, error) {
	n := 0
	for ; len(body) > 0; n++ {
		piece := body[:min(size, len(body))]
		body = body[len(piece):]
		var tx table.Tx
		table.ReplayParts.Put(&tx, model.ReplayPart{PartsID: id, Part: n, Body: piece, TTL: ttl})
		if err := s.Commit(ctx, &tx); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// Parts returns the body that KeepParts wrote in n pieces. A missing piece, which only
// a change by hand can cause, is an internal error.
func (s *Store) Parts(ctx context.Context, id string, n int) ([]byte, error) {
	keys := make([]table.Primary, n)
	for i := range keys {
		keys[i] = table.ReplayParts.Key(id, i)
	}
	rows, err := s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var body []byte
	for _, k := range keys {
		p, ok := table.ReplayParts.At(rows, k)
		if !ok {
			return nil, errors.New("a piece of a stored answer is missing")
		}
		body = append(body, p.Body...)
	}
	return body, nil
}
