package extract

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// plain reads text. Empty lines separate its paragraphs; in a text without any, each line
// is a paragraph. Form feeds separate pages.
func plain(w *writer, text string) error {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	between := "\n\n"
	if !strings.Contains(text, between) {
		between = "\n"
	}
	for page, rest := range strings.Split(text, "\f") {
		if page > 0 || strings.Contains(text, "\f") {
			if err := w.turn(); err != nil {
				return err
			}
		}
		for paragraph := range strings.SplitSeq(rest, between) {
			if err := w.write(Paragraph, 0, paragraph); err != nil {
				return err
			}
		}
	}
	return nil
}

// table reads comma-separated values, and values separated by other characters; see
// comma. Rows may be of different lengths.
func table(w *writer, text string) error {
	parts := comma(text)
	if parts == 0 { // what looked like one before it was decoded
		return plain(w, text)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = parts, -1, true, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail(Damaged, "It is no table from byte %d on", r.InputOffset())
		}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "\t", " ")
		}
		if err := w.write(Row, 0, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
}

// values reads JSON. Each string, number or boolean is a paragraph, with its path:
// "a.b: text".
func values(w *writer, text string) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	r := valueReader{w, d}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = r.read(token, "", 0)
		}
		var failure *Failure
		switch {
		case err == nil:
		case errors.As(err, &failure), w.ctx.Err() != nil:
			return err
		default:
			return fail(Damaged, "It is no JSON from byte %d on", d.InputOffset())
		}
	}
}

type valueReader struct {
	*writer
	*json.Decoder
}

func (r valueReader) read(token json.Token, path string, depth int) error {
	if depth > r.limits.Depth {
		return fail(TooLarge, "It is nested deeper than %d levels", r.limits.Depth)
	}
	begin, nested := token.(json.Delim)
	if !nested {
		return r.value(path, token)
	}
	for i := 0; r.More(); i++ {
		name := path
		if begin == '{' {
			key, err := r.Token()
			if err != nil {
				return err
			}
			name = strings.TrimPrefix(path+"."+key.(string), ".") //nolint:forcetypeassert // keys are texts
		}
		value, err := r.Token()
		if err != nil {
			return err
		}
		if err := r.read(value, name, depth+1); err != nil {
			return err
		}
	}
	_, err := r.Token() // the closing delimiter
	return err
}

func (r valueReader) value(path string, token json.Token) error {
	var text string
	switch v := token.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default: // null
		return r.step()
	}
	if path != "" && strings.TrimSpace(text) != "" {
		text = path + ": " + text
	}
	return r.write(Paragraph, 0, text)
}
