package api

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// string parses a string, which must be valid UTF-8 without NUL, escaped or not.
func (p *parser) string() (string, bool) {
	p.pos++
	start := p.pos
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '"':
			s := string(p.text[start:p.pos])
			p.pos++
			if !utf8.ValidString(s) {
				return "", p.fail(invalidUTF8)
			}
			return s, true
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.malformed()
		}
		p.pos++
	}
	return "", p.malformed()
}

// escaped parses the rest of a string from its first backslash on.
func (p *parser) escaped(start int) (string, bool) {
	out := append(make([]byte, 0, p.pos-start+16), p.text[start:p.pos]...)
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return "", p.fail(invalidUTF8)
			}
			return string(out), true
		case c < ' ':
			return "", p.malformed()
		case c != '\\':
			out = append(out, c)
			continue
		}
		r, ok := p.escape()
		if !ok {
			return "", false
		}
		out = utf8.AppendRune(out, r)
	}
	return "", p.malformed()
}

// escape parses an escape after its backslash.
func (p *parser) escape() (rune, bool) {
	if p.pos == len(p.text) {
		return 0, p.malformed()
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return p.unicode()
	}
	return 0, p.malformed()
}

func (p *parser) unicode() (rune, bool) {
	r, ok := p.hex4()
	switch {
	case !ok:
		return 0, p.malformed()
	case r == 0:
		return 0, p.fail(holdsNUL)
	case !utf16.IsSurrogate(r):
		return r, true
	}
	if p.next('\\') && p.next('u') {
		low, ok := p.hex4()
		if !ok {
			return 0, p.malformed()
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, true
		}
	}
	return 0, p.fail(loneSurrogate)
}

func (p *parser) hex4() (rune, bool) {
	if len(p.text)-p.pos < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.text[p.pos:p.pos+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += 4
	return rune(v), true //nolint:gosec // four hex digits fit
}
