package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Document renders the OpenAPI 3.1 document of the groups, indented. The same groups
// give the same bytes. It takes milliseconds, so it is called when the program is
// built and never when a function starts.
func Document(groups ...Group) []byte { return DocumentWith(nil, groups...) }

// DocumentWith is Document with an example of each request's body, by the id of
// its operation.
func DocumentWith(bodies map[string]json.RawMessage, groups ...Group) []byte {
	check(groups)
	d := &document{schemas: newSchemas(), bodies: bodies, named: errorSchemas(), out: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Servers: []*huma.Server{{URL: "/", Description: "Where this document is served."}},
		Info: &huma.Info{
			Title: "Wardroom", Version: Version, Contact: &huma.Contact{Name: "The maintainers of Wardroom"},
			Description: "A back end for teams that run AI agents. Every answer is an envelope of success, message and data; facts beside the data stand in meta. The workspace and organization routes answer in the shape of Agenta's API instead, those under /scim as SCIM 2.0 has it.",
		},
		Security: []map[string][]string{{"bearer": {}}},
	}}
	for _, g := range groups {
		d.out.Tags = append(d.out.Tags, &huma.Tag{Name: g.Slug, Description: g.Name})
		for _, o := range g.Ops {
			d.out.AddOperation(d.operation(g, o))
		}
	}
	d.out.Components = &huma.Components{
		Schemas: d.Registry, Responses: d.refused(),
		SecuritySchemes: map[string]*huma.SecurityScheme{
			"bearer": {Type: "http", Scheme: "bearer", Description: "An API key, or an OpenID Connect token. A key may also be sent as `Authorization: ApiKey <key>`, bare, or in the header `Ocp-Apim-Subscription-Key`. A key and a token together must both be valid and of one organization."},
		},
	}
	d.settle()
	raw, err := json.Marshal(d.out)
	if err != nil {
		panic(fmt.Errorf("api: document: %w", err)) // a type that can't be described, found when the document is built
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		panic(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

type document struct {
	*schemas
	out    *huma.OpenAPI
	bodies map[string]json.RawMessage // examples
	named  map[string]*huma.Schema    // of answers, bodies and errors, which have no Go type
	used   map[string]*huma.Response  // the refusals that operations refer to
}

// name adds a schema under a name and returns a reference to it.
func (d *document) name(name string, schema *huma.Schema) *huma.Schema {
	d.named[name] = schema
	return &huma.Schema{Ref: schemaRef + name}
}

func (d *document) operation(g Group, o Op) *huma.Operation {
	op := &huma.Operation{
		OperationID: o.ID(), Method: o.Method, Path: o.Path, Summary: o.Name, Tags: []string{g.Slug},
		Description: describe(o), Parameters: d.parameters(o), RequestBody: d.requestBody(o), Responses: d.responses(o),
	}
	if o.IsPublic {
		op.Security = []map[string][]string{}
	}
	return op
}

// describe describes an operation in words, from its line.
func describe(o Op) string {
	parts := []string{who(o)}
	if o.Summary != "" {
		parts = append([]string{o.Summary}, parts...)
	}
	if o.IsRead && o.Method != http.MethodGet {
		parts = append(parts, "It changes nothing, so a read-only key may call it.")
	}
	if names := codes(o.UserFields); names != "" {
		what := " must name users"
		if len(o.UserFields) == 1 && !strings.HasSuffix(o.UserFields[0], "s") {
			what = " must name a user"
		}
		parts = append(parts, names+what+" of the caller's organization, else 404.")
	}
	if names := codes(o.MemberFields); names != "" {
		parts = append(parts, names+" must name members, else 404.")
	}
	return strings.Join(parts, "\n\n")
}

// who describes who may call an operation.
func who(o Op) string {
	var says []string
	switch {
	case o.IsPublic:
		says = append(says, "Open to everyone, without credentials.")
	case o.IsInvited:
		says = append(says, "Open to any signed-in caller, and to whom the token of an invitation lets in.")
	case o.Who != "":
		says = append(says, o.Who)
	case o.IsAnyone:
		says = append(says, "Open to any signed-in caller.")
	}
	for _, n := range o.Needs {
		need := fmt.Sprintf("Needs `%s` on the %s", n.Permission, n.Resource.Kind)
		if n.Resource.Field != "" {
			need += " `" + n.Resource.Field + "`"
		}
		if n.Resource.Optional {
			need += ", where one is given"
		}
		says = append(says, need+".")
	}
	if o.SelfField != "" {
		says = append(says, "The user `"+o.SelfField+"` may call it themselves, too.")
	}
	return strings.Join(says, " ")
}

func codes(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return "`" + strings.Join(fields, "`, `") + "`"
}

func (d *document) parameters(o Op) []*huma.Param {
	var out []*huma.Param
	for _, in := range []string{"path", "query", "header"} {
		for _, p := range o.in.params {
			if p.in == in {
				out = append(out, d.parameter(o, p))
			}
		}
	}
	one, most := 1, 255
	if o.TakesIdempotencyKey() {
		out = append(out, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "Repeating a request with the same key within 24 hours repeats its answer and not its effect.",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &one, MaxLength: &most, Pattern: `^[!-~]([ -~]*[!-~])?$`}})
	}
	if o.TakesIfMatch() {
		out = append(out, &huma.Param{Name: "If-Match", In: "header",
			Description: "The ETag of the row as the caller knows it, or `*`. If the row has changed since: 412 version_mismatch.",
			Example:     `"3"`,
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &one, Pattern: `^(\*|"[0-9]{1,15}")$`}})
	}
	return out
}

