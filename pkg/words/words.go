// Package words says what a word is where no language says it.
package words

import "unicode"

// spaceless are the scripts that are written without spaces between words. Hangul has
// spaces, though with particles behind its words, so that parts of them are looked for,
// too.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// Spaceless reports whether a character is of a script in which words stand without
// spaces between them.
func Spaceless(r rune) bool { return r >= 0x0e00 && unicode.In(r, spaceless...) }

// longWord is how many bytes of what has no space count as a word.
const longWord = 40

// Count is about how many words a text has; two characters of a spaceless script are
// one, and so are every 40 bytes of what has no space.
func Count(text string) int {
	n, _ := First(text, len(text))
	return n
}

// First goes behind the first n words of a text. It returns how many it went behind,
// and where they end.
func First(text string, n int) (words, end int) {
	halves, from := 0, -1 // where the word begins; -1 between words
	for i, r := range text {
		switch {
		case Spaceless(r):
			halves++
			from = -1
		case unicode.IsSpace(r):
			from = -1
		case from < 0 || i-from >= longWord:
			halves += 2
			from = i
		}
		if halves > 2*n {
			return n, i
		}
	}
	return (halves + 1) / 2, len(text)
}
