package request

import (
	"context"
	"errors"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Fetch gathers the reads of one round trip: rows by key, and queries, all at the
// same time.
type Fetch struct {
	Caller       int64 // the calling user; 0 for a service key
	Organization int64
	store        *store.Store
	early        table.Rows // rows of the first trip
	view         resource.View
	keys, shown  []table.Primary
	asks         []func(context.Context) error
	anticipated  any
}

// NewFetch begins a fetch for a calling user, 0 for a service key. early are the rows
// of the first trip.
func NewFetch(s *store.Store, organization, caller int64, early table.Rows) *Fetch {
	rows := make(table.Rows, len(early)+8)
	rows.Add(early)
	return &Fetch{Caller: caller, Organization: organization, store: s, early: early, view: resource.NewView(organization, model.Time{}, rows), keys: make([]table.Primary, 0, 8)}
}

// Store returns the store, for the queries of Ask.
func (f *Fetch) Store() *store.Store { return f.store }

// Rows adds rows to read, by primary key.
func (f *Fetch) Rows(keys ...table.Primary) { f.keys = append(f.keys, keys...) }

// Shown adds rows that the answer only shows, by primary key. An unreadable one is
// logged and left out, unless it was added otherwise too.
func (f *Fetch) Shown(keys ...table.Primary) { f.shown = append(f.shown, keys...) }

// Resource adds the row of a resource, or the row that leads to it, unless the first
// trip has read it.
func (f *Fetch) Resource(r access.Resource, id int64) {
	if key := resource.Of(r).Key(id); f.early[key] == nil {
		f.Rows(key)
	}
}

// Roles adds the rows of a user's roles on a resource and its parents, as far as rows
// of the first trip name these.
func (f *Fetch) Roles(r access.Resource, id, user int64) {
	f.keys = resource.Of(r).RoleKeys(&f.view, f.keys, id, user)
}

// Ask adds a query, which runs beside the reads.
func (f *Fetch) Ask(question func(context.Context) error) { f.asks = append(f.asks, question) }

// Project returns a project that the first trip has read.
func (f *Fetch) Project(id int64) (model.Project, bool) { return f.view.AnyProject(id) }

// Agent returns an agent that the first trip has read.
func (f *Fetch) Agent(id int64) (model.Agent, bool) { return f.view.AnyAgent(id) }

// Anticipated returns the value that the input's Anticipate returned, with its answers;
// nil for an input that isn't Anticipating.
func (f *Fetch) Anticipated() any { return f.anticipated }

// Anticipate sets the value that Anticipated returns.
func (f *Fetch) Anticipate(answer any) { f.anticipated = answer }

// Ask adds a query whose answer is in *into once f has run.
func Ask[T any](f *Fetch, into *T, question func(context.Context) (T, error)) {
	f.Ask(func(ctx context.Context) (err error) {
		*into, err = question(ctx)
		return err
	})
}

// atOnce is the number of queries that run at a time: the queries of a user's places,
// up to so many, take one round trip.
const atOnce = 100

// Read returns all rows that were read, those of the first trip included.
func (f *Fetch) Read() table.Rows { return f.view.Rows() }

// Run reads the rows and runs the queries, at the same time.
func (f *Fetch) Run(ctx context.Context) error {
	if len(f.asks) == 0 {
		return f.read(ctx)
	}
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, ask := range f.asks {
		g.Go(func() error { return ask(ctx) })
	}
	err := f.read(ctx)
	if failed := g.Wait(); failed != nil { // err may only say that the reads were cancelled for it
		return failed
	}
	return err
}

// read reads the rows. Unreadable ones that are only shown are logged and left out.
func (f *Fetch) read(ctx context.Context) error {
	rows, err := f.store.Read(ctx, append(slices.Clip(f.keys), f.shown...)...)
	f.view.Rows().Add(rows)
	bad, only := table.UnreadableIn(err)
	if !only || len(f.shown) == 0 {
		return err
	}
	var needed []error
	for _, u := range bad {
		if slices.Contains(f.keys, u.Key) {
			needed = append(needed, u)
			continue
		}
		_ = store.LeaveOut(ctx, u) // nil for an unreadable row
	}
	return errors.Join(needed...)
}
