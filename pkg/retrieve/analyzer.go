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

// maxTerm is the most bytes of a term. Longer ones are truncated.
const maxTerm = 64

// maxStems is the most stems in an analyzer's cache.
const maxStems = 1 << 17

// Analyzer yields the terms of texts of a language: words as Unicode divides them
// (UAX #29), in lower case, compatibility-normalized and stemmed. It drops English stop
// words and the possessive 's, as Lucene's EnglishAnalyzer does. Of scripts without
// spaces it yields every two neighbouring characters.
//
// It caches stems, so use one for many texts. It isn't safe for concurrent use.
type Analyzer struct {
	stem    stemmer
	english bool
	env     *snowballstem.Env
	stems   map[string]string
	word    []byte
}

// NewAnalyzer returns an analyzer of a language, by its ISO 639-1 code. It doesn't stem
// words of a language that isn't among Languages.
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

// Token is a term and its place in the text, in bytes.
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

// term returns the term of a word, "" for a stop word.
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

// lower appends a word in lower case and compatibility-normalized: "ﬁnd" with an f and
// an i.
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

// withoutPossessive returns a word without 's at its end, with either apostrophe.
func withoutPossessive(word []byte) []byte {
	for _, end := range [...]string{"'s", "’s"} {
		if n := len(word) - len(end); n > 0 && string(word[n:]) == end {
			return word[:n]
		}
	}
	return word
}

// cut truncates a term to maxTerm, between characters.
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
	from, last int // offsets of the first and the last of the neighbouring characters
	to         int // the end of the last
	n          int
}

// add adds the characters of a word at an offset. It returns false where yield has.
func (p *pairs) add(word string, from int) bool {
	if p.n > 0 && from != p.to && !p.end() {
		return false
	}
	for i, r := range word {
		at, size := from+i, utf8.RuneLen(r)
		switch {
		case unicode.Is(unicode.M, r) && p.n > 0: // a mark, part of the character before
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

// end ends a run of characters, and yields one without a neighbour.
func (p *pairs) end() bool {
	alone := p.n == 1
	p.n = 0
	return !alone || p.token(p.from, p.to)
}

func (p *pairs) token(from, to int) bool {
	return p.yield(Token{cut(strings.ToLower(norm.NFKC.String(p.text[from:to]))), from, to})
}
