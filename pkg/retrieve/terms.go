package retrieve

import (
	"encoding/binary"
	"sort"
)

// The terms of a segment are sorted, in blocks of 16. The first of a block is whole, with
// the offset of its postings; each other has the number of bytes that it shares with the
// term before, the rest, and the distance of its postings from that term's. Each has its
// number of chunks.

const termsPerBlock = 16

// appendTerms appends sorted terms, each with its postings, and returns the part of the
// blocks' offsets too.
func appendTerms(out []byte, terms []string, lists []list) (_, blocks []byte) {
	for i, term := range terms {
		l := lists[i]
		if i%termsPerBlock == 0 {
			blocks = le.AppendUint32(blocks, uint32(len(out)))
			out = append(append(out, byte(len(term))), term...)
			out = binary.AppendUvarint(out, uint64(l.chunks))
			out = binary.AppendUvarint(out, uint64(l.offset))
			continue
		}
		shared := commonPrefix(terms[i-1], term)
		out = append(out, byte(shared), byte(len(term)-shared))
		out = append(out, term[shared:]...)
		out = binary.AppendUvarint(out, uint64(l.chunks))
		out = binary.AppendUvarint(out, uint64(l.offset-lists[i-1].offset))
	}
	return out, blocks
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// lookUp finds the postings of a term, of no chunks where the segment hasn't it.
func (s *Segment) lookUp(term string) list {
	term = cut(term)
	n := len(s.blocks) / 4
	block := sort.Search(n, func(i int) bool { return s.firstOf(i) > term }) - 1
	if block < 0 {
		return list{}
	}
	var name [maxTerm]byte
	for at := s.readBlock(block, &name); at.next(); {
		if string(name[:at.length]) == term {
			return at.list
		}
	}
	return list{}
}

// firstOf returns the first term of a block.
func (s *Segment) firstOf(block int) string {
	at := int(le.Uint32(s.blocks[4*block:]))
	return string(s.file[at+1:][:s.file[at]])
}

// blockReading goes through the terms of a block.
type blockReading struct {
	rest      []byte
	name      *[maxTerm]byte
	remaining int
	first     bool

	length int // of the term in name
	list
}

func (s *Segment) readBlock(block int, name *[maxTerm]byte) *blockReading {
	return &blockReading{
		rest: s.file[le.Uint32(s.blocks[4*block:]):s.termsEnd], name: name, first: true,
		remaining: min(termsPerBlock, s.terms-block*termsPerBlock),
	}
}

// next reads a term; false behind the last one of the block.
func (r *blockReading) next() bool {
	if r.remaining == 0 {
		return false
	}
	r.remaining--
	shared := 0
	if !r.first {
		shared, r.rest = int(r.rest[0]), r.rest[1:]
	}
	more := int(r.rest[0])
	copy(r.name[shared:], r.rest[1:1+more])
	r.length, r.rest = shared+more, r.rest[1+more:]
	r.chunks = r.number()
	if offset := r.number(); r.first {
		r.offset = offset
	} else {
		r.offset += offset
	}
	r.first = false
	return true
}

func (r *blockReading) number() int {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return int(n)
}
