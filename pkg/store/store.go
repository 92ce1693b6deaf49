// Package store reads and writes Wardroom's rows: a file an entity, a method an
// access pattern. Reads for decisions are strongly consistent. A method that takes
// a transaction notes writes and conditions in it; the caller commits it.
//
// Every method returns faults of package fault or errors of table: ErrStale
// where rows changed under a decision, ErrTooLarge. A call that the table's service
// could not carry out in time is unavailable (503).
package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Store is the table by named reads and writes. It is safe for concurrent use.
type Store struct {
	db      *table.DB
	leases  leases
	cursors atomic.Pointer[table.Cursors]
}

// Over returns the store of the rows in db.
func Over(db *table.DB) *Store { return &Store{db: db} }

// Read reads rows by primary key, strongly consistent, in one round trip. Rows
// that don't exist are missing from the result. An unreadable one is an error
// (table.Unreadable), since the caller needs it.
func (s *Store) Read(ctx context.Context, keys ...table.Primary) (table.Rows, error) {
	rows, err := s.db.Get(ctx, keys...)
	return rows, outcome(err)
}

// ReadShown is Read for lists that are shown and for recipients of notices:
// unreadable rows are omitted and logged. Rights that a user has, and rows to be
// erased, are never read by it.
func (s *Store) ReadShown(ctx context.Context, keys ...table.Primary) (table.Rows, error) {
	rows, err := s.db.Get(ctx, keys...)
	return rows, outcome(LeaveOut(ctx, err))
}

// Inspect is Read without the check that rows are readable; see table.DB.Inspect.
func (s *Store) Inspect(ctx context.Context, keys ...table.Primary) (table.Rows, error) {
	rows, err := s.db.Inspect(ctx, keys...)
	return rows, outcome(err)
}

// LeaveOut logs the unreadable rows that err names and returns nil, for callers that
// go on without them. It returns any other error as it is.
func LeaveOut(ctx context.Context, err error) error {
	bad, only := table.UnreadableIn(err)
	if !only {
		return err
	}
	for _, u := range bad {
		telemetry.From(ctx).LeaveOut(u)
	}
	return nil
}

// Commit carries out tx, all of it or nothing.
func (s *Store) Commit(ctx context.Context, tx *table.Tx) error {
	return outcome(s.db.Commit(ctx, tx))
}

// block is the number of ids leased at once: a counter's row is written once for so
// many new things, so that it is no hot key.
const block = 64

// leases are ids leased from the counters and not yet given out.
type leases struct {
	mu   sync.Mutex
	free map[string]span
}

// Forget drops the ids that were leased and not yet given out, and the secret of
// cursors, as the end of a process does.
func (s *Store) Forget() {
	s.cursors.Store(nil)
	s.leases.mu.Lock()
	defer s.leases.mu.Unlock()
	s.leases.free = nil
}

// span is the ids from next up to, not including, end.
type span struct{ next, end int64 }

// NewID returns an id of a sequence that was never given out before.
func (s *Store) NewID(ctx context.Context, sequence string) (int64, error) {
	ids, err := s.NewIDs(ctx, sequence, 1)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// NewIDs returns n ids of a sequence, ascending. Ids are unique, with gaps, and
// not in order across instances. It costs a round trip when the leased block is
// used up; two requests may then lease at once, which only leaves a gap.
func (s *Store) NewIDs(ctx context.Context, sequence string, n int) ([]int64, error) {
	ids := s.leases.take(sequence, n, make([]int64, 0, n))
	if missing := int64(n - len(ids)); missing > 0 {
		size := max(missing, block)
		first, err := s.db.Lease(ctx, sequence, size)
		if err != nil {
			return nil, outcome(err)
		}
		for i := range missing {
			ids = append(ids, first+i)
		}
		s.leases.put(sequence, span{first + missing, first + size})
	}
	return ids, nil
}

// NewIDsOf returns ids of several sequences, n of each. Where blocks are used
// up, they are leased at the same time.
func (s *Store) NewIDsOf(ctx context.Context, n map[string]int) (map[string][]int64, error) {
	var mu sync.Mutex
	ids := make(map[string][]int64, len(n))
	g, ctx := concurrent.WithContext(ctx)
	for sequence, n := range n {
		g.Go(func() error {
			some, err := s.NewIDs(ctx, sequence, n)
			mu.Lock()
			defer mu.Unlock()
			ids[sequence] = some
			return err
		})
	}
	return ids, g.Wait()
}

func (l *leases) take(sequence string, n int, ids []int64) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.free[sequence]
	for s.next < s.end && len(ids) < n {
		ids = append(ids, s.next)
		s.next++
	}
	if l.free != nil {
		l.free[sequence] = s
	}
	return ids
}

func (l *leases) put(sequence string, s span) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free == nil {
		l.free = make(map[string]span, len(model.Sequences()))
	}
	if old := l.free[sequence]; old.end-old.next < s.end-s.next {
		l.free[sequence] = s
	}
}

// Ping reads one row, and returns an error where the table doesn't answer.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Read(ctx, table.Counters.Key(model.OrganizationIDs))
	return err
}

// Again repeats work from its beginning while it returns table.ErrStale (it lost to
// another writer, or an index was late), after a short pause each time: at most tries
// times in all. It returns the last error, or unavailable once ctx is done.
func Again(ctx context.Context, tries int, work func() error) error {
	for lost := 1; ; lost++ {
		err := work()
		if lost == tries || !errors.Is(err, table.ErrStale) {
			return err
		}
		select {
		case <-ctx.Done():
			return fault.Unavailable(ctx.Err())
		case <-time.After(rand.N(time.Duration(lost) * 4 * time.Millisecond)): //nolint:gosec // a pause is no secret
		}
	}
}
