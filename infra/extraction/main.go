// Command extraction compares the texts that package extract extracts from documents with
// another extractor's:
//
//	go run ./infra/extraction FOLDER
//
// The other's text of a document, such as report.pdf, is report.pdf.txt beside it. The
// figure is the F1 of words: the harmonic mean of the share of our words that are in the
// other's text, and the share of the other's in ours. Documents whose other text is empty
// aren't counted.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"wardroom/pkg/extract"
)

// perDocument is the timeout of a document.
const perDocument = time.Minute

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: extraction FOLDER")
		os.Exit(2)
	}
	texts, err := filepath.Glob(filepath.Join(os.Args[1], "*.txt"))
	if err != nil || len(texts) == 0 {
		fmt.Fprintln(os.Stderr, "extraction: no texts in", os.Args[1], err)
		os.Exit(1)
	}
	by := map[string][]float64{}
	for _, text := range texts {
		path := strings.TrimSuffix(text, ".txt")
		score, err := measure(path, text)
		switch {
		case errors.Is(err, errNoText):
			continue
		case err != nil:
			fmt.Fprintln(os.Stderr, filepath.Base(path)+":", err)
		case score < 0.8:
			fmt.Fprintf(os.Stderr, "%s: %.3f\n", filepath.Base(path), score)
		}
		kind := strings.ToUpper(strings.TrimPrefix(filepath.Ext(path), "."))
		by[kind] = append(by[kind], score)
	}
	fmt.Println("| format | files | mean F1 | median |")
	fmt.Println("|---|--:|--:|--:|")
	for kind, all := range by {
		slices.SortFunc(all, cmp.Compare[float64])
		sum := 0.0
		for _, f1 := range all {
			sum += f1
		}
		fmt.Printf("| %s | %d | %.3f | %.3f |\n", kind, len(all), sum/float64(len(all)), all[len(all)/2])
	}
}

// errNoText is returned for a document of which the other extractor has no text.
var errNoText = errors.New("no text to compare with")

// measure returns the F1 of a document, or an error for one that can't be read.
func measure(path, text string) (float64, error) {
	other, err := os.ReadFile(text)
	if err != nil {
		return 0, err
	}
	want := words(string(other))
	if len(want) == 0 {
		return 0, errNoText
	}
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), perDocument)
	defer cancel()
	limits := extract.Default
	limits.Pages = 10_000
	d, _, err := extract.Extract(ctx, file, info.Size(), limits)
	if err != nil {
		return 0, err
	}
	return f1(words(d.Text()), want), nil // without its title, which is no part of its pages
}

// words counts the words of a text, in lower case.
func words(text string) map[string]int {
	all := map[string]int{}
	text = strings.ReplaceAll(strings.ToLower(text), "\u00ad", "") // where a word may be divided
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		all[word]++
	}
	return all
}

func f1(got, want map[string]int) float64 {
	both, of, in := 0, 0, 0
	for word, n := range got {
		both += min(n, want[word])
		of += n
	}
	for _, n := range want {
		in += n
	}
	if both == 0 {
		return 0
	}
	precision, recall := float64(both)/float64(of), float64(both)/float64(in)
	return 2 * precision * recall / (precision + recall)
}
