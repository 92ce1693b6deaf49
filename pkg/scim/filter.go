package scim

import "strings"

// Term is one comparison of a filter: the attribute equals the value.
type Term struct {
	Path  Path
	Value any // a string, a bool, a json.Number or nil
}

// ParseFilter reads a filter of comparisons by eq that are joined by and; operators in
// any case. It is false for SCIM's other operators (or, not, sw, co, …), and for text
// that is no filter.
func ParseFilter(text string) ([]Term, bool) {
	words, ok := split(text)
	if !ok || len(words)%4 != 3 {
		return nil, false
	}
	terms := make([]Term, 0, len(words)/4+1)
	for i := 0; i < len(words); i += 4 {
		if i > 0 && !Same(words[i-1], "and") {
			return nil, false
		}
		path, isPath := ParsePath(words[i])
		value, isValue := literal(words[i+2])
		if !isPath || !isValue || path.Attribute == "" || !Same(words[i+1], "eq") {
			return nil, false
		}
		terms = append(terms, Term{path, value})
	}
	return terms, true
}

// split splits a filter at white space outside of texts and brackets; false where one of
// these isn't closed.
func split(text string) (words []string, ok bool) {
	var word strings.Builder
	quoted, depth := false, 0
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			word.WriteByte(c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0 && (c == ' ' || c == '\t'):
			flush()
			continue
		}
		word.WriteByte(c)
	}
	flush()
	return words, !quoted && depth == 0
}
