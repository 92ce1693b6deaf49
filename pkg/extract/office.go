package extract

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// office reads DOCX, PPTX and XLSX, which are archives of XML (ECMA-376). Which part is
// the main one, and which parts belong to one, their relationships say, not their names.
func office(w *writer, r io.ReaderAt, size int64) (Format, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return Office, fail(Damaged, "It is no whole archive")
	}
	if len(archive.File) > w.limits.Parts {
		return Office, fail(TooLarge, "It has more than %d parts", w.limits.Parts)
	}
	p := &parts{writer: w, files: make(map[string]*zip.File, len(archive.File)), budget: w.limits.Inside, noted: map[string]bool{}}
	for _, file := range archive.File {
		p.files[partName(file.Name)] = file
	}
	main, format, err := p.main()
	if err != nil {
		return format, err
	}
	if err := p.properties(); err != nil {
		return format, err
	}
	switch format {
	case DOCX:
		err = p.word(main)
	case PPTX:
		err = p.slides(main)
	case XLSX:
		err = p.sheets(main)
	default:
		err = fail(Unsupported, "It is an archive, and none of the formats that are read")
	}
	return format, err
}

// parts are those of an office document.
type parts struct {
	*writer
	files  map[string]*zip.File
	budget int64 // bytes that may still be unpacked
	noted  map[string]bool
}

// partName is the name of a part as it is looked up: case doesn't matter.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// relation is what another part is to one.
type relation struct{ id, kind, part string }

// relations are those of a part, in their order.
func (p *parts) relations(part string) (all []relation, err error) {
	folder, name := path.Split(part)
	return all, p.walk(folder+"_rels/"+name+".rels", func(t xml.Token, _ int) error {
		e, begins := t.(xml.StartElement)
		if !begins || e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(folder, target)
		}
		all = append(all, relation{attribute(e, "Id"), path.Base(attribute(e, "Type")), partName(target)})
		return nil
	})
}

// related are the parts that are one of some kinds to a part, in the order of their
// names.
func (p *parts) related(part string, kinds ...string) ([]string, error) {
	all, err := p.relations(part)
	var out []string
	for _, r := range all {
		if slices.Contains(kinds, r.kind) {
			out = append(out, r.part)
		}
	}
	slices.SortFunc(out, func(a, b string) int { // slide2 before slide10
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(out), err
}

// usual are the main parts of documents that don't say which theirs is.
var usual = []struct {
	part   string
	format Format
}{{"word/document.xml", DOCX}, {"ppt/presentation.xml", PPTX}, {"xl/workbook.xml", XLSX}}

// main is the main part, and what kind of document it is one of: its root element
// tells.
func (p *parts) main() (string, Format, error) {
	candidates, err := p.related("", "officeDocument")
	if err != nil {
		return "", Office, err
	}
	for _, u := range usual {
		candidates = append(candidates, u.part)
	}
	roots := map[string]Format{"document": DOCX, "presentation": PPTX, "workbook": XLSX}
	for _, part := range candidates {
		format := Office
		err := p.walk(part, func(t xml.Token, _ int) error {
			if e, begins := t.(xml.StartElement); begins {
				if f, known := roots[e.Name.Local]; known {
					format = f
				}
				return io.EOF
			}
			return nil
		})
		if err != nil {
			return "", Office, err
		}
		if format != Office {
			return part, format, nil
		}
	}
	return "", Office, nil
}

// properties take the document's title.
func (p *parts) properties() error {
	found, err := p.related("", "core-properties")
	for _, part := range found {
		title := false
		err = p.walk(part, func(t xml.Token, _ int) error {
			switch t := t.(type) {
			case xml.StartElement:
				title = t.Name.Local == "title"
			case xml.EndElement:
				title = false
			case xml.CharData:
				if title && len(p.doc.Title) < maxTitle {
					p.doc.Title += string(t)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return err
}

// attribute is one of an element, whatever its prefix but "r:", by which relationships
// are named; that belongs to the name.
func attribute(e xml.StartElement, name string) string {
	prefix, local, has := strings.Cut(name, ":")
	if !has {
		prefix, local = "", name
	}
	for _, a := range e.Attr {
		if a.Name.Local == local && (prefix == "" || a.Name.Space == prefix) {
			return a.Value
		}
	}
	return ""
}

// walk shows do each token of a part, and how deep it is nested. A part that isn't
// there has none; do ends the walk with io.EOF. Prefixes are taken as everybody writes
// them: their declarations are not followed.
func (p *parts) walk(part string, do func(t xml.Token, depth int) error) error {
	file := p.files[part]
	if file == nil {
		return nil
	}
	if file.Flags&1 != 0 {
		return fail(Protected, "It is protected by a password")
	}
	in, err := file.Open()
	if err != nil {
		return fail(Damaged, "Its part %s can't be unpacked", part)
	}
	defer in.Close()
	d := xml.NewDecoder(&unpacked{in, &p.budget})
	d.CharsetReader = charset.NewReaderLabel
	d.Strict = false
	for depth := 0; ; {
		t, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errBudget):
			return fail(TooLarge, "It unpacks to more than %d MB", p.limits.Inside>>20)
		case err != nil:
			return fail(Damaged, "Its part %s is damaged", part)
		}
		if _, begins := t.(xml.StartElement); begins {
			if depth++; depth > p.limits.Depth {
				return fail(TooLarge, "It is nested deeper than %d levels", p.limits.Depth)
			}
		}
		if err := p.step(); err != nil {
			return err
		}
		if err := do(t, depth); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, ends := t.(xml.EndElement); ends {
			depth--
		}
	}
}

var errBudget = errors.New("extract: too much is unpacked")

// unpacked counts what is unpacked.
type unpacked struct {
	io.Reader
	budget *int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if *u.budget -= int64(n); *u.budget < 0 {
		return n, errBudget
	}
	return n, err
}
