package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardroom/pkg/api"
)

// reference writes pages for people out of the document for programs, so that
// the two can't disagree.
type reference struct {
	Paths      map[string]map[string]*operation
	Components struct {
		Schemas   map[string]*schema
		Responses map[string]*response
	}
}

type operation struct {
	Description string
	Parameters  []parameter
	RequestBody *struct {
		Description string
		Required    bool
		Content     content
	}
	Responses map[string]*response

	typeName string // the prefix of the names of its answer and its body
}

type parameter struct {
	Name, In, Description string
	Required              bool
	Example               any
	Schema                *schema
}

type content map[string]struct{ Schema *schema }

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     map[string]any
	Content     content
}

// schema returns the schema of the body, of any content type; nil for an answer without
// a body.
func (c content) schema() *schema {
	for _, kind := range []string{"application/json", "application/scim+json"} {
		if body, ok := c[kind]; ok {
			return body.Schema
		}
	}
	return nil
}

func newReference(document []byte) *reference {
	var r reference
	if err := json.Unmarshal(document, &r); err != nil {
		panic(err) // this program has written it
	}
	return &r
}

const preface = `# %s

Written by ` + "`make docs`" + ` from ` + "`functions/%s`" + `; changes here are lost. Every JSON body may hold ` + "`created_by`" + ` and ` + "`modified_by`" + `, which are ignored: it is the caller. What a status and its codes mean, and what helps, is in ` + "[errors.md](../errors.md)" + `.

| operation | route |
|---|---|
`

// page is the reference of one group.
func (r *reference) page(g api.Group) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, preface, g.Name, g.Slug)
	for _, o := range g.Ops {
		fmt.Fprintf(&b, "| [%s](#%s) | `%s %s` |\n", o.Name, o.ID(), o.Method, o.Path)
	}
	types := map[string]bool{}
	for _, o := range g.Ops {
		r.section(&b, o, types)
	}
	r.types(&b, types)
	return b.Bytes()
}

func (r *reference) section(b *bytes.Buffer, o api.Op, types map[string]bool) {
	op := r.Paths[o.Path][strings.ToLower(o.Method)]
	op.typeName = o.TypeName()
	fmt.Fprintf(b, "\n## %s\n\n`%s %s`\n", o.Name, o.Method, o.Path)
	if len(o.Aliases) > 0 {
		fmt.Fprintf(b, "\nAlso at `%s`.\n", strings.Join(o.Aliases, "`, `"))
	}
	fmt.Fprintf(b, "\n%s\n", op.Description)
	r.request(b, op, types)
	r.answer(b, o, op, types)
}

func (r *reference) request(b *bytes.Buffer, op *operation, types map[string]bool) {
	var rows []string
	for _, p := range op.Parameters {
		rows = append(rows, row(p.In, p.Name, p.Schema, p.Required, p.Description))
	}
	if op.RequestBody != nil {
		body := r.own(op, op.RequestBody.Content.schema())
		body.refs(types)
		if fields := body.fields(); len(fields) > 0 {
			for _, name := range fields {
				p := body.Properties[name]
				if name == "created_by" || name == "modified_by" { // said once, above
					continue
				}
				rows = append(rows, row("body", name, p, slices.Contains(body.Required, name), p.Description))
			}
		} else {
			rows = append(rows, row("body", "", body, op.RequestBody.Required, body.Description))
		}
		if says := op.RequestBody.Description; says != "" {
			fmt.Fprintf(b, "\n%s\n", says)
		}
	}
	if rows != nil {
		fmt.Fprintf(b, "\n| in | name | type | | |\n|---|---|---|---|---|\n%s\n", strings.Join(rows, "\n"))
	}
}

func row(in, name string, s *schema, required bool, says string) string {
	must := ""
	if required {
		must = "required"
	}
	if name != "" {
		name = "`" + name + "`"
	}
	kind := s.kind()
	if bounds := s.bounds(); bounds != "" {
		kind += ", " + bounds
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", in, name, cell(kind), must, cell(says))
}

// cell keeps a text inside its cell of a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", "\\|")
}

func (r *reference) answer(b *bytes.Buffer, o api.Op, op *operation, types map[string]bool) {
	var errors []string
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		if answer.Ref != "" {
			errors = append(errors, r.refusal(status, answer.Ref))
			continue
		}
		s := r.own(op, answer.Content.schema())
		if s == nil {
			fmt.Fprintf(b, "\nAnswers %s with nothing.\n", status)
			continue
		}
		s.refs(types)
		data, meta := s, (*schema)(nil)
		if d := s.Properties["data"]; d != nil && s.Properties["success"] != nil {
			says := strings.Join(append([]string{o.Message}, o.Others...), `" or "`)
			fmt.Fprintf(b, "\nAnswers %s, \"%s\" with `data`: %s", status, says, d.kind())
			data, meta = d, s.Properties["meta"]
		} else {
			kind := s.kind()
			if kind == "object" {
				kind = "an object"
			}
			fmt.Fprintf(b, "\nAnswers %s with %s", status, kind)
		}
		if names := data.fields(); len(names) > 0 {
			fmt.Fprintf(b, " of `%s`", strings.Join(names, "`, `"))
		}
		if meta != nil {
			fmt.Fprintf(b, "; `meta` may hold `%s`", strings.Join(meta.fields(), "`, `"))
		}
		if answer.Headers["ETag"] != nil {
			b.WriteString("; with an `ETag`")
		}
		b.WriteString(".\n")
	}
	fmt.Fprintf(b, "\nRefuses with %s.\n", strings.Join(errors, ", "))
}

// own resolves a reference to the operation's own body or answer, and returns any other
// schema unchanged.
func (r *reference) own(op *operation, s *schema) *schema {
	if s != nil && (s.name() == op.typeName+"Answer" || s.name() == op.typeName+"Body") {
		return r.Components.Schemas[s.name()]
	}
	return s
}

// code matches a code in the description of a refusal.
var code = regexp.MustCompile("(?m)^(`[a-z_]+`):")

// refusal describes a status with its codes.
func (r *reference) refusal(status, ref string) string {
	var names []string
	for _, found := range code.FindAllStringSubmatch(r.Components.Responses[strings.TrimPrefix(ref, "#/components/responses/")].Description, -1) {
		names = append(names, found[1])
	}
	if len(names) == 0 {
		return status
	}
	return status + " (" + strings.Join(names, ", ") + ")"
}

// types describes the named types and all types that these refer to.
func (r *reference) types(b *bytes.Buffer, named map[string]bool) {
	for grown := -1; grown != len(named); {
		grown = len(named)
		for name := range maps.Clone(named) {
			r.Components.Schemas[name].refs(named)
		}
	}
	if len(named) > 0 {
		b.WriteString("\n# Types\n")
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		s := r.Components.Schemas[name]
		fmt.Fprintf(b, "\n## %s\n\n| field | type | |\n|---|---|---|\n", name)
		for _, field := range s.fields() {
			p := s.Properties[field]
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", field, cell(p.kind()), cell(p.Description))
		}
	}
}
