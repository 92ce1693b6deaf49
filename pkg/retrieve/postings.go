package retrieve

// The postings of a term are blocks of up to 128 chunks. A block is a byte of flags, a
// byte with its number of chunks less one, the gaps between the chunks' numbers, of one,
// two or four bytes as the largest needs, and the term's frequency in each chunk, a byte
// up to 255, which is left out where all are 1.

const (
	blockSize = 128
	once      = 0x80 // of the flags; the others are the width of a gap
	mostTimes = 255
)

// list is the offset of a term's postings, and their number of chunks, 0 for a term that
// the segment hasn't.
type list struct{ offset, chunks int }

// appendPostings appends the postings of a term: ascending numbers of chunks, and the
// frequency in each.
func appendPostings(out []byte, chunks []uint32, times []uint32) []byte {
	before := uint32(0)
	for from := 0; from < len(chunks); from += blockSize {
		to := min(from+blockSize, len(chunks))
		width, flags, last := byte(1), byte(once), before
		for i := from; i < to; i++ {
			switch gap := chunks[i] - last; {
			case gap > 0xffff:
				width = 4
			case gap > 0xff:
				width = max(width, 2)
			}
			last = chunks[i]
			if times[i] > 1 {
				flags = 0
			}
		}
		out = append(out, width|flags, byte(to-from-1))
		for _, chunk := range chunks[from:to] {
			switch gap := chunk - before; width {
			case 1:
				out = append(out, byte(gap))
			case 2:
				out = le.AppendUint16(out, uint16(gap))
			default:
				out = le.AppendUint32(out, gap)
			}
			before = chunk
		}
		if flags == 0 {
			for _, n := range times[from:to] {
				out = append(out, byte(min(n, mostTimes)))
			}
		}
	}
	return out
}

// reading goes through the postings of a term, block by block.
type reading struct {
	file      []byte
	remaining int
	before    uint32

	n      int
	chunks [blockSize]uint32
	tfs    [blockSize]byte
}

func (s *Segment) postings(l list) *reading {
	return &reading{file: s.file[l.offset:], remaining: l.chunks}
}

// next reads a block into n, chunks and tfs; false at the end.
func (r *reading) next() bool {
	if r.remaining <= 0 {
		return false
	}
	flags, n := r.file[0], int(r.file[1])+1
	r.file, r.n, r.remaining = r.file[2:], n, r.remaining-n
	width, chunk := int(flags&^once), r.before
	gaps := r.file[:n*width]
	switch width {
	case 1:
		for i, gap := range gaps {
			chunk += uint32(gap)
			r.chunks[i%blockSize] = chunk
		}
	case 2:
		for i := range n {
			chunk += uint32(le.Uint16(gaps[2*i:]))
			r.chunks[i%blockSize] = chunk
		}
	default:
		for i := range n {
			chunk += le.Uint32(gaps[4*i:])
			r.chunks[i%blockSize] = chunk
		}
	}
	r.file, r.before = r.file[len(gaps):], chunk
	if flags&once != 0 {
		for i := range r.tfs[:n] {
			r.tfs[i] = 1
		}
		return true
	}
	copy(r.tfs[:n], r.file)
	r.file = r.file[n:]
	return true
}
