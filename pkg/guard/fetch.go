package guard

import (
	"context"

	"golang.org/x/sync/errgroup"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Fetch gathers what one round trip is to read: rows by key, and questions to
// indexes, all at the same time.
type Fetch struct {
	Caller       int64 // the calling user; 0 for a service key
	Organization int64
	store        *store.Store
	rows         table.Rows
	keys         []table.Primary
	asks         []func(context.Context) error
	project      model.Project // the last that was asked for
}

// Store answers questions to indexes.
func (f *Fetch) Store() *store.Store { return f.store }

// Rows adds rows by primary key.
func (f *Fetch) Rows(keys ...table.Primary) { f.keys = append(f.keys, keys...) }

// Ask adds a question that is put to an index meanwhile.
func (f *Fetch) Ask(question func(context.Context) error) { f.asks = append(f.asks, question) }

// Project returns a project read on the first trip.
func (f *Fetch) Project(id int64) (model.Project, bool) {
	if f.project.ID != id {
		p, ok := table.Projects.In(f.rows, id)
		if !ok {
			return p, false
		}
		f.project = p
	}
	return f.project, true
}

// Ask is one question to an index, kept with its answer.
func Ask[T any](f *Fetch, into *T, question func(context.Context) (T, error)) {
	f.Ask(func(ctx context.Context) (err error) {
		*into, err = question(ctx)
		return err
	})
}

// run reads everything at the same time and adds the rows to f.rows.
func (f *Fetch) run(ctx context.Context, read func(context.Context, ...table.Primary) (table.Rows, error)) error {
	if len(f.asks) == 0 {
		rows, err := read(ctx, f.keys...)
		f.rows.Add(rows)
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	var rows table.Rows
	g.Go(func() (err error) {
		rows, err = read(ctx, f.keys...)
		return err
	})
	for _, ask := range f.asks {
		g.Go(func() error { return ask(ctx) })
	}
	err := g.Wait()
	f.rows.Add(rows)
	return err
}
