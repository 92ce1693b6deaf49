package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// People are "they" or "the user" in whatever is read by others than us.
var gendered = regexp.MustCompile(`(?i)\b(he|his|him|himself|she|her|hers|herself)\b.{0,40}`)

func TestPublicTextNamesNoGender(t *testing.T) {
	pages := map[string]string{}
	for name, content := range generated(t) {
		pages[name] = string(content)
	}
	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/*.md", "infra/aws/README.md"} {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pages[file] = string(content)
		}
	}
	for name, text := range pages {
		for _, found := range gendered.FindAllString(text, -1) {
			t.Errorf("%s: %q", name, found)
		}
	}
}
