package retrieve

import "math/bits"

// A chunk's length is stored in one byte, in Lucene's code (SmallFloat's intToByte4):
// exact up to 39 terms, and with four significant bits above. Only with this code scores
// equal Lucene's.

// exact is the number of codes for lengths that are encoded as they are: those that the
// encoding of 32 bits doesn't need.
const exact = 255 - 231

// encodeLength returns the code of a length, rounded down where it has none.
func encodeLength(words int) byte {
	if words < exact {
		return byte(words)
	}
	return byte(exact + encodeFloat(uint32(words-exact))) // 255 at most
}

// decodeLength returns the length of a code.
func decodeLength(code byte) int {
	if code < exact {
		return int(code)
	}
	return exact + int(decodeFloat(int(code)-exact))
}

// encodeFloat encodes a number as an exponent and the three bits below its highest.
func encodeFloat(n uint32) int {
	width := bits.Len32(n)
	if width < 4 {
		return int(n)
	}
	shift := width - 4
	return int(n>>shift)&7 | (shift+1)<<3
}

func decodeFloat(code int) uint64 {
	low, shift := uint64(code&7), code>>3-1
	if shift < 0 {
		return low
	}
	return (low | 8) << shift
}

// norms are BM25's normalizations of chunks, by the code of their length.
type norms struct {
	by   [256]float32          // k1 (1 - b + b length/average)
	some [256 * fewest]float32 // tf / (tf + norm) of small tf
}

// fewest is the least frequency that isn't in norms.some.
const fewest = 16

func (n *norms) set(average float64) {
	for code := range n.by {
		n.by[code] = float32(k1 * (1 - b + b*float64(decodeLength(byte(code)))/max(1, average)))
		for tf := range fewest {
			n.some[code*fewest+tf] = float32(tf) / (float32(tf) + n.by[code])
		}
	}
}

// saturation returns the share of a term's weight that tf occurrences score, from 0 to 1.
func (n *norms) saturation(code, tf byte) float32 {
	if tf < fewest {
		return n.some[int(code)*fewest+int(tf)]
	}
	return float32(tf) / (float32(tf) + n.by[code])
}
