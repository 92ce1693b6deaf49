// Package similar detects texts that are nearly the same: copies with another title, an
// older version, a few sentences more. A text has a sketch of a fixed size by MinHash over
// its runs of three words. The share of equal places in two sketches estimates the share
// of runs that their texts have in common (Broder, 1997; one permutation, with empty
// places filled by Shrivastava's method, 2017).
package similar

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	spaces "wardroom/pkg/words"
)

const (
	places = 128
	run    = 3 // words
	rows   = 4 // places of a band
)

// Near is the least similarity of texts that are nearly the same: with about one word in
// ten edited. Of unrelated texts, 999 pairs in 1,000 have .21 at most.
const Near = 0.5

// Sketch is the MinHash sketch of a text; zero for a text without words.
type Sketch [places]uint32

// Of returns the sketch of a text. Case, punctuation and white space don't matter.
func Of(text string) (s Sketch) {
	filled := [places]bool{}
	some := false
	for h := range runs(text) {
		some = true
		place, value := h%places, uint32(h>>32)
		if !filled[place] || value < s[place] {
			s[place], filled[place] = value, true
		}
	}
	if !some {
		return Sketch{}
	}
	full := s
	for i := range s { // the empty places of a short text copy others, chosen by their number alone
		for try := uint64(0); !filled[i]; try++ {
			if from := mix(uint64(i)<<32|try) % places; filled[from] {
				s[i] = full[from]
				break
			}
		}
	}
	return s
}

// Similarity estimates the Jaccard index of two texts' runs of words, from 0 to 1. It is 0
// for a text without words.
func (s Sketch) Similarity(other Sketch) float64 {
	if s == (Sketch{}) || other == (Sketch{}) {
		return 0
	}
	same := 0
	for i := range s {
		if s[i] == other[i] {
			same++
		}
	}
	return float64(same) / places
}

// Bands are keys by which texts are found that may be nearly the same: two with a
// similarity of .5 have one in common 87 times in 100, and of .7 always but 2 times in
// 10,000.
func (s Sketch) Bands() (all []uint64) {
	if s == (Sketch{}) {
		return nil
	}
	for i := 0; i < places; i += rows {
		h := uint64(i)
		for _, value := range s[i : i+rows] {
			h = mix(h*31 + uint64(value))
		}
		all = append(all, h)
	}
	return all
}

// Bytes encodes the sketch, for FromBytes.
func (s Sketch) Bytes() []byte {
	out := make([]byte, 0, 4*places)
	for _, value := range s {
		out = binary.LittleEndian.AppendUint32(out, value)
	}
	return out
}

// FromBytes decodes a sketch; false for bytes of another length.
func FromBytes(b []byte) (s Sketch, ok bool) {
	if len(b) != 4*places {
		return s, false
	}
	for i := range s {
		s[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return s, true
}

// Digest is the same for texts of the same words in the same order, and for all that
// have none.
func Digest(text string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for word := range words(text) {
		h.Write([]byte(word))
		h.Write([]byte{' '})
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// words yields the words of a text, folded. In scripts without spaces each character is a
// word.
func words(text string) iter.Seq[string] {
	fold := cases.Fold()
	return func(yield func(string) bool) {
		parts := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) }
		for word := range strings.FieldsFuncSeq(text, parts) {
			word = fold.String(norm.NFKC.String(word))
			if first, _ := utf8.DecodeRuneInString(word); !spaces.Spaceless(first) {
				if !yield(word) {
					return
				}
				continue
			}
			for _, r := range word {
				if !yield(string(r)) {
					return
				}
			}
		}
	}
}

// runs yields the hash of each run of words; of a shorter text, the hash of all its words.
func runs(text string) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		var last [run]uint64
		n := 0
		all := uint64(0)
		for word := range words(text) {
			last[n%run] = hash(word)
			all = mix(all*31 + last[n%run])
			if n++; n < run {
				continue
			}
			h := uint64(0)
			for i := range run {
				h = mix(h*31 + last[(n+i)%run])
			}
			if !yield(h) {
				return
			}
		}
		if n > 0 && n < run {
			yield(all)
		}
	}
}

// hash is FNV-1a of 64 bits.
func hash(word string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 1099511628211
	}
	return h
}

// mix makes every bit depend on every other (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
