package api

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// rule is a schema, compiled to check values.
//
// huma.Validate is not used for it: it lets null pass for any optional field,
// names no field for a missing or an unknown one with a dot in it, takes 1.0 and
// 1e2 for integers, blank text for text, and repeats rejected values in some of
// its messages.
type rule struct {
	*huma.Schema
	nullable bool
	required map[string]bool
	names    []string // of the properties, in order, so that complaints are too
	fields   map[string]*rule
	items    *rule
	values   *rule // of an object with free keys
	chosen   bool  // an object whose fields are of one kind, see Fields
	pattern  *regexp.Regexp
	text     bool // must not be blank
}

// checker checks one request by its rules and collects complaints.
type checker struct {
	at      trail
	bad     complaints
	dialect dialect // a lenient one drops unknown keys; Agenta's lets a required text be blank
	changed bool    // the checked value differs from the text
}

func (c *checker) complain(f flaw) { c.bad.add(c.at.String(), f) }

// check checks a parsed value. It may change the contents of maps and lists.
func (r *rule) check(v any, c *checker) {
	if v == nil {
		if !r.nullable && r.Type != "" {
			c.complain(isNull)
		}
		return
	}
	switch r.Type {
	case huma.TypeObject:
		m, ok := v.(map[string]any)
		if !ok {
			c.complain(notObject)
			return
		}
		r.checkObject(m, c)
	case huma.TypeArray:
		list, ok := v.([]any)
		if !ok {
			c.complain(notList)
			return
		}
		r.checkList(list, c)
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			c.complain(notBoolean)
		}
	case huma.TypeString:
		s, ok := v.(string)
		if !ok {
			c.complain(notString)
			return
		}
		if f, wrong := r.wrongString(s, c.dialect == agenta); wrong {
			c.complain(f)
		}
	case huma.TypeInteger, huma.TypeNumber:
		n, ok := v.(json.Number)
		if f, wrong := r.wrongNumber(n, ok); wrong {
			c.complain(f)
		}
	}
}

