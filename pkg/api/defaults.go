package api

import (
	"fmt"
	"reflect"
)

// faithful panics if a body field, at any depth, could lose an explicit false or 0: a
// default replaces nil, so a field with a default must be a pointer.
func faithful(t reflect.Type, where string) {
	walk(t, map[reflect.Type]bool{}, func(f jsonField) {
		if f.Tag.Get("default") != "" && f.Type.Kind() != reflect.Pointer {
			panic(fmt.Sprintf("%s: %s has a default, so it must be a pointer", where, f.name))
		}
		if f.Tag.Get("json") == "" {
			panic(fmt.Sprintf("%s: %s has no json tag", where, f.Name))
		}
	})
}

// hasDefaults reports whether a field at any depth has a default.
func hasDefaults(t reflect.Type) (found bool) {
	walk(t, map[reflect.Type]bool{}, func(f jsonField) { found = found || f.Tag.Get("default") != "" })
	return found
}

func walk(t reflect.Type, seen map[reflect.Type]bool, visit func(jsonField)) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walk(t.Elem(), seen, visit)
	case reflect.Struct:
		if seen[t] || isText(t) || t.Implements(optionalType) {
			return
		}
		seen[t] = true
		for _, f := range jsonFields(t) {
			visit(f)
			walk(f.Type, seen, visit)
		}
	}
}

// fillDefaults gives every nil field of a decoded body its default.
func fillDefaults(v reflect.Value, r *rule) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillDefaults(v.Elem(), r)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fillDefaults(v.Index(i), r.items)
		}
	case reflect.Struct:
		for _, f := range jsonFields(v.Type()) {
			at, known := r.fields[f.name]
			if !known {
				continue
			}
			field := v.FieldByIndex(f.Index)
			if field.Kind() == reflect.Pointer && field.IsNil() && at.Default != nil {
				field.Set(reflect.New(field.Type().Elem())) // a copy: a handler may change what it is given
				field.Elem().Set(reflect.ValueOf(at.Default).Elem())
				continue
			}
			fillDefaults(field, at)
		}
	}
}
