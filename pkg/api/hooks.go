package api

import (
	"fmt"
	"reflect"
)

// Hooks are what a guard, or whatever else stands between this package and the
// handlers, asks of an input that has them: an interface of one method each.
var hooks = map[string]reflect.Type{}

// Hook declares that an input with the method of H, an interface with just one,
// is asked by it. An input that has a method of that name with another signature
// would never be asked: it stops the program when its operation is declared.
func Hook[H any]() {
	h := reflect.TypeFor[H]()
	if h.Kind() != reflect.Interface || h.NumMethod() != 1 {
		panic(fmt.Sprintf("%s: a hook is an interface of one method", h))
	}
	hooks[h.Method(0).Name] = h
}

// hooked panics where an input looks as if it had a hook, and hasn't.
func hooked(in reflect.Type) {
	for name, h := range hooks {
		if m, is := reflect.PointerTo(in).MethodByName(name); is && !reflect.PointerTo(in).Implements(h) {
			panic(fmt.Sprintf("%s: %s is %s, which is no %s: it would never be asked", in, name, m.Type, h))
		}
	}
}
