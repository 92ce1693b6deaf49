// Package list answers lists page by page. A list declares how its rows are found,
// which rows are read again, strongly consistent, before they are shown, and how each
// is shown, or that it isn't. An operation's input finds the first rows while it loads
// (Finder.Ask), and its handler makes the page of them (Of.Page).
//
// Rows from one partition of the table itself are strongly consistent already: such a
// list (an agent's versions, changes) is a page as the store returns it.
package list

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// Of is a list of Ts.
type Of[T any] struct {
	// Find finds the rows, in the list's order.
	Find Finder
	// Position returns a row's position in the list; nil for a list by ids.
	Position func(store.Ref) string

	// Rows are the keys to read, strongly consistent, before a found row is shown.
	Rows func(*request.Request, store.Ref) []store.Key
	// Then are further keys, once Rows were read: one more round trip, where any
	// weren't read yet.
	Then func(*request.Request, store.Ref) []store.Key
	// Recheck is called while Rows are read. Where it finds a row of the page that Find
	// didn't, the page is store.ErrStale and the request is decided anew. It is for
	// merged lists by ids, since a row may have moved between them while they were asked.
	Recheck Finder

	// Show returns the item of a found row, by the rows that were read. It is false for
	// a row that doesn't exist any more, and for one that the caller may not see.
	Show func(*request.Request, store.Ref) (T, bool)
	// Fill replaces rows that aren't shown with following ones, so that neither the
	// page nor its cursor reveals them. Without it, the page is shorter.
	Fill bool
	// Strict makes an unreadable row an error. Without it, the row is omitted and
	// logged.
	Strict bool
}

// looks is how often Fill finds more rows for one page; then the page is short.
const looks = 10

// Where returns the list of those items for which keep is true.
func (l Of[T]) Where(keep func(T) bool) Of[T] {
	show := l.Show
	l.Show = func(c *request.Request, at store.Ref) (T, bool) {
		row, ok := show(c, at)
		return row, ok && keep(row)
	}
	return l
}

// Page makes the page of the rows that Ask found; those of several Asks are merged
// by ids. It returns store.ErrStale where Recheck finds another row.
func (l Of[T]) Page(ctx context.Context, c *request.Request, p api.Paging, asked ...[]store.Ref) (api.Page[T], error) {
	var found []store.Ref
	if len(asked) == 1 {
		found = asked[0]
	} else {
		found = merge(p.Limit+1, slices.Concat(asked...))
	}
	page := api.Page[T]{Items: []T{}}
	after, last := p.After(), "" // the position before found, and that of the last row on the page
	for look := 0; ; look++ {
		some := found
		if !l.Fill {
			some = found[:min(len(found), p.Limit)]
		}
		if err := l.read(ctx, c, some, after, p.Limit, len(found) > len(some)); err != nil {
			return page, err
		}
		for _, at := range some {
			row, ok := l.Show(c, at)
			switch {
			case !ok:
			case len(page.Items) == p.Limit:
				page.Next = last
				return page, nil
			default:
				page.Items, last = append(page.Items, row), l.position(at)
			}
		}
		if len(found) <= p.Limit {
			return page, nil
		}
		after = l.position(some[len(some)-1])
		if !l.Fill || look == looks {
			page.Next = after
			return page, nil
		}
		var err error
		if found, err = l.Find(ctx, after, p.Limit+1); err != nil {
			return page, err
		}
	}
}

// Answer finds rows and makes their page, for a list that only the handler knows how
// to ask. It reads the rows along in the same trip.
func (l Of[T]) Answer(ctx context.Context, c *request.Request, p api.Paging, along ...store.Key) (api.Page[T], error) {
	var found []store.Ref
	ask := func(ctx context.Context) (err error) {
		found, err = l.Find(ctx, p.After(), p.Limit+1)
		return err
	}
	read := ask
	if len(along) > 0 {
		read = func(ctx context.Context) error { return c.ReadWith(ctx, along, ask) }
	}
	if err := read(ctx); err != nil {
		return api.Page[T]{}, err
	}
	return l.Page(ctx, c, p, found)
}

func (l Of[T]) position(at store.Ref) string {
	if l.Position != nil {
		return l.Position(at)
	}
	return api.NextID(at.ID)
}

// read reads Rows and Then of some rows, which follow a position, and calls Recheck
// meanwhile; more is true where other rows follow them. It returns store.ErrStale
// where Recheck finds another row.
func (l Of[T]) read(ctx context.Context, c *request.Request, some []store.Ref, after string, limit int, more bool) error {
	if l.Rows == nil {
		return nil
	}
	shown, missing := c.ReadShown, c.ReadMissingShown
	if l.Strict {
		shown, missing = c.Read, c.ReadMissing
	}
	rows := keys(c, some, l.Rows)
	if l.Recheck == nil {
		if err := shown(ctx, rows...); err != nil {
			return err
		}
	} else {
		var again []store.Ref
		if err := c.ReadWith(ctx, rows, func(ctx context.Context) (err error) {
			again, err = l.Recheck(ctx, after, limit+1)
			return err
		}); err != nil {
			return err
		}
		if missed(some, again, more) {
			return store.ErrStale
		}
	}
	if l.Then == nil {
		return nil
	}
	_, err := missing(ctx, keys(c, some, l.Then)...)
	return err
}

// missed reports whether again has a row that some lacks, up to the last of some
// where more is true: other rows follow them then.
func missed(some, again []store.Ref, more bool) bool {
	return slices.ContainsFunc(again, func(at store.Ref) bool {
		if more && byID(at, some[len(some)-1]) > 0 {
			return false
		}
		_, found := slices.BinarySearchFunc(some, at, byID)
		return !found
	})
}

// keys returns the keys that of names for all found rows.
func keys(c *request.Request, found []store.Ref, of func(*request.Request, store.Ref) []store.Key) []store.Key {
	out := make([]store.Key, 0, 4*len(found))
	for _, at := range found {
		out = append(out, of(c, at)...)
	}
	return out
}
