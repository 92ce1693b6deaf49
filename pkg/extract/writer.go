package extract

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// writer builds a document, within the limits.
type writer struct {
	ctx    context.Context
	limits Limits
	doc    Document
	page   int
	size   int
	steps  int
}

// step returns the context's error, if it has ended. Call it for each element of a
// document.
func (w *writer) step() error {
	if w.steps++; w.steps%1024 == 0 {
		return w.ctx.Err()
	}
	return nil
}

// turn begins a page, or fails beyond the limit.
func (w *writer) turn() error {
	if w.page++; w.page > w.limits.Pages {
		return fail(TooManyPage, "It has more than %d pages", w.limits.Pages)
	}
	w.doc.Pages = w.page
	return nil
}

// write adds a block, unless its text is empty, or fails beyond the limit.
func (w *writer) write(kind Kind, level int, text string) error {
	if kind == Code {
		text = strings.TrimRightFunc(clean(text), unicode.IsSpace)
	} else {
		text = line(text, kind == Row)
	}
	if strings.TrimSpace(text) == "" {
		return w.step()
	}
	if w.size += len(text); w.size > w.limits.Text {
		return fail(TooLarge, "It has more than %d MB of text", w.limits.Text>>20)
	}
	w.doc.Blocks = append(w.doc.Blocks, Block{kind, level, w.page, text})
	return w.step()
}

func (w *writer) document() Document {
	w.doc.Title = line(w.doc.Title, false)
	return w.doc
}

// clean returns valid text in composed form (NFC), without invisible characters.
func clean(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u00AD' || r == '\uFEFF' || r == '\u200B', unicode.IsControl(r):
			return -1
		}
		return r
	}, norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n")))
}

// line returns a text with one space for consecutive white space. In a row the tabs
// between its cells are kept.
func line(text string, row bool) string {
	if row {
		cells := strings.Split(text, "\t")
		for i, cell := range cells {
			cells[i] = line(cell, false)
		}
		return strings.TrimRight(strings.Join(cells, "\t"), "\t")
	}
	return strings.Join(strings.Fields(clean(text)), " ")
}
