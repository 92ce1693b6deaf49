package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/fault"
)

// maxBody is the most bytes that are read of a body.
const maxBody = 1 << 20

// trusted bounds the memory that is allocated for a body before it comes. Beyond it,
// memory grows with the bytes read: announcing a length costs a caller nothing.
const trusted = 2 << 10

// byteOrderMark may precede JSON that a tool of Windows wrote.
var byteOrderMark = []byte("\ufeff")

// readBody reads a body of at most maxBody bytes. It refuses a larger one (413), and
// one that is slower than the request's time (503).
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, fault.New(fault.KindTooLarge, "The request body is too large.")
	}
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	var text bytes.Buffer
	text.Grow(int(min(max(r.ContentLength, 0), trusted)) + bytes.MinRead)
	_, err := text.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault.New(fault.KindTooLarge, "The request body is too large.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fault.Unavailable(err)
	case err != nil && !errors.Is(err, io.EOF):
		return nil, complaints{{"body", unreadable}}
	}
	return bytes.TrimPrefix(text.Bytes(), byteOrderMark), nil
}

// declaredJSON refuses a body that isn't declared as JSON in UTF-8 (415), and names the
// header at fault.
func declaredJSON(h http.Header) error {
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return notJSON("header.Content-Encoding", "The request body must not be compressed: leave out the header Content-Encoding.")
	}
	switch declared := h.Values("Content-Type"); {
	case len(declared) == 0:
		return notJSON("header.Content-Type", "The request body lacks the header Content-Type: application/json.")
	case len(declared) > 1 || !isJSON(declared[0]):
		return notJSON("header.Content-Type", "The request body must be JSON in UTF-8, and be declared so by the header Content-Type: application/json.")
	}
	return nil
}

func notJSON(where, says string) error {
	return fault.New(fault.KindUnsupportedMediaType, "%s", says).On(where, says)
}

// isJSON reports whether a content type is one of JSON in UTF-8.
func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return false
	}
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}

// stamps are accepted in every body and ignored: the caller made or changed the thing,
// whatever the body says.
var stamps = [...]string{"created_by", "modified_by"}

// noBody is the body of a POST or PUT that declares none: an object that may have the
// stamps.
var noBody = &body{rule: &rule{Schema: &huma.Schema{Type: huma.TypeObject}}}

// bind checks the body, and fills the input's Body from it.
func (b *body) bind(v reflect.Value, text []byte, query url.Values, c *checker) {
	tree, made := b.parse(text, query, c)
	if tree == nil {
		return
	}
	c.at = newTrail("body")
	if m, ok := tree.(map[string]any); ok && c.dialect != scim {
		b.ignoreStamps(m, c)
	}
	before := len(c.bad)
	if b.rule.check(tree, c); len(c.bad) > before || b.typ == nil {
		return
	}
	if made || c.dialect.lenient() || c.changed { // encoding/json reads EMAIL into email, so only what was checked may reach it
		text, _ = json.Marshal(tree)
	}
	field := v.FieldByIndex(b.field.Index)
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(b.typ))
		field = field.Elem()
	}
	if err := json.Unmarshal(text, field.Addr().Interface()); err != nil {
		c.bad.add(whereOf(err), notRight)
		return
	}
	if b.defaults {
		fillDefaults(field, b.rule)
	}
}

// parse returns the body's value, with fields from the query, nil where there is none
// to bind; made is true where the value differs from the text.
func (b *body) parse(text []byte, query url.Values, c *checker) (tree any, made bool) {
	if len(bytes.TrimLeft(text, " \t\r\n")) > 0 {
		var bad *complaint
		if tree, bad = parseJSON(text, c.dialect == scim); bad != nil {
			c.bad.add(bad.where, bad.flaw)
			return nil, false
		}
		if tree == nil {
			c.bad.add("body", isNull)
			return nil, false
		}
	} else if b.required {
		c.bad.add("body", missing)
		return nil, false
	}
	if len(b.either) == 0 {
		return tree, false
	}
	if tree == nil {
		tree = map[string]any{}
	}
	m, ok := tree.(map[string]any)
	if !ok {
		return tree, false
	}
	for i := range b.either {
		p := &b.either[i]
		texts, inQuery := query[p.name]
		if !inQuery {
			continue
		}
		if _, twice := m[p.name]; twice {
			c.bad.add(p.where(), givenTwice)
			return nil, false
		}
		value, ok := p.read(texts, c)
		if !ok {
			return nil, false
		}
		m[p.name], made = value, true
	}
	return m, made || len(text) == 0
}

// queried returns the fields of the body that are given in the query.
func (b *body) queried(query url.Values) (fields []string) {
	for _, p := range b.either {
		if query.Has(p.name) {
			fields = append(fields, p.name)
		}
	}
	return fields
}

func (b *body) ignoreStamps(m map[string]any, c *checker) {
	for _, name := range stamps {
		v, given := m[name]
		if !given || b.rule.fields[name] != nil {
			continue
		}
		if _, isText := v.(string); !isText && v != nil {
			back := c.at.push(name)
			c.complain(notString)
			c.at.pop(back)
		}
		delete(m, name)
	}
}

// whereOf returns the place of an error of encoding/json, which refuses a value that
// its schema allows but that is too large for its Go type.
func whereOf(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && t.Field != "" {
		return "body." + t.Field
	}
	return "body"
}
