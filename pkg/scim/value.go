// Package scim reads SCIM's own little languages (RFC 7644): the paths of
// attributes, filters, and values as identity providers really send them. It
// knows no resource and does no I/O.
package scim

import (
	"encoding/json"
	"strings"
)

// Unwrap returns the single value in v: providers send it as a list of one, or as
// {"value": …}, or both. Anything else is returned as it is.
func Unwrap(v any) any {
	for {
		switch inner := v.(type) {
		case []any:
			if len(inner) != 1 {
				return v
			}
			v = inner[0]
		case map[string]any:
			value, ok := member(inner, "value")
			if !ok {
				return v
			}
			v = value
		default:
			return v
		}
	}
}

// List returns v as a list: one value is a list of itself, null is none.
func List(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// Truth reads a boolean, which some providers send as text in any case, or wrapped; ok
// is false for anything else.
func Truth(v any) (is, ok bool) {
	switch v := Unwrap(v).(type) {
	case bool:
		return v, true
	case string:
		return Same(v, "true"), Same(v, "true") || Same(v, "false")
	}
	return false, false
}

// Text reads a text, wrapped or not; ok is false for anything else.
func Text(v any) (text string, ok bool) {
	text, ok = Unwrap(v).(string)
	return text, ok
}

// Member returns an attribute of a complex value, its name in any case.
func Member(v any, name string) (any, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	return member(m, name)
}

func member(m map[string]any, name string) (any, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	for key, v := range m {
		if Same(key, name) {
			return v, true
		}
	}
	return nil, false
}

// literal reads a comparison's value, which is one of JSON's.
func literal(text string) (v any, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	switch v.(type) {
	case string, bool, json.Number, nil:
		return v, true
	}
	return nil, false
}
