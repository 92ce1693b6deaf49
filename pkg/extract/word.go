package extract

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// word reads a text document: its body, then its notes, comments, headers and charts.
func (p *parts) word(main string) error {
	styles, err := p.headingStyles(main)
	if err != nil {
		return err
	}
	if err := p.runs(main, Paragraph, styles); err != nil {
		return err
	}
	beside, err := p.related(main, "footnotes", "endnotes", "comments", "header", "footer", "diagramData", "chart")
	for _, part := range beside {
		if err := p.runs(part, Note, nil); err != nil {
			return err
		}
	}
	return err
}

// headingStyles returns the levels of headings by style: those of styles with an outline
// level, or with a name like "heading 1" or "title".
func (p *parts) headingStyles(main string) (map[string]int, error) {
	found, err := p.related(main, "styles")
	levels := map[string]int{}
	for _, part := range found {
		id := ""
		err = p.walk(part, func(t xml.Token, _ int) error {
			e, begins := t.(xml.StartElement)
			if !begins {
				return nil
			}
			switch e.Name.Local {
			case "style":
				id = attribute(e, "styleId")
			case "name":
				name := strings.ToLower(attribute(e, "val"))
				if n, ok := strings.CutPrefix(name, "heading "); ok {
					levels[id], _ = strconv.Atoi(n)
				} else if name == "title" {
					levels[id] = 1
				}
			case "outlineLvl":
				if n, err := strconv.Atoi(attribute(e, "val")); err == nil && n < 9 {
					levels[id] = n + 1
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return levels, err
}

// runs writes the paragraphs and rows of a part of WordprocessingML or DrawingML. Its
// paragraphs are of the given kind; for Paragraph, headings and items are recognised.
func (p *parts) runs(part string, kind Kind, headings map[string]int) error {
	r := runReader{parts: p, kind: kind, headings: headings}
	if err := p.walk(part, r.read); err != nil {
		return err
	}
	return r.flush()
}

// runReader makes blocks of the runs of text of a part.
type runReader struct {
	*parts
	kind     Kind
	headings map[string]int

	text   strings.Builder
	seen   bool // inside an element whose text is shown
	unseen int  // the depth of an element that is skipped; 0 for none
	level  int  // the paragraph's level as a heading; 0 for none
	item   bool // of a list
	rows   int  // the depth of nested rows: tables may be in cells
	cells  int  // of the row
	title  bool // of a slide
}

func (r *runReader) read(t xml.Token, depth int) error {
	if r.unseen > 0 {
		if _, ends := t.(xml.EndElement); ends && depth <= r.unseen {
			r.unseen = 0
		}
		return nil
	}
	switch t := t.(type) {
	case xml.StartElement:
		return r.begin(t, depth)
	case xml.EndElement:
		return r.end(t.Name)
	case xml.CharData:
		if r.seen {
			r.text.Write(t)
		}
	}
	return nil
}

func (r *runReader) begin(e xml.StartElement, depth int) error {
	switch e.Name.Local {
	case "Fallback": // repeats the text of a Choice
		r.unseen = depth
	case "del", "moveFrom": // deleted by a tracked change
		if e.Name.Space == "w" {
			r.unseen = depth
		}
	case "t":
		r.seen = true
	case "v": // a value of a chart
		r.seen = e.Name.Space == "c"
	case "text": // of a presentation's comment
		r.seen = e.Name.Space == "p"
	case "tab", "ptab", "br", "cr":
		r.text.WriteByte(' ')
	case "noBreakHyphen":
		r.text.WriteByte('-')
	case "pStyle":
		r.level = r.headings[attribute(e, "val")]
	case "outlineLvl":
		if n, err := strconv.Atoi(attribute(e, "val")); err == nil && n < 9 {
			r.level = n + 1
		}
	case "numPr":
		r.item = true
	case "ph": // a placeholder of a slide
		kind := attribute(e, "type")
		r.title = kind == "title" || kind == "ctrTitle"
	case "sp":
		r.title = false
	case "tr":
		if r.rows++; r.rows == 1 {
			r.cells = 0
			return r.flush()
		}
	case "tc":
		if r.cells++; r.rows == 1 && r.cells > 1 && r.cells <= r.limits.Columns {
			r.text.WriteByte('\t')
		}
	}
	return nil
}

func (r *runReader) end(name xml.Name) error {
	switch name.Local {
	case "t":
		r.seen = false
	case "v", "text":
		if r.seen {
			r.seen = false
			return r.flush()
		}
	case "p":
		if r.rows > 0 {
			r.text.WriteByte(' ')
			return nil
		}
		return r.flush()
	case "tr":
		if r.rows--; r.rows == 0 {
			text := r.text.String()
			r.text.Reset()
			return r.write(Row, 0, text)
		}
		r.text.WriteByte(' ')
	}
	return nil
}

// flush writes the present paragraph.
func (r *runReader) flush() error {
	text, kind, level := r.text.String(), r.kind, 0
	switch {
	case r.kind != Paragraph:
	case r.level > 0:
		kind, level = Heading, r.level
	case r.title:
		kind, level = Heading, 1
	case r.item:
		kind = Item
	}
	r.text.Reset()
	r.level, r.item = 0, false
	return r.write(kind, level, text)
}
