package api

import (
	"cmp"
	"context"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"wardroom/pkg/table"
)

// Paging is embedded in the input of every list. A tag `limit:"10"` on it
// changes how many rows are answered where the request doesn't say.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"200" doc:"How many rows at most. A page may be shorter and still have a successor."`
	Cursor string `query:"cursor" minLength:"1" doc:"meta.next_cursor of the page before. It fits this list with these filters only."`

	position string
}

// After is the position at which the page begins, "" for the first. It is what
// Page.Next was when the page before was made.
func (p *Paging) After() string { return p.position }

// AfterID is After of a list whose positions are ids, 0 for the first page.
func (p *Paging) AfterID() int64 { return ID(p.position) }

// ID is the id that a position is, 0 for "".
func ID(position string) int64 {
	id, _ := strconv.ParseInt(position, 10, 64) // a cursor holds what NextID wrote
	return id
}

// NextID is the position after the row with this id.
func NextID(id int64) string { return strconv.FormatInt(id, 10) }

// Cut returns the first limit rows of found, and the position after them, "" where
// nothing follows: found was asked for one row more than limit.
func Cut[T any](limit int, found []T, position func(T) string) (rows []T, next string) {
	if len(found) <= limit {
		return found, ""
	}
	return found[:limit], position(found[limit-1])
}

// Merge returns the first limit rows of all sources together, by id, each once,
// and the position after them, "" where nothing can follow. Each source was
// asked for one row more than limit, so one that was cut off alone fills the
// page and tells that more follow.
func Merge[T any](limit int, id func(T) int64, sources ...[]T) (rows []T, next string) {
	rows = slices.Concat(sources...)
	slices.SortFunc(rows, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	rows = slices.CompactFunc(rows, func(a, b T) bool { return id(a) == id(b) })
	return Cut(limit, rows, func(v T) string { return NextID(id(v)) })
}

// looks is how often Fill asks for more: a page is short where so many rows in a
// row aren't shown.
const looks = 10

// Fill makes a page of rows some of which the caller may not see, and looks for
// others in their stead: neither the page nor its cursor tells that they are there.
// found and what more answers after an id are by id, one row more than the limit
// where that many follow. show reads some of them, and returns what tells them.
func Fill[T, R any](
	ctx context.Context, p Paging, found []T, id func(T) int64,
	more func(ctx context.Context, after int64) ([]T, error), show func(ctx context.Context, found []T) (func(T) (R, bool), error),
) (Page[R], error) {
	page := Page[R]{Items: []R{}}
	last := int64(0)
	for look := 0; ; look++ {
		shown, err := show(ctx, found)
		if err != nil {
			return page, err
		}
		for _, v := range found {
			row, ok := shown(v)
			switch {
			case !ok:
			case len(page.Items) == p.Limit:
				page.Next = NextID(last)
				return page, nil
			default:
				page.Items, last = append(page.Items, row), id(v)
			}
		}
		if len(found) <= p.Limit {
			return page, nil
		}
		end := id(found[len(found)-1])
		if look == looks {
			page.Next = NextID(end)
			return page, nil
		}
		if found, err = more(ctx, end); err != nil {
			return page, err
		}
	}
}

var pagingType = reflect.TypeFor[Paging]()

// Page is a list that may go on: Next is the position at which it does, or "".
// It is answered as meta.next_cursor, an opaque cursor.
type Page[T any] struct {
	Items []T
	Next  string
}

func (p Page[T]) page() (any, string) { return p.Items, p.Next }

// paged is any Page.
type paged interface {
	page() (items any, next string)
}

// scopeOf binds cursors to the list they were made for: the operation, the
// concrete path and the filters, in any order.
func scopeOf(id, path string, query url.Values) string {
	filters := url.Values{}
	for name, values := range query {
		if name != "limit" && name != "cursor" {
			filters[name] = values
		}
	}
	return id + " " + path + "?" + filters.Encode()
}

// resume decodes the cursor of a request, and reports whether it is one of this
// list.
func (p *Paging) resume(ctx context.Context, g Guard, scope string) (bool, error) {
	if p.Cursor == "" {
		return true, nil
	}
	if !table.Plausible(p.Cursor) {
		return false, nil
	}
	cursors, err := g.Cursors(ctx)
	if err != nil {
		return false, err
	}
	p.position, err = cursors.Position(scope, p.Cursor)
	return err == nil, nil
}
