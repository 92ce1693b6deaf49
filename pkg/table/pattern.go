package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// A pattern is a key as text with {attribute} holes, e.g. "PROJECT#{project_id}".
// {id:16} pads a number with zeros to 16 digits, so that numbers sort as text;
// 16 digits hold every id up to 2^53-1.
type pattern struct {
	text  string
	parts []part
}

// part is literal text followed by at most one hole.
type part struct {
	literal string
	hole    string // "" at the end of a pattern
	width   int
}

// compile parses a pattern. It panics on one that is malformed: patterns are
// part of the program.
func compile(text string) pattern {
	p := pattern{text: text}
	for rest := text; ; {
		literal, after, found := strings.Cut(rest, "{")
		if !found {
			p.parts = append(p.parts, part{literal: literal})
			return p
		}
		hole, after, closed := strings.Cut(after, "}")
		name, width, padded := strings.Cut(hole, ":")
		n, err := strconv.Atoi(width)
		if !closed || name == "" || padded && (err != nil || n < 1) {
			panic("table: malformed key pattern " + text)
		}
		p.parts = append(p.parts, part{literal, name, n})
		rest = after
	}
}

// fixed reports whether the pattern has no holes.
func (p pattern) fixed() bool { return len(p.parts) == 1 && p.parts[0].hole == "" }

// holes returns the attributes the pattern is filled from, in order.
func (p pattern) holes() (names []string) {
	for _, q := range p.parts {
		if q.hole != "" {
			names = append(names, q.hole)
		}
	}
	return names
}

// fill returns the key of an item, and false where the item lacks an attribute
// the pattern needs, or has a '#' in it, which could make a key of something
// else.
func (p pattern) fill(item dynamo.Item) (string, bool) {
	if p.fixed() {
		return p.parts[0].literal, true
	}
	b := make([]byte, 0, 64)
	for _, q := range p.parts {
		b = append(b, q.literal...)
		if q.hole == "" {
			continue
		}
		switch v := item[q.hole].(type) {
		case *types.AttributeValueMemberS:
			if strings.Contains(v.Value, "#") {
				return "", false
			}
			b = append(b, v.Value...)
		case *types.AttributeValueMemberN:
			b = pad(b, v.Value, q.width)
		default:
			return "", false
		}
	}
	return string(b), true
}

// with returns the key whose holes are filled with values in order: int64, int
// or string each. It panics on a wrong number or kind of values.
func (p pattern) with(values []any) string {
	if p.fixed() && len(values) == 0 {
		return p.parts[0].literal
	}
	b := make([]byte, 0, 64)
	for _, q := range p.parts {
		b = append(b, q.literal...)
		if q.hole == "" {
			continue
		}
		if len(values) == 0 {
			panic("table: too few values for " + p.text)
		}
		switch v := values[0].(type) {
		case int64:
			b = padInt(b, v, q.width)
		case int:
			b = padInt(b, int64(v), q.width)
		case string:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("table: a %T can't fill %s", v, p.text))
		}
		values = values[1:]
	}
	if len(values) > 0 {
		panic("table: too many values for " + p.text)
	}
	return string(b)
}

// under returns the common prefix of all keys whose first holes are filled with
// values: everything up to the next hole.
func (p pattern) under(values []any) string {
	short := pattern{text: p.text}
	for _, q := range p.parts {
		if q.hole != "" && len(short.holes()) == len(values) {
			short.parts = append(short.parts, part{literal: q.literal})
			break
		}
		short.parts = append(short.parts, q)
	}
	return short.with(values)
}

// parse calls take with each hole's value in a key, and is false for a key that
// doesn't fit the pattern, whatever take was told before.
func (p pattern) parse(key string, take func(hole, value string)) bool {
	for i, q := range p.parts {
		rest, ok := strings.CutPrefix(key, q.literal)
		if !ok {
			return false
		}
		if q.hole == "" {
			return rest == ""
		}
		value := rest
		if next := p.parts[i+1].literal; next != "" {
			at := strings.Index(rest, next)
			if at < 0 {
				return false
			}
			value = rest[:at]
		}
		if strings.Contains(value, "#") { // no value has a "#", so this is another entity's key
			return false
		}
		key = rest[len(value):]
		take(q.hole, value)
	}
	return key == ""
}

func pad(b []byte, digits string, width int) []byte {
	for n := len(digits); n < width; n++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

func padInt(b []byte, n int64, width int) []byte {
	if width == 0 {
		return strconv.AppendInt(b, n, 10)
	}
	return pad(b, strconv.FormatInt(n, 10), width)
}

// overlaps reports whether one text could be filled from both patterns, taking
// a hole to hold any text. Two entities whose primary keys overlap could
// overwrite each other.
func (p pattern) overlaps(q pattern) bool { return overlap(p.runes(), q.runes()) }

// wildcard stands for a hole in runes.
const wildcard = -1

func (p pattern) runes() (out []rune) {
	for _, q := range p.parts {
		out = append(out, []rune(q.literal)...)
		if q.hole != "" {
			out = append(out, wildcard)
		}
	}
	return out
}

// overlap matches two texts with wildcards against each other. A wildcard does
// not swallow '#', since no attribute that fills a hole may contain it.
func overlap(a, b []rune) bool {
	switch {
	case len(a) == 0 && len(b) == 0:
		return true
	case len(a) > 0 && a[0] == wildcard:
		return overlap(a[1:], b) || len(b) > 0 && b[0] != '#' && overlap(a, b[1:])
	case len(b) > 0 && b[0] == wildcard:
		return overlap(b, a)
	case len(a) == 0 || len(b) == 0:
		return false
	}
	return a[0] == b[0] && overlap(a[1:], b[1:])
}
