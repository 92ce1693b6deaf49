package extract_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wardroom/pkg/extract"
)

// words are n of them, which end a sentence.
func words(n int) string { return "Word " + strings.Repeat("word ", n-2) + "end." }

func TestPassages(t *testing.T) {
	h := func(level, page int, text string) extract.Block {
		return extract.Block{Kind: extract.Heading, Level: level, Page: page, Text: text}
	}
	p := func(page, n int) extract.Block { return extract.Block{Page: page, Text: words(n)} }
	for _, tt := range []struct {
		says   string
		title  string
		blocks []extract.Block
		want   []string // headings, page and how many words
	}{
		{"nothing", "Title", nil, nil},
		{"short sections of one section are together", "", []extract.Block{h(1, 0, "A"), h(2, 0, "B"), p(0, 20), h(2, 0, "C"), p(0, 20)}, []string{"[] 0 43"}},
		{"those of others aren't", "", []extract.Block{h(1, 0, "A"), p(0, 20), h(1, 0, "B"), p(0, 20)}, []string{"[] 0 21", "[] 0 21"}},
		{"though one title is above all", "The Plan", []extract.Block{h(1, 0, "A"), p(0, 20), h(1, 0, "B"), p(0, 20)}, []string{"[The Plan] 0 21", "[The Plan] 0 21"}},
		{"nor those on other pages", "", []extract.Block{h(1, 1, "A"), h(2, 1, "B"), p(1, 20), h(2, 2, "C"), p(2, 20)}, []string{"[] 1 22", "[A] 2 21"}},
		{"a section goes on with the next page", "", []extract.Block{h(1, 1, "A"), p(1, 100), p(2, 100)}, []string{"[] 1 201"}},
		{"long ones end with their section", "The Plan", []extract.Block{h(1, 0, "A"), p(0, 200), h(2, 0, "B"), p(0, 200)}, []string{"[The Plan] 0 201", "[The Plan A] 0 201"}},
		{"a passage ends before it is too long", "", []extract.Block{p(0, 200), p(0, 200), p(0, 100)}, []string{"[] 0 200", "[] 0 300"}},
		{"a heading stands with what follows", "", []extract.Block{h(1, 0, "A"), p(0, 340), h(2, 0, "B"), p(0, 349)}, []string{"[] 0 341", "[A] 0 350"}},
		{"also where both are together too long", "", []extract.Block{h(1, 0, "A"), p(0, 350)}, []string{"[] 0 351"}},
		{"a long paragraph is divided between sentences", "", []extract.Block{{Text: words(100) + " " + words(100) + " " + words(100) + " " + words(100)}}, []string{"[] 0 300", "[] 0 100"}},
		{"a sentence without end between words", "", []extract.Block{{Text: words(800)}}, []string{"[] 0 350", "[] 0 350", "[] 0 100"}},
		{"what has no spaces by its characters", "", []extract.Block{{Text: strings.Repeat("字", 1000)}}, []string{"[] 0 1", "[] 0 1"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			d := extract.Document{Title: tt.title, Blocks: tt.blocks}
			var got []string
			for _, p := range d.Passages() {
				got = append(got, fmt.Sprint(p.Headings, p.Page, len(strings.Fields(p.Text))))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever a document is like, its passages are its text, in order, without a gap but
// for white space; and none is too long.
func TestPassagesAreTheText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var d extract.Document
		page := 1
		for range r.IntN(30) {
			b := extract.Block{Kind: extract.Kind(r.IntN(6)), Page: page}
			for range 1 + r.IntN(4) {
				b.Text += words(2+r.IntN(1<<r.IntN(9))) + " "
			}
			b.Text = strings.TrimSpace(b.Text)
			if b.Kind == extract.Heading {
				b.Level, b.Text = 1+r.IntN(4), words(2+r.IntN(4))
			}
			d.Blocks = append(d.Blocks, b)
			page += r.IntN(2)
		}
		text, last := d.Text(), 0
		for _, p := range d.Passages() {
			if p.From < last || strings.TrimSpace(text[last:p.From]) != "" {
				t.Fatalf("%q is in no passage", text[last:p.From])
			}
			if text[p.From:p.To] != p.Text {
				t.Fatalf("the passage at %d to %d is\n%q, and the text is\n%q", p.From, p.To, p.Text, text[p.From:p.To])
			}
			if n := len(strings.Fields(p.Text)); n > 400 {
				t.Errorf("a passage of %d words", n)
			}
			last = p.To
		}
		if strings.TrimSpace(text[last:]) != "" {
			t.Fatalf("%q is in no passage", text[last:])
		}
	}
}
