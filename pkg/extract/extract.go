// Package extract takes the text out of documents: plain text, Markdown, HTML, CSV,
// JSON, PDF, and the office formats DOCX, PPTX and XLSX. What a document is, its bytes
// say, not its name.
//
// Nothing here trusts a document. All that is unpacked counts against a budget, depth and
// the number of parts are limited, and whatever can't be read ends with a Failure
// that a person understands. Parsers of others may still panic, hang or take all memory
// of a process, so a server extracts in a process of its own.
package extract

import (
	"context"
	"io"
)

// Document is the text of a document, in its order.
type Document struct {
	Title  string // "" where it says none
	Pages  int    // pages, slides or sheets; 0 where there are none
	Blocks []Block
}

// Block is a piece of text that belongs together.
type Block struct {
	Kind  Kind
	Level int    // of a heading, from 1 to 9
	Page  int    // from 1; 0 where there are none
	Text  string // one line but for code, without spaces around it; cells of a row are parted by tabs
}

// Kind is what a block is.
type Kind uint8

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Heading        // of what follows it
	Item           // of a list
	Row            // of a table
	Code           // lines that stay as they are
	Note           // beside the text: a footnote, a comment, a speaker's note, a header
)

// Limits are how much is read of a document.
type Limits struct {
	Input   int64 // bytes of the document itself
	Inside  int64 // bytes of all that is unpacked of it
	Text    int   // bytes of text
	Parts   int   // files in an archive
	Depth   int   // of what is nested
	Pages   int
	Columns int // cells of a row, beyond which others are left out
}

// Default are limits under which the memory of a Contained suffices.
var Default = Limits{Input: 1 << 30, Inside: 64 << 20, Text: 100 << 20, Parts: 20_000, Depth: 256, Pages: 2_000, Columns: 1_000}

// Extract returns the text of a document, and its format. It returns a *Failure for a
// document that has no text to be read, and ctx's error when that ends.
func Extract(ctx context.Context, r io.ReaderAt, size int64, limits Limits) (Document, Format, error) {
	if size > limits.Input {
		return Document{}, Unknown, fail(TooLarge, "It has more than %d MB", limits.Input>>20)
	}
	format, err := sniff(r, size)
	if err != nil {
		return Document{}, format, err
	}
	w := &writer{ctx: ctx, limits: limits}
	switch format {
	case Office:
		format, err = office(w, r, size)
	case PDF:
		err = pages(w, r, size)
	case HTML, JSON, CSV, Markdown, Text:
		var text string
		if text, err = decode(r, size, w.limits); err == nil {
			err = textFormats[format](w, text)
		}
	default:
		return Document{}, format, fail(Unsupported, "It is none of the formats that are read")
	}
	if err != nil {
		return Document{}, format, err
	}
	doc := w.document()
	if len(doc.Blocks) == 0 {
		return doc, format, fail(NoText, "There is no text in it")
	}
	return doc, format, nil
}

// textFormats read what has been decoded to UTF-8.
var textFormats = map[Format]func(*writer, string) error{HTML: hypertext, JSON: values, CSV: table, Markdown: markdown, Text: plain}
