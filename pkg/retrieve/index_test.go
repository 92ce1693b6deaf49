package retrieve_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"wardroom/pkg/retrieve"
)

// chunk is a chunk of a document, by its terms.
type chunk struct {
	document int64
	terms    []string
}

// corpus is random chunks, of which the terms are distributed as words are: few are
// frequent. Some terms are much more frequent in some chunks than a byte holds.
func corpus(r *rand.Rand, chunks int) (all []chunk) {
	document := int64(0)
	for range chunks {
		if document == 0 || r.IntN(4) == 0 {
			document += 1 + int64(r.IntN(5))
		}
		c := chunk{document: document}
		for range r.IntN(60) {
			c.terms = append(c.terms, word(r))
		}
		if r.IntN(50) == 0 {
			c.terms = append(c.terms, slices.Repeat([]string{word(r)}, 300)...)
		}
		all = append(all, c)
	}
	return all
}

func word(r *rand.Rand) string { return "w" + strconv.Itoa(int(1/(r.Float64()+0.0005))) }

func build(t *testing.T, chunks []chunk) retrieve.Part {
	t.Helper()
	b := retrieve.NewBuilder()
	for i, c := range chunks {
		b.Add(c.document, slices.Values(c.terms), fmt.Append(nil, c.document, " ", i))
	}
	file, passages, err := b.Files()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, file, passages)
}

func open(t *testing.T, file, passages []byte) retrieve.Part {
	t.Helper()
	s, err := retrieve.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return retrieve.Part{Segment: s, Passages: passages}
}

// cut divides chunks into segments, no document into two.
func cut(t *testing.T, r *rand.Rand, chunks []chunk, pieces int) (parts []retrieve.Part) {
	t.Helper()
	for len(chunks) > 0 {
		n := len(chunks)
		if pieces--; pieces > 0 {
			n = 1 + r.IntN(n)
			for n < len(chunks) && chunks[n].document == chunks[n-1].document {
				n++
			}
		}
		parts = append(parts, build(t, chunks[:n]))
		chunks = chunks[n:]
	}
	return parts
}

func index(parts []retrieve.Part) *retrieve.Index {
	var segments []*retrieve.Segment
	for _, p := range parts {
		segments = append(segments, p.Segment)
	}
	return retrieve.NewIndex(segments...)
}

// found is what a search found, without how it is cut.
type found struct {
	document int64
	score    float32
	passage  string
}

func search(parts []retrieve.Part, query []string, n int, live func(int64) bool) (out []found) {
	for _, h := range index(parts).Search(query, n, live) {
		p := parts[h.Segment]
		offset, length := p.Passage(h.Chunk)
		out = append(out, found{h.Document, h.Score, string(p.Passages[offset:][:length])})
	}
	return out
}

// oracle scores every chunk by the formula, in float64.
func oracle(chunks []chunk, query []string) map[int]float64 {
	words, in := 0, map[string]int{}
	for _, c := range chunks {
		words += len(c.terms)
		for _, term := range slices.Compact(slices.Sorted(slices.Values(c.terms))) {
			in[term]++
		}
	}
	average := float64(words) / float64(len(chunks))
	scores := map[int]float64{}
	for i, c := range chunks {
		for _, term := range query {
			tf := 0
			for _, other := range c.terms {
				if other == term {
					tf++
				}
			}
			if tf > 0 {
				tf := float64(min(tf, 255))
				idf := math.Log(1 + (float64(len(chunks))-float64(in[term])+0.5)/(float64(in[term])+0.5))
				scores[i] += idf * tf / (tf + 1.2*(1-0.75+0.75*rounded(len(c.terms))/average))
			}
		}
	}
	return scores
}

// rounded is a length as one byte keeps it: exact to 39, then four significant bits of
// what is above 24.
func rounded(n int) float64 {
	if n < 40 {
		return float64(n)
	}
	n -= 24
	step := 1
	for n/step >= 16 {
		step *= 2
	}
	return float64(24 + n/step*step)
}

func TestScoresAreThoseOfTheFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		chunks := corpus(r, 1+r.IntN(400))
		part := build(t, chunks)
		query := []string{word(r), word(r), word(r), "w1", "nowhere"}
		if r.IntN(2) == 0 {
			query = append(query, query[0])
		}
		want := oracle(chunks, query)
		got := retrieve.NewIndex(part.Segment).Search(query, len(chunks), nil)
		if len(got) != len(want) {
			t.Fatalf("%d are found, %d have a term of %q", len(got), len(want), query)
		}
		for _, h := range got {
			if d := math.Abs(float64(h.Score)/want[h.Chunk] - 1); d > 1e-5 {
				t.Errorf("%q in chunk %d: %v, want %v", query, h.Chunk, h.Score, want[h.Chunk])
			}
			if h.Document != chunks[h.Chunk].document {
				t.Errorf("chunk %d is said to be of document %d", h.Chunk, h.Document)
			}
		}
		if !slices.IsSortedFunc(got, func(a, b retrieve.Hit) int {
			if a.Score != b.Score {
				return int(math.Copysign(1, float64(b.Score-a.Score)))
			}
			return a.Chunk - b.Chunk // documents ascend
		}) {
			t.Error("they aren't in order")
		}
	}
}

