package api

import (
	"bytes"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// TrueOr is an answer that is true, or a T where Else is neither nil nor zero, as the
// answers of Agenta's invitations are.
type TrueOr[T any] struct{ Else *T }

func (t TrueOr[T]) plain() bool { return t.Else == nil || reflect.ValueOf(*t.Else).IsZero() }

// MarshalJSON renders true or the T.
func (t TrueOr[T]) MarshalJSON() ([]byte, error) {
	if t.plain() {
		return []byte("true"), nil
	}
	var b bytes.Buffer
	err := write(&b, t.Else)
	return b.Bytes(), err
}

// Redacted is the value without its secrets, as it is stored for replays.
func (t TrueOr[T]) Redacted() any {
	if t.plain() {
		return t
	}
	if r, ok := any(*t.Else).(Redacted); ok {
		return r.Redacted()
	}
	return t
}

// Schema describes true and T as alternatives.
func (TrueOr[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeBoolean, Enum: []any{true}}, r.Schema(reflect.TypeFor[T](), true, "")}}
}
