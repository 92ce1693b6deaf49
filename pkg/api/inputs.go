package api

import "github.com/danielgtaylor/huma/v2"

// Input is one value that a request to an operation may have.
type Input struct {
	In       string // "path", "query" or "body"
	Name     string // as on the wire; inside an object of the body with dots, "reassign.agents"
	Type     string // of JSON Schema: "integer", "string", …; for a list, its items'
	Format   string // of JSON Schema: "date-time", "email", …; "" for none
	List     bool
	Required bool
}

// Inputs lists the values that a request may have, headers apart: the path first, then
// the query, then the body. A body field that may be given in the query instead is
// listed twice.
func (o Op) Inputs() []Input {
	var out []Input
	for _, in := range []string{"path", "query"} {
		for _, p := range o.in.params {
			if p.in == in {
				out = append(out, p.rule.inputs(in, p.name, p.required)...)
			}
		}
	}
	if o.in.body == nil {
		return out
	}
	for _, p := range o.in.body.either {
		out = append(out, p.rule.inputs("query", p.name, false)...)
	}
	return append(out, o.in.body.rule.inputs("body", "", o.in.body.required)...)
}

// inputs lists the values of a rule: itself, or those of its object's fields.
func (r *rule) inputs(in, name string, required bool) (out []Input) {
	switch r.Type {
	case huma.TypeObject:
		if name != "" {
			name += "."
		}
		for _, field := range r.names {
			out = append(out, r.fields[field].inputs(in, name+field, required && r.required[field])...)
		}
		if r.values != nil {
			out = append(out, r.values.inputs(in, name+"*", false)...)
		}
		return out
	case huma.TypeArray:
		out = r.items.inputs(in, name, required)
		for i := range out {
			out[i].List = true
		}
		return out
	}
	return []Input{{In: in, Name: name, Type: r.Type, Format: r.Format, Required: required}}
}
