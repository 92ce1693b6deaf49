package api

import (
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
)

const schemaRef = "#/components/schemas/"

// TypeName is the operation's name as a type's, for generated clients:
// "RemoveUserFromProject".
func (o Op) TypeName() string {
	words := strings.FieldsFunc(o.Name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		first := []rune(w)
		first[0] = unicode.ToUpper(first[0])
		words[i] = string(first)
	}
	return strings.Join(words, "")
}

// settle adds all named schemas to the components, lets those of answers have further
// fields, so that clients tolerate new ones, and deletes those that nothing refers to.
func (d *document) settle() {
	all := d.Map()
	for name, schema := range d.named {
		all[name] = schema
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	for _, path := range d.out.Paths {
		for _, o := range []*huma.Operation{path.Get, path.Put, path.Post, path.Delete, path.Patch} {
			if o == nil {
				continue
			}
			for _, p := range o.Parameters {
				d.reach(asked, p.Schema)
			}
			if o.RequestBody != nil {
				for _, media := range o.RequestBody.Content {
					d.reach(asked, media.Schema)
				}
			}
			for _, r := range o.Responses {
				for _, media := range r.Content {
					d.reach(answered, media.Schema)
				}
			}
		}
	}
	for _, r := range d.out.Components.Responses {
		for _, media := range r.Content {
			d.reach(answered, media.Schema)
		}
	}
	for name, schema := range all {
		switch {
		case !asked[name] && !answered[name]:
			delete(all, name)
		case !asked[name]:
			open(schema)
		}
	}
}

// reach collects the names of the schemas that a schema refers to, directly or not.
func (d *document) reach(names map[string]bool, s *huma.Schema) {
	if s == nil {
		return
	}
	if name, ok := strings.CutPrefix(s.Ref, schemaRef); ok && !names[name] {
		names[name] = true
		d.reach(names, d.Map()[name])
	}
	each(s, func(inner *huma.Schema) { d.reach(names, inner) })
}

// open lets an object, and those inside it, have further fields.
func open(s *huma.Schema) {
	if s.AdditionalProperties == false {
		s.AdditionalProperties = nil
	}
	each(s, open)
}

// each visits the schemas directly inside a schema.
func each(s *huma.Schema, visit func(*huma.Schema)) {
	for _, p := range s.Properties {
		visit(p)
	}
	for _, of := range [][]*huma.Schema{s.AnyOf, s.OneOf, s.AllOf} {
		for _, a := range of {
			visit(a)
		}
	}
	if s.Items != nil {
		visit(s.Items)
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		visit(values)
	}
}
