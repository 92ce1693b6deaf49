package extract

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	table_ast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var commonMark = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()

// markdown reads CommonMark with GitHub's tables.
func markdown(w *writer, source string) error {
	source = withoutFrontMatter(w, source)
	for line := range strings.SplitSeq(source, "\n") { // quotes in quotes
		if nested := len(line) - len(strings.TrimLeft(line, "> ")); nested > w.limits.Depth && strings.Count(line[:nested], ">") > w.limits.Depth {
			return fail(TooLarge, "It is nested deeper than %d levels", w.limits.Depth)
		}
	}
	root := commonMark.Parse(text.NewReader([]byte(source)))
	return ast.Walk(root, func(n ast.Node, enters bool) (ast.WalkStatus, error) {
		if !enters {
			return ast.WalkContinue, nil
		}
		kind, level := Paragraph, 0
		switch n := n.(type) {
		case *ast.Heading:
			kind, level = Heading, n.Level
		case *ast.TextBlock, *ast.Paragraph:
			if _, inList := n.Parent().(*ast.ListItem); inList {
				kind = Item
			}
		case *table_ast.TableHeader, *table_ast.TableRow:
			kind = Row
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, w.write(Code, 0, linesOf(n, source))
		case *ast.HTMLBlock:
			return ast.WalkSkipChildren, hypertext(w, linesOf(n, source))
		default:
			return ast.WalkContinue, nil
		}
		var out strings.Builder
		inline(n, []byte(source), &out)
		return ast.WalkSkipChildren, w.write(kind, level, out.String())
	})
}

// withoutFrontMatter returns source without front matter, settings between two lines of
// dashes that site generators write, and takes the title from it.
func withoutFrontMatter(w *writer, source string) string {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	rest, has := strings.CutPrefix(source, "---\n")
	if !has {
		return source
	}
	matter, after, ends := strings.Cut(rest, "\n---\n")
	if !ends {
		return source
	}
	for setting := range strings.SplitSeq(matter, "\n") {
		if title, is := strings.CutPrefix(setting, "title:"); is {
			w.doc.Title = strings.Trim(strings.TrimSpace(title), `"'`)
		}
	}
	return after
}

func linesOf(n ast.Node, source string) string {
	var out strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		out.WriteString(source[at.Start:at.Stop])
	}
	if block, ok := n.(*ast.HTMLBlock); ok && block.HasClosure() {
		out.WriteString(source[block.ClosureLine.Start:block.ClosureLine.Stop])
	}
	return out.String()
}

// inline appends the text of inline nodes, of images their alternative text.
func inline(n ast.Node, source []byte, out *strings.Builder) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			value := c.Segment.Value(source)
			if !c.IsRaw() {
				value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
			}
			out.Write(value)
			if c.SoftLineBreak() || c.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(c.Value)
		case *ast.AutoLink:
			out.Write(c.Label(source))
		case *table_ast.TableCell:
			if out.Len() > 0 {
				out.WriteByte('\t')
			}
			inline(c, source, out)
		default: // raw HTML has no children
			inline(c, source, out)
		}
	}
}
