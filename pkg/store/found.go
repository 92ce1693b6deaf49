package store

import (
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const (
	hour        = time.Hour
	microsecond = time.Microsecond
)

// entity is the part of an entity that lists need.
type entity interface {
	ID(p table.Primary, attribute string) (int64, bool)
	PositionOf(index string, values ...any) string
}

// after is the position of an id in an index that sorts by ids alone; 0 is the
// beginning.
func after(e entity, index string, id int64) string {
	if id == 0 {
		return ""
	}
	return e.PositionOf(index, id)
}

// ids returns a function that takes one number of each row's primary key.
func ids(e entity, attribute string) func([]table.Found, error) ([]int64, error) {
	return func(found []table.Found, err error) ([]int64, error) {
		named, err := refs(e, attribute)(found, err)
		out := make([]int64, len(named))
		for i, r := range named {
			out[i] = r.ID
		}
		return out, err
	}
}

// pending says where and when unfinished work about the thing with this id is
// found: its shard of the pending index, and the time from which it is due.
func pending(id int64, due model.Time) (*int64, *model.Time) {
	shard := id % table.PendingShards
	return &shard, &due
}

// Pending is where and when unfinished work is found.
func Pending(id int64, due model.Time) (*int64, *model.Time) { return pending(id, due) }

// Ref is a row an index led to: who or what it is about, and where the index
// goes on after it.
type Ref struct {
	ID       int64
	Position string
}

// refs is ids with positions.
func refs(e entity, attribute string) func([]table.Found, error) ([]Ref, error) {
	return func(found []table.Found, err error) ([]Ref, error) {
		if err != nil {
			return nil, outcome(err)
		}
		out := make([]Ref, 0, len(found))
		for _, f := range found {
			if id, ok := e.ID(f.Primary, attribute); ok {
				out = append(out, Ref{id, f.Position})
			}
		}
		return out, nil
	}
}
