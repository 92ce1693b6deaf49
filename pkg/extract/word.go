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
	lists, err := p.numberings(main)
	if err != nil {
		return err
	}
	body := runReader{parts: p, headings: styles, lists: lists}
	if err := body.all(main); err != nil {
		return err
	}
	beside, err := p.related(main, "footnotes", "endnotes", "comments", "header", "footer", "diagramData", "chart")
	if err != nil {
		return err
	}
	return p.notes(beside)
}

// notes writes the parts beside the text as notes, and those with a relationship of kinds
// to them, each part once.
func (p *parts) notes(beside []string, kinds ...string) error {
	for _, part := range beside {
		if p.noted[part] { // parts may lead to each other
			continue
		}
		p.noted[part] = true
		if err := p.runs(part, Note); err != nil {
			return err
		}
		more, err := p.related(part, kinds...)
		if err != nil {
			return err
		}
		if err := p.notes(more); err != nil {
			return err
		}
	}
	return nil
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
					n, _ := strconv.Atoi(n)
					levels[id] = min(max(n, 1), maxLevels)
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
func (p *parts) runs(part string, kind Kind) error {
	r := runReader{parts: p, kind: kind}
	return r.all(part)
}

// all reads a whole part.
func (r *runReader) all(part string) error {
	if err := r.walk(part, r.read); err != nil {
		return err
	}
	return r.flush()
}

// runReader makes blocks of the runs of text of a part.
type runReader struct {
	*parts
	kind     Kind
	headings map[string]int // levels by style
	lists    numberings
	fixed    bool // placeholders are skipped

	text   strings.Builder
	seen   bool // inside an element whose text is shown
	unseen int  // the depth of an element that is skipped; 0 for none
	level  int  // the paragraph's level as a heading; 0 for none
	item   bool // of a list
	list   string
	depth  int  // in the list
	rows   int  // the depth of nested rows: tables may be in cells
	cells  int  // of the row
	title  bool // of a slide
	hidden bool // in a placeholder
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
	case "del", "moveFrom", "rt": // deleted by a tracked change, and phonetic text
		if e.Name.Space == "w" {
			r.unseen = depth
		}
	case "t":
		r.seen = !r.hidden
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
	case "ilvl":
		r.depth, _ = strconv.Atoi(attribute(e, "val"))
	case "numId":
		r.list = attribute(e, "val")
	case "ph": // a placeholder of a slide
		kind := attribute(e, "type")
		r.title, r.hidden = kind == "title" || kind == "ctrTitle", r.fixed
	case "sp":
		r.title, r.hidden = false, false
	case "tr":
		if r.rows++; r.rows == 1 {
			r.cells = 0
			return r.flush()
		}
	case "tc":
		if r.cells++; r.rows == 1 && r.cells > 1 {
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
	if r.item && strings.TrimSpace(text) != "" {
		text = r.lists.next(r.list, r.depth) + text
	}
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
	r.level, r.item, r.list, r.depth = 0, false, "", 0
	return r.write(kind, level, text)
}
