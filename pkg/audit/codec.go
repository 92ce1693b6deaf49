package audit

import (
	"encoding"
	"reflect"
	"strings"
	"sync"

	"wardroom/pkg/model"
)

// Decode reads a change of type T from a row, and reports whether the row contains
// one: it is about such a thing, and has every required fact of T and at least one of
// its facts. A row can contain several changes, each of which is read on its own.
func Decode[T Change](a model.Audit) (c T, told bool) {
	about, _ := model.ParseRef(a.Resource)
	var read T
	r := reader{sides: sides{a.Before, a.After}, about: about}
	r.change(reflect.ValueOf(&read).Elem())
	if r.lacks || r.may && !r.has {
		return c, false
	}
	return read, true
}

// sides are the facts of a row.
type sides struct{ before, after map[string]any }

// factsOf returns the thing that a change is about and its facts before and after;
// nil for none.
func factsOf(c Change) (about model.Ref, before, after map[string]any) {
	s := sides{map[string]any{}, map[string]any{}}
	v := reflect.ValueOf(c)
	for i, f := range fields(v.Type()) {
		switch v := v.Field(i); f.place {
		case ofPlace:
			about = f.within(about, v)
		case beforePlace:
			f.write(s.before, v)
		case afterPlace:
			f.write(s.after, v)
		case bothPlace:
			f.writeTurn(s, v)
		}
	}
	return about, orNil(s.before), orNil(s.after)
}

func orNil(facts map[string]any) map[string]any {
	if len(facts) == 0 {
		return nil
	}
	return facts
}

// within returns the name of the thing that a field has the id of, as a part of about
// unless that is zero.
func (f field) within(about model.Ref, v reflect.Value) model.Ref {
	if f.is == refType {
		r, _ := v.Interface().(model.Ref)
		return r
	}
	thing := model.Thing{Kind: model.Kind(f.name), ID: v.Int()}
	if about.IsZero() {
		return model.Ref{Thing: thing}
	}
	about.Part = thing
	return about
}

func (f field) writeTurn(s sides, v reflect.Value) {
	switch {
	case f.is == alwaysType:
		s.before[f.name], s.after[f.name] = false, true
	case v.Kind() == reflect.Map:
		for _, id := range v.MapKeys() {
			one := field{name: f.name + model.Thing{ID: id.Int()}.String()[1:]}
			one.writeTurn(s, v.MapIndex(id))
		}
	default:
		f.write(s.before, v.Field(0))
		f.write(s.after, v.Field(1))
	}
}

// write adds a fact to a side.
func (f field) write(side map[string]any, v reflect.Value) {
	switch {
	case f.is == alwaysType:
		side[f.name] = true
	case v.Kind() == reflect.Pointer && v.IsNil(), f.omit && v.IsZero():
	case f.inline:
		told(side, reflect.Indirect(v))
	default:
		side[f.name] = value(reflect.Indirect(v))
	}
}

var textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()

// value encodes a fact for a row.
func value(v reflect.Value) any {
	if v.Type().Implements(textMarshaler) {
		text, _ := v.Interface().(encoding.TextMarshaler)
		b, _ := text.MarshalText() // fails only for values that can't be read or made
		return string(b)
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int64:
		return v.Int()
	case reflect.Bool:
		return v.Bool()
	}
	return told(make(map[string]any, v.NumField()), v)
}

// told adds the facts of a struct to a side, and returns the side.
func told(side map[string]any, v reflect.Value) map[string]any {
	for i, f := range fields(v.Type()) {
		f.write(side, v.Field(i))
	}
	return side
}

// reader reads a change from a row.
type reader struct {
	sides
	about model.Ref
	lacks bool // the row isn't about such a thing, or a required fact is missing
	may   bool // the change has fields for facts
	has   bool // the row has some of these
}

func (r *reader) change(v reflect.Value) {
	rest, named := r.about, false
	for i, f := range fields(v.Type()) {
		switch v := v.Field(i); f.place {
		case ofPlace:
			rest, named = r.subject(f, rest, v), true
		case beforePlace:
			r.note(f, f.read(r.before, v))
		case afterPlace:
			r.note(f, f.read(r.after, v))
		case bothPlace:
			r.note(f, r.turn(f, v))
		}
	}
	r.lacks = r.lacks || named && !rest.IsZero()
}

// subject reads a field's id from the row's subject, and returns the rest of the
// name.
func (r *reader) subject(f field, rest model.Ref, v reflect.Value) model.Ref {
	if f.name == anyThing {
		v.Set(reflect.ValueOf(rest))
		r.lacks = r.lacks || rest.IsZero()
		return model.Ref{}
	}
	v.SetInt(rest.ID)
	r.lacks = r.lacks || rest.Kind != model.Kind(f.name)
	return model.Ref{Thing: rest.Part}
}

