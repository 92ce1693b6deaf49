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

// office reads DOCX, PPTX and XLSX, which are archives of XML parts (ECMA-376). It finds
// the main part and the parts of a part by their relationships, not their names.
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

// parts are the parts of an office document.
type parts struct {
	*writer
	files  map[string]*zip.File
	budget int64 // bytes that may still be decompressed
	noted  map[string]bool
}

// partName returns the key of a part's name: case doesn't matter.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// relation is a relationship of a part to another, by its kind.
type relation struct{ id, kind, part string }

// relations returns the relationships of a part, in their order.
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

// related returns the parts with which a part has a relationship of some kinds, by name,
// numbers in their order.
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

// usual are the names of main parts, for documents without a relationship to theirs.
var usual = []struct {
	part   string
	format Format
}{{"word/document.xml", DOCX}, {"ppt/presentation.xml", PPTX}, {"xl/workbook.xml", XLSX}}

// main returns the main part and the document's format, by the part's root element; ""
// and Office for another archive.
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

// properties reads the document's title.
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

// attribute returns an element's attribute, "" for none. The attribute may have any
// prefix unless name has one, as in "r:id", the name of a relationship.
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

// walk calls do with each token of a part and its depth; do ends the walk by io.EOF. A
// missing part has no tokens. Names have the prefixes as written, which all programs
// choose alike: their declarations are ignored.
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

// unpacked is a Reader that takes its bytes from the budget.
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
