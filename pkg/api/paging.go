package api

import (
	"context"
	"net/url"
	"reflect"
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
