// Package pdf reads the text of PDF files, line by line in the order of drawing. pdfcpu
// reads the file's objects, repairs its tables and decrypts it with an empty password;
// this package interprets the contents of pages, since no library does that well: text
// and line matrices, gaps that are spaces, forms, and the texts of a font's codes by its
// ToUnicode map, its encoding, or its program's.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
)

// The errors of files. ErrDamaged is wrapped with its cause.
var (
	ErrProtected = errors.New("pdf: a password is needed")
	ErrDamaged   = errors.New("pdf: damaged")
	ErrTooLarge  = errors.New("pdf: too large")
)

// Limits are how much is read of a file.
type Limits struct {
	Inside int64 // bytes that the content of its pages unpacks to, each time it is drawn
	Text   int   // bytes
}

const (
	maxTree    = 40      // levels of the tree of pages
	maxNodes   = 200_000 // nodes of the tree, pages and others
	maxWidgets = 2_000   // annotations of a page
)

// Page is a page; Number counts from 1.
type Page struct {
	Number int
	Lines  []Line
}

// Read calls do with each page, in their order, and ends with its error. It returns
// ErrProtected for a file that isn't read without a password, ErrDamaged, ErrTooLarge,
// and ctx's error when that ends. A page that can't be read has the lines that could.
func Read(ctx context.Context, file io.ReadSeeker, limits Limits, do func(Page) error) (err error) {
	defer func() {
		if x := recover(); x != nil { // pdfcpu may panic anywhere on a damaged file
			err = fmt.Errorf("%w: %v", ErrDamaged, x)
		}
	}()
	root, err := open(ctx, file)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, pdfcpu.ErrWrongPassword), strings.Contains(err.Error(), "password"), strings.Contains(err.Error(), "encrypt"):
		return ErrProtected
	default:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	t := tree{r: &reader{ctx: ctx, limits: limits, fonts: map[string]*font{}}, do: do}
	return t.walk(root.get("Pages"), object{}, 0)
}

// tree reads the pages in their tree.
type tree struct {
	r            *reader
	do           func(Page) error
	nodes, pages int
}

func (t *tree) walk(node, resources object, depth int) error {
	if t.nodes++; depth > maxTree || t.nodes > maxNodes {
		return fmt.Errorf("%w: its pages have no end", ErrDamaged)
	}
	if own := node.get("Resources"); !own.isNull() {
		resources = own
	}
	if kids := node.get("Kids"); kids.isArray() {
		for i := range kids.len() {
			if err := t.walk(kids.at(i), resources, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if node.isNull() {
		return nil
	}
	t.pages++
	if err := t.r.page(node, resources); err != nil {
		return err
	}
	return t.do(Page{t.pages, t.r.lines})
}

// page reads the lines of a page, and of its filled fields and free texts.
func (r *reader) page(node, resources object) error {
	r.lines = nil
	r.text.Reset()
	if err := r.ctx.Err(); err != nil {
		return err
	}
	begin := state{space: identity, scale: 1}
	if err := r.whole(node.get("Contents"), resources, begin); err != nil {
		return err
	}
	notes := node.get("Annots")
	for i := range min(notes.len(), maxWidgets) {
		note := notes.at(i)
		kind, _ := note.get("Subtype").name()
		if shown := note.get("AP").get("N"); (kind == "Widget" || kind == "FreeText") && shown.isStream() {
			if err := r.whole(shown, shown.get("Resources"), begin); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole interprets content to its end, or up to a panic of pdfcpu.
func (r *reader) whole(stream, resources object, g state) (err error) {
	defer r.endLine()
	defer func() {
		if x := recover(); x != nil {
			r.forms, err = 0, nil
		}
	}()
	return r.run(stream, resources, g)
}
