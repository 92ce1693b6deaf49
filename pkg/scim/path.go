package scim

import (
	"regexp"
	"strings"
)

// Path names an attribute, or a part of one: emails[type eq "work"].value. All names
// are in lower case, since SCIM ignores case.
type Path struct {
	Schema    string // a URN; "" where none was written
	Attribute string // "" where the schema alone is named
	Filter    []Term // selects among its values; nil for all
	Sub       string // the attribute inside; "" for the whole
}

var (
	name = regexp.MustCompile(`^[a-z$][\w$-]*$`)
	urn  = regexp.MustCompile(`^urn:[^\s\[\]"]+$`)
)

// ParsePath reads a path; false for text that is none. The name of one of schemas is a
// path too, for all of a resource's attributes in it.
func ParsePath(text string, schemas ...string) (Path, bool) {
	head, filter, tail, filtered := text, "", "", false
	if open := strings.IndexByte(text, '['); open >= 0 {
		end := closing(text, open)
		if end < 0 {
			return Path{}, false
		}
		head, filter, tail, filtered = text[:open], text[open+1:end], text[end+1:], true
	}
	p, ok := plainPath(Lower(head), schemas)
	if !ok || !filtered {
		return p, ok
	}
	if p.Filter, ok = ParseFilter(filter); !ok || p.Sub != "" || p.Attribute == "" {
		return Path{}, false
	}
	if tail == "" {
		return p, true
	}
	sub, dotted := strings.CutPrefix(Lower(tail), ".")
	p.Sub = sub
	return p, dotted && name.MatchString(sub)
}

// plainPath reads a path without a filter, in lower case.
func plainPath(text string, schemas []string) (p Path, ok bool) {
	if strings.HasPrefix(text, "urn:") {
		if !urn.MatchString(text) {
			return Path{}, false
		}
		for _, s := range schemas {
			if text == Lower(s) {
				return Path{Schema: text}, true
			}
		}
		end := strings.LastIndexByte(text, ':')
		p.Schema, text = text[:end], text[end+1:]
		if p.Schema == "urn" {
			return Path{}, false
		}
		if !name.MatchString(text[:firstOf(text, '.')]) { // "…:2.0": an extension's own name
			return Path{Schema: p.Schema + ":" + text}, true
		}
	}
	attribute, sub, dotted := strings.Cut(text, ".")
	p.Attribute, p.Sub = attribute, sub
	return p, name.MatchString(attribute) && (!dotted || name.MatchString(sub))
}

func firstOf(text string, c byte) int {
	if at := strings.IndexByte(text, c); at >= 0 {
		return at
	}
	return len(text)
}

// closing returns the index of the bracket that closes the one at open, -1 for none.
// Brackets in texts are ignored.
func closing(text string, open int) int {
	quoted := false
	for i := open + 1; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == ']':
			return i
		case !quoted && text[i] == '[':
			return -1
		}
	}
	return -1
}
