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

// ErrTooLarge is returned for a segment whose file would be of 4 GiB or more.
var ErrTooLarge = errors.New("retrieve: too much for one segment")

// Builder makes a segment of chunks. The chunks of a document are added one after the
// other, in their order.
type Builder struct {
	terms     map[string]*posted
	lengths   []byte
	documents []int64
	table     []byte
	passages  []byte
	words     uint64
	large     bool
}

// posted are the chunks that have a term, and how often.
type posted struct{ chunks, times []uint32 }

// NewBuilder makes an empty segment.
func NewBuilder() *Builder { return &Builder{terms: map[string]*posted{}} }

// Add adds a chunk of a document: the terms by which it is found, and what is kept of it
// to be shown.
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

// begin notes a chunk's document and passage, and returns its number.
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

// post notes that a chunk has a term once more.
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

// Chunks is how many were added.
func (b *Builder) Chunks() int { return len(b.lengths) }

// Files are the segment and its passages. Nothing may be added afterwards. It returns
// ErrTooLarge for what one file can't hold.
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
