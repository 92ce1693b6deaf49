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
//	lengths    a byte for each chunk: how many words it has
//	documents  8 bytes each: ids, ascending where chunks were added so
//	chunks     8 bytes each: the number of its document, and where its passage begins
//	postings   for each term, blocks of up to 128 chunks; see postings.go
//	terms      16 of them a block, each with what it shares with the one before left out
//	blocks     4 bytes each: where a block of terms begins
//	footer     where each part begins, counts, and a checksum of all before it
//
// All numbers are little endian. The passages are a file of their own, of which a
// search needs a few: they are read by range.

// magic begins a segment, and ends with the version of its format.
const magic = "WRSEG\x00\x00\x01"

// footer is what a segment ends with.
type footer struct {
	Documents, Chunks, Postings, Terms, Blocks uint32 // where these parts begin
	NDocuments, NChunks, NTerms                uint32
	Passages                                   uint32 // bytes of the file of passages
	Words                                      uint64 // in all chunks
	Checksum                                   uint32 // CRC-32C of everything before it
}

var (
	footerSize = binary.Size(footer{})
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
)

// ErrDamaged is returned for a file that isn't a segment as it was written: of another
// version, cut, or with other bytes.
var ErrDamaged = errors.New("retrieve: not a whole segment")

// Segment is an immutable part of an index. It may be searched by many at once.
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

// Open returns the segment that a file holds. It keeps the bytes, which mustn't change.
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
	// What the checksum covers, a Builder has written: the parts lie as it says.
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

// Chunks is how many there are.
func (s *Segment) Chunks() int { return s.chunks }

// Documents are the ids of those that the segment has chunks of, in the order in which
// they were added.
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

// Passage is where a chunk's passage lies in the file of passages.
func (s *Segment) Passage(chunk int) (offset, length int64) {
	from, to := le.Uint32(s.table[8*chunk+4:]), s.passages
	if chunk+1 < s.chunks {
		to = le.Uint32(s.table[8*(chunk+1)+4:])
	}
	return int64(from), int64(to) - int64(from)
}

// search offers the chunks that have any of the terms, a term at a time.
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
