package table

import (
	"fmt"
	"reflect"
	"strings"
)

// fieldsOf returns the index of each field of a struct by its attribute, the name
// in guregu's tag, embedded structs included. So a key or a guard can be read off a
// value without making a whole item of it.
func fieldsOf(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("dynamo"), ","); name != "" && name != "-" {
			fields[name] = f.Index
		}
	}
	return fields
}

// values returns v's values of the named attributes, times as text.
func (e *Entity[T]) values(v *T, names []string) []any {
	row := reflect.ValueOf(v).Elem()
	out := make([]any, len(names))
	for i, name := range names {
		at, ok := e.fields[name]
		if !ok {
			panic("table: a " + e.name + " has no attribute " + name)
		}
		out[i] = row.FieldByIndex(at).Interface()
		if text, ok := out[i].(fmt.Stringer); ok { // a time
			out[i] = text.String()
		}
	}
	return out
}

// keyOf returns the primary key of v.
func (e *Entity[T]) keyOf(v *T) Primary { return e.Key(e.values(v, e.holes)...) }

// differing returns the attributes in which from and to differ, and whether one
// of them may change the row's key in an index.
func (e *Entity[T]) differing(from, to *T) (names []string, moves bool) {
	a, b := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	for _, name := range e.attributes {
		if at := e.fields[name]; !equal(a.FieldByIndex(at), b.FieldByIndex(at)) {
			names = append(names, name)
			moves = moves || name == deletedAttr || e.indexed[name]
		}
	}
	return names, moves
}

// equal compares values, following pointers.
func equal(a, b reflect.Value) bool {
	switch {
	case a.Kind() == reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return equal(a.Elem(), b.Elem())
	case !a.Type().Comparable(): // lists and maps, and what has them
		return reflect.DeepEqual(a.Interface(), b.Interface())
	}
	return a.Equal(b)
}
