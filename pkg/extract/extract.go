// Package extract extracts the text of documents: plain text, Markdown, HTML, CSV, JSON,
// PDF, and the office formats DOCX, PPTX and XLSX. It detects the format by a document's
// bytes, not its name.
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

// Document is the text of a document, in reading order.
type Document struct {
	Title  string // "" for none
	Pages  int    // pages, slides or sheets; 0 for a format without any
	Blocks []Block
}

// Block is a paragraph or another unit of text.
type Block struct {
	Kind  Kind
	Level int    // of a heading, from 1 to 9
	Page  int    // from 1; 0 for a format without pages
	Text  string // not empty; one line except for code, trimmed; tabs separate the cells of a row
}

// Kind is the kind of a block.
type Kind uint8

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Heading        // of what follows it
	Item           // of a list
	Row            // of a table
	Code           // lines with their white space
	Note           // outside of the main text: a footnote, a comment, a speaker's note, a header
)

// Limits limit the reading of a document. Beyond one Extract fails, except for Columns.
type Limits struct {
	Input   int64 // bytes of the document itself
	Inside  int64 // bytes of all decompressed parts
	Text    int   // bytes of text
	Parts   int   // files in an archive
	Depth   int   // levels of nested elements
	Pages   int
	Columns int // cells of a row, beyond which others are left out
}

// Default are limits under which the memory of a Contained suffices.
var Default = Limits{Input: 1 << 30, Inside: 64 << 20, Text: 100 << 20, Parts: 20_000, Depth: 256, Pages: 2_000, Columns: 1_000}

// Extract returns the text of a document of size bytes, and its format. It returns a
// *Failure for a document without readable text, r's errors, and ctx's error when that
// ends.
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

// textFormats are the readers of text formats, for UTF-8.
var textFormats = map[Format]func(*writer, string) error{HTML: hypertext, JSON: values, CSV: table, Markdown: markdown, Text: plain}
