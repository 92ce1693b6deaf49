package api

import "reflect"

// lists locates the lists and maps in a type, so that nil ones can be made empty
// before they are encoded: data has [] and never null. It is nil for a type without
// any, which then costs nothing.
type lists struct {
	fields map[int]*lists // of a struct, by index
	items  *lists         // of a slice, array or pointer
	itself bool           // a slice or map that may be nil
}

func listsIn(t reflect.Type) *lists { return listsOf(t, map[reflect.Type]bool{}) }

// listsOf stops at a type inside itself; no answer is recursive.
func listsOf(t reflect.Type, outer map[reflect.Type]bool) *lists {
	if outer[t] || isText(t) {
		return nil
	}
	outer[t] = true
	defer delete(outer, t)
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return nil
		}
		return &lists{items: listsOf(t.Elem(), outer), itself: true}
	case reflect.Map:
		return &lists{itself: true}
	case reflect.Pointer, reflect.Array:
		if items := listsOf(t.Elem(), outer); items != nil {
			return &lists{items: items}
		}
	case reflect.Struct:
		var l lists
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				continue
			}
			if inside := listsOf(f.Type, outer); inside != nil {
				if l.fields == nil {
					l.fields = map[int]*lists{}
				}
				l.fields[i] = inside
			}
		}
		if l.fields != nil {
			return &l
		}
	}
	return nil
}

// fill returns v without nil lists. It changes values that v points to, but shares no
// list with another value.
func (l *lists) fill(v any) any {
	if l == nil || v == nil {
		return v
	}
	in := reflect.ValueOf(v)
	if in.Kind() == reflect.Slice && !in.IsNil() && l.items == nil || in.Kind() == reflect.Map && !in.IsNil() {
		return v
	}
	out := reflect.New(in.Type()).Elem()
	out.Set(in)
	l.fillValue(out)
	return out.Interface()
}

func (l *lists) fillValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		if l.items == nil {
			return
		}
		for i := range v.Len() {
			l.items.fillValue(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			l.items.fillValue(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			l.items.fillValue(v.Elem())
		}
	case reflect.Struct:
		for i, inside := range l.fields {
			inside.fillValue(v.Field(i))
		}
	}
}
