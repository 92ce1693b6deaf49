package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// the whole document, as programs read it.
func document(t *testing.T) map[string]any {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(generated(t)[documentFile], &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// walk visits every object of the document with its place.
func walk(v any, place string, visit func(place string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(place, v)
		for name, inner := range v {
			walk(inner, place+"/"+name, visit)
		}
	case []any:
		for i, inner := range v {
			walk(inner, fmt.Sprint(place, "/", i), visit)
		}
	}
}

// Generators of clients make of the document what they can: these are the shapes
// that one or another of them can't take.
func TestTheDocumentSuitsGenerators(t *testing.T) {
	d := document(t)
	walk(d["paths"], "paths", func(place string, o map[string]any) {
		if content, is := o["content"].(map[string]any); is {
			for _, media := range content {
				m, _ := media.(map[string]any)
				s, _ := m["schema"].(map[string]any)
				if s["$ref"] == nil {
					t.Errorf("%s has a body without a name", place)
				}
				if strings.HasSuffix(place, "requestBody") && m["example"] == nil {
					t.Errorf("%s has no example", place)
				}
			}
		}
		if example, is := o["example"]; is {
			if s, _ := o["schema"].(map[string]any); s != nil && s["$ref"] == nil && !fits(example, s) {
				t.Errorf("%s: the example %v isn't of the type %v", place, example, s["type"])
			}
		}
	})
	walk(d, "", func(place string, o map[string]any) {
		if o["type"] == "null" && !strings.Contains(place, "/anyOf/") || o["const"] != nil {
			t.Errorf("%s is null or a constant", place)
		}
	})
	components, _ := d["components"].(map[string]any)
	text := string(generated(t)[documentFile])
	for _, kind := range []string{"schemas", "responses"} {
		all, _ := components[kind].(map[string]any)
		for name := range all {
			if !regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`).MatchString(name) {
				t.Errorf("%s makes no good identifier", name)
			}
			if !strings.Contains(text, `"#/components/`+kind+"/"+name+`"`) {
				t.Errorf("nothing refers to %s", name)
			}
		}
	}
	walk(d, "", func(place string, o map[string]any) {
		ref, _ := o["$ref"].(string)
		kind, name, _ := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
		if all, _ := components[kind].(map[string]any); ref != "" && all[name] == nil {
			t.Errorf("%s refers to %s, which isn't there", place, ref)
		}
	})
	for _, tag := range d["tags"].([]any) {
		o, _ := tag.(map[string]any)
		if name, _ := o["name"].(string); !regexp.MustCompile(`^[a-z]+$`).MatchString(name) || o["description"] == nil {
			t.Errorf("tag %v", o)
		}
	}
}

// fits reports whether a value is of the type that a schema names.
func fits(v any, schema map[string]any) bool {
	types, many := schema["type"].([]any)
	if !many {
		types = []any{schema["type"]}
	}
	for _, kind := range types {
		var is bool
		switch v := v.(type) {
		case string:
			is = kind == "string"
		case bool:
			is = kind == "boolean"
		case float64:
			is = kind == "number" || kind == "integer" && v == float64(int64(v))
		case []any:
			is = kind == "array"
		case map[string]any:
			is = kind == "object"
		}
		if is {
			return true
		}
	}
	return false
}

// An answer may grow a field without breaking who reads it; a request with a
// field that nobody knows is refused.
func TestAnswersAreOpenAndBodiesClosed(t *testing.T) {
	d := document(t)
	components, _ := d["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for name, s := range schemas {
		o, _ := s.(map[string]any)
		if strings.HasSuffix(name, "Answer") || strings.HasSuffix(name, "Error") {
			walk(o, name, func(place string, o map[string]any) {
				if o["additionalProperties"] == false {
					t.Errorf("%s takes no new field", place)
				}
			})
		}
	}
	if body, _ := schemas["CreateNewProjectBody"].(map[string]any); body["additionalProperties"] != false {
		t.Errorf("a body takes what nobody knows: %v", body)
	}
}
