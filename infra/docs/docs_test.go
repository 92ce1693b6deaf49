package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/pkg/api"
)

const committed = "../../docs"

func generated(t *testing.T) map[string][]byte {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(committed, auditFile))
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(functions.All(nil), string(page))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Whatever is generated is committed: an operation that changes without its
// documents stops here.
func TestDocsAreAsGenerated(t *testing.T) {
	files := generated(t)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			t.Errorf("run make docs: %v", err)
			continue
		}
		if diff := cmp.Diff(string(got), string(want)); diff != "" {
			t.Errorf("run make docs: %s is not as generated:\n%s", name, diff)
		}
	}
	pages, err := filepath.Glob(filepath.Join(committed, referenceDir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if files[referenceDir+"/"+filepath.Base(page)] == nil {
			t.Errorf("run make docs: no group has the page %s", page)
		}
	}
}

func TestTheDocumentIsRecordedUnderItsVersion(t *testing.T) {
	versions, err := os.ReadFile(filepath.Join(committed, versionsFile))
	if err != nil {
		t.Fatal(err)
	}
	got, err := recorded(string(versions), generated(t)[documentFile])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, versions) {
		t.Errorf("run make docs: version %s isn't recorded", api.Version)
	}
}

func TestAChangedDocumentNeedsANewVersion(t *testing.T) {
	first, err := recorded("0.0.9 abc\n", []byte("one"))
	if err != nil || strings.Count(string(first), "\n") != 2 {
		t.Fatalf("%q %v", first, err)
	}
	if again, err := recorded(string(first), []byte("one")); err != nil || !bytes.Equal(again, first) {
		t.Errorf("the same document: %q %v", again, err)
	}
	if _, err := recorded(string(first), []byte("two")); err == nil || !strings.Contains(err.Error(), "api.Version") {
		t.Errorf("another document under the same version: %v", err)
	}
}

func TestTheSameOperationsGiveTheSameFiles(t *testing.T) {
	one, two := generated(t), generated(t)
	for name := range one {
		if !bytes.Equal(one[name], two[name]) {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
}
