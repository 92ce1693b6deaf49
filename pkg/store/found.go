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

// A list answers what an index, or a partition of the table, leads to: ids alone,
// or a Ref for each row. It is asked for at most n rows after an id, or after a
// position, 0 and "" being the beginning, and answers fewer only where nothing
// follows. What an index told is late by a moment: read the rows again.

// Ref is a row that a list led to, as far as its keys tell of it.
type Ref struct {
	ID                   int64  // by which the list is ordered, if it is ordered by ids: that of the membership, of the key, of the agent
	Agent, Project, User int64  // that it is about; 0 where its keys don't tell
	Prefix               string // of an API key
	Position             string // in the list's order
}

// entity is the part of an entity that lists need.
type entity interface {
	ID(p table.Primary, attribute string) (int64, bool)
	Holes(index string, f table.Found, take func(attribute, value string)) bool
}

// refs returns a function that makes a Ref of what a query of an index found. The
// attribute id is the one that its ID is, and known is what the question says of
// all of them.
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

// ref is refs for one row; false where it is of another entity.
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

// about notes what a row is about, by the name that its id has in its keys.
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

// ids returns a function that takes one number of each row's primary key.
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

// Every asks a list for all that it has under an id.
func Every[T any, P any](ctx context.Context, list func(ctx context.Context, of int64, after P, n int) ([]T, error), of int64) ([]T, error) {
	var start P
	return list(ctx, of, start, math.MaxInt32)
}

// pending says where and when unfinished work about the thing with this id is
// found: its shard of the pending index, and the time from which it is due.
func pending(id int64, due model.Time) (*int64, *model.Time) {
	shard := id % table.PendingShards
	return &shard, &due
}

// Pending is where and when unfinished work is found.
func Pending(id int64, due model.Time) (*int64, *model.Time) { return pending(id, due) }

// listed reads a list of things in projects that lies in a partition of the table
// itself, by their id, which its keys have under a name; project tells of a row where
// the thing is. Of a row that can't be read only the thing is told: whoever goes on
// reads what it says elsewhere.
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
