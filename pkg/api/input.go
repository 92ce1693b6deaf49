package api

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// input describes a handler's input type: for each field its part of the request and
// its rule. It is made when the operation is declared, which panics where a request
// could not be bound faithfully.
type input struct {
	typ    reflect.Type
	params []param
	body   *body // nil where the operation takes none
	paging []int // the index of the embedded Paging, nil for none
}

// param is a field filled from the path, the query or a header.
type param struct {
	in, name string // in: "path", "query" or "header"
	field    reflect.StructField
	index    []int
	required bool
	fallback string // the default, as text
	rule     *rule
}

// body is the field that is filled from the JSON body.
type body struct {
	field    reflect.StructField
	typ      reflect.Type // without the pointer of an optional one
	required bool
	fields   []jsonField
	either   []param // body fields that may be given in the query instead
	defaults bool
	rule     *rule
}

// where is the place of the parameter, as complaints name it.
func (p *param) where() string { return p.in + "." + p.name }

func inputOf(t reflect.Type, path string) *input {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("%s: the input of an operation must be a struct", t))
	}
	in := &input{typ: t}
	s := newSchemas()
	in.collect(s, t, nil, "")
	for _, name := range wildcards(path) {
		if !slices.ContainsFunc(in.params, func(p param) bool { return p.in == "path" && p.name == name }) {
			panic(fmt.Sprintf("%s: no field is filled from {%s} of %s", t, name, path))
		}
	}
	for _, p := range in.params {
		if p.in == "path" && !slices.Contains(wildcards(path), p.name) {
			panic(fmt.Sprintf("%s: %s has no {%s}", t, path, p.name))
		}
	}
	return in
}

// collect walks the fields, those of embedded structs included.
func (in *input) collect(s *schemas, t reflect.Type, at []int, limit string) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		switch {
		case f.Type == pagingType && f.Anonymous:
			in.paging = index
			in.collect(s, f.Type, index, f.Tag.Get("limit"))
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			in.collect(s, f.Type, index, "")
		case !f.IsExported():
		case f.Name == "Body":
			f.Index = index
			in.body = bodyOf(s, f)
		default:
			p := paramOf(s, f, index)
			if limit != "" && p.name == "limit" {
				p.fallback = limit
			}
			in.params = append(in.params, p)
		}
	}
}

// paramOf reads the tags of a field that isn't the body.
func paramOf(s *schemas, f reflect.StructField, index []int) param {
	p := param{field: f, index: index, fallback: f.Tag.Get("default")}
	for _, in := range []string{"path", "query", "header"} {
		if name := f.Tag.Get(in); name != "" {
			p.in, p.name = in, name
		}
	}
	if p.in == "" {
		panic(fmt.Sprintf("%s: nothing fills this field; it needs a path, query or header tag", f.Name))
	}
	if !settable(f.Type) {
		panic(fmt.Sprintf("%s: a %s can't be read from text", f.Name, f.Type))
	}
	if p.in == "path" && strings.HasSuffix(p.name, "_id") && f.Type.Kind() != reflect.Int64 {
		panic(fmt.Sprintf("%s: an id in a path is an int64", f.Name))
	}
	p.required = p.in == "path" || f.Tag.Get("required") == "true"
	p.rule = s.rule(p.name, s.field(f, f.Name), p.required)
	return p
}

func bodyOf(s *schemas, f reflect.StructField) *body {
	b := &body{field: f, typ: f.Type, required: f.Type.Kind() != reflect.Pointer}
	if !b.required {
		b.typ = f.Type.Elem()
	}
	faithful(b.typ, f.Name)
	b.rule = s.rule("", s.of(b.typ, "Body"), false)
	b.fields, b.defaults = jsonFields(b.typ), hasDefaults(b.typ)
	for _, bf := range b.fields {
		if name := bf.Tag.Get("query"); name != "" {
			b.either = append(b.either, param{in: "query", name: name, field: bf.StructField, index: bf.Index, rule: b.rule.fields[bf.name]})
			b.required = false
		}
	}
	return b
}
