package extract_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wardroom/pkg/extract"
)

// shown is a document as lines: the kind of each block, its page, and its text.
func shown(d extract.Document) (lines []string) {
	if d.Title != "" {
		lines = append(lines, "title: "+d.Title)
	}
	signs := map[extract.Kind]string{extract.Paragraph: "p", extract.Heading: "h", extract.Item: "-", extract.Row: "|", extract.Code: "`", extract.Note: "n"}
	for _, b := range d.Blocks {
		sign := signs[b.Kind]
		if b.Kind == extract.Heading {
			sign += fmt.Sprint(b.Level)
		}
		if b.Page > 0 {
			sign += fmt.Sprintf("@%d", b.Page)
		}
		lines = append(lines, sign+" "+b.Text)
	}
	return lines
}

func read(content string, limits extract.Limits) (extract.Document, extract.Format, error) {
	return extract.Extract(context.Background(), strings.NewReader(content), int64(len(content)), limits)
}

func TestTextFormats(t *testing.T) {
	for _, tt := range []struct {
		says, content string
		format        extract.Format
		want          []string
	}{
		{"paragraphs are parted by empty lines", "One\nline.\n\nTwo.", extract.Text, []string{"p One line.", "p Two."}},
		{"or are the lines, where no line is empty", "One.\nTwo.", extract.Text, []string{"p One.", "p Two."}},
		{"a form feed turns the page", "One.\fTwo.", extract.Text, []string{"p@1 One.", "p@2 Two."}},
		{"UTF-16 of other letters", "\xfe\xff\x04\x1a\x04\x3d\x04\x38\x04\x33\x04\x38", extract.Text, []string{"p Книги"}},
		{"Shift-JIS, in whose characters there are signs", "\x83\x7ca\n\x83\x7ca\n\x83\x7ca\n\x83\x7ca\n", extract.CSV, []string{"p ポa", "p ポa", "p ポa", "p ポa"}},
		{"UTF-16 with a mark", "\xff\xfeH\x00i\x00!\x00", extract.Text, []string{"p Hi!"}},
		{"UTF-8 with a mark", "\xef\xbb\xbfHällo", extract.Text, []string{"p Hällo"}},
		{"Latin-1", "Die H\xe4user der gr\xf6\xdferen St\xe4dte k\xf6nnen \xfcber l\xe4ngere Zeit geh\xf6ren", extract.Text, []string{"p Die Häuser der größeren Städte können über längere Zeit gehören"}},
		{"decomposed letters are composed, what nobody sees is dropped", "cafe\u0301 co\u00adop\u200b \x1b", extract.Text, []string{"p café coop"}},

		{"Markdown", "# Title #\n\nSome *words* with a [link](https://x.example) and snake_case.\n\n- one\n- two `code`\n\n```go\nfunc main() {\n\tx()\n}\n```\n", extract.Markdown,
			[]string{"h1 Title", "p Some words with a link and snake_case.", "- one", "- two code", "` func main() {\n\tx()\n}"}},
		{"its tables", "| a | b |\n|---|---|\n| 1 | 2 \\| 3 |\n", extract.Markdown, []string{"| a\tb", "| 1\t2 | 3"}},
		{"its other headings", "Title\n=====\n\nText &amp; more\\!\n", extract.Markdown, []string{"h1 Title", "p Text & more!"}},
		{"its front matter", "---\ntitle: \"The Plan\"\ntags: x\n---\n# One\n", extract.Markdown, []string{"title: The Plan", "h1 One"}},
		{"a script's end, and what follows it", "# One\n\n<pre>\na\n\nb</pre> c\n", extract.Markdown, []string{"h1 One", "` a\n\nb", "p c"}},
		{"HTML in it", "# One\n\n<table><tr><td>a</td><td>b</td></tr></table>\n", extract.Markdown, []string{"h1 One", "| a\tb"}},

		{"HTML", "<!DOCTYPE html><title>A &amp; B</title><body><h1>One</h1><p>Some <b>bold</b>\n text.<br>Next</p><ul><li>x<li>y</ul><script>no()</script><pre>a\n  b</pre>", extract.HTML,
			[]string{"title: A & B", "h1 One", "p Some bold text.", "p Next", "- x", "- y", "` a\n  b"}},
		{"its tables keep their rows", "<table><tr><th>a<th>b</tr><tr><td><p>1</p><p>2</p></td><td>3</td></tr></table>", extract.HTML, []string{"| a\tb", "| 1 2\t3"}},
		{"what nobody sees", "<html><style>p{}</style><svg><text>no</text></svg><p>yes</p><noscript>no</noscript>", extract.HTML, []string{"p yes"}},
		{"what has no end though it is unseen", "<p>one<svg/><p>two", extract.HTML, []string{"p one", "p two"}},
		{"without an end", "<p>one<p>two", extract.HTML, []string{"p one", "p two"}},
		{"in an encoding that it names", "<meta charset=windows-1251><p>\xea\xed\xe8\xe3\xe8", extract.HTML, []string{"p книги"}},

		{"a table", "name,role\nAda,\"owner, admin\"\n", extract.CSV, []string{"| name\trole", "| Ada\towner, admin"}},
		{"of semicolons", "name;role\nAda;owner\n", extract.CSV, []string{"| name\trole", "| Ada\towner"}},
		{"with a tab in a cell", "a,b\n\"x\ty\",z\n", extract.CSV, []string{"| a\tb", "| x y\tz"}},
		{"sentences with commas are none", "Well, then.\nYes, no, perhaps, or.\n", extract.Text, []string{"p Well, then.", "p Yes, no, perhaps, or."}},

		{"JSON by its paths", `{"name":"Ada","roles":["owner",{"of":7}],"on":true,"none":null,"":" "}`, extract.JSON, []string{"p name: Ada", "p roles: owner", "p roles.of: 7", "p on: true"}},
		{"a list", `["a","b"]`, extract.JSON, []string{"p a", "p b"}},
		{"a list that isn't JSON, in much text", "[1, 2] " + strings.Repeat("and more. ", 10_000), extract.Text, []string{"p [1, 2] " + strings.TrimSpace(strings.Repeat("and more. ", 10_000))}},
		{"large numbers stay as they are", `{"n":12345678901234567890}`, extract.JSON, []string{"p n: 12345678901234567890"}},
		{"what only begins like JSON", `{not json`, extract.Text, []string{"p {not json"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			d, format, err := read(tt.content, extract.Default)
			if got := shown(d); err != nil || format != tt.format || !slices.Equal(got, tt.want) {
				t.Errorf("%s, %v:\n%q, want\n%q", format, err, got, tt.want)
			}
		})
	}
}

