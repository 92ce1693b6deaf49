package api

import "reflect"

// Afresh returns the call with a deep copy of its input, for each try of a request,
// so that no try sees what a hook or a handler of another did to its input.
func (c Call) Afresh() Call {
	in := reflect.New(reflect.TypeOf(c.In).Elem())
	in.Elem().Set(reflect.ValueOf(c.In).Elem())
	detach(in.Elem())
	c.In = in.Interface()
	return c
}

// detach gives v its own copies of pointers, lists and maps. It skips unexported
// fields, which aren't filled from a request or never change (a time, an optional
// value).
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
