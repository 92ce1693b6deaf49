package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// schema is the part of a JSON schema that the pages show.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        any                `json:"type"` // a name, or names
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Additional  any                `json:"additionalProperties"`
	Required    []string           `json:"required"`
	Enum        []any              `json:"enum"`
	Const       any                `json:"const"`
	Default     any                `json:"default"`
	AnyOf       []*schema          `json:"anyOf"`
	OneOf       []*schema          `json:"oneOf"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	MinLength   *int               `json:"minLength"`
	MaxLength   *int               `json:"maxLength"`
	MinItems    *int               `json:"minItems"`
	MaxItems    *int               `json:"maxItems"`
}

// name returns the name of the schema that s refers to, "" for one that is no reference.
func (s *schema) name() string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") }

// kind describes the type: "integer", "list of User", "string or null".
func (s *schema) kind() string {
	switch {
	case s == nil:
		return "anything"
	case s.Ref != "":
		return fmt.Sprintf("[%s](#%s)", s.name(), strings.ToLower(s.name()))
	case len(s.AnyOf)+len(s.OneOf) > 0:
		var kinds []string
		for _, a := range slices.Concat(s.AnyOf, s.OneOf) {
			kinds = append(kinds, a.kind())
		}
		return strings.Join(kinds, " or ")
	case len(s.Enum) > 0:
		return s.oneOf()
	}
	switch t := s.Type.(type) {
	case []any:
		alone := *s
		alone.Type = t[0]
		return alone.kind() + " or null"
	case string:
		switch {
		case t == "array":
			return "list of " + s.Items.kind()
		case t == "object" && len(s.Properties) == 0:
			if _, typed := s.Additional.(map[string]any); typed {
				return "object with free keys"
			}
		case t == "object" && s.alike():
			return "object of `" + strings.Join(s.fields(), "`, `") + "`, each " + s.Properties[s.fields()[0]].kind()
		case s.Format == "date-time" || s.Format == "date" || s.Format == "email":
			return s.Format
		}
		return t
	}
	return "anything"
}

func (s *schema) oneOf() string {
	var names []string
	for _, e := range s.Enum {
		if e == nil {
			names = append(names, "null")
		} else {
			names = append(names, fmt.Sprintf("`%v`", e))
		}
	}
	return strings.Join(names, ", ")
}

// exact is the largest integer that every JSON reader reads exactly. It bounds every
// integer without another bound, so the pages leave it out.
const exact = 1<<53 - 1

// bounds describes the limits of a value.
func (s *schema) bounds() string {
	var out []string
	between := func(low, high *int, of string) {
		switch {
		case low != nil && high != nil && *low == *high:
			if *low == 1 {
				of = strings.TrimSuffix(of, "s")
			}
			out = append(out, fmt.Sprintf("exactly %d %s", *low, of))
		case low != nil && high != nil:
			out = append(out, fmt.Sprintf("%d to %d %s", *low, *high, of))
		case high != nil:
			out = append(out, fmt.Sprintf("at most %d %s", *high, of))
		case low != nil && *low > 1:
			out = append(out, fmt.Sprintf("at least %d %s", *low, of))
		}
	}
	between(s.MinLength, s.MaxLength, "characters")
	between(s.MinItems, s.MaxItems, "items")
	if s.Maximum != nil && *s.Maximum < exact && s.Minimum != nil {
		out = append(out, fmt.Sprintf("%v to %v", *s.Minimum, *s.Maximum))
	}
	if s.Default != nil {
		out = append(out, fmt.Sprintf("default `%v`", s.Default))
	}
	return strings.Join(out, ", ")
}

// alike reports whether all fields of an object are optional and of one type, so that
// one line describes them.
func (s *schema) alike() bool {
	kinds := map[string]bool{}
	for _, p := range s.Properties {
		kinds[p.kind()] = true
	}
	return len(s.Properties) > 1 && len(kinds) == 1 && len(s.Required) == 0
}

// fields lists the properties, the required ones first and in their own order.
func (s *schema) fields() []string {
	rank := func(name string) int {
		if i := slices.Index(s.Required, name); i >= 0 {
			return i
		}
		return len(s.Required)
	}
	return slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
}

// refs adds the names of the schemas that s refers to directly.
func (s *schema) refs(into map[string]bool) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		into[s.name()] = true
	}
	s.Items.refs(into)
	for _, p := range s.Properties {
		p.refs(into)
	}
	for _, a := range s.AnyOf {
		a.refs(into)
	}
}
