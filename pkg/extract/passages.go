package extract

import (
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// Passage is a part of a document that is found and shown as a whole.
type Passage struct {
	Headings []string // above it, from the title on
	Page     int      // the page of its beginning; 0 for a format without pages
	From, To int      // its place in Document.Text, in bytes
	Text     string
}

// The sizes of passages, in words. A section of fewer than fewWords is joined with the
// next one, if that belongs to the same section.
const (
	fewWords  = 150
	mostWords = 350
)

// between separates the blocks in a document's text, except the rows of a table.
const between = "\n\n"

// Text returns the document's text, to which the places of passages refer.
func (d Document) Text() string {
	var out strings.Builder
	for i, b := range d.Blocks {
		if i > 0 {
			out.WriteString(d.gap(i))
		}
		out.WriteString(b.Text)
	}
	return out.String()
}

// gap returns the separator before block i, which isn't the first.
func (d Document) gap(i int) string {
	if d.Blocks[i].Kind == Row && d.Blocks[i-1].Kind == Row {
		return "\n"
	}
	return between
}

// Passages divides a document. A passage ends with its section, unless that is short and
// the next one belongs to the same section; where the page changes between sections; and
// where it would become too long: between paragraphs, between the rows of a table, else
// between sentences. A heading is in the passage of the text that follows it.
func (d Document) Passages() []Passage {
	p := passages{title: d.Title, text: d.Text()}
	at := 0
	for i, b := range d.Blocks {
		if i > 0 {
			at += len(d.gap(i))
		}
		if b.Kind == Heading {
			p.section(b)
		}
		p.add(b, at)
		at += len(b.Text)
	}
	p.end()
	return p.all
}

// passages builds the passages of a document.
type passages struct {
	title, text string
	path        []Block // the headings above the present text
	all         []Passage

	now   Passage // the passage in progress
	words int     // its number of words
	bare  bool    // it has only headings
}

// section begins a section with its heading. A short passage before it continues where
// both have a common heading and page.
func (p *passages) section(b Block) {
	above := 0
	for above < len(p.path) && p.path[above].Level < b.Level {
		above++
	}
	if !p.bare && (p.words >= fewWords || above == 0 || b.Page != p.now.Page) {
		p.end()
	}
	p.path = append(p.path[:above:above], b)
}

// add adds a block at an offset of the text, in pieces if it is too long for a passage.
func (p *passages) add(b Block, at int) {
	if words := countWords(b.Text); words <= mostWords {
		p.put(b, at, len(b.Text), words)
		return
	}
	for _, piece := range pieces(b) {
		p.put(b, at, len(piece), countWords(piece))
		at += len(piece)
	}
}

// put adds a part of a block to the passage, or begins another with it.
func (p *passages) put(b Block, at, length, words int) {
	if p.words+words > mostWords && !p.bare {
		p.end()
	}
	if p.words == 0 {
		p.now = Passage{Page: b.Page, From: at, Headings: p.headings(b)}
		p.bare = true
	}
	p.now.To = at + length
	p.words += max(1, words)
	p.bare = p.bare && b.Kind == Heading
}

// headings returns the headings above a block, without a heading's own text.
func (p *passages) headings(b Block) (all []string) {
	path := p.path
	if p.title != "" {
		all = append(all, p.title)
	}
	if b.Kind == Heading && len(path) > 0 {
		path = path[:len(path)-1]
	}
	for _, h := range path {
		all = append(all, h.Text)
	}
	return all
}

func (p *passages) end() {
	if p.words > 0 {
		p.now.Text = strings.TrimRight(p.text[p.now.From:p.now.To], " \n")
		p.now.To = p.now.From + len(p.now.Text)
		p.all = append(p.all, p.now)
	}
	p.now, p.words, p.bare = Passage{}, 0, false
}

// pieces divides a block that is too long for a passage into its sentences, or lines of
// code, and these, if still too long, into parts of mostWords.
func pieces(b Block) (all []string) {
	if b.Kind == Code {
		all = strings.SplitAfter(b.Text, "\n")
	} else {
		for it := sentences.FromString(b.Text); it.Next(); {
			all = append(all, it.Value())
		}
	}
	return slices.Collect(func(yield func(string) bool) {
		for _, piece := range all {
			for countWords(piece) > mostWords {
				n := wordsEnd(piece, mostWords)
				if !yield(piece[:n]) {
					return
				}
				piece = piece[n:]
			}
			if piece != "" && !yield(piece) {
				return
			}
		}
	})
}

// countWords returns the approximate number of words of a text.
func countWords(text string) int {
	words, _ := walkWords(text, len(text))
	return words
}

// wordsEnd returns the end of the first n words of a text, which has more.
func wordsEnd(text string, n int) int {
	_, end := walkWords(text, n)
	return end
}

// walkWords counts up to n words at the beginning of a text, and returns their number and
// their end. In scripts without spaces two characters count as a word.
func walkWords(text string, n int) (words, end int) {
	halves, inWord := 0, false
	for i, r := range text {
		switch {
		case r >= 0x2e80 && unicode.IsLetter(r):
			halves++
			inWord = false
		case unicode.IsSpace(r):
			inWord = false
		case !inWord:
			halves += 2
			inWord = true
		}
		if halves > 2*n {
			return n, i
		}
	}
	return (halves + 1) / 2, len(text)
}
