package extract

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxTag is the most bytes of a tag or a text between tags.
const maxTag = 16 << 20

// headings are the levels of the heading tags.
var headings = map[atom.Atom]int{atom.H1: 1, atom.H2: 2, atom.H3: 3, atom.H4: 4, atom.H5: 5, atom.H6: 6}

// breaks are the tags, beside headings, at which a block ends.
var breaks = set(atom.P, atom.Div, atom.Br, atom.Li, atom.Tr, atom.Section, atom.Article, atom.Blockquote, atom.Pre, atom.Dt, atom.Dd, atom.Table, atom.Ul, atom.Ol,
	atom.Dl, atom.Figcaption, atom.Hr, atom.Option, atom.Title, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Aside, atom.Form, atom.Fieldset, atom.Address,
	atom.Body, atom.Details, atom.Summary, atom.Caption)

// unseen are the tags whose text isn't visible.
var unseen = set(atom.Script, atom.Style, atom.Template, atom.Svg, atom.Iframe, atom.Object, atom.Noscript)

func set(tags ...atom.Atom) map[atom.Atom]bool {
	all := map[atom.Atom]bool{}
	for _, tag := range tags {
		all[tag] = true
	}
	return all
}

// hypertext reads HTML tag by tag, without a tree, so that deep nesting costs nothing.
func hypertext(w *writer, text string) error {
	r := tagReader{writer: w}
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(maxTag)
	for {
		if err := w.step(); err != nil {
			return err
		}
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if err := z.Err(); errors.Is(err, html.ErrBufferExceeded) {
				return fail(TooLarge, "It has a tag of more than %d MB", maxTag>>20)
			} else if !errors.Is(err, io.EOF) {
				return fail(Damaged, "It is no HTML")
			}
			return r.flush()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if kind == html.SelfClosingTagToken && unseen[tag] { // it has no end
				continue
			}
			if err := r.begin(tag); err != nil {
				return err
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if err := r.end(atom.Lookup(name)); err != nil {
				return err
			}
		case html.TextToken:
			if r.unseen == 0 {
				r.text.WriteString(z.Token().Data)
			}
		}
	}
}

// tagReader makes blocks of the text between tags.
type tagReader struct {
	*writer
	text   strings.Builder
	kind   Kind
	level  int
	row    bool
	cells  int
	unseen atom.Atom // the tag whose text is skipped; 0 for none
	depth  int       // of that tag nested in itself
}

func (r *tagReader) begin(tag atom.Atom) error {
	switch {
	case r.unseen != 0:
		if tag == r.unseen {
			r.depth++
		}
		return nil
	case unseen[tag]:
		r.unseen, r.depth = tag, 1
		return nil
	case tag == atom.Td, tag == atom.Th:
		if r.cells++; r.cells > 1 && r.row {
			r.text.WriteByte('\t')
		}
		return nil
	}
	return r.parts(tag, true)
}

func (r *tagReader) end(tag atom.Atom) error {
	if r.unseen != 0 {
		if tag == r.unseen {
			if r.depth--; r.depth == 0 {
				r.unseen = 0
			}
		}
		return nil
	}
	return r.parts(tag, false)
}

// parts ends the block before a tag of headings or breaks, and sets the kind of the next
// one. Inside a row only another row ends a block.
func (r *tagReader) parts(tag atom.Atom, begins bool) error {
	level := headings[tag]
	if level == 0 && !breaks[tag] {
		return nil
	}
	if r.row && tag != atom.Tr && tag != atom.Table {
		r.text.WriteByte(' ')
		return nil
	}
	if r.kind == Code && tag == atom.Br {
		r.text.WriteByte('\n')
		return nil
	}
	if err := r.flush(); err != nil || !begins {
		if tag == atom.Title && !begins && r.doc.Title == "" {
			r.takeTitle()
		}
		return err
	}
	switch {
	case level > 0:
		r.kind, r.level = Heading, level
	case tag == atom.Title:
		r.kind = Heading
	case tag == atom.Li, tag == atom.Dt, tag == atom.Dd:
		r.kind = Item
	case tag == atom.Pre:
		r.kind = Code
	case tag == atom.Tr:
		r.kind, r.row = Row, true
	}
	return nil
}

// takeTitle makes the last block the title.
func (r *tagReader) takeTitle() {
	if n := len(r.doc.Blocks); n > 0 && r.doc.Blocks[n-1].Kind == Heading && r.doc.Blocks[n-1].Level == 0 {
		r.doc.Title = r.doc.Blocks[n-1].Text
		r.doc.Blocks = r.doc.Blocks[:n-1]
	}
}

func (r *tagReader) flush() error {
	text, kind, level := r.text.String(), r.kind, r.level
	r.text.Reset()
	r.kind, r.level, r.row, r.cells = Paragraph, 0, false, 0
	return r.write(kind, level, text)
}