func (r *rule) checkObject(m map[string]any, c *checker) {
	if c.dialect == scim {
		r.fold(m)
	}
	for _, name := range r.names {
		v, given := m[name]
		if !given && !r.required[name] {
			continue
		}
		if given && v == nil && c.dialect == scim && !r.required[name] { // null is the same as absent
			delete(m, name)
			continue
		}
		back := c.at.push(name)
		if given {
			if plain, ok := r.fields[name].respelled(v, c); ok {
				v, m[name], c.changed = plain, plain, true
			}
			r.fields[name].check(v, c)
		} else {
			c.complain(missing)
		}
		c.at.pop(back)
	}
	if r.values == nil && c.dialect.lenient() {
		for name := range m { // unchecked values must not reach the handler
			if r.fields[name] == nil {
				delete(m, name)
			}
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if r.fields[name] != nil {
			continue
		}
		back := c.at.push(name)
		if r.values != nil {
			r.values.check(m[name], c)
		} else {
			c.complain(r.unknown())
		}
		c.at.pop(back)
	}
}

// unknown is the flaw of a field that the object doesn't have. Where its fields are of
// one kind, the message lists them.
func (r *rule) unknown() flaw {
	if !r.chosen {
		return unknown
	}
	f := unknown
	f.says += ": there are " + strings.Join(r.names, ", ")
	return f
}

func (r *rule) checkList(list []any, c *checker) {
	if r.MinItems != nil && len(list) < *r.MinItems {
		f := limited("must have at least %v items", "ensure this value has at least %v items", "value_error.list.min_items", *r.MinItems)
		if *r.MinItems == 1 {
			f.says = "must not be empty"
		}
		c.complain(f)
	}
	if r.MaxItems != nil && len(list) > *r.MaxItems {
		c.complain(limited("must have at most %v items", "ensure this value has at most %v items", "value_error.list.max_items", *r.MaxItems))
		return // complaints about the items of a list that is refused anyway help nobody
	}
	for i, v := range list {
		back := c.at.index(i)
		if plain, ok := r.items.respelled(v, c); ok {
			v, list[i], c.changed = plain, plain, true
		}
		r.items.check(v, c)
		c.at.pop(back)
	}
	if r.UniqueItems && repeats(list) {
		c.complain(notUnique)
	}
}

// repeats reports whether a list has equal scalars; lists of distinct items have only
// these.
func repeats(list []any) bool {
	seen := make(map[any]bool, len(list))
	for _, v := range list {
		switch v.(type) {
		case string, json.Number, bool:
			if seen[v] {
				return true
			}
			seen[v] = true
		}
	}
	return false
}

func (r *rule) wrongString(s string, mayBeBlank bool) (flaw, bool) {
	if !utf8.ValidString(s) {
		return invalidUTF8, true
	}
	if strings.ContainsRune(s, 0) {
		return holdsNUL, true
	}
	if r.text && !mayBeBlank && strings.TrimSpace(s) == "" {
		return blank, true
	}
	if r.wrongName(s) {
		return holdsUnseen, true
	}
	if n := r.MinLength; n != nil && utf8.RuneCountInString(s) < *n {
		return limited("must have at least %v characters", "ensure this value has at least %v characters", "value_error.any_str.min_length", *n), true
	}
	if n := r.MaxLength; n != nil && utf8.RuneCountInString(s) > *n {
		return limited("must have at most %v characters", "ensure this value has at most %v characters", "value_error.any_str.max_length", *n), true
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		if r.PatternDescription != "" {
			return limited("must look like %v", "string does not look like %v", "value_error.str.regex", r.PatternDescription), true
		}
		return limited("must match %v", "string does not match regex \"%v\"", "value_error.str.regex", r.pattern), true
	}
	if len(r.Enum) > 0 && !slices.Contains(r.Enum, any(s)) {
		return oneOf(r.Enum), true
	}
	return wrongFormat(r.Format, s)
}

func oneOf(enum []any) flaw {
	var names []string
	for _, e := range enum {
		if s, ok := e.(string); ok {
			names = append(names, s)
		}
	}
	return flaw{"must be one of " + strings.Join(names, ", "),
		"value is not a valid enumeration member; permitted: '" + strings.Join(names, "', '") + "'", "type_error.enum"}
}

func (r *rule) wrongNumber(n json.Number, ok bool) (flaw, bool) {
	if r.Type == huma.TypeInteger && !isInteger(string(n)) {
		return notInteger, true
	}
	f, err := strconv.ParseFloat(string(n), 64)
	switch {
	case !ok || err != nil && !math.IsInf(f, 0):
		return notNumber, true
	case r.Minimum != nil && f < *r.Minimum:
		return limited("must be at least %v", "ensure this value is greater than or equal to %v", "value_error.number.not_ge", plain(*r.Minimum)), true
	case r.Maximum != nil && f > *r.Maximum:
		return limited("must be at most %v", "ensure this value is less than or equal to %v", "value_error.number.not_le", plain(*r.Maximum)), true
	case math.IsInf(f, 0):
		return notNumber, true
	case len(r.Enum) > 0 && !slices.ContainsFunc(r.Enum, func(e any) bool { return e == any(f) }):
		return notRight, true
	}
	return flaw{}, false
}

// respelled returns the value of v in the spelling that encoding/json reads; false where
// v needs no change.
func (r *rule) respelled(v any, c *checker) (any, bool) {
	if c.dialect == scim {
		if plain, ok := r.unwrapped(v); ok {
			return plain, true
		}
	}
	return r.plainly(v)
}

// plainly rewrites an integer with a fraction or an exponent: to JSON Schema 1.0 and 1e2
// are integers, to encoding/json they aren't.
func (r *rule) plainly(v any) (json.Number, bool) {
	n, ok := v.(json.Number)
	if !ok || r.Type != huma.TypeInteger || isInteger(string(n)) {
		return "", false
	}
	digits, ok := integral(string(n))
	return json.Number(digits), ok
}

// plain writes a bound without exponent.
func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
