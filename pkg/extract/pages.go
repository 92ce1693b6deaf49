package extract

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardroom/pkg/extract/pdf"
)

// pages reads a PDF. A PDF has lines at positions and no structure: lines that follow
// each other closely in one font size are taken as a paragraph, and short ones in a
// larger size than most as headings.
func pages(w *writer, r io.ReaderAt, size int64) error {
	var all []pdf.Page
	text := 0
	err := pdf.Read(w.ctx, io.NewSectionReader(r, 0, size), pdf.Limits{Inside: pdfTimes * w.limits.Inside, Text: w.limits.Text}, func(p pdf.Page) error {
		for _, l := range p.Lines {
			text += len(l.Text)
		}
		if p.Number > w.limits.Pages {
			return fail(TooManyPage, "It has more than %d pages", w.limits.Pages)
		}
		all = append(all, p)
		return nil
	})
	var failure *Failure
	switch {
	case err == nil, errors.As(err, &failure), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, pdf.ErrTooLarge):
		return fail(TooLarge, "Its pages have more than can be read")
	case errors.Is(err, pdf.ErrProtected):
		return fail(Protected, "It is protected by a password")
	case len(all) > 0:
		return fail(Damaged, "It is damaged from page %d on", len(all)+1)
	default:
		return fail(Damaged, "It is damaged")
	}
	if err != nil {
		return err
	}
	if text == 0 && len(all) > 0 {
		return fail(NoText, "Its pages are pictures, such as scans, without text")
	}
	levels := levelsOf(all)
	for _, p := range all {
		if err := w.turn(); err != nil {
			return err
		}
		for _, lines := range paragraphs(p.Lines) {
			kind, level, text := Paragraph, levels[rounded(lines[0].Size)], joined(lines)
			if level > 0 && utf8.RuneCountInString(text) <= longestHeading {
				kind = Heading
			} else {
				level = 0
			}
			if err := w.write(kind, level, text); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	pdfTimes       = 16  // as much of a PDF is unpacked, since that is gone again with its page
	longestHeading = 200 // characters
	larger         = 1.15
	closeLines     = 1.9 // the distance between lines of a paragraph, in parts of their size
	sameSize       = 0.12
	deepest        = 6 // level of headings
)

// rounded returns a font size in tenths of a point.
func rounded(size float64) int { return int(math.Round(size * 10)) }

// levelsOf returns the levels of headings by rounded font size, for sizes that are larger
// than the most frequent one. The largest has level 1.
func levelsOf(all []pdf.Page) map[int]int {
	sizes := map[int]int{}
	for _, p := range all {
		for _, l := range p.Lines {
			sizes[rounded(l.Size)] += len(l.Text)
		}
	}
	if len(sizes) == 0 {
		return nil
	}
	most := slices.MaxFunc(slices.Sorted(maps.Keys(sizes)), func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	levels := map[int]int{}
	for _, size := range slices.Backward(slices.Sorted(maps.Keys(sizes))) {
		if float64(size) < larger*float64(most) {
			break
		}
		levels[size] = min(len(levels)+1, deepest)
	}
	return levels
}

// paragraphs groups lines by paragraph.
func paragraphs(lines []pdf.Line) (all [][]pdf.Line) {
	for i, l := range lines {
		if i == 0 || !follows(lines[i-1], l) {
			all = append(all, nil)
		}
		last := len(all) - 1
		all[last] = append(all[last], l)
	}
	return all
}

// follows reports whether a line continues the paragraph of the one before: it is closely
// below or beside it, in the same size.
func follows(before, l pdf.Line) bool {
	down := before.Y - l.Y
	return math.Abs(before.Size-l.Size) <= sameSize*before.Size && down > -before.Size/2 && down <= closeLines*before.Size
}

// joined returns the text of lines, and rejoins words that were divided at a line's end.
func joined(lines []pdf.Line) string {
	var out strings.Builder
	for i, l := range lines {
		text := l.Text
		if i+1 < len(lines) && divided(text, lines[i+1].Text) {
			out.WriteString(strings.TrimRight(text, "-\u2010\u00AD"))
			continue
		}
		out.WriteString(text)
		out.WriteByte(' ')
	}
	return out.String()
}

// divided reports whether a line ends inside a word.
func divided(text, next string) bool {
	hyphen, size := utf8.DecodeLastRuneInString(text)
	if hyphen != '-' && hyphen != '\u2010' && hyphen != '\u00AD' {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:len(text)-size])
	first, _ := utf8.DecodeRuneInString(next)
	return unicode.IsLetter(before) && unicode.IsLower(first)
}