// archive is a zip file of parts.
func archive(parts map[string]string) string {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

// relationships is a part with relations: id, kind, target.
func relationships(of ...string) string {
	out := `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for i := 0; i < len(of); i += 3 {
		out += fmt.Sprintf(`<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, of[i], of[i+1], of[i+2])
	}
	return out + `</Relationships>`
}

// docx is a text document with a body.
func docx(body string) map[string]string {
	return map[string]string{
		"_rels/.rels":                  relationships("r1", "officeDocument", "word/document.xml", "r2", "core-properties", "docProps/core.xml"),
		"docProps/core.xml":            `<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>The Plan</dc:title></cp:coreProperties>`,
		"word/document.xml":            `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`,
		"word/_rels/document.xml.rels": relationships("r1", "styles", "styles.xml", "r2", "footnotes", "footnotes.xml", "r3", "header", "header1.xml", "r4", "numbering", "numbering.xml"),
		"word/styles.xml":              `<w:styles xmlns:w="w"><w:style w:styleId="Ueberschrift2"><w:name w:val="heading 2"/></w:style><w:style w:styleId="Big"><w:name w:val="My Heading"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>`,
		"word/footnotes.xml":           `<w:footnotes xmlns:w="w"><w:p><w:r><w:t>See there.</w:t></w:r></w:p></w:footnotes>`,
	}
}

func paragraph(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t xml:space="preserve">` + text + `</w:t></w:r></w:p>`
}

func item(list, level int, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, level, list, text)
}

func with(parts map[string]string, name, text string) map[string]string {
	parts[name] = text
	return parts
}

func pptx() map[string]string {
	slide := func(title, text string) string {
		return `<p:sld xmlns:p="p" xmlns:a="a"><p:sp><p:nvPr><p:ph type="title"/></p:nvPr><a:p><a:r><a:t>` + title + `</a:t></a:r></a:p></p:sp><p:sp><a:p><a:r><a:t>` + text + `</a:t></a:r></a:p></p:sp></p:sld>`
	}
	return map[string]string{
		"_rels/.rels":                       relationships("r1", "officeDocument", "/ppt/presentation.xml"),
		"ppt/presentation.xml":              `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId r:id="b"/><p:sldId r:id="a"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels":   relationships("a", "slide", "slides/slide1.xml", "b", "slide", "slides/slide2.xml"),
		"ppt/slides/slide1.xml":             slide("Second", "its text"),
		"ppt/slides/slide2.xml":             slide("First", "more"),
		"ppt/slides/_rels/slide2.xml.rels":  relationships("r1", "notesSlide", "../notesSlides/notesSlide1.xml", "r2", "slideLayout", "../slideLayouts/slideLayout1.xml"),
		"ppt/slides/_rels/slide1.xml.rels":  relationships("r2", "slideLayout", "../slideLayouts/slideLayout1.xml"),
		"ppt/slideLayouts/slideLayout1.xml": `<p:sldLayout xmlns:p="p" xmlns:a="a"><p:sp><p:nvPr><p:ph type="body"/></p:nvPr><a:p><a:r><a:t>Click to edit</a:t></a:r></a:p></p:sp><p:sp><a:p><a:r><a:t>Confidential</a:t></a:r></a:p></p:sp></p:sldLayout>`,
		"ppt/notesSlides/notesSlide1.xml":   `<p:notes xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>say this</a:t></a:r></a:p></p:notes>`,
	}
}

