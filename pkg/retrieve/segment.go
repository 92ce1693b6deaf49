package retrieve

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A segment is one file:
//
//	magic      8 bytes
//	lengths    a byte for each chunk: the code of its number of terms
//	documents  8 bytes each: ids, in the order in which they were added
//	chunks     8 bytes each: the number of its document, and the offset of its passage
//	postings   for each term, blocks of up to 128 chunks; see postings.go
//	terms      in blocks of 16, without the prefixes that they share; see terms.go
//	blocks     4 bytes each: the offset of a block of terms
//	footer     the parts' offsets, counts, and a checksum of everything before it
//
// All numbers are little endian. The passages are a file of their own, from which the
// few that a search shows are read by range.

// magic begins a segment, and ends with the version of its format.
const magic = "WRSEG\x00\x00\x01"

// footer is the end of a segment's file.
type footer struct {
	Documents, Chunks, Postings, Terms, Blocks uint32 // offsets of these parts
	NDocuments, NChunks, NTerms                uint32
	Passages                                   uint32 // size of the file of passages
	Words                                      uint64 // in all chunks
	Checksum                                   uint32 // CRC-32C of everything before it
}

var (
	footerSize = binary.Size(footer{})
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
)

// ErrDamaged is returned for a file that isn't a segment, or is of another version,
// truncated or changed.
var ErrDamaged = errors.New("retrieve: not a whole segment")

// Segment is an immutable part of an index. It is safe for concurrent use.
type Segment struct {
	file      []byte
	documents []byte
	table     []byte
	lengths   []byte
	blocks    []byte
	chunks    int
	terms     int
	words     uint64
	termsEnd  int
	passages  uint32
}

// Open returns the segment of a file, or ErrDamaged. It keeps the bytes, which must not
// change.
func Open(file []byte) (*Segment, error) {
	at := len(file) - footerSize
	if at < len(magic) || string(file[:len(magic)]) != magic {
		return nil, ErrDamaged
	}
	var f footer
	if _, err := binary.Decode(file[at:], le, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if crc32.Checksum(file[:len(file)-4], castagnoli) != f.Checksum {
		return nil, fmt.Errorf("%w: its checksum differs", ErrDamaged)
	}
	// With the right checksum a Builder has written the file, so its offsets are valid.
	return &Segment{
		file:      file,
		lengths:   file[len(magic):][:f.NChunks],
		documents: file[f.Documents:f.Chunks],
		table:     file[f.Chunks:f.Postings],
		blocks:    file[f.Blocks:at],
		chunks:    int(f.NChunks),
		terms:     int(f.NTerms),
		words:     f.Words,
		termsEnd:  int(f.Blocks),
		passages:  f.Passages,
	}, nil
}

// Chunks returns the number of chunks.
func (s *Segment) Chunks() int { return s.chunks }

// Documents returns the ids of the segment's documents, in the order in which they were
// added.
func (s *Segment) Documents() []int64 {
	out := make([]int64, len(s.documents)/8)
	for i := range out {
		out[i] = s.document(i)
	}
	return out
}

func (s *Segment) document(n int) int64 { return int64(le.Uint64(s.documents[8*n:])) }

// place is the number of a chunk's document.
func (s *Segment) place(chunk int) int { return int(le.Uint32(s.table[8*chunk:])) }

// Passage returns the place of a chunk's passage in the file of passages.
func (s *Segment) Passage(chunk int) (offset, length int64) {
	from, to := le.Uint32(s.table[8*chunk+4:]), s.passages
	if chunk+1 < s.chunks {
		to = le.Uint32(s.table[8*(chunk+1)+4:])
	}
	return int64(from), int64(to) - int64(from)
}

// search offers best the chunks of live documents that have any of the terms.
func (s *Segment) search(segment int, terms []weight, n *norms, space *scores, live func(int64) bool, best *heap) {
	if len(terms) == 0 {
		return
	}
	of := space.clear(s.chunks)
	for _, t := range terms {
		for p := s.postings(t.list); p.next(); {
			for i, chunk := range p.chunks[:p.n] {
				of[chunk] += t.idf * n.saturation(s.lengths[chunk], p.tfs[i])
			}
		}
	}
	for chunk, score := range of {
		if score == 0 || score < best.floor() {
			continue
		}
		if document := s.document(s.place(chunk)); live == nil || live(document) {
			best.offer(Hit{Segment: segment, Chunk: chunk, Document: document, Score: score})
		}
	}
}
