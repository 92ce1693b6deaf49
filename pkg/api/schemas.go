package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// A type whose Go form doesn't describe it fully has a method Schema(Registry) *Schema,
// which returns one of these.
type (
	Registry = huma.Registry
	Schema   = huma.Schema
)

// OneOf is a text of a closed list.
func OneOf(names ...string) *Schema {
	s := &Schema{Type: huma.TypeString}
	for _, name := range names {
		s.Enum = append(s.Enum, name)
	}
	return s
}

// Fields is an object that may have these fields and no others, all of one kind.
func Fields(names []string, of *Schema) *Schema {
	s := &Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*Schema{}}
	for _, name := range names {
		s.Properties[name] = of
	}
	return s
}

// ListOfOne is a list of exactly one T.
func ListOfOne[T any](r Registry) *Schema {
	one := 1
	return &Schema{Type: huma.TypeArray, Items: r.Schema(reflect.TypeFor[T](), true, ""), MinItems: &one, MaxItems: &one}
}
