package pdf

import (
	"bytes"
	"slices"
	"unicode/utf16"
)

// maxMappings is the most entries of a map, those of ranges and repeated ones included.
const maxMappings = 200_000

// maxText is how many bytes the text of one code has at most.
const maxText = 128

// unicodeMap tells characters of codes, as a font's ToUnicode stream has it.
type unicodeMap struct {
	of     map[uint32]string
	widths [5]bool // by number of bytes, whether it has codes of so many
	told   int
}

// readUnicodeMap reads a ToUnicode stream. Its language is PostScript, of which these maps
// use so little that a scan suffices (Adobe technical note 5411).
func readUnicodeMap(b []byte) unicodeMap {
	m := unicodeMap{of: map[uint32]string{}}
	var tokens [][]byte // hexadecimal strings with their "<", and brackets
	for len(b) > 0 {
		switch c := b[0]; {
		case c == '%':
			end := bytes.IndexAny(b, "\r\n")
			if end < 0 {
				return m
			}
			b = b[end:]
		case c == '<' && len(b) > 1 && b[1] != '<':
			end := bytes.IndexByte(b, '>')
			if end < 0 {
				return m
			}
			tokens, b = m.token(tokens, b[:end]), b[end+1:]
		case c == '[', c == ']':
			tokens, b = m.token(tokens, b[:1]), b[1:]
		case c <= ' ', bytes.IndexByte([]byte("<>(){}/"), c) >= 0:
			b = b[1:]
		default:
			word := regular(b)
			b = b[len(word):]
			switch {
			case bytes.HasPrefix(word, []byte("begin")):
				tokens = tokens[:0]
			case bytes.Equal(word, []byte("endcodespacerange")):
				for _, t := range tokens {
					m.widths[min(len(m.widths)-1, len(hexBytes(t)))] = true
				}
			case bytes.Equal(word, []byte("endbfchar")):
				m.characters(tokens)
			case bytes.Equal(word, []byte("endbfrange")):
				m.ranges(tokens)
			}
		}
	}
	return m
}

func (m *unicodeMap) token(all [][]byte, one []byte) [][]byte {
	if len(all) >= 2*maxMappings {
		return all
	}
	return append(all, one)
}

func (m *unicodeMap) set(code uint32, text string) {
	if m.told++; m.told <= maxMappings {
		m.of[code] = text
	}
}

func (m *unicodeMap) characters(tokens [][]byte) {
	for i := 0; i+1 < len(tokens); i += 2 {
		m.set(codeOf(tokens[i]), utf16Text(hexBytes(tokens[i+1])))
	}
}

// ranges reads entries of a first code, a last code, and the first's text or a list of
// all texts.
func (m *unicodeMap) ranges(tokens [][]byte) {
	for len(tokens) > 2 {
		first, last, to := codeOf(tokens[0]), codeOf(tokens[1]), tokens[2]
		tokens = tokens[3:]
		if to[0] == '[' {
			for ; len(tokens) > 0 && tokens[0][0] != ']'; tokens = tokens[1:] {
				m.set(first, utf16Text(hexBytes(tokens[0])))
				first++
			}
			tokens = tokens[min(1, len(tokens)):]
			continue
		}
		text := hexBytes(to)
		for n := uint32(0); first+n <= last && first+n >= first && n < 1<<16 && m.told < maxMappings; n++ {
			m.set(first+n, utf16Text(plus(text, n)))
		}
	}
}

// plus returns the sum of a big-endian number and n.
func plus(number []byte, n uint32) []byte {
	out := slices.Clone(number)
	for i := len(out) - 1; i >= 0 && n > 0; i-- {
		n += uint32(out[i])
		out[i] = byte(n)
		n >>= 8
	}
	return out
}

func codeOf(token []byte) (code uint32) {
	for _, b := range hexBytes(token) {
		code = code<<8 | uint32(b)
	}
	return code
}

func utf16Text(b []byte) string {
	if len(b) == 1 {
		return string(rune(b[0]))
	}
	b = b[:min(len(b), maxText)]
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}
