package list

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// Finder finds the rows of a list after a position, in the list's order, "" for the
// beginning: n rows, or fewer where nothing follows.
type Finder func(ctx context.Context, after string, n int) ([]store.Ref, error)

// Ask finds the rows of a page, and one more, in the same trip as what a request
// loads. They are in into when that is done.
func (find Finder) Ask(f *request.Fetch, p api.Paging, into *[]store.Ref) {
	request.Ask(f, into, func(ctx context.Context) ([]store.Ref, error) { return find(ctx, p.After(), p.Limit+1) })
}

// Refs makes a Finder of a list method of the store, by ids, for one thing.
func Refs[K any](list func(ctx context.Context, of K, from int64, n int) ([]store.Ref, error), of K) Finder {
	return func(ctx context.Context, after string, n int) ([]store.Ref, error) {
		return list(ctx, of, api.ID(after), n)
	}
}

// IDs is Refs for a list method that returns ids.
func IDs[K any](list func(ctx context.Context, of K, from int64, n int) ([]int64, error), of K) Finder {
	return func(ctx context.Context, after string, n int) ([]store.Ref, error) {
		ids, err := list(ctx, of, api.ID(after), n)
		return store.Refs(ids), err
	}
}

// Found makes a Finder, by ids, of rows that were found before, in any order.
func Found(found ...store.Ref) Finder {
	return func(_ context.Context, after string, n int) ([]store.Ref, error) {
		rest := slices.DeleteFunc(slices.Clone(found), func(at store.Ref) bool { return at.ID <= api.ID(after) })
		return merge(n, rest), nil
	}
}

// FoundIDs is Found for ids.
func FoundIDs(ids ...int64) Finder { return Found(store.Refs(ids)...) }

// Recents makes a Finder of a user's recent things, by time.
func Recents(r model.Recents) Finder {
	return func(_ context.Context, after string, n int) ([]store.Ref, error) {
		entries, _ := r.Page(after, n)
		out := make([]store.Ref, len(entries))
		for i, e := range entries {
			out[i] = store.Ref{ID: e.ID, Project: e.ProjectID, Agent: e.AgentID, Position: e.LastUsedOn.String()}
		}
		return out, nil
	}
}

// Each makes a Finder for each of several things.
func Each(of []int64, list func(id int64) Finder) []Finder {
	out := make([]Finder, len(of))
	for i, id := range of {
		out[i] = list(id)
	}
	return out
}

// atOnce is the number of lists that are asked at a time: the lists of a user's
// places, up to so many, take one round trip.
const atOnce = 100

// Merged makes one Finder of several lists by ids, with each row once. The lists
// are asked at the same time.
func Merged(lists ...Finder) Finder {
	return func(ctx context.Context, after string, n int) ([]store.Ref, error) {
		found := make([][]store.Ref, len(lists))
		g, ctx := concurrent.WithContext(ctx)
		g.SetLimit(atOnce)
		for i, list := range lists {
			g.Go(func() (err error) {
				found[i], err = list(ctx, after, n)
				return err
			})
		}
		err := g.Wait()
		return merge(n, slices.Concat(found...)), err
	}
}

// merge returns the first n rows in the order of their ids, each once. It sorts
// found in place.
func merge(n int, found []store.Ref) []store.Ref {
	slices.SortFunc(found, byID)
	found = slices.CompactFunc(found, func(a, b store.Ref) bool { return a.ID == b.ID })
	return found[:min(n, len(found))]
}

func byID(a, b store.Ref) int { return cmp.Compare(a.ID, b.ID) }