// note records whether a fact was read.
func (r *reader) note(f field, read bool) {
	r.may, r.has = true, r.has || read
	r.lacks = r.lacks || !read && f.needed()
}

func (r *reader) turn(f field, v reflect.Value) (read bool) {
	switch {
	case f.is == alwaysType:
		return r.before[f.name] == false && r.after[f.name] == true
	case v.Kind() == reflect.Map:
		return r.turns(f, v)
	}
	before, after := f.read(r.before, v.Field(0)), f.read(r.after, v.Field(1))
	return before || after
}

// turns reads the facts of every thing of a kind into a map by their ids.
func (r *reader) turns(f field, v reflect.Value) (read bool) {
	for _, side := range []map[string]any{r.before, r.after} {
		for name := range side {
			thing, ok := model.ParseThing(name)
			id := reflect.ValueOf(thing.ID)
			if !ok || string(thing.Kind)+":" != f.name || v.MapIndex(id).IsValid() {
				continue
			}
			one := reflect.New(v.Type().Elem()).Elem()
			if r.turn(field{name: name}, one) {
				if read = true; v.IsNil() {
					v.Set(reflect.MakeMap(v.Type()))
				}
				v.SetMapIndex(id, one)
			}
		}
	}
	return read
}

// read reads a fact of a side into v, and reports whether the side has it.
func (f field) read(side map[string]any, v reflect.Value) bool {
	if f.is == alwaysType {
		return side[f.name] == true
	}
	into := v
	if v.Kind() == reflect.Pointer {
		into = reflect.New(v.Type().Elem()).Elem()
	}
	read := false
	if f.inline {
		read = untold(side, into)
	} else if fact, ok := side[f.name]; ok {
		read = set(into, fact)
	}
	if read && v.Kind() == reflect.Pointer {
		v.Set(into.Addr())
	}
	return read
}

// set sets v to a fact, and reports whether the fact has v's type. Numbers that were
// stored are read as another type than they were noted as.
func set(v reflect.Value, fact any) bool {
	if to, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, is := fact.(string)
		return is && to.UnmarshalText([]byte(text)) == nil
	}
	switch v.Kind() {
	case reflect.String:
		text, is := fact.(string)
		v.SetString(text)
		return is
	case reflect.Int64:
		n, is := integer(fact)
		v.SetInt(n)
		return is
	case reflect.Bool:
		b, is := fact.(bool)
		v.SetBool(b)
		return is
	}
	inner, is := fact.(map[string]any)
	if is {
		untold(inner, v)
	}
	return is
}

// untold reads the facts of a struct from a side, and reports whether it has any.
func untold(side map[string]any, v reflect.Value) (read bool) {
	for i, f := range fields(v.Type()) {
		if f.read(side, v.Field(i)) {
			read = true
		}
	}
	return read
}

// field is the tag of a change's field, parsed.
type field struct {
	place        string // "" for the embedded changed
	name         string
	inline, omit bool
	is           reflect.Type
}

const (
	ofPlace     = "of"
	bothPlace   = "fact"
	beforePlace = "before"
	afterPlace  = "after"
	anyThing    = "*"
)

var alwaysType, refType = reflect.TypeFor[always](), reflect.TypeFor[model.Ref]()

// needed reports whether the fact is required: every change of its type has it.
func (f field) needed() bool {
	oneSided := f.place == beforePlace || f.place == afterPlace
	return f.is == alwaysType || oneSided && !f.omit && !f.inline && f.is.Kind() != reflect.Pointer
}

// fields returns the parsed fields of a struct, in order, from the cache ofType.
func fields(t reflect.Type) []field {
	all, ok := ofType.Load(t)
	if !ok {
		all, _ = ofType.LoadOrStore(t, declared(t))
	}
	return all.([]field)
}

// ofType caches fields.
var ofType sync.Map

// declared parses the tags of a struct. It panics where a field has none.
func declared(t reflect.Type) []field {
	out := make([]field, t.NumField())
	for i := range out {
		f := t.Field(i)
		for _, place := range []string{ofPlace, bothPlace, beforePlace, afterPlace} {
			if tag, ok := f.Tag.Lookup(place); ok {
				name, option, _ := strings.Cut(tag, ",")
				out[i] = field{place, name, option == "inline", option == "omitempty", f.Type}
			}
		}
		if out[i].place == "" && !f.Anonymous {
			panic("audit: " + t.String() + "." + f.Name + " doesn't say which fact it is")
		}
	}
	return out
}

// factIn returns a side's fact about a user; nil where it has none.
func factIn[T any](side map[string]any, user int64) *T {
	var fact T
	if f := (field{name: model.KindUser.Ref(user).String()}); !f.read(side, reflect.ValueOf(&fact).Elem()) {
		return nil
	}
	return &fact
}

// integer returns a number among the facts of a row, whether it was just noted or
// read from the table or its stream; false for anything else.
func integer(fact any) (int64, bool) {
	switch n := fact.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), true
	}
	return 0, false
}
