package extract

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// sheets reads a workbook, sheet by sheet. A sheet is a page, with its name as a
// heading.
func (p *parts) sheets(main string) error {
	order, err := p.order(main, "sheet", "worksheet")
	if err != nil {
		return err
	}
	b := book{parts: p}
	if err := b.load(main); err != nil {
		return err
	}
	for _, sheet := range order {
		if err := p.turn(); err != nil {
			return err
		}
		if err := p.write(Heading, 1, sheet.name); err != nil {
			return err
		}
		r := cellReader{book: &b}
		if err := p.walk(sheet.part, r.read); err != nil {
			return err
		}
		beside, err := p.related(sheet.part, "comments", "drawing")
		if err != nil {
			return err
		}
		if err := p.notes(beside, "chart", "diagramData"); err != nil {
			return err
		}
	}
	return nil
}

// book is the data that the sheets of a workbook share.
type book struct {
	*parts
	texts    []string
	layouts  []string // layouts of dates, by cell style; "" for a style of other values
	from1904 bool     // its dates count from 1904, not 1900
}

func (b *book) load(main string) error {
	err := b.walk(main, func(t xml.Token, _ int) error {
		if e, begins := t.(xml.StartElement); begins && e.Name.Local == "workbookPr" {
			b.from1904 = isTrue(attribute(e, "date1904"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for kind, read := range map[string]func(string) error{"sharedStrings": b.sharedTexts, "styles": b.styles} {
		found, err := b.related(main, kind)
		if err != nil {
			return err
		}
		for _, part := range found {
			if err := read(part); err != nil {
				return err
			}
		}
	}
	return nil
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// sharedTexts reads the texts to which cells refer by index, without the phonetic runs of
// East Asian ones.
func (b *book) sharedTexts(part string) error {
	var text strings.Builder
	seen, pronounced := false, false
	return b.walk(part, func(t xml.Token, _ int) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				seen = !pronounced
			case "rPh":
				pronounced = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				b.texts = append(b.texts, text.String())
				text.Reset()
			case "t":
				seen = false
			case "rPh":
				pronounced = false
			}
		case xml.CharData:
			if seen {
				text.Write(t)
			}
		}
		return nil
	})
}

// styles reads the layouts of dates by cell style.
func (b *book) styles(part string) error {
	own := map[string]string{}
	inCells := false
	return b.walk(part, func(t xml.Token, _ int) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "numFmt":
				own[attribute(t, "numFmtId")] = attribute(t, "formatCode")
			case "cellXfs":
				inCells = true
			case "xf":
				if inCells {
					id := attribute(t, "numFmtId")
					b.layouts = append(b.layouts, dateLayout(id, own[id]))
				}
			}
		case xml.EndElement:
			if t.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return nil
	})
}

// cellReader reads the rows of a sheet.
type cellReader struct {
	*book
	row         []string
	size        int // of the row, in bytes
	kind, style string
	text        strings.Builder
	seen        bool
}

func (r *cellReader) read(t xml.Token, _ int) error {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "row":
			r.row, r.size = r.row[:0], 0
		case "c":
			r.kind, r.style = attribute(t, "t"), attribute(t, "s")
			r.text.Reset()
		case "v", "t":
			r.seen = true
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "v", "t":
			r.seen = false
		case "c":
			if value := r.value(); value != "" && len(r.row) < r.limits.Columns {
				if r.size += len(value); r.size > r.limits.Text {
					return fail(TooLarge, "It has more than %d MB of text", r.limits.Text>>20)
				}
				r.row = append(r.row, strings.ReplaceAll(value, "\t", " "))
			}
		case "row":
			return r.write(Row, 0, strings.Join(r.row, "\t"))
		}
	case xml.CharData:
		if r.seen {
			r.text.Write(t)
		}
	}
	return nil
}

// value returns the text that a cell shows.
func (r *cellReader) value() string {
	text := r.text.String()
	switch r.kind {
	case "s":
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(r.texts) {
			return r.texts[n]
		}
	case "b":
		return map[string]string{"0": "FALSE", "1": "TRUE"}[text]
	case "", "n":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return text
		}
		if style, err := strconv.Atoi(r.style); err == nil && style >= 0 && style < len(r.layouts) && r.layouts[style] != "" {
			return dateOf(n, r.from1904, r.layouts[style])
		}
		return number(n)
	}
	return text
}

// number formats a number without the digits of its binary rounding.
func number(n float64) string {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if len(text) > 17 {
		return strconv.FormatFloat(n, 'g', 10, 64)
	}
	return text
}
