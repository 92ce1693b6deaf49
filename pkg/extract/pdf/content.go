package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	maxOperands = 4096
	maxNested   = 64 // arrays in arrays
	maxDigits   = 32 // of a number
)

// content reads the operators of a content stream, each with its operands. It tolerates
// a damaged stream.
type content struct {
	rest     []byte
	of       object
	operands []object
	arrays   []int // indices in operands of the open arrays' first elements
}

// next reads up to an operator; false at the end. The operands are valid until the next
// call.
func (c *content) next() (operator string, operands []object, more bool) {
	c.operands, c.arrays = c.operands[:0], c.arrays[:0]
	for len(c.rest) > 0 {
		b := c.rest
		switch first := b[0]; {
		case first <= ' ' || first == ')' || first == '{' || first == '}':
			c.rest = b[1:]
		case first == '%':
			end := bytes.IndexAny(b, "\r\n")
			if end < 0 {
				return "", nil, false
			}
			c.rest = b[end:]
		case first == '(':
			text, n := literal(b)
			c.put(operand(text))
			c.rest = b[n:]
		case bytes.HasPrefix(b, []byte("<<")), bytes.HasPrefix(b, []byte(">>")): // of marked content
			c.rest = b[2:]
		case first == '>':
			c.rest = b[1:]
		case first == '<':
			end := bytes.IndexByte(b, '>')
			if end < 0 {
				return "", nil, false
			}
			c.put(operand(hexBytes(b[1:end])))
			c.rest = b[end+1:]
		case first == '[':
			if len(c.arrays) < maxNested {
				c.arrays = append(c.arrays, len(c.operands))
			}
			c.rest = b[1:]
		case first == ']':
			c.closeArray()
			c.rest = b[1:]
		case first == '/':
			word := regular(b[1:])
			name, err := types.DecodeName(string(word))
			if err != nil {
				name = string(word)
			}
			c.put(types.Name(name))
			c.rest = b[1+len(word):]
		default:
			word := string(regular(b))
			c.rest = b[len(word):]
			switch {
			case first >= '0' && first <= '9', first == '-', first == '.', first == '+':
				c.put(types.Float(number(word)))
			case word == "true", word == "false", word == "null":
				c.put(types.Boolean(word == "true"))
			case word == "BI":
				if !c.skipImage() {
					return "", nil, false
				}
				c.operands = c.operands[:0]
			default:
				return word, c.operands, true
			}
		}
	}
	return "", nil, false
}

func (c *content) put(o types.Object) {
	if len(c.operands) < maxOperands {
		c.operands = append(c.operands, object{table: c.of.table, is: o})
	}
}

func (c *content) closeArray() {
	n := len(c.arrays)
	if n == 0 {
		return
	}
	begin := min(c.arrays[n-1], len(c.operands))
	c.arrays = c.arrays[:n-1]
	array := make(types.Array, 0, len(c.operands)-begin)
	for _, o := range c.operands[begin:] {
		array = append(array, o.is)
	}
	c.operands = append(c.operands[:begin], object{table: c.of.table, is: array})
}

// skipImage skips an inline image, to an EI between white space; false without one.
func (c *content) skipImage() bool {
	begin := bytes.Index(c.rest, []byte("ID"))
	if begin < 0 {
		return false
	}
	for b := c.rest[begin+2:]; ; {
		end := bytes.Index(b, []byte("EI"))
		if end < 0 {
			return false
		}
		before, after := end == 0 || b[end-1] <= ' ', end+2 == len(b) || b[end+2] <= ' '
		if b = b[end+2:]; before && after {
			c.rest = b
			return true
		}
	}
}

// regular returns the word at the beginning of b.
func regular(b []byte) []byte {
	n := 0
	for n < len(b) && b[n] > ' ' && !bytes.ContainsRune([]byte("()<>[]{}/%"), rune(b[n])) {
		n++
	}
	return b[:n]
}

// number parses the longest number at the beginning of a word: some programs write
// 1.2.3, 12-34 and --5.
func number(word string) float64 {
	word = word[:min(len(word), maxDigits)]
	for len(word) > 1 && word[:2] == "--" {
		word = word[1:]
	}
	for n := len(word); n > 0; n-- {
		if x, err := strconv.ParseFloat(word[:n], 64); err == nil {
			return x
		}
	}
	return 0
}

// literal parses a string in parentheses, and returns its number of bytes in b.
func literal(b []byte) (text []byte, n int) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '(':
			if depth++; depth > 1 {
				text = append(text, c)
			}
		case ')':
			if depth--; depth == 0 {
				return text, i + 1
			}
			text = append(text, c)
		case '\\':
			if i++; i < len(b) {
				var more int
				text, more = escaped(text, b[i:])
				i += more
			}
		default:
			text = append(text, c)
		}
	}
	return text, len(b)
}

// escaped appends the character of an escape, whose backslash is before b, and returns
// the escape's number of bytes in b less one.
func escaped(text, b []byte) ([]byte, int) {
	switch c := b[0]; c {
	case 'n':
		return append(text, '\n'), 0
	case 'r':
		return append(text, '\r'), 0
	case 't':
		return append(text, '\t'), 0
	case 'b':
		return append(text, '\b'), 0
	case 'f':
		return append(text, '\f'), 0
	case '\n':
		return text, 0
	case '\r':
		if len(b) > 1 && b[1] == '\n' {
			return text, 1
		}
		return text, 0
	case '0', '1', '2', '3', '4', '5', '6', '7':
		code, n := 0, 0
		for n < 3 && n < len(b) && '0' <= b[n] && b[n] <= '7' {
			code = code*8 + int(b[n]-'0')
			n++
		}
		return append(text, byte(code)), n - 1
	default:
		return append(text, c), 0
	}
}

// hexBytes decodes hexadecimal digits, and ignores other bytes between them.
func hexBytes(digits []byte) []byte {
	only := make([]byte, 0, len(digits)+1)
	for _, c := range digits {
		if '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' {
			only = append(only, c)
		}
	}
	if len(only)%2 == 1 {
		only = append(only, '0')
	}
	out := make([]byte, len(only)/2)
	_, _ = hex.Decode(out, only)
	return out
}
