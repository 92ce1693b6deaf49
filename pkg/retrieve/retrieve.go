// Package retrieve finds passages by words. A corpus is an index of immutable
// segments, each a file that is searched as it lies in memory: nothing is unpacked when
// it is opened. What a query finds is ranked by BM25 as Lucene computes it, with the
// statistics of all segments together, so that how a corpus is cut into segments
// changes neither a score nor an order.
//
// A segment is built from chunks, passages of a document that are found and shown as
// one. Documents that were deleted since stay in their segment, and in its statistics,
// until a merge; whoever searches says which are there.
package retrieve

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// The parameters of BM25 are those of Lucene's BM25Similarity: how fast more
// occurrences of a term count for less, and how much a chunk's length counts.
const (
	k1 = 1.2
	b  = 0.75
)

// Hit is a chunk that a query found.
type Hit struct {
	Segment  int // its place in the index
	Chunk    int // its number in the segment
	Document int64
	Score    float32
}

// compare orders hits from the best to the worst: of equal scores the older document
// comes first, and of one document the earlier chunk, whatever the segments.
func compare(x, y Hit) int {
	return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Document, y.Document), cmp.Compare(x.Chunk, y.Chunk))
}

// Index is the segments of a corpus as one. It may be searched by many at once.
type Index struct {
	segments []*Segment
	chunks   int
	norms    norms // of the average length of all
}

// NewIndex is the index of some segments, of which no two have the same document.
func NewIndex(segments ...*Segment) *Index {
	x := &Index{segments: segments}
	words := uint64(0)
	for _, s := range segments {
		x.chunks += s.chunks
		words += s.words
	}
	x.norms.set(float64(words) / float64(max(1, x.chunks)))
	return x
}

// Segments are those of the index, in their order.
func (x *Index) Segments() []*Segment { return x.segments }

// Chunks is how many there are, those of deleted documents included.
func (x *Index) Chunks() int { return x.chunks }

// Search returns the n best chunks for the terms of a query, the best first. A term
// that the query has twice counts twice. Chunks of documents that live refuses are
// passed over; nil refuses none.
func (x *Index) Search(query []string, n int, live func(document int64) bool) []Hit {
	if n <= 0 || x.chunks == 0 {
		return nil
	}
	terms := x.weigh(query)
	best := heap{most: n}
	scores := borrowScores()
	defer scores.giveBack()
	for i, s := range x.segments {
		s.search(i, terms[i], &x.norms, scores, live, &best)
	}
	slices.SortFunc(best.hits, compare)
	return best.hits
}

// weight is where the postings of a term lie in a segment, and what an occurrence
// counts.
type weight struct {
	list
	idf float32
}

// weigh looks each different term of a query up in every segment. The weights of each
// segment are in the order of the query, since sums of floats depend on theirs.
func (x *Index) weigh(query []string) [][]weight {
	out := make([][]weight, len(x.segments))
	lists := make([]list, len(x.segments))
	times := make(map[string]int, len(query))
	for _, term := range query {
		times[term]++
	}
	for _, term := range query {
		n := times[term]
		if n == 0 { // it was looked up
			continue
		}
		times[term] = 0
		in := 0
		for i, s := range x.segments {
			lists[i] = s.lookUp(term)
			in += lists[i].chunks
		}
		idf := float32(math.Log(1+(float64(x.chunks)-float64(in)+0.5)/(float64(in)+0.5))) * float32(n)
		for i, l := range lists {
			if l.chunks > 0 {
				out[i] = append(out[i], weight{l, idf})
			}
		}
	}
	return out
}

// scores is one score for each chunk of a segment.
type scores struct{ of []float32 }

var scorePool = sync.Pool{New: func() any { return new(scores) }}

func borrowScores() *scores { return scorePool.Get().(*scores) }

func (s *scores) giveBack() { scorePool.Put(s) }

// clear returns n scores of 0.
func (s *scores) clear(n int) []float32 {
	if cap(s.of) < n {
		s.of = make([]float32, n)
		return s.of
	}
	s.of = s.of[:n]
	clear(s.of)
	return s.of
}