func xlsx() map[string]string {
	return map[string]string{
		"_rels/.rels":                         relationships("r1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml":                     `<workbook xmlns:r="r"><sheets><sheet name="Plan" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels":          relationships("r1", "worksheet", "worksheets/sheet1.xml", "r2", "sharedStrings", "sharedStrings.xml", "r3", "styles", "styles.xml"),
		"xl/sharedStrings.xml":                `<sst><si><t>name</t></si><si><r><t>Ada </t></r><r><t>L</t></r><rPh><t>no</t></rPh></si></sst>`,
		"xl/styles.xml":                       `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]d&quot; day&quot;\-mmm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		"xl/worksheets/_rels/sheet1.xml.rels": relationships("r1", "drawing", "../drawings/drawing1.xml"),
		"xl/drawings/_rels/drawing1.xml.rels": relationships("r1", "chart", "../charts/chart1.xml"),
		"xl/charts/chart1.xml":                `<c:chart xmlns:c="c"><c:v>Sales</c:v></c:chart>`,
		"xl/charts/_rels/chart1.xml.rels":     relationships("r1", "chart", "chart1.xml"), // to itself
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>since</t></is></c></row>` +
			`<row><c t="s"><v>1</v></c><c s="1"><v>45292</v></c><c s="2"><v>1</v></c><c s="3"><v>45292.75</v></c><c s="0"><v>0.30000000000000004</v></c><c t="b"><v>1</v></c><c t="s"><v>99</v></c></row></sheetData></worksheet>`,
	}
}

func TestOffice(t *testing.T) {
	for _, tt := range []struct {
		says   string
		parts  map[string]string
		format extract.Format
		want   []string
	}{
		{"text, headings by their styles, and what stands beside it", docx(paragraph("Big", "One") + paragraph("Ueberschrift2", "Two") + paragraph("Normal", "Some  text.")), extract.DOCX,
			[]string{"title: The Plan", "h1 One", "h2 Two", "p Some text.", "n See there."}},
		{"lists", docx(`<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t></w:r></w:p>`), extract.DOCX, []string{"title: The Plan", "- one", "n See there."}},
		{"tables keep rows together, also with others in their cells", docx(`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>`), extract.DOCX,
			[]string{"title: The Plan", "| a b\tc", "n See there."}},
		{"what a tracked change took out is gone, and nothing is said twice", docx(`<w:p><w:del><w:r><w:t>old</w:t></w:r></w:del><w:r><w:t>new</w:t></w:r><mc:AlternateContent><mc:Choice><w:t> once</w:t></mc:Choice><mc:Fallback><w:t> twice</w:t></mc:Fallback></mc:AlternateContent><w:r><w:tab/><w:t>end</w:t></w:r></w:p>`), extract.DOCX,
			[]string{"title: The Plan", "p new once end", "n See there."}},
		{"numbered lists with their numbers", with(docx(item(1, 0, "one")+item(1, 1, "deeper")+item(1, 1, "and")+item(1, 0, "two")+item(1, 1, "anew")+item(2, 0, "goes on")+item(3, 0, "begins")+item(4, 0, "bullet")), "word/numbering.xml",
			`<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="3"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>`+
				`<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl></w:abstractNum>`+
				`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num><w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num></w:numbering>`), extract.DOCX,
			[]string{"title: The Plan", "- I. one", "- I.c) deeper", "- I.d) and", "- II. two", "- II.c) anew", "- III. goes on", "- IX. begins", "- bullet", "n See there."}},
		{"how a word is pronounced is no part of it", docx(`<w:p><w:ruby><w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東</w:t></w:r></w:rubyBase></w:ruby></w:p>`), extract.DOCX,
			[]string{"title: The Plan", "p 東", "n See there."}},
		{"slides in the order in which they are shown", pptx(), extract.PPTX, []string{"h1@1 First", "p@1 more", "n@1 say this", "h1@2 Second", "p@2 its text", "n@2 Confidential"}},
		{"sheets, with dates as dates", xlsx(), extract.XLSX, []string{"h1@1 Plan", "|@1 name\tsince", "|@1 Ada L\t2024-01-01\t1899-12-31\t2024-01-01 18:00\t0.3\tTRUE\t99", "n@1 Sales"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			d, format, err := read(archive(tt.parts), extract.Default)
			if got := shown(d); err != nil || format != tt.format || !slices.Equal(got, tt.want) {
				t.Errorf("%s, %v:\n%q, want\n%q", format, err, got, tt.want)
			}
		})
	}
}

// What can't be read is refused for a reason, in a sentence.
func TestFailures(t *testing.T) {
	small := extract.Limits{Input: 1 << 20, Inside: 4096, Text: 1000, Parts: 10, Depth: 20, Pages: 2, Columns: 3}
	without := func(parts map[string]string, names ...string) map[string]string {
		for _, name := range names {
			delete(parts, name)
		}
		return parts
	}
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprint(i)] = ""
	}
	for _, tt := range []struct {
		says, content string
		reason        extract.Reason
	}{
		{"nothing", "", extract.NoText},
		{"white space", " \n\n ", extract.NoText},
		{"other bytes", "\x00\x01\x02\x03", extract.Unsupported},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", extract.Unsupported},
		{"a file beyond the limit", strings.Repeat("word ", 1<<18), extract.TooLarge},
		{"more text than is read", strings.Repeat("word ", 300), extract.TooLarge},
		{"an old or a protected office document", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 100), extract.Protected},
		{"an archive of something else", archive(map[string]string{"a.txt": "text"}), extract.Unsupported},
		{"half an archive", archive(docx(""))[:200], extract.Damaged},
		{"an archive of too many parts", archive(many), extract.TooLarge},
		{"what unpacks to too much", archive(docx(paragraph("", strings.Repeat("a", 5000)))), extract.TooLarge},
		{"what is nested too deep", archive(docx(strings.Repeat("<w:p>", 30))), extract.TooLarge},
		{"a broken part", archive(docx("<w:p><w:t>one</w:t><")), extract.Damaged},
		{"a document without text", archive(without(docx(""), "word/footnotes.xml", "docProps/core.xml")), extract.NoText},
		{"entities that double", archive(with(docx(""), "word/document.xml", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document><w:p><w:t>&b;</w:t></w:p></w:document>`)), ""},
		{"quotes in quotes", "# a\n" + strings.Repeat("> ", 30) + "b", extract.TooLarge},
		{"too many pages", "a\fb\fc", extract.TooManyPage},
		{"JSON that is nested too deep", strings.Repeat(`[`, 30) + `1` + strings.Repeat(`]`, 30), extract.TooLarge},
	} {
		t.Run(tt.says, func(t *testing.T) {
			_, _, err := read(tt.content, small)
			var failure *extract.Failure
			if tt.reason == "" { // read as it stands: entities are not followed
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, &failure) || failure.Reason != tt.reason || !strings.HasSuffix(failure.Says, ".") {
				t.Errorf("%v, want %s", err, tt.reason)
			}
		})
	}
}

