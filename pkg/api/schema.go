package api

import (
	"encoding"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

func init() {
	huma.DefaultArrayNullable = false // a list is never null, neither sent nor received
}

// schemas makes schemas of types, and corrects those of huma that differ from what
// encoding/json writes.
type schemas struct {
	huma.Registry
	mended map[string]bool
	inside map[*huma.Schema]bool // those that rule is compiling
}

func newSchemas() *schemas {
	named := map[string]reflect.Type{}
	return &schemas{
		Registry: huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
			return schemaName(named, t, hint)
		}),
		mended: map[string]bool{},
		inside: map[*huma.Schema]bool{},
	}
}

// schemaName makes the names of types unique: a type's name begins with its package's,
// except for package model, whose types have it where the plain name is taken. Names
// that differ in their case alone are equal: generators of clients make one file of
// both.
func schemaName(named map[string]reflect.Type, t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Kind() != reflect.Struct || t.Name() == "" {
		return strings.TrimSuffix(name, "Struct") // named by its field
	}
	pkg := path.Base(t.PkgPath())
	own := pkg == "model" // names of package model need no prefix
	pkg = strings.ToUpper(pkg[:1]) + pkg[1:]
	if !own && !strings.HasPrefix(name, pkg) {
		name = pkg + name
	}
	for i, candidate := 1, name; ; i++ {
		folded := strings.ToLower(candidate)
		if holder, taken := named[folded]; !taken || holder == t {
			named[folded] = t
			return candidate
		}
		if candidate = pkg + name; i > 1 {
			candidate += strconv.Itoa(i)
		}
	}
}

// of returns the schema of t; hint names it where t has no name.
func (s *schemas) of(t reflect.Type, hint string) *huma.Schema {
	out := s.Registry.Schema(t, true, hint)
	s.mend(t, out)
	s.mendAll()
	return out
}

// field returns the schema of a struct field, its tags included.
func (s *schemas) field(f reflect.StructField, hint string) *huma.Schema {
	out := huma.SchemaFromField(s.Registry, f, hint)
	s.mend(f.Type, out)
	s.mendAll()
	return out
}

// deref follows references.
func (s *schemas) deref(schema *huma.Schema) *huma.Schema {
	for schema.Ref != "" {
		schema = s.SchemaFromRef(schema.Ref)
	}
	return schema
}

func (s *schemas) mendAll() {
	for name, schema := range s.Map() {
		if s.mended[name] {
			continue
		}
		s.mended[name] = true
		s.mendFields(s.TypeFromRef("#/components/schemas/"+name), schema)
	}
}

func (s *schemas) mendFields(t reflect.Type, schema *huma.Schema) {
	for _, f := range jsonFields(t) {
		prop := schema.Properties[f.name]
		if prop == nil {
			continue
		}
		s.mend(f.Type, prop)
		switch {
		case f.Type.Kind() == reflect.Pointer && !f.omit && prop.Ref != "":
			*prop = huma.Schema{Description: prop.Description, AnyOf: []*huma.Schema{{Ref: prop.Ref}, {Type: "null"}}}
		case f.Type.Kind() == reflect.Pointer && !f.omit && f.Tag.Get("nullable") != "false":
			prop.Nullable = prop.Type != ""
		}
		if prop.Nullable && len(prop.Enum) > 0 && !slices.Contains(prop.Enum, nil) {
			prop.Enum = append(slices.Clip(prop.Enum), nil)
		}
	}
}

var (
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	optionalType    = reflect.TypeFor[optional]()
	stdTime         = reflect.TypeFor[time.Time]()
)

// mend corrects the schema of a value of type t: a type that marshals to text is a
// string, and a date-time where it is a Time.
func (s *schemas) mend(t reflect.Type, schema *huma.Schema) {
	if schema == nil {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(optionalType) {
		value, _ := t.FieldByName("Value")
		s.mend(value.Type, schema)
		return
	}
	if isText(t) {
		schema.Type, schema.Ref = huma.TypeString, ""
		if t.Name() == "Time" && schema.Format == "" {
			schema.Format = "date-time"
		}
		return
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		s.mend(t.Elem(), schema.Items)
	case reflect.Map:
		if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
			s.mend(t.Elem(), values)
		}
	}
}

func isText(t reflect.Type) bool {
	return t == stdTime || t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textUnmarshaler)
}

// jsonField is a field as encoding/json sees it.
type jsonField struct {
	reflect.StructField
	name string
	omit bool // absent where empty
}

// jsonFields lists the fields of a struct that reach the wire, embedded ones
// included.
func jsonFields(t reflect.Type) []jsonField {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []jsonField
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, jsonField{f, name, strings.Contains(options, "omit")})
	}
	return out
}

// bounded gives an integer the bounds that its name implies: an id is 1 to
// 2^53-1, any other integer at least one that JSON readers keep exactly.
func bounded(name string, schema *huma.Schema) {
	if schema.Type == huma.TypeArray {
		bounded(strings.TrimSuffix(name, "s"), schema.Items)
		return
	}
	if schema.Type != huma.TypeInteger {
		return
	}
	low, high := -float64(maxID), float64(maxID)
	if name == "id" || strings.HasSuffix(name, "_id") {
		low = 1
	}
	if schema.Minimum == nil {
		schema.Minimum = &low
	}
	if schema.Maximum == nil {
		schema.Maximum = &high
	}
}

// rule compiles a schema. It adds the bounds of integers here, for the check and the
// document alike, since making a type's schema twice would lose them.
func (s *schemas) rule(name string, schema *huma.Schema, required bool) *rule {
	nullable := schema.Nullable
	if len(schema.AnyOf) == 2 { // a reference or null, see mendFields
		nullable, schema = true, schema.AnyOf[0]
	}
	schema = s.deref(schema)
	if s.inside[schema] {
		panic("a body can't hold itself: its nesting has a limit")
	}
	s.inside[schema] = true
	defer delete(s.inside, schema)
	bounded(name, schema)
	r := &rule{Schema: schema, nullable: nullable}
	switch schema.Type {
	case huma.TypeObject:
		r.required = map[string]bool{}
		r.fields = map[string]*rule{}
		for _, f := range schema.Required {
			r.required[f] = true
		}
		for f, p := range schema.Properties {
			r.names = append(r.names, f)
			r.fields[f] = s.rule(f, p, r.required[f])
		}
		slices.Sort(r.names)
		r.chosen = alike(schema.Properties)
		if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
			r.values = s.rule("", values, false)
		}
	case huma.TypeArray:
		r.items = s.rule(strings.TrimSuffix(name, "s"), schema.Items, false)
	case huma.TypeString:
		if schema.Pattern != "" && !sharpened(schema) {
			r.pattern = regexp.MustCompile(schema.Pattern)
		}
		long := schema.MinLength != nil && *schema.MinLength > 0
		r.text = (long || required) && len(schema.Enum) == 0 && schema.Format == ""
	}
	return r
}

// alike reports whether the fields of an object have one and the same schema, as those
// of Fields have.
func alike(fields map[string]*huma.Schema) bool {
	kinds := map[*huma.Schema]bool{}
	for _, of := range fields {
		kinds[of] = true
	}
	return len(fields) > 1 && len(kinds) == 1
}
