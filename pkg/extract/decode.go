package extract

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/net/html/charset"
)

// guessed is the most bytes by which an encoding is guessed.
const guessed = 1 << 20

// decode reads a text as UTF-8. Its encoding is that of its byte order mark, UTF-8 where
// it is valid, that of HTML's declaration, or a guess by its bytes.
func decode(r io.ReaderAt, size int64, limits Limits) (string, error) {
	if size > int64(limits.Text) {
		return "", fail(TooLarge, "It has more than %d MB of text", limits.Text>>20)
	}
	var all strings.Builder
	all.Grow(int(size))
	if _, err := io.Copy(&all, io.NewSectionReader(r, 0, size)); err != nil {
		return "", err
	}
	text := all.String()
	_, name, certain := charset.DetermineEncoding([]byte(text[:min(len(text), 1024)]), "")
	switch {
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return text[3:], nil
	case certain && (strings.HasPrefix(name, "utf-16") || !utf8.ValidString(text)):
	case utf8.ValidString(text):
		return text, nil
	default:
		if guess := chardet.Detect([]byte(text[:min(len(text), guessed)])); guess.Confidence > 0.5 {
			name = guess.Encoding
		}
	}
	decoded, err := charset.NewReaderLabel(name, strings.NewReader(text))
	if err != nil { // an unknown encoding: the writer replaces invalid bytes
		return text, nil //nolint:nilerr // the text is readable all the same
	}
	var out strings.Builder
	if _, err := io.Copy(&out, io.LimitReader(decoded, int64(limits.Text)+1)); err != nil || out.Len() > limits.Text {
		return "", fail(TooLarge, "It has more than %d MB of text", limits.Text>>20)
	}
	return out.String(), nil
}
