package retrieve

// Part is a segment with its passages, to be merged.
type Part struct {
	*Segment
	Passages []byte
}

// Merge makes one segment of several, whose documents come in the order of the parts,
// without the documents that live refuses; nil refuses none. Where it refuses none, a
// query finds in it what it finds in the parts, with the same scores. A term that a
// chunk has more than 255 times is counted as so many, so the average length stays a
// little longer than it is where such a chunk's document is gone. It returns ErrDamaged for passages that aren't the segment's, and ErrTooLarge.
func Merge(parts []Part, live func(document int64) bool) (segment, passages []byte, err error) {
	out := NewBuilder()
	for _, p := range parts {
		if err := out.merge(p, live); err != nil {
			return nil, nil, err
		}
	}
	return out.Files()
}

// merge adds the chunks of a segment's live documents.
func (b *Builder) merge(p Part, live func(int64) bool) error {
	if len(p.Passages) != int(p.passages) {
		return ErrDamaged
	}
	const dead = ^uint32(0)
	now := make([]uint32, p.chunks) // new numbers by old ones
	for chunk := range now {
		now[chunk] = dead
		document := p.document(p.place(chunk))
		if live != nil && !live(document) {
			continue
		}
		offset, length := p.Passage(chunk)
		now[chunk] = b.begin(document, p.Passages[offset:][:length])
		b.lengths = append(b.lengths, p.lengths[chunk])
	}
	b.words += p.words
	for term, l := range p.each {
		for r := p.postings(l); r.next(); {
			for i, chunk := range r.chunks[:r.n] {
				if times := uint32(r.tfs[i]); now[chunk] == dead {
					b.words -= uint64(times)
				} else {
					b.again(now[chunk], term, times)
				}
			}
		}
	}
	return nil
}

// again adds a number of occurrences of a term in a chunk, which has none of it yet.
func (b *Builder) again(chunk uint32, term string, times uint32) {
	p := b.terms[term]
	if p == nil {
		p = &posted{}
		b.terms[term] = p
	}
	p.chunks, p.times = append(p.chunks, chunk), append(p.times, times)
}

// each yields the terms of a segment in their order, with their postings.
func (s *Segment) each(yield func(string, list) bool) {
	var name [maxTerm]byte
	for block := range len(s.blocks) / 4 {
		for at := s.readBlock(block, &name); at.next(); {
			if !yield(string(name[:at.length]), at.list) {
				return
			}
		}
	}
}