func (d *document) parameter(o Op, p param) *huma.Param {
	schema := d.field(p.field, p.field.Name)
	d.sharpen(d.rule(p.name, schema, p.required), o)
	out := &huma.Param{Name: p.name, In: p.in, Required: p.required, Description: schema.Description, Schema: schema}
	schema.Description = ""
	if len(schema.Examples) > 0 {
		out.Example, schema.Examples = schema.Examples[0], nil
	}
	if p.fallback != p.field.Tag.Get("default") {
		schema.Default = json.RawMessage(p.fallback)
	}
	if schema.Type == huma.TypeArray {
		explode := true
		out.Style, out.Explode = "form", &explode
	}
	if p.in == "path" && schema.Type == huma.TypeInteger {
		if out.Description == "" {
			out.Description = "Id of the " + strings.ReplaceAll(strings.TrimSuffix(p.name, "_id"), "_", " ") + "."
		}
		if o.dialect() != ours { // ids of Agenta and of SCIM are strings; ours are decimal ones
			out.Schema = &huma.Schema{Type: huma.TypeString, Pattern: decimalID}
			if out.Example != nil {
				out.Example = fmt.Sprint(out.Example)
			}
		}
	}
	return out
}

// requestBody describes the body, with the stamps that every body may have. That some
// fields may be in the query instead is said in its description alone.
func (d *document) requestBody(o Op) *huma.RequestBody {
	b := o.in.body
	if b == nil && (o.dialect().lenient() || !o.sends()) {
		return nil
	}
	schema := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false}
	required := false
	if b != nil {
		s := *d.deref(d.of(b.typ, o.TypeName()+"Body"))
		schema, required = &s, b.required || len(b.either) > 0
		d.sharpen(d.rule("", schema, false), o)
	}
	if schema.Type == huma.TypeObject {
		props := make(map[string]*huma.Schema, len(schema.Properties)+len(stamps))
		for name, p := range schema.Properties {
			props[name] = p
		}
		for _, name := range stamps {
			if props[name] == nil && !o.dialect().lenient() {
				props[name] = &huma.Schema{Type: huma.TypeString, Nullable: true, Pattern: noNUL, Description: "Accepted and ignored: it is the caller."}
			}
		}
		schema.Properties = props
		if o.dialect().lenient() {
			schema.AdditionalProperties = true
		}
	}
	schema = d.name(o.TypeName()+"Body", schema)
	content := contentOf(ours, schema)
	if o.IsSCIM {
		maps.Copy(content, contentOf(scim, schema))
	}
	if example, ok := d.bodies[o.ID()]; ok {
		for _, media := range content {
			media.Example = example
		}
	}
	out := &huma.RequestBody{Required: required, Content: content}
	if b != nil && len(b.either) > 0 {
		var names []string
		for _, p := range b.either {
			names = append(names, p.name)
		}
		out.Description = "Instead of a body the query may give " + codes(names) + ", but not as well."
	}
	return out
}

// contentOf returns the content of a body in a dialect.
func contentOf(d dialect, schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{d.contentType()[0]: {Schema: schema}}
}

// The checks of a text beyond its length, as patterns: a client that makes requests
// from the document alone must not be refused.
const (
	noNUL     = `^[^\u0000]*$`
	decimalID = `^[1-9][0-9]{0,14}$`
	someText  = `^[^\u0000]*[^\s\u0000][^\u0000]*$`
)

// textPattern returns the pattern of a text: of a name or free text, filled or not.
func textPattern(name, filled bool) string {
	switch {
	case name && filled:
		return filledName
	case name:
		return plainName
	case filled:
		return someText
	}
	return noNUL
}

// sharpened reports whether a schema has one of these patterns already: a type in the
// bodies of two operations is described once. Rules don't compile these patterns,
// whose syntax isn't Go's, since they make the same checks themselves.
func sharpened(s *huma.Schema) bool {
	return slices.Contains([]string{noNUL, decimalID, someText, plainName, filledName}, s.Pattern)
}

// sharpen adds the checks of a request's rule to its schema.
func (d *document) sharpen(r *rule, o Op) {
	switch {
	case r == nil || sharpened(r.Schema):
	case r.Format == decimal:
		r.Format, r.Pattern = "", decimalID
	case r.Type == huma.TypeString && r.pattern == nil && len(r.Enum) == 0 && r.Format == "":
		r.Pattern = textPattern(r.isName(), r.text && (o.dialect() != agenta || r.MinLength != nil))
	case r.Type == huma.TypeArray:
		d.sharpen(r.items, o)
	case r.Type == huma.TypeObject:
		if r.values == nil && o.dialect().lenient() {
			r.AdditionalProperties = true
		}
		for _, f := range r.fields {
			d.sharpen(f, o)
		}
		d.sharpen(r.values, o)
	}
}
