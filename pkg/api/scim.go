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

// scimRoot is the path whose every answer, unknown paths below it included, is
// in the dialect of SCIM 2.0 (RFC 7644).
const scimRoot = "/scim"

func isSCIMPath(path string) bool {
	rest, ok := strings.CutPrefix(path, scimRoot)
	return ok && (rest == "" || rest[0] == '/')
}

// SCIMError is the schema of an error's body.
const SCIMError = "urn:ietf:params:scim:api:messages:2.0:Error"

// SCIMType is the key of a fault's Meta under which a handler says which of RFC
// 7644's error types (table 9) it is, where the kind doesn't tell.
const SCIMType = "scimType"

// The types that follow from the form of a request, or from a fault's kind.
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

// scimRefusal writes an error. An id that can't be one names nothing, so it is
// a 404; of everything else that is wrong with the form the detail tells.
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

// scimTypeOf is the type of what is wrong with a request's form.
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

// spelled puts the fields of a fault into its sentence, which is all that a
// SCIM client shows.
func spelled(f *fault.Fault) string {
	wrong := make([]string, 0, len(f.Fields))
	for _, where := range slices.Sorted(maps.Keys(f.Fields)) {
		wrong = append(wrong, strings.TrimPrefix(where, "body.")+" "+f.Fields[where])
	}
	return f.Message + ": " + strings.Join(wrong, "; ")
}

// fold respells the names of attributes, in which SCIM doesn't distinguish
// cases, as the rule spells them. No two of them are one: see parseJSON.
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

// unwrapped returns the value that an identity provider means: booleans are sent
// as text, one value as a list of one or as {"value": …}, a list of one as the
// value alone.
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

// linked is an answer whose links lead through the door by which the request
// came. SCIM's answers name resources by their paths, in these two members; text
// of somebody's own holds no such pattern, since its quotes are escaped.
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

// locate names in a header where the thing that an operation made is found. Its
// body says so, so that a stored answer says it, too.
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
