package pdf

import (
	"context"
	"math"
	"strings"
)

const (
	maxOperators = 20_000_000 // of a document
	maxForms     = 12         // in each other
	maxStates    = 200
)

// matrix is an affine map of points: a b, c d and the translation e f.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times returns the map that applies m and then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func shift(x, y float64) matrix { return matrix{1, 0, 0, 1, x, y} }

// state is the part of the graphics state that affects text.
type state struct {
	space                  matrix // of the user, on the page
	font                   *font
	size, character, word  float64
	scale, leading, rise   float64
	textMatrix, lineMatrix matrix
}

// Line is a line of a page, as it was drawn.
type Line struct {
	Text string
	X, Y float64 // its beginning, in points from the page's lower left corner
	Size float64 // of its first glyph's font, in points
	End  float64 // X of its end
}

// reader reads the pages of a document.
type reader struct {
	ctx       context.Context
	limits    Limits
	fonts     map[string]*font
	operators int
	inside    int64 // bytes that were unpacked
	size      int   // bytes of text

	lines []Line
	text  strings.Builder
	first Line    // the present line, without its text
	x, y  float64 // the end of its last glyph
	forms int
}

// run interprets a content stream, and ignores forms nested deeper than maxForms.
func (r *reader) run(stream, resources object, g state) error {
	if r.forms++; r.forms > maxForms {
		r.forms--
		return nil
	}
	defer func() { r.forms-- }()
	if err := r.ctx.Err(); err != nil {
		return err
	}
	g.textMatrix, g.lineMatrix = identity, identity
	var saved []state
	c := content{rest: stream.data(), of: stream}
	if r.inside += int64(len(c.rest)); r.inside > r.limits.Inside {
		return ErrTooLarge
	}
	for {
		operator, operands, more := c.next()
		if !more {
			return nil
		}
		if r.operators++; r.operators > maxOperators {
			return ErrTooLarge
		}
		if r.operators%4096 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
		}
		switch operator {
		case "q":
			if len(saved) < maxStates {
				saved = append(saved, g)
			}
		case "Q":
			if n := len(saved); n > 0 {
				text, line := g.textMatrix, g.lineMatrix
				g, saved = saved[n-1], saved[:n-1]
				g.textMatrix, g.lineMatrix = text, line
			}
		case "Tf":
			if len(operands) == 2 {
				name, _ := operands[0].name()
				g.font, g.size = r.font(resources.get("Font").get(name)), operands[1].float()
			}
		case "Do":
			if len(operands) > 0 {
				name, _ := operands[0].name()
				if err := r.form(resources.get("XObject").get(name), resources, g); err != nil {
					return err
				}
			}
		default:
			if r.draw(operator, operands, &g); r.size > r.limits.Text {
				return ErrTooLarge
			}
		}
	}
}

// form interprets a form XObject, and ignores other objects.
func (r *reader) form(o, resources object, g state) error {
	if kind, _ := o.get("Subtype").name(); kind != "Form" {
		return nil
	}
	if m := o.get("Matrix"); m.len() == len(identity) {
		var of matrix
		for i := range of {
			of[i] = m.at(i).float()
		}
		g.space = of.times(g.space)
	}
	if own := o.get("Resources"); !own.isNull() {
		resources = own
	}
	return r.run(o, resources, g)
}

func (r *reader) font(o object) *font {
	if o.isNull() {
		return nil
	}
	key := o.key()
	if f := r.fonts[key]; f != nil && o.number != 0 {
		return f
	}
	f := loadFont(o)
	r.fonts[key] = f
	return f
}

