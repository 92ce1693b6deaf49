package retrieve

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"math"
	"slices"
	"strings"
)

// ErrTooLarge is returned for a segment with a file of 4 GiB or more.
var ErrTooLarge = errors.New("retrieve: too much for one segment")

// Builder makes a segment of chunks. Add the chunks of a document one after the other, in
// their order.
type Builder struct {
	terms     map[string]*posted
	lengths   []byte
	documents []int64
	table     []byte
	passages  []byte
	words     uint64
	large     bool
}

// posted are the chunks that have a term, ascending, and how often each has it.
type posted struct{ chunks, times []uint32 }

// NewBuilder returns a builder without chunks.
func NewBuilder() *Builder { return &Builder{terms: map[string]*posted{}} }

// Add adds a chunk of a document: the terms that find it, and the passage to show.
func (b *Builder) Add(document int64, terms func(yield func(string) bool), passage []byte) {
	chunk := b.begin(document, passage)
	n := 0
	for term := range terms {
		n++
		b.post(chunk, term)
	}
	b.lengths = append(b.lengths, encodeLength(n))
	b.words += uint64(n)
}

// begin adds a chunk's document and passage, and returns the chunk's number.
func (b *Builder) begin(document int64, passage []byte) uint32 {
	if n := len(b.documents); n == 0 || b.documents[n-1] != document {
		b.documents = append(b.documents, document)
	}
	b.large = b.large || len(b.passages)+len(passage) > math.MaxUint32
	b.table = le.AppendUint32(b.table, uint32(len(b.documents)-1))
	b.table = le.AppendUint32(b.table, uint32(len(b.passages)))
	b.passages = append(b.passages, passage...)
	return uint32(len(b.lengths))
}

// post adds an occurrence of a term in the last chunk.
func (b *Builder) post(chunk uint32, term string) {
	term = cut(term)
	p := b.terms[term]
	if p == nil {
		p = &posted{}
		b.terms[strings.Clone(term)] = p
	}
	if n := len(p.chunks); n > 0 && p.chunks[n-1] == chunk {
		p.times[n-1]++
		return
	}
	p.chunks, p.times = append(p.chunks, chunk), append(p.times, 1)
}

// Chunks returns the number of chunks added.
func (b *Builder) Chunks() int { return len(b.lengths) }

// Files returns the file of the segment and that of its passages, or ErrTooLarge. The
// builder must not be used afterwards.
func (b *Builder) Files() (segment, passages []byte, err error) {
	f := footer{
		NDocuments: uint32(len(b.documents)), NChunks: uint32(len(b.lengths)), NTerms: uint32(len(b.terms)),
		Passages: uint32(len(b.passages)), Words: b.words,
	}
	out := append([]byte(magic), b.lengths...)
	mark := func(at *uint32) {
		b.large = b.large || len(out) > math.MaxUint32
		*at = uint32(len(out))
	}
	mark(&f.Documents)
	for _, id := range b.documents {
		out = le.AppendUint64(out, uint64(id))
	}
	mark(&f.Chunks)
	out = append(out, b.table...)
	mark(&f.Postings)
	terms := slices.Sorted(maps.Keys(b.terms))
	lists := make([]list, len(terms))
	for i, term := range terms {
		p := b.terms[term]
		lists[i] = list{len(out), len(p.chunks)}
		out = appendPostings(out, p.chunks, p.times)
	}
	mark(&f.Terms)
	out, blocks := appendTerms(out, terms, lists)
	mark(&f.Blocks)
	out = append(out, blocks...)
	if out, err = binary.Append(out, le, f); err != nil {
		return nil, nil, err
	}
	le.PutUint32(out[len(out)-4:], crc32.Checksum(out[:len(out)-4], castagnoli))
	if b.large {
		return nil, nil, ErrTooLarge
	}
	return out, b.passages, nil
}
