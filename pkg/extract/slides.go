package extract

import "encoding/xml"

// slides reads a presentation, slide by slide in the order in which they are shown. A
// slide is a page.
func (p *parts) slides(main string) error {
	order, err := p.order(main, "sldId", "slide")
	if err != nil {
		return err
	}
	for _, slide := range order {
		if err := p.turn(); err != nil {
			return err
		}
		if err := p.runs(slide.part, Paragraph); err != nil {
			return err
		}
		beside, err := p.related(slide.part, "notesSlide", "diagramData", "chart", "comments")
		if err != nil {
			return err
		}
		if err := p.notes(beside); err != nil {
			return err
		}
	}
	return p.masters(order)
}

// masters writes the texts of the slides' layouts and masters, each once, without those
// of placeholders, which slides don't show.
func (p *parts) masters(slides []listed) error {
	read := map[string]bool{}
	of := func(part, kind string) ([]string, error) {
		found, err := p.related(part, kind)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if read[one] {
				continue
			}
			read[one] = true
			r := runReader{parts: p, kind: Note, fixed: true}
			if err := r.all(one); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
	for _, slide := range slides {
		layouts, err := of(slide.part, "slideLayout")
		if err != nil {
			return err
		}
		for _, layout := range layouts {
			if _, err := of(layout, "slideMaster"); err != nil {
				return err
			}
		}
	}
	return nil
}

// listed is a part and the name by which the main part lists it.
type listed struct{ name, part string }

// order returns the parts that elements of the main part list, in their order; where
// none does, the parts with a relationship of kind.
func (p *parts) order(main, element, kind string) ([]listed, error) {
	all, err := p.relations(main)
	if err != nil {
		return nil, err
	}
	byID := map[string]string{}
	for _, r := range all {
		byID[r.id] = r.part
	}
	var out []listed
	err = p.walk(main, func(t xml.Token, _ int) error {
		if e, begins := t.(xml.StartElement); begins && e.Name.Local == element {
			if part, ok := byID[attribute(e, "r:id")]; ok {
				out = append(out, listed{attribute(e, "name"), part})
			}
		}
		return nil
	})
	if err != nil || len(out) > 0 {
		return out, err
	}
	found, err := p.related(main, kind)
	for _, part := range found {
		out = append(out, listed{part: part})
	}
	return out, err
}
