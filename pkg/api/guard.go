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

// Guard stands before every operation that isn't Public.
type Guard interface {
	// Admit reads the credentials before anything else of the request is
	// looked at. It refuses with a *fault.Fault.
	Admit(r *http.Request, op *Op) (Visit, error)
	// Cursors returns what makes and reads the cursors of lists.
	Cursors(ctx context.Context) (*table.Cursors, error)
}

// Visit is one admitted request.
type Visit interface {
	// Confirm finishes the authentication. It is called before any refusal of
	// the request's form, so that 401 comes before 413, 415, 400 and 422.
	Confirm(ctx context.Context) error
	// Serve authorises the call, runs handle and commits. Where the transaction
	// is tried again, so is all of it, each time on a call of its own (Afresh).
	// The answer may be a stored one.
	Serve(ctx context.Context, c Call, handle Handle) (Answer, error)
}

// Handle runs the handler of an operation on the input of a call.
type Handle func(ctx context.Context, c Call) (Answer, error)

// Call is a request whose form is in order.
type Call struct {
	Op *Op
	In any // the *I of the operation's handler
	// IfMatch holds the versions of an If-Match header without their quotes, or
	// "*". It is nil where the header is absent, and empty where it holds only
	// weak tags, which never match.
	IfMatch        []string
	IdempotencyKey string // "" where absent or meaningless
	Fingerprint    string // tells one use of an Idempotency-Key from another: hex SHA-256 of method, path, query and body; "" without a key

	queried []string // fields of the body that the query gave instead
}

// Answer is what is sent, or kept to be sent again.
type Answer struct {
	Status int
	Body   []byte // JSON
	ETag   string // with its quotes; "" for none
	Kept   []byte // the body without its secrets, to be stored for replays in Body's stead; nil where it has none

	Removal int64 // id of the removal that the request made, for a header; 0 for none
	// Earlier are ids of the removals that it made before, where one transaction
	// couldn't hold it all. No operation does so that takes an Idempotency-Key.
	Earlier []int64

	// Anew makes the answer again, from the same result of the handler, which may
	// have changed meanwhile: what leaves after the commit may have failed.
	Anew func() (Answer, error)
}

// Matches reports whether If-Match lets a request on a row of this version
// through.
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

// IDs returns the ids that an input field holds, by its name on the wire: one
// for a single id, all of a list, none where the request doesn't give it (or
// gives null). A decimal string counts as an id, as on the workspace routes;
// any other string holds none. Where two places share the name, the path counts
// before the query and the query before the body.
func (c Call) IDs(field string) []int64 { return c.Op.in.ids(c.In, field) }

// Where is the place of the nth id that IDs finds in a field, as refusals name it:
// "body.user_ids[1]". It is "" for the path, and for a field that isn't given.
func (c Call) Where(field string, n int) string {
	place, list := c.place(field)
	if place != "" && list {
		place += "[" + strconv.Itoa(n) + "]"
	}
	return place
}

// Place is where a field was given, as refusals name it: "body.user_ids", or
// "query.user_ids" for one that may stand in either. It is "" for the path, and
// for a field that isn't given.
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
