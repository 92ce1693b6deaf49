package api

import (
	"encoding"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// bind fills the fields that come from path, query and headers.
func (in *input) bind(v reflect.Value, r *http.Request, query url.Values, c *checker) {
	for i := range in.params {
		p := &in.params[i]
		var texts []string
		switch p.in {
		case "path":
			texts = []string{r.PathValue(p.name)}
		case "query":
			texts = query[p.name]
		case "header":
			texts = r.Header.Values(p.name)
		}
		if value, given := p.read(texts, c); given {
			set(v.FieldByIndex(p.index), value)
		}
	}
	if !c.dialect.lenient() && len(query) > 0 {
		in.refuseUnknown(query, c)
	}
}

// read parses the texts of a parameter and checks the value by its rule; false where
// there is no value to set, or a bad one.
func (p *param) read(texts []string, c *checker) (any, bool) {
	if len(texts) == 0 {
		if p.fallback != "" {
			return p.value([]string{p.fallback}), true
		}
		if p.required {
			c.bad.add(p.where(), missing)
		}
		return nil, false
	}
	if len(texts) > 1 && p.rule.Type != huma.TypeArray {
		c.bad.add(p.where(), givenTwice)
		return nil, false
	}
	value, before := p.value(texts), len(c.bad)
	if _, isID := parseID(texts[0]); c.dialect == agenta && p.in == "path" && p.rule.Type == huma.TypeInteger && !isID {
		c.bad.add(p.where(), notInteger) // Agenta has one answer for a bad id
		return nil, false
	}
	c.at = newTrail(p.where())
	p.rule.check(value, c)
	return value, len(c.bad) == before
}

// value parses texts to the value that JSON has for them. A text that can't be parsed
// remains text, of which the rule complains.
func (p *param) value(texts []string) any {
	if p.rule.Type != huma.TypeArray {
		return scalar(p.rule.Type, texts[0])
	}
	list := []any{}
	for _, text := range texts {
		if p.rule.items.Type == huma.TypeString {
			list = append(list, text)
			continue
		}
		for one := range strings.SplitSeq(text, ",") {
			list = append(list, scalar(p.rule.items.Type, strings.Trim(one, " ")))
		}
	}
	return list
}

func scalar(kind, text string) any {
	switch kind {
	case huma.TypeInteger:
		if isInteger(text) { // 1.0 is one in a body, but not in a path
			return json.Number(text)
		}
	case huma.TypeNumber:
		n := parser{text: []byte(text), at: newTrail("")}
		if v, ok := n.number(); ok && n.pos == len(text) {
			return v
		}
	case huma.TypeBoolean:
		switch text {
		case "true", "True", "TRUE": // as languages write it
			return true
		case "false", "False", "FALSE":
			return false
		}
	}
	return text
}

// refuseUnknown complains of query parameters that the operation doesn't have.
func (in *input) refuseUnknown(query url.Values, c *checker) {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !in.takes(name) {
			c.bad.add("query."+shortened(name), unknown)
		}
	}
}

func (in *input) takes(query string) bool { return in.queried(query) != nil }

// queried returns the query parameter with a name, nil for none.
func (in *input) queried(name string) *param {
	find := func(params []param) *param {
		i := slices.IndexFunc(params, func(p param) bool { return p.in == "query" && p.name == name })
		if i < 0 {
			return nil
		}
		return &params[i]
	}
	if p := find(in.params); p != nil || in.body == nil {
		return p
	}
	return find(in.body.either)
}

// respell changes the names of a query to those that the operation declares. PHP and
// many libraries write a list as "user_ids[]"; and names that begin with "_" are the
// caller's own, against a cache for example, and no part of the request.
func (in *input) respell(query url.Values) {
	for _, name := range slices.Collect(maps.Keys(query)) {
		list, bracketed := strings.CutSuffix(name, "[]")
		switch {
		case in.takes(name):
		case strings.HasPrefix(name, "_"):
			delete(query, name)
		case bracketed:
			if p := in.queried(list); p != nil && p.rule.Type == huma.TypeArray {
				query[list] = append(query[list], query[name]...)
				delete(query, name)
			}
		}
	}
}

// settable reports whether set can fill a field of this type from text.
func settable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		return true
	}
	return reflect.PointerTo(t).Implements(textUnmarshaler)
}

// set puts a checked value into a field.
func set(field reflect.Value, value any) {
	switch field.Kind() {
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		set(field.Elem(), value)
		return
	case reflect.Slice:
		list := value.([]any)
		field.Set(reflect.MakeSlice(field.Type(), len(list), len(list)))
		for i, one := range list {
			set(field.Index(i), one)
		}
		return
	}
	switch value := value.(type) {
	case bool:
		field.SetBool(value)
	case json.Number:
		if field.CanInt() {
			n, _ := value.Int64()
			field.SetInt(n)
		} else {
			f, _ := value.Float64()
			field.SetFloat(f)
		}
	case string:
		if field.Kind() == reflect.String {
			field.SetString(value)
		} else if text, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
			_ = text.UnmarshalText([]byte(value)) // its format was checked
		}
	}
}

// ids returns the ids in a field, by its name on the wire.
func (in *input) ids(value any, field string) []int64 {
	found, _ := in.holding(value, field)
	return found
}

// spot is the place of a field, and whether the field is a list.
type spot struct {
	where string
	list  bool
}

// holding returns the ids in a field, and the field's place.
func (in *input) holding(value any, field string) ([]int64, spot) {
	v := reflect.ValueOf(value).Elem()
	for _, place := range []string{"path", "query"} {
		for i := range in.params {
			if p := &in.params[i]; p.in == place && p.name == field {
				if found := idsOf(v.FieldByIndex(p.index)); found != nil {
					return found, spot{p.where(), p.field.Type.Kind() == reflect.Slice}
				}
			}
		}
	}
	if in.body == nil {
		return nil, spot{}
	}
	b := v.FieldByIndex(in.body.field.Index)
	if b.Kind() == reflect.Pointer {
		if b.IsNil() {
			return nil, spot{}
		}
		b = b.Elem()
	}
	for _, f := range in.body.fields {
		if f.name == field {
			return idsOf(b.FieldByIndex(f.Index)), spot{"body." + field, f.Type.Kind() == reflect.Slice}
		}
	}
	return nil, spot{}
}

// has reports whether the input has a field of this name on the wire.
func (in *input) has(field string) bool {
	return slices.ContainsFunc(in.params, func(p param) bool { return p.in != "header" && p.name == field }) ||
		in.body != nil && slices.ContainsFunc(in.body.fields, func(f jsonField) bool { return f.name == field })
}
