package api

import (
	"context"
	"net/url"
	"reflect"
	"strconv"

	"wardroom/pkg/table"
)

// Paging is embedded in the input of every list. A tag `limit:"10"` on it changes the
// default limit.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"200" doc:"How many rows at most. A page may be shorter and still have a successor."`
	Cursor string `query:"cursor" minLength:"1" doc:"meta.next_cursor of the page before. It fits this list with these filters only."`

	position string
}

// After is the position after which the page begins, "" for the first: Page.Next of the
// page before.
func (p *Paging) After() string { return p.position }

// AfterID is After for a list whose positions are ids, 0 for the first page.
func (p *Paging) AfterID() int64 { return ID(p.position) }

// ID parses a position that NextID made, 0 for "".
func ID(position string) int64 {
	id, _ := strconv.ParseInt(position, 10, 64) // a cursor holds what NextID wrote
	return id
}

// NextID returns the position of the row with an id.
func NextID(id int64) string { return strconv.FormatInt(id, 10) }

var pagingType = reflect.TypeFor[Paging]()

// Page is a page of a list: Next is the position after which the list goes on, "" at its
// end. It is answered as meta.next_cursor, an opaque cursor.
type Page[T any] struct {
	Items []T
	Next  string
}

func (p Page[T]) page() (any, string) { return p.Items, p.Next }

// paged is any Page.
type paged interface {
	page() (items any, next string)
}

// scopeOf returns the scope of a list's cursors: the operation, the concrete path and
// the filters, in any order.
func scopeOf(id, path string, query url.Values) string {
	filters := url.Values{}
	for name, values := range query {
		if name != "limit" && name != "cursor" {
			filters[name] = values
		}
	}
	return id + " " + path + "?" + filters.Encode()
}

// resume sets the position from the request's cursor; false where that isn't a cursor of
// the scope.
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
