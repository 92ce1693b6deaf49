package retrieve

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	uax29 "github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"

	"wardroom/pkg/words"
)

// maxTerm is how long a term is at most, in bytes. What is longer is found by its
// beginning.
const maxTerm = 64

// maxStems is how many stems an analyzer remembers.
const maxStems = 1 << 17

// Analyzer takes the terms out of texts of a language: words as Unicode divides them
// (UAX #29), in lower case and compatibility-normalized, by their stems. English stop
// words and the possessive 's are left out, as Lucene's EnglishAnalyzer does. Scripts
// that are written without spaces give every two neighbouring characters.
//
// It remembers stems, so one is to be used for many texts, though not by two at the
// same time.
type Analyzer struct {
	stem    stemmer
	english bool
	env     *snowballstem.Env
	stems   map[string]string
	word    []byte
}

// NewAnalyzer is for a language by its ISO 639-1 code; words of one without a stemmer
// (see Languages) are their own stems.
func NewAnalyzer(language string) *Analyzer {
	return &Analyzer{stem: stemmers[language], english: language == "en", env: snowballstem.NewEnv(""), stems: map[string]string{}}
}

// Terms yields the terms of a text, in their order. The text may be decomposed.
func (a *Analyzer) Terms(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for token := range a.Tokens(norm.NFC.String(text)) {
			if !yield(token.Term) {
				return
			}
		}
	}
}

// Token is a term and the part of the text, in bytes, that it stands for.
type Token struct {
	Term     string
	From, To int
}

// Tokens yields the terms of a text with their places. It takes composed text (NFC), as
// documents are extracted.
func (a *Analyzer) Tokens(text string) func(yield func(Token) bool) {
	return func(yield func(Token) bool) {
		pair := pairs{text: text, yield: yield}
		for it := uax29.FromString(text); it.Next(); {
			word, from := it.Value(), it.Start()
			first, _ := utf8.DecodeRuneInString(word)
			if words.Spaceless(first) {
				if !pair.add(word, from) {
					return
				}
				continue
			}
			if !pair.end() {
				return
			}
			if !isWord(word) {
				continue
			}
			if term := a.term(word); term != "" && !yield(Token{term, from, from + len(word)}) {
				return
			}
		}
		pair.end()
	}
}

// isWord reports whether a part of a text has a letter or a digit.
func isWord(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// term is that of a word, "" for one that is left out.
func (a *Analyzer) term(word string) string {
	a.word = lower(a.word[:0], word)
	if a.english {
		a.word = withoutPossessive(a.word)
	}
	if stem, known := a.stems[string(a.word)]; known {
		return stem
	}
	text := string(a.word)
	stem := text
	switch {
	case a.english && stopWords[text]:
		stem = ""
	case a.stem != nil && len(text) > 2 && len(text) <= maxTerm:
		a.env.SetCurrent(text)
		a.stem(a.env)
		stem = a.env.Current()
	}
	stem = cut(stem)
	if len(a.stems) < maxStems && len(text) <= maxTerm {
		a.stems[text] = stem
	}
	return stem
}

// lower appends a word in lower case, with the letters that its compatibility
// characters stand for: of "ﬁnd" the f and the i.
func lower(out []byte, word string) []byte {
	for i := range len(word) {
		c := word[i]
		if c >= utf8.RuneSelf {
			return append(out[:0], strings.ToLower(norm.NFKC.String(word))...)
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		out = append(out, c)
	}
	return out
}

// withoutPossessive is a word without 's at its end, with either apostrophe.
func withoutPossessive(word []byte) []byte {
	for _, end := range [...]string{"'s", "’s"} {
		if n := len(word) - len(end); n > 0 && string(word[n:]) == end {
			return word[:n]
		}
	}
	return word
}

// cut is the beginning of a term that is too long.
func cut(term string) string {
	if len(term) <= maxTerm {
		return term
	}
	n := maxTerm
	for !utf8.RuneStart(term[n]) {
		n--
	}
	return term[:n]
}

// pairs yields every two neighbouring characters of such a script, or one that stands
// alone.
type pairs struct {
	text       string
	yield      func(Token) bool
	from, last int // where the characters begin, and the last of them
	to         int // where they end
	n          int
}

// add goes on with characters, which may be behind a gap.
func (p *pairs) add(word string, from int) bool {
	if p.n > 0 && from != p.to && !p.end() {
		return false
	}
	for i, r := range word {
		at, size := from+i, utf8.RuneLen(r)
		switch {
		case unicode.Is(unicode.M, r) && p.n > 0: // it belongs to the character before
			p.to = at + size
			continue
		case p.n == 0:
			p.from = at
		case !p.token(p.last, at+size):
			return false
		}
		p.n, p.last, p.to = p.n+1, at, at+size
	}
	return true
}

// end yields a character that stood alone.
func (p *pairs) end() bool {
	alone := p.n == 1
	p.n = 0
	return !alone || p.token(p.from, p.to)
}

func (p *pairs) token(from, to int) bool {
	return p.yield(Token{cut(strings.ToLower(norm.NFKC.String(p.text[from:to]))), from, to})
}
