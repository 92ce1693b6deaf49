package extract

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// perBlock is what a block takes beside its text, in bytes: many small ones are large,
// too.
const perBlock = 48

// writer puts a document together, within the limits.
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
		text = strings.TrimLeft(strings.TrimRightFunc(clean(text), unicode.IsSpace), "\n")
	} else {
		text = line(text, kind == Row, w.limits.Columns)
	}
	if strings.TrimSpace(text) == "" {
		return w.step()
	}
	if w.size += len(text) + perBlock; w.size > w.limits.Text {
		return fail(TooLarge, "It has more than %d MB of text", w.limits.Text>>20)
	}
	w.doc.Blocks = append(w.doc.Blocks, Block{kind, level, w.page, text})
	return w.step()
}

func (w *writer) document() Document {
	title := line(w.doc.Title, false, 0)
	w.doc.Title = strings.ToValidUTF8(title[:min(len(title), maxTitle)], "")
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
		case unicode.IsSpace(r):
			return ' '
		case r == '\u00AD' || r == '\uFEFF' || r == '\u200B', unicode.IsControl(r):
			return -1
		}
		return r
	}, norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n")))
}

// maxTitle is how long a title is at most, in bytes.
const maxTitle = 1_000

// line is a text with one space for all white space in a row. A row has tabs between its
// cells, so many at most; those that are empty are left out.
func line(text string, row bool, columns int) string {
	if row {
		var cells []string
		for cell := range strings.SplitSeq(text, "\t") {
			if cell = line(cell, false, 0); cell != "" && len(cells) < columns {
				cells = append(cells, cell)
			}
		}
		return strings.Join(cells, "\t")
	}
	return strings.Join(strings.Fields(clean(text)), " ")
}