// However a corpus is cut into segments, and whichever of them are merged again, a
// query finds the same with the same scores, in the same order.
func TestCuttingChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		chunks := corpus(r, 200+r.IntN(600))
		whole := []retrieve.Part{build(t, chunks)}
		parts := cut(t, r, chunks, 1+r.IntN(12))
		from := r.IntN(len(parts))
		file, passages, err := retrieve.Merge(parts[from:], nil)
		if err != nil {
			t.Fatal(err)
		}
		merged := append(slices.Clone(parts[:from]), open(t, file, passages))
		for range 10 {
			query := []string{word(r), word(r), "w" + strconv.Itoa(1+r.IntN(3))}
			n := 1 + r.IntN(30)
			live := func(d int64) bool { return d%3 != 0 }
			want := search(whole, query, n, live)
			for how, cut := range map[string][]retrieve.Part{"cut": parts, "merged": merged} {
				got := search(cut, query, n, live)
				if !slices.EqualFunc(got, want, func(a, b found) bool { return a.document == b.document && a.score == b.score }) {
					t.Fatalf("%s into %d, %q:\n%v, want\n%v", how, len(cut), query, got, want)
				}
			}
			for _, f := range want {
				if f.document%3 == 0 {
					t.Error("a document that isn't live is found")
				}
				if !strings.HasPrefix(f.passage, fmt.Sprint(f.document)+" ") {
					t.Errorf("document %d is shown by the passage %q", f.document, f.passage)
				}
			}
		}
	}
}

// A merge without some documents is the index that never had them.
func TestMergeForgetsDeletedDocuments(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	chunks := corpus(r, 500)
	for i := range chunks { // a frequency that a byte can't hold would leave the average longer
		chunks[i].terms = chunks[i].terms[:min(len(chunks[i].terms), 60)]
	}
	live := func(d int64) bool { return d%2 == 0 }
	file, passages, err := retrieve.Merge(cut(t, r, chunks, 5), live)
	if err != nil {
		t.Fatal(err)
	}
	got := []retrieve.Part{open(t, file, passages)}
	without := []retrieve.Part{build(t, slices.DeleteFunc(slices.Clone(chunks), func(c chunk) bool { return !live(c.document) }))}
	if a, b := got[0].Documents(), without[0].Documents(); !slices.Equal(a, b) {
		t.Fatal(a, b)
	}
	for range 30 {
		query := []string{word(r), word(r)}
		a, b := search(got, query, 20, nil), search(without, query, 20, nil)
		if !slices.EqualFunc(a, b, func(a, b found) bool { return a.document == b.document && a.score == b.score }) {
			t.Fatalf("%q: %v, want %v", query, a, b)
		}
	}
}

func TestNothingToFind(t *testing.T) {
	empty := build(t, nil)
	one := build(t, []chunk{{7, []string{"word"}}, {7, nil}})
	for says, hits := range map[string][]retrieve.Hit{
		"no segments":         retrieve.NewIndex().Search([]string{"word"}, 3, nil),
		"an empty segment":    retrieve.NewIndex(empty.Segment).Search([]string{"word"}, 3, nil),
		"no terms":            retrieve.NewIndex(one.Segment).Search(nil, 3, nil),
		"another term":        retrieve.NewIndex(one.Segment).Search([]string{"other", "", "wor", "wordy", strings.Repeat("w", 999)}, 3, nil),
		"none asked for":      retrieve.NewIndex(one.Segment).Search([]string{"word"}, 0, nil),
		"none that is live":   retrieve.NewIndex(one.Segment).Search([]string{"word"}, 3, func(int64) bool { return false }),
		"fewer than none (!)": retrieve.NewIndex(one.Segment).Search([]string{"word"}, -1, nil),
	} {
		if len(hits) > 0 {
			t.Errorf("%s: %v", says, hits)
		}
	}
	if hits := retrieve.NewIndex(empty.Segment, one.Segment).Search([]string{"word"}, 3, nil); len(hits) != 1 || hits[0].Document != 7 || hits[0].Segment != 1 {
		t.Error(hits)
	}
}

// A file with any byte changed, or cut anywhere, isn't a segment.
func TestDamage(t *testing.T) {
	b := retrieve.NewBuilder()
	for i, c := range corpus(rand.New(rand.NewPCG(7, 8)), 30) {
		b.Add(c.document, slices.Values(c.terms), fmt.Append(nil, i))
	}
	file, passages, err := b.Files()
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		damaged := slices.Clone(file)
		damaged[i] ^= 0x10
		if _, err := retrieve.Open(damaged); !errors.Is(err, retrieve.ErrDamaged) {
			t.Fatalf("byte %d of %d: %v", i, len(file), err)
		}
		if _, err := retrieve.Open(file[:i]); !errors.Is(err, retrieve.ErrDamaged) {
			t.Fatalf("%d bytes of %d: %v", i, len(file), err)
		}
	}
	part := open(t, file, passages[1:])
	if _, _, err := retrieve.Merge([]retrieve.Part{part}, nil); !errors.Is(err, retrieve.ErrDamaged) {
		t.Error("passages of another segment:", err)
	}
}

func TestManySearchAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	parts := cut(t, r, corpus(r, 600), 4)
	x := index(parts)
	want := x.Search([]string{"w1", "w7"}, 10, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if got := x.Search([]string{"w1", "w7"}, 10, nil); !slices.Equal(got, want) {
					t.Errorf("%v, want %v", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}