func TestRowsAreCutAtTheLastColumn(t *testing.T) {
	d, _, err := read("a,b,c,d\n1,2,3,4\n", extract.Limits{Input: 1 << 20, Text: 1 << 20, Columns: 2})
	if got := shown(d); err != nil || !slices.Equal(got, []string{"| a\tb", "| 1\t2"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestExtractEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for says, content := range map[string]string{
		"text": strings.Repeat("a\n", 5000), "HTML": "<p>" + strings.Repeat("a<br>", 5000), "a table": strings.Repeat("a,b\n", 5000),
		"JSON": "[" + strings.Repeat("1,", 5000) + "1]", "Markdown": strings.Repeat("# a\n\n", 5000), "office": archive(docx(strings.Repeat(paragraph("", "a"), 5000))),
	} {
		if _, _, err := extract.Extract(ctx, strings.NewReader(content), int64(len(content)), extract.Default); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// Whatever is done to a document, it is read or refused: nothing panics.
func FuzzExtract(f *testing.F) {
	for _, seed := range []string{"text", "# a\n\n- b\n", "<p>a<table><tr><td>b", "a,b\n1,2\n", `{"a":[1]}`, archive(docx(paragraph("Big", "One"))), archive(pptx()), archive(xlsx())} {
		f.Add([]byte(seed))
	}
	limits := extract.Limits{Input: 1 << 20, Inside: 1 << 20, Text: 1 << 20, Parts: 100, Depth: 64, Pages: 100, Columns: 100}
	f.Fuzz(func(t *testing.T, content []byte) {
		d, _, err := extract.Extract(t.Context(), bytes.NewReader(content), int64(len(content)), limits)
		var failure *extract.Failure
		if err != nil && !errors.As(err, &failure) {
			t.Error(err)
		}
		for _, b := range d.Blocks {
			if strings.TrimSpace(b.Text) == "" || b.Page > d.Pages {
				t.Errorf("%+v of %d pages", b, d.Pages)
			}
		}
	})
}
