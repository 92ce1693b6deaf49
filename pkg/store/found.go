package store

import (
	"context"
	"math"
	"strconv"
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const (
	hour        = time.Hour
	microsecond = time.Microsecond
)

// A list method finds rows by an index, or in a partition of the table, and returns
// their ids, or a Ref of each. It takes an id or a position after which to begin, 0
// or "" for the beginning, and returns at most n rows, fewer only where nothing
// follows. An index is late by a moment: read the rows again.

// Ref is a row that a list found, with the ids that its keys contain.
type Ref struct {
	ID                   int64  // the id that orders the list, if any: of the membership, the key, the agent
	Agent, Project, User int64  // the row's; 0 where its keys don't contain it
	Prefix               string // of an API key
	Position             string // in the list's order
}

// Refs are things of which a list told the ids alone.
func Refs(ids []int64) []Ref {
	out := make([]Ref, len(ids))
	for i, id := range ids {
		out[i].ID = id
	}
	return out
}

// entity is the part of an entity that lists need.
type entity interface {
	ID(p table.Primary, attribute string) (int64, bool)
	Holes(index string, f table.Found, take func(attribute, value string)) bool
}

// refs returns a function that turns what a query of an index found into Refs. id
// is the attribute for Ref.ID, and known has the fields that the query sets for all
// rows.
func refs(of entity, index, id string, known Ref) func([]table.Found, error) ([]Ref, error) {
	return func(found []table.Found, err error) ([]Ref, error) {
		if err != nil {
			return nil, outcome(err)
		}
		out := make([]Ref, 0, len(found))
		for _, f := range found {
			if r, ok := ref(of, index, id, known, f); ok {
				out = append(out, r)
			}
		}
		return out, nil
	}
}

// ref is refs for one row; false where the row is of another entity.
func ref(of entity, index, id string, known Ref, f table.Found) (Ref, bool) {
	r := known
	r.Position = f.Position
	ok := of.Holes(index, f, func(attribute, value string) {
		n, _ := strconv.ParseInt(value, 10, 64) // 0 for what is no id
		if attribute == id {
			r.ID = n
		}
		if r.about(attribute, n); attribute == "prefix" {
			r.Prefix = value
		}
	})
	return r, ok
}

// about sets the id of one thing that the row is about, by its attribute.
func (r *Ref) about(attribute string, id int64) {
	switch attribute {
	case "agent_id":
		r.Agent = id
	case "project_id":
		r.Project = id
	case "user_id":
		r.User = id
	}
}

// ids returns a function that turns what a query found into the values of one
// attribute of the primary keys.
func ids(of entity, attribute string) func([]table.Found, error) ([]int64, error) {
	return func(found []table.Found, err error) ([]int64, error) {
		if err != nil {
			return nil, outcome(err)
		}
		out := make([]int64, 0, len(found))
		for _, f := range found {
			if id, ok := of.ID(f.Primary, attribute); ok {
				out = append(out, id)
			}
		}
		return out, nil
	}
}

// Every calls a list method for all rows under the id of.
func Every[T any, P any](ctx context.Context, list func(ctx context.Context, of int64, after P, n int) ([]T, error), of int64) ([]T, error) {
	var start P
	return list(ctx, of, start, math.MaxInt32)
}

// pending returns the key of unfinished work on the thing with this id in the
// pending index: its shard, and the time at which it is due.
func pending(id int64, due model.Time) (*int64, *model.Time) {
	shard := id % table.PendingShards
	return &shard, &due
}

// Pending is pending, for rows that are written outside this package.
func Pending(id int64, due model.Time) (*int64, *model.Time) { return pending(id, due) }

// listed reads a list of things in projects, in a partition of the table itself, by
// id, which is the attribute name of its keys; project returns a row's project. An
// unreadable row gives a Ref with the thing alone, and is logged: the caller reads
// the thing's own row for the rest.
func listed[T any](ctx context.Context, s *Store, of *table.Entity[T], name string, project func(T) int64, in, from int64, n int) ([]Ref, error) {
	found, err := of.Query("", in).AfterID(from).Limit(n).Items(ctx, s.db)
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]Ref, len(found.Keys))
	for i, key := range found.Keys {
		out[i].ID, _ = of.ID(key, name)
		out[i].about(name, out[i].ID)
		if row, ok := of.Try(found.Rows, key); ok {
			out[i].Project = project(row)
		} else {
			_ = LeaveOut(ctx, table.Sound(key, found.Rows[key]))
		}
	}
	return out, nil
}
