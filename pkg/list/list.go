// Package list answers lists page by page. A list is declared: what it is asked,
// which rows are read again before they are shown, and what each becomes, or that it
// isn't shown. The input of an operation asks for the first rows along with the
// caller's, and its handler makes the page of them.
//
// What is read from one partition of the table itself, strongly consistent, needs no
// second look: such a list (of an agent's versions, or of changes) is a page as the
// store gives it.
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
	// Find is what the list is asked. Its answers are in the list's order.
	Find Finder
	// Position is where the list goes on after a row; nil for a list by ids.
	Position func(store.Ref) string

	// Rows are read of what was found, strongly consistent, before it is shown.
	Rows func(*request.Request, store.Ref) []store.Key
	// Then are rows that those show to be needed besides: one more round trip, where
	// there are any that weren't read yet.
	Then func(*request.Request, store.Ref) []store.Key
	// Recheck is asked while Rows are read. Where it finds what Find didn't, and what
	// belongs on the page, the request is decided anew. It is for lists by ids between
	// which a row may have moved while they were asked.
	Recheck Finder

	// Show is a row as it is shown, by the rows that were read. It is false for what
	// isn't there any more, and for what isn't for the caller.
	Show func(*request.Request, store.Ref) (T, bool)
	// Fill looks for others in the stead of rows that aren't shown, so that neither
	// the page nor its cursor tells that they are there. Without it, a page is short
	// by them.
	Fill bool
	// Strict refuses a list with a row that can't be read. Without it, the page is
	// without that row, and the log says so.
	Strict bool
}

// looks is how often Fill asks for more: a page is short where so many rows in a
// row aren't shown.
const looks = 10

// Where is the list without what isn't to be kept.
func (l Of[T]) Where(keep func(T) bool) Of[T] {
	show := l.Show
	l.Show = func(c *request.Request, at store.Ref) (T, bool) {
		row, ok := show(c, at)
		return row, ok && keep(row)
	}
	return l
}

// Page makes the page of what Ask has found; what several questions have found is
// one list, by ids. It returns store.ErrStale where Recheck says so.
func (l Of[T]) Page(ctx context.Context, c *request.Request, p api.Paging, asked ...[]store.Ref) (api.Page[T], error) {
	var found []store.Ref
	if len(asked) == 1 {
		found = asked[0]
	} else {
		found = merge(p.Limit+1, slices.Concat(asked...))
	}
	page := api.Page[T]{Items: []T{}}
	after, last := p.After(), "" // where the look begins, and the position of the last row that is shown
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

// Answer is the page of a list whose question has to wait for the handler. Rows are
// read along with it.
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

// read reads what shows some rows after a position, and asks again meanwhile; more
// says that others follow them.
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

// missed reports whether what was found again has a row that some lacks; more says
// that rows follow those.
func missed(some, again []store.Ref, more bool) bool {
	return slices.ContainsFunc(again, func(at store.Ref) bool {
		if more && byID(at, some[len(some)-1]) > 0 {
			return false
		}
		_, found := slices.BinarySearchFunc(some, at, byID)
		return !found
	})
}

// keys are those of all rows, of which each may have several.
func keys(c *request.Request, found []store.Ref, of func(*request.Request, store.Ref) []store.Key) []store.Key {
	out := make([]store.Key, 0, 4*len(found))
	for _, at := range found {
		out = append(out, of(c, at)...)
	}
	return out
}
