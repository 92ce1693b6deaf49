package pdf

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// font maps codes to text and widths.
type font struct {
	wide    bool // codes of two bytes
	unicode unicodeMap
	ucs2    bool // codes are characters
	byCode  [256]string
	widths  map[uint32]float64
	others  float64 // the width of other codes
	unit    float64 // of widths, in text space
}

const (
	thousandth   = 0.001
	usualWidth   = 550 // of a font without widths
	maxWidth     = 1 << 16
	maxWidths    = 200_000  // that a font tells, those told again included
	programStart = 16 << 10 // bytes of a font program in which its encoding stands
)

func loadFont(o object) *font {
	f := &font{unit: thousandth, widths: map[uint32]float64{}}
	if s := o.get("ToUnicode"); s.isStream() {
		f.unicode = readUnicodeMap(s.data())
	}
	kind, _ := o.get("Subtype").name()
	if kind == "Type0" {
		f.loadComposite(o)
		return f
	}
	first := o.get("FirstChar").int()
	widths := o.get("Widths")
	for i := 0; i < widths.len() && i < 256; i++ {
		f.widths[uint32(first+i)] = widths.at(i).float()
	}
	f.others = o.get("FontDescriptor").get("MissingWidth").float()
	switch {
	case kind == "Type3":
		f.unit, f.others = math.Abs(o.get("FontMatrix").at(0).float()), 0
	case widths.len() == 0 && f.others == 0:
		f.others = usualWidth
	}
	f.loadEncoding(o, kind)
	return f
}

// loadComposite loads a font whose codes may be of several bytes.
func (f *font) loadComposite(o object) {
	f.wide, f.others = true, 1000
	if len(f.unicode.of) > 0 && f.unicode.widths[1] && !f.unicode.widths[2] {
		f.wide = false
	}
	name, _ := o.get("Encoding").name()
	f.ucs2 = strings.Contains(name, "UCS2") || strings.Contains(name, "UTF16")
	of := o.get("DescendantFonts").at(0)
	if w, ok := of.get("DW").num(); ok {
		f.others = w
	}
	// c [w w …], or first last w
	w := of.get("W")
	told := 0
	for i := 0; i+1 < w.len() && told < maxWidths; {
		first := uint32(max(0, w.at(i).int()))
		if list := w.at(i + 1); list.isArray() {
			for j := range list.len() {
				told++
				f.widths[first+uint32(j)] = list.at(j).float()
			}
			i += 2
			continue
		}
		last := uint32(min(maxWidth, max(0, w.at(i+1).int())))
		for code := first; code <= last && told < maxWidths; code++ {
			told++
			f.widths[code] = w.at(i + 2).float()
		}
		i += 3
	}
}

// loadEncoding loads the texts of one-byte codes: a named encoding or the font program's
// own, with the differences from it.
func (f *font) loadEncoding(o object, kind string) {
	encoding := o.get("Encoding")
	name, named := encoding.name()
	if encoding.isDict() {
		name, named = encoding.get("BaseEncoding").name()
	}
	switch {
	case name == "MacRomanEncoding":
		f.fill(charmap.Macintosh)
	case name == "WinAnsiEncoding", !named && kind == "TrueType":
		f.fill(charmap.Windows1252)
	default:
		for c := range f.byCode[:utf8.RuneSelf] {
			if c >= ' ' {
				f.byCode[c] = string(rune(c))
			}
		}
		for c, r := range standardEncoding {
			f.byCode[c] = string(r)
		}
		if !named {
			f.loadProgram(o.get("FontDescriptor").get("FontFile").data())
		}
	}
	differences := encoding.get("Differences")
	code := 0
	for i := range differences.len() {
		x := differences.at(i)
		if n, ok := x.num(); ok {
			code = int(n)
		} else if glyph, ok := x.name(); ok {
			if code >= 0 && code < len(f.byCode) {
				f.byCode[code] = ofGlyph(glyph)
			}
			code++
		}
	}
}

func (f *font) fill(m *charmap.Charmap) {
	for c := range f.byCode {
		if r := m.DecodeByte(byte(c)); r >= ' ' && r != utf8.RuneError {
			f.byCode[c] = string(r)
		}
	}
}

// loadProgram reads the encoding of a Type 1 program: lines like "dup 33 /exclam put".
func (f *font) loadProgram(program []byte) {
	begin := bytes.Index(program, []byte("/Encoding"))
	if begin < 0 {
		return
	}
	program = program[begin:min(len(program), begin+programStart)]
	if end := bytes.Index(program, []byte("readonly def")); end > 0 {
		program = program[:end]
	}
	words := strings.Fields(string(program))
	for i := 0; i+3 < len(words); i++ {
		glyph, isName := strings.CutPrefix(words[i+2], "/")
		if words[i] != "dup" || words[i+3] != "put" || !isName {
			continue
		}
		if code, err := strconv.Atoi(words[i+1]); err == nil && code >= 0 && code < len(f.byCode) {
			f.byCode[code] = ofGlyph(glyph)
		}
	}
}

// next returns the first code of a string, which must not be empty, and its number of
// bytes.
func (f *font) next(s string) (code uint32, bytes int) {
	if !f.wide || len(s) == 1 {
		return uint32(s[0]), 1
	}
	return uint32(s[0])<<8 | uint32(s[1]), 2
}

// text returns the text of a code, "" where it is unknown.
func (f *font) text(code uint32) string {
	if text, known := f.unicode.of[code]; known {
		return text
	}
	switch {
	case f.ucs2:
		return string(rune(code))
	case f.wide, code > 255:
		return ""
	}
	return f.byCode[code]
}

// width returns the width of a code's glyph, in text space at size 1.
func (f *font) width(code uint32) float64 {
	w, known := f.widths[code]
	if !known {
		w = f.others
	}
	return w * f.unit
}

// ofGlyph returns the text of a glyph's name, "" for an unknown one: a listed name,
// several names joined by underscores, or "uni" or "u" and the hexadecimal number of a
// character.
func ofGlyph(name string) string {
	base, _, _ := strings.Cut(name, ".")
	if text, known := glyphNames[base]; known || base == "" {
		return text
	}
	if strings.Contains(base, "_") {
		var all strings.Builder
		for part := range strings.SplitSeq(base, "_") {
			all.WriteString(ofGlyph(part))
		}
		return all.String()
	}
	if digits, ok := strings.CutPrefix(base, "uni"); ok && len(digits) >= 4 {
		return character("U+" + digits[:4])
	}
	if digits, ok := strings.CutPrefix(base, "u"); ok && len(digits) >= 4 && len(digits) <= 6 {
		return character("U+" + digits)
	}
	return ""
}

// character returns the character of a text like "U+00A0", and any other text unchanged.
func character(text string) string {
	digits, coded := strings.CutPrefix(text, "U+")
	if !coded {
		return text
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || n > utf8.MaxRune {
		return ""
	}
	return string(rune(n))
}
