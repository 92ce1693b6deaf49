// Package retrieve finds passages by words. A corpus is an index of immutable segments,
// each a file that is searched in memory as it is, without decoding it first. Hits are
// ranked by BM25 as Lucene computes it, with the statistics of all segments together, so
// that the division of a corpus into segments affects neither scores nor order.
//
// A segment is built from chunks: passages of a document, each found and shown as a
// whole. Deleted documents remain in their segment, and in its statistics, until a merge;
// a search is told which documents are live.
package retrieve

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// The parameters of BM25, as in Lucene's BM25Similarity: the saturation of a term's
// frequency, and the normalization by a chunk's length.
const (
	k1 = 1.2
	b  = 0.75
)

// Hit is a chunk that a query found.
type Hit struct {
	Segment  int // the segment's number in the index
	Chunk    int // the chunk's number in the segment
	Document int64
	Score    float32
}

// compare orders hits from the best to the worst: of equal scores the older document
// comes first, and of one document the earlier chunk, whatever the segments.
func compare(x, y Hit) int {
	return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Document, y.Document), cmp.Compare(x.Chunk, y.Chunk))
}

// Index searches the segments of a corpus as one. It is safe for concurrent use.
type Index struct {
	segments []*Segment
	chunks   int
	norms    norms // of the average length of all
}

// NewIndex returns an index of segments. No document may be in two of them.
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

// Segments returns the segments of the index, in their order.
func (x *Index) Segments() []*Segment { return x.segments }

// Chunks returns the number of chunks, those of deleted documents included.
func (x *Index) Chunks() int { return x.chunks }

// Search returns the n best chunks for the terms of a query, the best first. A term that
// the query has twice counts twice. It skips documents for which live returns false; a
// nil live skips none.
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

// weight is the postings of a term in a segment, and its inverse document frequency.
type weight struct {
	list
	idf float32
}

// weigh looks up each distinct term of a query in every segment. The weights of each
// segment are in the query's order, since a sum of floats depends on its order.
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

// scores has a score for each chunk of a segment.
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
