package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Fetch gathers what one round trip is to read: rows by key, and questions to
// indexes, all at the same time.
type Fetch struct {
	Caller       int64 // the calling user; 0 for a service key
	Organization int64
	store        *store.Store
	early        table.Rows // what was read before
	view         resource.View
	keys         []table.Primary
	asks         []func(context.Context) error
}

// NewFetch begins a fetch for a caller, 0 for a service key, where rows were read
// before.
func NewFetch(s *store.Store, organization, caller int64, early table.Rows) *Fetch {
	rows := make(table.Rows, len(early)+8)
	rows.Add(early)
	return &Fetch{Caller: caller, Organization: organization, store: s, early: early, view: resource.NewView(organization, model.Time{}, rows), keys: make([]table.Primary, 0, 8)}
}

// Store answers questions to indexes.
func (f *Fetch) Store() *store.Store { return f.store }

// Rows adds rows by primary key.
func (f *Fetch) Rows(keys ...table.Primary) { f.keys = append(f.keys, keys...) }

// Resource adds the row of a resource, or of what leads to it, unless it was read
// before.
func (f *Fetch) Resource(r access.Resource, id int64) {
	if key := resource.Of(r).Key(id); f.early[key] == nil {
		f.Rows(key)
	}
}

// Roles adds the rows that tell what a user is on a resource, as far as those read
// before say where they lie.
func (f *Fetch) Roles(r access.Resource, id, user int64) {
	f.keys = resource.Of(r).RoleKeys(&f.view, f.keys, id, user)
}

// Ask adds a question that is put to an index meanwhile.
func (f *Fetch) Ask(question func(context.Context) error) { f.asks = append(f.asks, question) }

// Project returns a project read on the first trip.
func (f *Fetch) Project(id int64) (model.Project, bool) { return f.view.AnyProject(id) }

// Agent returns an agent read on the first trip.
func (f *Fetch) Agent(id int64) (model.Agent, bool) { return f.view.AnyAgent(id) }

// Ask is one question to an index, kept with its answer.
func Ask[T any](f *Fetch, into *T, question func(context.Context) (T, error)) {
	f.Ask(func(ctx context.Context) (err error) {
		*into, err = question(ctx)
		return err
	})
}

// atOnce is how many questions are put at a time: so many places may somebody be
// in, and what is in all of them is found in one round trip.
const atOnce = 100

// Read returns the rows that were read so far.
func (f *Fetch) Read() table.Rows { return f.view.Rows() }

// Run reads everything at the same time.
func (f *Fetch) Run(ctx context.Context) error {
	read := f.store.Read
	if len(f.asks) == 0 {
		rows, err := read(ctx, f.keys...)
		f.view.Rows().Add(rows)
		return err
	}
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(atOnce + 1) // and the rows
	var rows table.Rows
	g.Go(func() (err error) {
		rows, err = read(ctx, f.keys...)
		return err
	})
	for _, ask := range f.asks {
		g.Go(func() error { return ask(ctx) })
	}
	err := g.Wait()
	f.view.Rows().Add(rows)
	return err
}
