package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wardroom/pkg/table"
)

// Guard authenticates and authorizes the requests to operations that aren't Public.
type Guard interface {
	// Admit checks the credentials, before anything else of the request is read. It
	// refuses with a *fault.Fault.
	Admit(r *http.Request, op *Op) (Visit, error)
	// Cursors returns the maker and reader of lists' cursors.
	Cursors(ctx context.Context) (*table.Cursors, error)
}

// Visit is one admitted request.
type Visit interface {
	// Confirm finishes the authentication of a request that is refused for its form, so
	// that 401 comes before 413, 415, 400 and 422.
	Confirm(ctx context.Context) error
	// Serve authorises the call, runs handle and commits. Where the transaction loses to
	// another, all of it is tried again, each time with a call of its own (Afresh). The
	// answer may be a stored one.
	Serve(ctx context.Context, c Call, handle Handle) (Answer, error)
}

// Handle runs the handler of an operation on the input of a call.
type Handle func(ctx context.Context, c Call) (Answer, error)

// Call is a request whose form is valid.
type Call struct {
	Op *Op
	In any // the *I of the operation's handler
	// IfMatch has the versions of an If-Match header without their quotes, or "*". It is
	// nil where the header is absent, and empty where it has only weak tags, which never
	// match.
	IfMatch        []string
	IdempotencyKey string // "" where absent, or the operation takes none
	Fingerprint    string // identifies the request of an Idempotency-Key: hex SHA-256 of method, path, query and body; "" without a key

	queried []string // fields of the body that were given in the query
}

// Answer is an answer to be sent, or stored and sent again.
type Answer struct {
	Status int
	Body   []byte // JSON
	ETag   string // with its quotes; "" for none
	Kept   []byte // the body without its secrets, to be stored instead of Body; nil where it has none

	Removal int64 // id of the removal that the request began, for a header; 0 for none
	// Earlier are ids of removals that earlier parts of the request began; see
	// Request.Continue. An operation that takes an Idempotency-Key has none.
	Earlier []int64

	// Anew renders the handler's result again, which may have changed: a letter that was
	// sent after the commit may have failed.
	Anew func() (Answer, error)
}

// Matches reports whether If-Match, if there is one, names the version.
func (c Call) Matches(version int64) bool {
	if c.IfMatch == nil {
		return true
	}
	for _, tag := range c.IfMatch {
		if tag == "*" || tag == strconv.FormatInt(version, 10) {
			return true
		}
	}
	return false
}

// IDs returns the ids in an input field, by its name on the wire: one for a single id,
// all of a list, none where the request doesn't give it (or gives null). A decimal
// string is an id, as on the workspace routes; any other string is none. Of fields with
// the same name, the path comes before the query and the query before the body.
func (c Call) IDs(field string) []int64 { return c.Op.in.ids(c.In, field) }

// Where returns the place of the nth id of IDs, as refusals name it:
// "body.user_ids[1]". It is "" for the path, and for a field that isn't given.
func (c Call) Where(field string, n int) string {
	place, list := c.place(field)
	if place != "" && list {
		place += "[" + strconv.Itoa(n) + "]"
	}
	return place
}

// Place returns the place of a field, as refusals name it: "body.user_ids", or
// "query.user_ids" for one that was given there. It is "" for the path, and for a
// field that isn't given.
func (c Call) Place(field string) string {
	place, _ := c.place(field)
	return place
}

func (c Call) place(field string) (place string, list bool) {
	found, at := c.Op.in.holding(c.In, field)
	switch {
	case len(found) == 0 || strings.HasPrefix(at.where, "path."):
		return "", false
	case slices.Contains(c.queried, field):
		return "query." + field, at.list
	}
	return at.where, at.list
}

func idsOf(v reflect.Value) []int64 {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return idsOf(v.Elem())
	case reflect.Int64, reflect.Int:
		if v.Int() == 0 {
			return nil
		}
		return []int64{v.Int()}
	case reflect.String:
		if id, ok := parseID(v.String()); ok {
			return []int64{id}
		}
	case reflect.Slice:
		var out []int64
		for i := range v.Len() {
			out = append(out, idsOf(v.Index(i))...)
		}
		return out
	case reflect.Struct:
		if o, ok := v.Interface().(optional); ok {
			if value, given := o.given(); given {
				return idsOf(reflect.ValueOf(value))
			}
		}
	}
	return nil
}
