package words_test

import (
	"strings"
	"testing"

	"wardroom/pkg/words"
)

func TestCount(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "  ": 0, "one": 1, " one  two\nthree ": 3, "don't": 1, "東京都": 2, "ภาษาไทย": 4, "tokyo 東京": 2,
		strings.Repeat("a", 40): 1, strings.Repeat("a", 41): 2, strings.Repeat("a", 4000): 100,
	} {
		if got := words.Count(text); got != want {
			t.Errorf("%.20q: %d, want %d", text, got, want)
		}
	}
}

func TestFirst(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{{"one two three", 2, "one two "}, {"one", 2, "one"}, {"東京都庁", 1, "東京"}, {strings.Repeat("a", 100), 2, strings.Repeat("a", 80)}, {"one", 0, ""}} {
		n, end := words.First(tt.text, tt.n)
		if tt.text[:end] != tt.want || n > tt.n {
			t.Errorf("%q, %d: %q of %d", tt.text, tt.n, tt.text[:end], n)
		}
	}
}
