package audit

import (
	"encoding"
	"reflect"
	"strings"
	"sync"

	"wardroom/pkg/model"
)

// Decode reads a change of one kind out of a row, and reports whether the row tells
// it: it is about such a thing, and has each fact that the kind always has, or one
// at least of those that it may have. A row can tell several changes, and each of
// them is read without the others.
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

// factsOf is what a change is about and the facts of both sides; nil for none.
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

// within is the name of the thing of a field, or of that part of about.
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

// value is a fact as a row has it.
func value(v reflect.Value) any {
	if v.Type().Implements(textMarshaler) {
		text, _ := v.Interface().(encoding.TextMarshaler)
		b, _ := text.MarshalText() // what can't be written was never read or made
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

// told adds the facts of a struct.
func told(side map[string]any, v reflect.Value) map[string]any {
	for i, f := range fields(v.Type()) {
		f.write(side, v.Field(i))
	}
	return side
}

// reader reads a change out of a row.
type reader struct {
	sides
	about model.Ref
	lacks bool // the row isn't about such a thing, or a fact isn't there that always is
	may   bool // the kind has facts
	has   bool // and the row has some
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

// subject reads an id out of what the row is about, and returns what is left of the
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

// note counts a fact that was read, or wasn't.
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

// turns reads the facts of every thing of a kind.
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

// read reads a fact of a side into v, and reports whether it is there.
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

// set makes v what a fact says, and reports whether it can be that. Numbers come
// back as another type than they were noted as.
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

// untold reads the facts of a struct, and reports whether there is any.
func untold(side map[string]any, v reflect.Value) (read bool) {
	for i, f := range fields(v.Type()) {
		if f.read(side, v.Field(i)) {
			read = true
		}
	}
	return read
}

// field is what the tag of a field says of it.
type field struct {
	place        string // "" for what makes a type a Change
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

// needed reports whether each change of its kind tells of the field.
func (f field) needed() bool {
	oneSided := f.place == beforePlace || f.place == afterPlace
	return f.is == alwaysType || oneSided && !f.omit && !f.inline && f.is.Kind() != reflect.Pointer
}

// fields are those of a struct, in order.
func fields(t reflect.Type) []field {
	all, ok := ofType.Load(t)
	if !ok {
		all, _ = ofType.LoadOrStore(t, declared(t))
	}
	return all.([]field)
}

// ofType are the fields of each struct that was met.
var ofType sync.Map

// declared reads the tags of a struct. It panics where a field says nothing of itself.
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

// factIn is a fact of a side about a user; nil where it tells none.
func factIn[T any](side map[string]any, user int64) *T {
	var fact T
	if f := (field{name: model.KindUser.Ref(user).String()}); !f.read(side, reflect.ValueOf(&fact).Elem()) {
		return nil
	}
	return &fact
}

// integer is a number among the facts of a row, as noted or as the table or its
// stream gives it back; false for what is none.
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
