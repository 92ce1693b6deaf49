package api

import "reflect"

// Afresh returns the call with a copy of its input as it was bound: nothing that a
// hook or a handler did with the one is seen in the other. A request that is
// decided again is decided on such a copy.
func (c Call) Afresh() Call {
	in := reflect.New(reflect.TypeOf(c.In).Elem())
	in.Elem().Set(reflect.ValueOf(c.In).Elem())
	detach(in.Elem())
	c.In = in.Interface()
	return c
}

// detach gives v pointers, lists and maps of its own. What can't be set isn't
// filled from a request, or never changes once it is (a time, an optional value).
func detach(v reflect.Value) {
	if !v.CanSet() && (v.Kind() != reflect.Struct || !v.CanAddr()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to := reflect.New(v.Type().Elem())
			to.Elem().Set(v.Elem())
			detach(to.Elem())
			v.Set(to)
		}
	case reflect.Slice:
		if !v.IsNil() {
			to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(to, v)
			for i := range to.Len() {
				detach(to.Index(i))
			}
			v.Set(to)
		}
	case reflect.Map:
		if !v.IsNil() {
			to := reflect.MakeMapWithSize(v.Type(), v.Len())
			for each := v.MapRange(); each.Next(); {
				to.SetMapIndex(each.Key(), detached(each.Value()))
			}
			v.Set(to)
		}
	case reflect.Interface:
		if !v.IsNil() {
			v.Set(detached(v.Elem()))
		}
	case reflect.Array:
		for i := range v.Len() {
			detach(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			detach(v.Field(i))
		}
	}
}

func detached(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	detach(to)
	return to
}
