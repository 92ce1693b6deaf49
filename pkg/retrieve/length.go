package retrieve

import "math/bits"

// A chunk's length is kept in one byte, with Lucene's code of it (SmallFloat's
// intToByte4): exact up to 39 words, and with four significant bits above. Scores are
// Lucene's only with its code.

// exact is how many codes are there for lengths that are kept as they are, since 32
// bits take no more than the others.
const exact = 255 - 231

// encodeLength is the code of a length; one that can't be kept is rounded down.
func encodeLength(words int) byte {
	if words < exact {
		return byte(words)
	}
	return byte(exact + encodeFloat(uint32(words-exact))) // 255 at most
}

// decodeLength is the length that a code stands for.
func decodeLength(code byte) int {
	if code < exact {
		return int(code)
	}
	return exact + int(decodeFloat(int(code)-exact))
}

// encodeFloat is a number as an exponent and its three bits below the highest.
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

// norms tell how much an occurrence counts in a chunk of each length.
type norms struct {
	by   [256]float32          // k1 (1 - b + b length/average)
	some [256 * fewest]float32 // tf / (tf + norm) of small tf
}

// fewest is the least frequency that isn't looked up in norms.some.
const fewest = 16

func (n *norms) set(average float64) {
	for code := range n.by {
		n.by[code] = float32(k1 * (1 - b + b*float64(decodeLength(byte(code)))/max(1, average)))
		for tf := range fewest {
			n.some[code*fewest+tf] = float32(tf) / (float32(tf) + n.by[code])
		}
	}
}

// saturation is the part of a term's weight that tf occurrences give.
func (n *norms) saturation(code, tf byte) float32 {
	if tf < fewest {
		return n.some[int(code)*fewest+int(tf)]
	}
	return float32(tf) / (float32(tf) + n.by[code])
}
