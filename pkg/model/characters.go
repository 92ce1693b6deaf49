package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Characters that join or part the letters beside them.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// IsName reports whether a text may be the name of somebody or something. A name
// has no character that is invisible or changes how others look: control, format,
// private-use and unassigned characters, line separators, and bidirectional
// controls. Joiners are allowed where a script or an emoji can't be written
// without them, and so are format characters that show as signs. A text of
// nothing but fillers and variation selectors, which looks blank, is no name.
func IsName(s string) bool {
	if isPlain(s) {
		return true
	}
	runes := []rune(s)
	for i, r := range runes {
		if hidden(r) && !needed(runes, i) {
			return false
		}
	}
	return slices.ContainsFunc(runes, func(r rune) bool { return !unseen(r) && !unicode.IsSpace(r) }) || !slices.ContainsFunc(runes, unseen)
}

// IsIdentifier reports whether a text may identify somebody or something: a name
// without any invisible character.
func IsIdentifier(s string) bool {
	return IsName(s) && (isPlain(s) || !strings.ContainsFunc(s, unseen))
}

// AsName returns s without the characters that names don't have, "" where no name
// remains.
func AsName(s string) string {
	if IsName(s) {
		return s
	}
	runes := []rune(s)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		if !hidden(r) || needed(runes, i) {
			out = append(out, r)
		}
	}
	if name := string(out); IsName(name) {
		return name
	}
	return ""
}

// isPlain reports whether a text is of printable ASCII alone, as most are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// hidden reports whether a character is of a category that names don't have.
func hidden(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs)
}

// unseen reports whether a character is invisible though its category may be in
// names: filler letters, marks that join or select, and the Braille pattern without
// a dot.
func unseen(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == '\u2800')
}

// needed reports whether the text can't be written without the hidden character
// at i.
func needed(s []rune, i int) bool {
	switch r := s[i]; {
	case r == zwj:
		return afterVirama(s, i) || pictured(s, i) || joining(s, i)
	case r == zwnj:
		return afterVirama(s, i) || joining(s, i) && i+1 < len(s) && cursive(s[i+1])
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return true
	case isTag(r): // the flags of England, Scotland and Wales: a black flag, letters, an end
		for i > 0 && isTag(s[i]) {
			i--
		}
		end := i + 1
		for end < len(s) && isTag(s[end]) {
			end++
		}
		return s[i] == '\U0001f3f4' && end-i <= 8 && s[end-1] == '\U000e007f'
	}
	return false
}

func isTag(r rune) bool { return r >= 0xe0020 && r <= 0xe007f }

// afterVirama reports whether a joiner follows a sign that joins two consonants,
// as the scripts of India have it.
func afterVirama(s []rune, i int) bool {
	const virama = 9 // its canonical combining class
	return i > 0 && norm.NFC.PropertiesString(string(s[i-1])).CCC() == virama
}

// joining reports whether the joiner at i follows a letter of a cursive script,
// whose letters change their form with their neighbours.
func joining(s []rune, i int) bool {
	for i--; i > 0 && unicode.Is(unicode.M, s[i]); i-- {
	}
	return i >= 0 && cursive(s[i])
}

func cursive(r rune) bool {
	return unicode.IsLetter(r) && unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Mandaic, unicode.Adlam)
}

// pictured reports whether the joiner at i is between two pictures.
func pictured(s []rune, i int) bool {
	before := i - 1
	for before > 0 && (s[before] == '\ufe0f' || s[before] >= 0x1f3fb && s[before] <= 0x1f3ff) { // in colour, of a colour
		before--
	}
	return before >= 0 && picture(s[before]) && i+1 < len(s) && picture(s[i+1])
}

func picture(r rune) bool { return unicode.Is(unicode.So, r) || r == '↔' }
