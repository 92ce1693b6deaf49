package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// text is a document or a query.
type text struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// set has documents, queries, and the grades of documents by query id and document id.
type set struct {
	name               string
	documents, queries []text
	grades             map[string]map[string]int
}

func read(folder string) (set, error) {
	s := set{name: filepath.Base(folder), grades: map[string]map[string]int{}}
	var err error
	if s.documents, err = texts(filepath.Join(folder, "docs.jsonl")); err != nil {
		return s, err
	}
	if s.queries, err = texts(filepath.Join(folder, "queries.jsonl")); err != nil {
		return s, err
	}
	return s, lines(filepath.Join(folder, "qrels.tsv"), func(line []byte) error {
		query, rest, _ := strings.Cut(string(line), "\t")
		document, grade, _ := strings.Cut(rest, "\t")
		n, err := strconv.Atoi(strings.TrimSpace(grade))
		if s.grades[query] == nil {
			s.grades[query] = map[string]int{}
		}
		s.grades[query][document] = n
		return err
	})
}

func texts(path string) (all []text, err error) {
	return all, lines(path, func(line []byte) error {
		var t text
		err := json.Unmarshal(line, &t)
		all = append(all, t)
		return err
	})
}

// lines calls take with each line of a file, or of the file with .gz after its name where
// it doesn't exist.
func lines(path string, take func([]byte) error) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		path += ".gz"
		file, err = os.Open(path)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	s := bufio.NewScanner(r)
	s.Buffer(nil, 16<<20)
	for n := 1; s.Scan(); n++ {
		if err := take(s.Bytes()); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
	return s.Err()
}
