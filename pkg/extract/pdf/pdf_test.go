package pdf_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wardroom/pkg/extract/pdf"
)

// file is a PDF of objects, the first of them its catalog.
func file(objects ...string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, p := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

func stream(content, entries string) string {
	return fmt.Sprintf("<</Length %d%s>>\nstream\n%s\nendstream", len(content), entries, content)
}

var limits = pdf.Limits{Inside: 64 << 20, Text: 1 << 20}

const helvetica = `<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/FirstChar 32/Widths[278]>>`

// page is a file of one page: 4 is its content, 5 the font F, 6 the form X, and more.
func page(content string, more ...string) []byte {
	rest := []string{helvetica, stream("q Q", "/Type/XObject/Subtype/Form/BBox[0 0 600 800]")}
	for i, o := range more {
		if i < len(rest) {
			if o != "" {
				rest[i] = o
			}
			continue
		}
		rest = append(rest, o)
	}
	return file(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>",
		stream(content, ""),
	}, rest...)...)
}

func lines(t *testing.T, content []byte) (all []string) {
	t.Helper()
	err := pdf.Read(t.Context(), bytes.NewReader(content), limits, func(p pdf.Page) error {
		for _, l := range p.Lines {
			all = append(all, fmt.Sprintf("%d %s", p.Number, l.Text))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return all
}

func TestLines(t *testing.T) {
	const begin = "BT /F 10 Tf 72 700 Td "
	unicode := stream("1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <41> <0416> <42> <00660066> endbfchar 2 beginbfrange <43> <44> <4E00> <45> <46> [<0061> <0062>] endbfrange", "")
	for _, tt := range []struct {
		says, content string
		more          []string
		want          []string
	}{
		{"a string", begin + "(Hello) Tj ET", nil, []string{"1 Hello"}},
		{"lines one below the other", begin + "(one) Tj 0 -12 Td (two) Tj T* ET", nil, []string{"1 one", "1 two"}},
		{"by the leading", begin + "12 TL (one) Tj (two) ' 1 0.5 (three) \" ET", nil, []string{"1 one", "1 two", "1 three"}},
		{"kerning is no space, a gap is one", begin + "[(He) 20 (llo) -600 (you)] TJ ET", nil, []string{"1 Hello you"}},
		{"a matrix of its own", "BT /F 1 Tf 10 0 0 10 72 700 Tm (one) Tj 10 0 0 10 72 600 Tm (two) Tj ET", nil, []string{"1 one", "1 two"}},
		{"turned", "BT /F 10 Tf 0 1 -1 0 72 100 Tm (up) Tj ( there) Tj ET", nil, []string{"1 up there"}},
		{"escapes, and hexadecimal", begin + `(\(a\)\101\
b\n) Tj <63 6 4> Tj ET`, nil, []string{"1 (a)Abcd"}},
		{"a comment and an image", "% (no)\nBI /W 1 ID xx EI x EI\n" + begin + "(yes) Tj ET", nil, []string{"1 yes"}},
		{"a form", "q 1 0 0 1 0 0 cm /X Do Q", []string{"", stream(begin+"(in a form) Tj ET", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>>>")}, []string{"1 in a form"}},
		{"one that draws itself", begin + "(once) Tj ET /X Do", []string{"", stream("/X Do /X Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")}, []string{"1 once"}},
		{"characters of the font's map", begin + "(ABCDEF) Tj ET", []string{"<</Type/Font/Subtype/Type1/BaseFont/X/ToUnicode 7 0 R>>", "", unicode}, []string{"1 Жff一丁ab"}},
		{"of its differences", begin + "(abc) Tj ET", []string{"<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</Differences[97/Zcaron/f_f_i/uni20AC]>>>>"}, []string{"1 Žffi€"}},
		{"of the standard encoding", begin + "(it's \\256 ) Tj ET", []string{"<</Type/Font/Subtype/Type1/BaseFont/X>>"}, []string{"1 it’s ﬁ"}},
		{"of two bytes", begin + "<00410042> Tj ET", []string{"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/UniJIS-UCS2-H/DescendantFonts[<</DW 500/W[65[500 500]]>>]>>"}, []string{"1 AB"}},
		{"no font", "BT 72 700 Td (no) Tj ET", nil, nil},
		{"numbers as programs write them", "BT /F 10 Tf 72.0.0 700 Td (one) Tj 0 --12 Td (two) Tj ET", nil, []string{"1 one", "1 two"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			if got := lines(t, page(tt.content, tt.more...)); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A file that means harm ends in time, with what it has or an error.
func TestHarm(t *testing.T) {
	deflated := func(s string) string {
		var out bytes.Buffer
		z := zlib.NewWriter(&out)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return out.String()
	}
	text := "BT /F 12 Tf 72 700 Td (hello) Tj ET"
	whole := page(text)
	pages := func(kids string) []byte {
		return file("<</Type/Catalog/Pages 2 0 R>>", kids, "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", stream(text, ""), helvetica)
	}
	bomb := file("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		stream(deflated(strings.Repeat(" ", 200<<20)), "/Filter/FlateDecode"), helvetica)
	ranges := stream("1 begincodespacerange <0000> <ffff> endcodespacerange "+strings.Repeat("1 beginbfrange <00000000> <ffffffff> <0000> endbfrange ", 2000), "")
	for says, content := range map[string][]byte{
		"nothing":                        nil,
		"other bytes":                    []byte("%PDF-1.4\n" + strings.Repeat("\x01\x02", 5000) + "%%EOF"),
		"cut":                            whole[:len(whole)*2/3],
		"a wrong place of its table":     bytes.Replace(whole, []byte("startxref\n"), []byte("startxref\n1"), 1),
		"pages in a circle":              pages("<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"),
		"two thousand million pages":     pages("<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"),
		"content that is itself":         bytes.Replace(whole, []byte("4 0 obj\n<<"), []byte("4 0 obj\n4 0 R %<<"), 1),
		"content that unpacks to 200 MB": bomb,
		"arrays a hundred thousand deep": page(strings.Repeat("[", 100_000) + " " + text),
		"a map of four thousand million": page(text, "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 7 0 R/DescendantFonts[<</W[0 4294967295 500]>>]>>", "", ranges),
		"a number of a million digits":   page(strings.Repeat("1.1", 400_000) + " " + text),
		"widths told again and again":    page(text, "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</W["+strings.Repeat("0 60000 500 ", 100_000)+"]>>]>>"),
		"a code that is a megabyte":      page("BT /F 12 Tf "+strings.Repeat("(AAAAAAAAAA) Tj ", 1000)+"ET", "<</Type/Font/Subtype/Type1/BaseFont/X/ToUnicode 7 0 R>>", "", stream("1 beginbfchar <41> <"+strings.Repeat("0041", 1<<19)+"> endbfchar", "")),
		"a form drawn again and again":   page(strings.Repeat("/X Do ", 10_000)+text, "", stream(strings.Repeat(" ", 1<<20), "/Type/XObject/Subtype/Form/BBox[0 0 9 9]")),
		"a matrix without end":           page("1e300 0 0 1e300 0 0 cm 1e300 0 0 1e300 0 0 cm " + text),
	} {
		t.Run(says, func(t *testing.T) {
			n := 0
			err := pdf.Read(t.Context(), bytes.NewReader(content), limits, func(pdf.Page) error {
				n++
				return nil
			})
			if err != nil && !errors.Is(err, pdf.ErrDamaged) && !errors.Is(err, pdf.ErrTooLarge) || n > 2 {
				t.Errorf("%v, %d pages", err, n)
			}
		})
	}
}

func TestReadEnds(t *testing.T) {
	content := page("BT /F 12 Tf 72 700 Td (hello) Tj ET")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pdf.Read(ctx, bytes.NewReader(content), limits, func(pdf.Page) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error("with its context:", err)
	}
	enough := errors.New("enough")
	if err := pdf.Read(t.Context(), bytes.NewReader(content), limits, func(pdf.Page) error { return enough }); !errors.Is(err, enough) {
		t.Error("with the caller:", err)
	}
}
