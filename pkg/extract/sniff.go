package extract

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// Format is a document's format, as a media type.
type Format string

// The formats.
const (
	Unknown  Format = "application/octet-stream"
	Text     Format = "text/plain"
	Markdown Format = "text/markdown"
	HTML     Format = "text/html"
	CSV      Format = "text/csv"
	JSON     Format = "application/json"
	PDF      Format = "application/pdf"
	DOCX     Format = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	PPTX     Format = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	XLSX     Format = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Office   Format = "application/zip" // an archive that is none of the above, or not examined yet
)

// sniffed is the most bytes by which a format is detected.
const sniffed = 64 << 10

// sniff detects a format by a document's beginning; Office stands for all archives.
func sniff(r io.ReaderAt, size int64) (Format, error) {
	if size == 0 {
		return Unknown, fail(NoText, "It is empty")
	}
	head := make([]byte, min(size, sniffed))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return Unknown, errors.Join(err, io.ErrUnexpectedEOF)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return Office, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return Unknown, fail(Protected, "It is protected by a password, or of an Office older than 2007")
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return PDF, nil
	}
	text := asText(head)
	if binary(text) {
		return Unknown, nil
	}
	return textFormat(text, int64(len(head)) < size), nil
}

// asText is the beginning of a text, decoded where it says by a mark that it is UTF-16.
// In other encodings it is ASCII that tells formats.
func asText(head []byte) string {
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return string(head[3:])
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		order = unicode.BigEndian
	case !bytes.HasPrefix(head, []byte("\xff\xfe")):
		return string(head)
	}
	text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(head[:len(head)&^1])
	if err != nil {
		return string(head)
	}
	return string(text)
}

// binary reports whether a text has a NUL, or many control characters.
func binary(text string) bool {
	odd := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == 0:
			return true
		case c < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", rune(c)):
			odd++
		}
	}
	return odd*50 > len(text)
}

var (
	hypertextTag = regexp.MustCompile(`(?i)^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html|head|body|title|script|style|div|p|table|h[1-6]|article|section|main|ul|ol|span|a|br|meta|link)\b`)
	markdownSign = regexp.MustCompile("(?m)^(#{1,6} \\S|```|~~~|[-*+] \\[[ x]\\] |\\|.*\\|\\s*$|(={3,}|-{3,})\\s*$)|\\]\\((https?:|/|#|\\.)|\\*\\*\\S")
)

// textFormat detects the format of a text by its beginning. more says that text isn't
// all of it.
func textFormat(text string, more bool) Format {
	trimmed := strings.TrimSpace(text)
	switch {
	case hypertextTag.MatchString(trimmed):
		return HTML
	case isJSON(trimmed, more):
		return JSON
	case isTable(text, more):
		return CSV
	case markdownSign.MatchString(text):
		return Markdown
	}
	return Text
}

// isJSON reports whether a text is a JSON object or list, or with more begins like one.
func isJSON(text string, more bool) bool {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	d := json.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF) || more && errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

// comma returns the separator of cells that the first line has most often: a comma,
// semicolon, tab or bar; 0 for none.
func comma(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := rune(0), 0
	for _, c := range ",;\t|" {
		if n := strings.Count(first, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// isTable reports whether the first lines have the same number of cells, two at least,
// and the first line has no long ones.
func isTable(text string, more bool) bool {
	c := comma(text)
	if c == 0 {
		return false
	}
	if more {
		if end := strings.LastIndexByte(text, '\n'); end > 0 {
			text = text[:end+1]
		}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = c
	rows, columns := 0, 0
	for rows < 100 {
		row, err := r.Read() // ErrFieldCount for another number of cells than the first row's
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false
		}
		if rows == 0 {
			for _, cell := range row {
				if len(cell) > 100 || strings.TrimSpace(cell) == "" && c == '|' {
					return false
				}
			}
			columns = len(row)
		}
		rows++
	}
	return rows >= 2 && columns >= 2
}
