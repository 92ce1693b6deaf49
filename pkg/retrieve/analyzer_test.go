package retrieve_test

import (
	"slices"
	"strings"
	"testing"

	"wardroom/pkg/retrieve"
)

func TestTerms(t *testing.T) {
	for _, tt := range []struct {
		says, language, text string
		want                 []string
	}{
		{"words by their stems, in lower case", "en", "Connections are connected", []string{"connect", "connect"}},
		{"stop words are left out", "en", "It was the end of the line", []string{"end", "line"}},
		{"and the possessive, with either apostrophe", "en", "the agent's corpus, the teams’s", []string{"agent", "corpus", "team"}},
		{"which stays inside a word", "en", "don't", []string{"don't"}},
		{"numbers stay whole", "en", "version 3.14, 1,000 times", []string{"version", "3.14", "1,000", "time"}},
		{"an underscore joins", "en", "user_id", []string{"user_id"}},
		{"no words", "en", " -- … 🙂 ", nil},
		{"nothing", "en", "", nil},
		{"ligatures are letters", "en", "ﬁnding", []string{"find"}},
		{"full-width letters are letters", "en", "ＡＰＩ", []string{"api"}},
		{"composed and decomposed are one", "fr", "cafe\u0301 café", []string{"caf", "caf"}},
		{"another language has its own stems", "de", "Häuser und Haus", []string{"haus", "und", "haus"}},
		{"Cyrillic", "ru", "книги книга", []string{"книг", "книг"}},
		{"one without a stemmer keeps its words", "xx", "The Connections", []string{"the", "connections"}},
		{"characters in pairs", "en", "東京都", []string{"東京", "京都"}},
		{"one alone", "en", "木 and 水", []string{"木", "水"}},
		{"beside words", "en", "Tokyo東京tower", []string{"tokyo", "東京", "tower"}},
		{"kana and kanji run together", "ja", "東京へ行く", []string{"東京", "京へ", "へ行", "行く"}},
		{"a mark belongs to its character", "ja", "か\u3099く", []string{"がく"}},
		{"Hangul", "ko", "한국어 문서", []string{"한국", "국어", "문서"}},
		{"Thai", "th", "ภาษาไทย", []string{"ภา", "าษ", "ษา", "าไ", "ไท", "ทย"}},
		{"broken bytes part words", "en", "data\xffbase", []string{"data", "base"}},
		{"a very long one is found by its beginning", "xx", strings.Repeat("é", 40), []string{strings.Repeat("é", 32)}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			got := slices.Collect(retrieve.NewAnalyzer(tt.language).Terms(tt.text))
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Where a term stands is what a highlight shows.
func TestTokensStandWhereTheirWordsAre(t *testing.T) {
	text := "The agents’s 東京都 ﬁnding"
	var got []string
	for token := range retrieve.NewAnalyzer("en").Tokens(text) {
		got = append(got, token.Term+"="+text[token.From:token.To])
	}
	if want := []string{"agent=agents’s", "東京=東京", "京都=京都", "find=ﬁnding"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whoever has enough terms stops.
func TestTermsStop(t *testing.T) {
	for _, text := range []string{"one two three", "東京都 one", "木", "a 木 b"} {
		n := 0
		for range retrieve.NewAnalyzer("en").Terms(text) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%q: %d", text, n)
		}
	}
}

func TestLanguages(t *testing.T) {
	for _, language := range retrieve.Languages() {
		for range retrieve.NewAnalyzer(language).Terms("The quick brown fox jumps over 12 lazy dogs; Häuser, книги, كتب, நூல்கள்") {
			continue
		}
	}
	if n := len(retrieve.Languages()); n != 18 {
		t.Error(n)
	}
}
