package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a body field whose absence, null and value have three meanings: {} leaves
// a project in its team, {"team_id":null} takes it out. Give it `json:"…,omitempty"`. A
// field that takes no null is a plain pointer.
type Optional[T any] struct {
	Given bool // the body names the field
	Value *T   // nil for null
}

// UnmarshalJSON is called for a field that the body names, null included.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Given = true
	return json.Unmarshal(b, &o.Value)
}

// Schema describes T or null.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = true
	return &s
}

// optional is any Optional.
type optional interface{ given() (value any, ok bool) }

func (o Optional[T]) given() (any, bool) {
	if o.Value == nil {
		return nil, false
	}
	return *o.Value, true
}