// draw interprets an operator of text (ISO 32000-1, 9.3 and 9.4), and ignores others.
func (r *reader) draw(operator string, operands []object, g *state) {
	n := func(i int) float64 {
		if i < len(operands) {
			return operands[i].float()
		}
		return 0
	}
	last := func() string {
		if len(operands) == 0 {
			return ""
		}
		text, _ := operands[len(operands)-1].text()
		return text
	}
	next := func(x, y float64) {
		g.lineMatrix = shift(x, y).times(g.lineMatrix)
		g.textMatrix = g.lineMatrix
	}
	switch operator {
	case "cm":
		g.space = matrix{n(0), n(1), n(2), n(3), n(4), n(5)}.times(g.space)
	case "BT":
		g.textMatrix, g.lineMatrix = identity, identity
	case "Tc":
		g.character = n(0)
	case "Tw":
		g.word = n(0)
	case "Tz":
		g.scale = n(0) / 100
	case "TL":
		g.leading = n(0)
	case "Ts":
		g.rise = n(0)
	case "Td":
		next(n(0), n(1))
	case "TD":
		g.leading = -n(1)
		next(n(0), n(1))
	case "Tm":
		g.lineMatrix = matrix{n(0), n(1), n(2), n(3), n(4), n(5)}
		g.textMatrix = g.lineMatrix
	case "T*":
		next(0, -g.leading)
	case "Tj":
		r.show(last(), g)
	case "'":
		next(0, -g.leading)
		r.show(last(), g)
	case `"`:
		g.word, g.character = n(0), n(1)
		next(0, -g.leading)
		r.show(last(), g)
	case "TJ":
		if len(operands) == 0 {
			return
		}
		array := operands[len(operands)-1]
		for i := range array.len() {
			if text, ok := array.at(i).text(); ok {
				r.show(text, g)
			} else {
				g.textMatrix = shift(-array.at(i).float()/1000*g.size*g.scale, 0).times(g.textMatrix)
			}
		}
	}
}

// The distances between glyphs that separate words and lines, relative to the font's
// size and along the line unless they say otherwise.
const (
	space     = 0.17 // a space, beyond this gap
	overlap   = -0.3 // a space, beyond this step back
	otherLine = 0.5  // another line, beyond this distance across the line
	farBack   = -2.4 // another line, beyond this step back
	farOn     = 12   // another line, beyond this gap, such as to another column
)

// show places the glyphs of a string.
func (r *reader) show(codes string, g *state) {
	f := g.font
	if f == nil {
		return
	}
	for len(codes) > 0 {
		code, n := f.next(codes)
		isSpace := n == 1 && codes[0] == ' '
		codes = codes[n:]
		m := matrix{g.size * g.scale, 0, 0, g.size, 0, g.rise}.times(g.textMatrix).times(g.space)
		width := f.width(code)
		if text := f.text(code); text != "" {
			r.place(text, m, width)
		}
		step := (width*g.size + g.character) * g.scale
		if isSpace {
			step += g.word * g.scale
		}
		g.textMatrix = shift(step, 0).times(g.textMatrix)
	}
}

// place adds a glyph to the present line, or begins another.
func (r *reader) place(text string, m matrix, width float64) {
	size, along := math.Hypot(m[2], m[3]), math.Hypot(m[0], m[1])
	if !(size > 0 && along > 0) || math.IsInf(size, 0) || math.IsInf(along, 0) {
		return
	}
	x, y := m[4], m[5]
	if r.text.Len() > 0 {
		ux, uy := m[0]/along, m[1]/along
		dx, dy := x-r.x, y-r.y
		on, across := (dx*ux+dy*uy)/size, (dy*ux-dx*uy)/size
		switch {
		case math.Abs(across) > otherLine, on < farBack, on > farOn:
			r.endLine()
		case on > space, on < overlap:
			r.text.WriteByte(' ')
		}
	}
	if r.text.Len() == 0 {
		r.first = Line{X: x, Y: y, Size: size}
	}
	r.text.WriteString(text)
	r.size += len(text)
	end := shift(width, 0).times(m)
	r.x, r.y = end[4], end[5]
}

func (r *reader) endLine() {
	if text := strings.TrimSpace(r.text.String()); text != "" {
		r.first.Text, r.first.End = text, r.x
		r.lines = append(r.lines, r.first)
	}
	r.text.Reset()
}
