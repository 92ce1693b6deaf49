package api

import (
	"encoding/json"
	"strings"

	provider "wardroom/pkg/scim"
)

// maxDepth is how deep a body may nest; no operation needs half of it.
const maxDepth = 32

// parseJSON reads a whole body more strictly than encoding/json, which takes
// the last of two equal keys, turns invalid UTF-8 and lone surrogates into
// U+FFFD, and lets NUL through. It returns nil, bool, string, json.Number, []any
// or map[string]any; numbers keep their spelling, because whether 1.0 is an
// integer must not depend on how a decoder rounds. With anyCase, names that differ
// in case alone are equal. It ends at the first mistake, which it returns with its
// place.
func parseJSON(text []byte, anyCase bool) (any, *complaint) {
	p := parser{text: text, anyCase: anyCase, at: newTrail("body")}
	p.space()
	v, ok := p.value(1)
	if ok {
		if p.space(); p.pos < len(p.text) {
			p.fail(malformedAt(p.pos))
		}
	}
	if p.bad != nil {
		return nil, p.bad
	}
	return v, nil
}

type parser struct {
	text    []byte
	anyCase bool
	pos     int
	at      trail
	bad     *complaint
}

// fail keeps the first flaw and its place, and returns false: parsing ends.
func (p *parser) fail(f flaw) bool {
	if p.bad == nil {
		p.bad = &complaint{p.at.String(), f}
	}
	return false
}

func (p *parser) malformed() bool {
	p.at = newTrail("body") // a broken text has no trustworthy places inside
	return p.fail(malformedAt(p.pos))
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// next reports whether c is the next character, and takes it if it is.
func (p *parser) next(c byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, bool) {
	if depth > maxDepth {
		p.at = newTrail("body")
		return nil, p.fail(tooDeep)
	}
	if p.pos == len(p.text) {
		return nil, p.malformed()
	}
	switch p.text[p.pos] {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return p.string()
	case 't':
		return true, p.literal("true")
	case 'f':
		return false, p.literal("false")
	case 'n':
		return nil, p.literal("null")
	}
	return p.number()
}

func (p *parser) literal(word string) bool {
	if !strings.HasPrefix(string(p.text[p.pos:min(len(p.text), p.pos+len(word))]), word) {
		return p.malformed()
	}
	p.pos += len(word)
	return true
}

func (p *parser) object(depth int) (any, bool) {
	p.pos++
	m := map[string]any{}
	var spelled map[string]string // names as they were first spelled
	if p.anyCase {
		spelled = map[string]string{}
	}
	if p.space(); p.next('}') {
		return m, true
	}
	for {
		p.space()
		if p.pos == len(p.text) || p.text[p.pos] != '"' {
			return nil, p.malformed()
		}
		key, ok := p.string()
		if !ok {
			return nil, false
		}
		first := key
		if p.anyCase {
			folded := provider.Lower(key)
			if before, twice := spelled[folded]; twice {
				first = before
			}
			spelled[folded] = first
		}
		back := p.at.push(first)
		if _, twice := m[first]; twice {
			return nil, p.fail(givenTwice)
		}
		if p.space(); !p.next(':') {
			return nil, p.malformed()
		}
		p.space()
		if m[key], ok = p.value(depth + 1); !ok {
			return nil, false
		}
		p.at.pop(back)
		p.space()
		switch {
		case p.next(','):
		case p.next('}'):
			return m, true
		default:
			return nil, p.malformed()
		}
	}
}

func (p *parser) array(depth int) (any, bool) {
	p.pos++
	list := []any{}
	if p.space(); p.next(']') {
		return list, true
	}
	for {
		back := p.at.index(len(list))
		p.space()
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		p.at.pop(back)
		list = append(list, v)
		p.space()
		switch {
		case p.next(','):
		case p.next(']'):
			return list, true
		default:
			return nil, p.malformed()
		}
	}
}

// number takes -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (p *parser) number() (any, bool) {
	start := p.pos
	p.next('-')
	if !p.next('0') && !p.digits() {
		return nil, p.malformed()
	}
	if p.next('.') && !p.digits() {
		return nil, p.malformed()
	}
	if p.next('e') || p.next('E') {
		_ = p.next('+') || p.next('-')
		if !p.digits() {
			return nil, p.malformed()
		}
	}
	return json.Number(p.text[start:p.pos]), true
}

func (p *parser) digits() bool {
	start := p.pos
	for p.pos < len(p.text) && '0' <= p.text[p.pos] && p.text[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}
