package governance

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/store"
)

// tour goes through places, and through the things in each, beginning in the
// middle of one.
type tour struct {
	list, next string  // the stage that it is, and where the list goes on after it
	places     []int64 // one more than are gone through says that more follow

	ask    func(ctx context.Context, place, from int64, n int) ([]int64, error) // for the things in a place
	keys   func(place int64) []store.Key                                        // of what tells whether the place leads there
	things func(thing int64) []store.Key                                        // of a thing
	row    func(place, thing int64) (Reach, bool)                               // of rows that were read
}

// page lists what there is, from where the request goes on.
func (t *tour) page(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	page := api.Page[Reach]{Items: []Reach{}}
	places := t.places[:min(len(t.places), placesAtOnce)]
	found := make([][]int64, len(places))
	g, both := concurrent.WithContext(ctx)
	for i, place := range places {
		g.Go(func() (err error) {
			found[i], err = t.ask(both, place, in.resume(place), in.Limit+1)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return page, err
	}
	var keys []store.Key
	for i, place := range places {
		keys = append(keys, t.keys(place)...)
		for _, id := range found[i][:min(len(found[i]), in.Limit)] {
			keys = append(keys, t.things(id)...)
		}
	}
	if err := in.Request().Read(ctx, keys...); err != nil {
		return page, err
	}
	for i, place := range places {
		at := stage{list: t.list, id: place, last: in.resume(place)}
		for n, id := range found[i] {
			if len(page.Items) >= in.Limit || n == in.Limit {
				page.Next = at.String()
				return page, nil
			}
			at.last = id
			if row, ok := t.row(place, id); ok {
				page.Items = append(page.Items, row)
			}
		}
	}
	page.Next = t.next
	if len(t.places) > len(places) {
		page.Next = stage{list: t.list, id: t.places[len(places)]}.String()
	}
	return page, nil
}

// resume is after which thing of a place the request goes on.
func (in *previewIn) resume(place int64) int64 {
	if place != in.from.id {
		return 0
	}
	return in.from.last
}
