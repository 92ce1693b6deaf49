package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/fault"
	provider "wardroom/pkg/scim"
)

// scimRoot is the path below which every answer, those of unknown paths included, is in
// the dialect of SCIM 2.0 (RFC 7644).
const scimRoot = "/scim"

func isSCIMPath(path string) bool {
	rest, ok := strings.CutPrefix(path, scimRoot)
	return ok && (rest == "" || rest[0] == '/')
}

// SCIMError is the schema of an error's body.
const SCIMError = "urn:ietf:params:scim:api:messages:2.0:Error"

// SCIMType is the key of a fault's Meta for one of RFC 7644's error types (table 9),
// which a handler sets where the fault's kind doesn't imply it.
const SCIMType = "scimType"

// The error types that a request's form, or a fault's kind, implies.
const (
	scimInvalidFilter = "invalidFilter"
	scimInvalidSyntax = "invalidSyntax"
	scimInvalidValue  = "invalidValue"
	scimUniqueness    = "uniqueness"
)

// scimError is an error as RFC 7644 (3.12) has it.
type scimError struct {
	Schemas []string `json:"schemas"`
	Status  string   `json:"status"`
	Type    string   `json:"scimType,omitempty"`
	Detail  string   `json:"detail"`
}

// scimRefusal renders an error. A malformed id in the path names nothing, so it is a
// 404; the detail lists other mistakes in the form.
func scimRefusal(err error) (int, []byte) {
	f := fault.Of(err)
	e := scimError{Schemas: []string{SCIMError}, Detail: f.Message}
	status := f.Kind.Status()
	var form complaints
	if errors.As(err, &form) {
		e.Type = scimTypeOf(form)
	}
	switch given, ok := f.Meta[SCIMType].(string); {
	case ok:
		e.Type = given
	case f.Kind == fault.KindDuplicate:
		e.Type = scimUniqueness
	case f.Kind == fault.KindInvalid && e.Type == "":
		e.Type = scimInvalidValue
	}
	if f.Kind == fault.KindInvalid && len(f.Fields) > 0 {
		if slices.ContainsFunc(slices.Collect(maps.Keys(f.Fields)), func(where string) bool { return strings.HasPrefix(where, "path.") }) {
			gone := fault.NotFound()
			status, e.Type, e.Detail = gone.Kind.Status(), "", gone.Message
		} else {
			e.Detail = spelled(f)
		}
	}
	e.Status = strconv.Itoa(status)
	var b bytes.Buffer
	if err := write(&b, e); err != nil {
		panic(err) // texts always marshal
	}
	return status, b.Bytes()
}

// scimTypeOf returns the error type of mistakes in a request's form.
func scimTypeOf(form complaints) string {
	for _, c := range form {
		switch {
		case c.where == "query.filter":
			return scimInvalidFilter
		case c.where == "body" || c.flaw == givenTwice:
			return scimInvalidSyntax
		}
	}
	return scimInvalidValue
}

// spelled returns the message of a fault with its fields: a SCIM client shows nothing
// else.
func spelled(f *fault.Fault) string {
	wrong := make([]string, 0, len(f.Fields))
	for _, where := range slices.Sorted(maps.Keys(f.Fields)) {
		wrong = append(wrong, strings.TrimPrefix(where, "body.")+" "+f.Fields[where])
	}
	return f.Message + ": " + strings.Join(wrong, "; ")
}

// fold changes the names of attributes, in which SCIM ignores case, to the rule's
// spelling. No two of them are equal: see parseJSON.
func (r *rule) fold(m map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if r.fields[name] != nil {
			continue
		}
		for _, known := range r.names {
			if !provider.Same(name, known) {
				continue
			}
			m[known] = m[name]
			delete(m, name)
			break
		}
	}
}

// unwrapped returns the value that an identity provider means, false where v needs no
// change: providers send booleans as text, one value as a list of one or as
// {"value": …}, and a list of one as the value alone.
func (r *rule) unwrapped(v any) (any, bool) {
	_, complexValue := v.(map[string]any)
	list, isList := v.([]any)
	switch {
	case v == nil:
		return nil, false
	case r.Type == huma.TypeBoolean:
		if _, plain := v.(bool); !plain {
			return provider.Truth(v)
		}
	case r.Type == huma.TypeString && (complexValue || isList):
		return provider.Text(v)
	case r.Type == huma.TypeArray && !isList:
		return []any{v}, true
	case r.Type == huma.TypeObject && isList && len(list) == 1:
		return list[0], true
	case r.Type == huma.TypeObject && !complexValue && !isList && r.fields["value"] != nil:
		return map[string]any{"value": v}, true
	}
	return nil, false
}

// linked returns a body with the request's prefix added to its links, which SCIM's
// answers have in two members. Users' own texts can't contain such a member, since their
// quotes are escaped.
func (d dialect) linked(ctx context.Context, body []byte) []byte {
	prefix := Prefix(ctx)
	if d != scim || prefix == "" {
		return body
	}
	for _, member := range []string{`"location":"`, `"$ref":"`} {
		body = bytes.ReplaceAll(body, []byte(member+scimRoot+"/"), []byte(member+prefix+scimRoot+"/"))
	}
	return body
}

// locate sets the Location header of a created resource, from the body, so that a stored
// answer has it, too.
func (d dialect) locate(w http.ResponseWriter, a Answer) {
	if d != scim || a.Status != http.StatusCreated {
		return
	}
	var made struct {
		Meta struct {
			Location string `json:"location"`
		} `json:"meta"`
	}
	if json.Unmarshal(a.Body, &made) == nil && made.Meta.Location != "" {
		w.Header()["Location"] = []string{made.Meta.Location}
	}
}
