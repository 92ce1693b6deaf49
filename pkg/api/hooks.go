package api

import (
	"fmt"
	"reflect"
)

// Hooking is a guard that calls methods of inputs. Hooks are the interfaces, of one
// method each, that an input may implement.
type Hooking interface{ Hooks() []reflect.Type }

// hooked panics where an input seems to implement one of the hooks but doesn't: a
// method of that name with another signature, or two that are promoted and hide each
// other, would never be called.
func hooked(in reflect.Type, hooks []reflect.Type) {
	for _, h := range hooks {
		if name := h.Method(0).Name; named(in, name) && !reflect.PointerTo(in).Implements(h) {
			panic(fmt.Sprintf("%s: it would never be asked by its %s, which isn't that of %s", in, name, h))
		}
	}
}

// named reports whether a struct, or one embedded in it, has a method with the name.
func named(t reflect.Type, method string) bool {
	if _, is := reflect.PointerTo(t).MethodByName(method); is {
		return true
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && f.Type.Kind() == reflect.Struct && named(f.Type, method) {
			return true
		}
	}
	return false
}
