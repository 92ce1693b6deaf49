package main

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/engine"
	"wardroom/infra/local/scale"
)

// A folder with a bootstrap is a function, and a function has such a folder.
func TestFunctionsAreTheFoldersWithABootstrap(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(root, "functions", "*", "bootstrap", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	var folders, slugs []string
	for _, path := range found {
		folders = append(folders, filepath.Base(filepath.Dir(filepath.Dir(path))))
	}
	for _, f := range all(t) {
		slugs = append(slugs, f.slug)
	}
	slices.Sort(folders)
	slices.Sort(slugs)
	if d := cmp.Diff(slugs, folders); d != "" {
		t.Errorf("groups (-), folders (+):\n%s", d)
	}
}

// make build builds every function: make looks for no rule of a target that it
// isn't told of, and then says that there is nothing to be done.
func TestMakeBuildsEveryFunction(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	would, err := exec.Command("make", "-C", root, "-n", "build").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, would)
	}
	for _, f := range all(t) {
		if !strings.Contains(string(would), "-o .local/build/"+f.slug+"/bootstrap ./functions/"+f.slug+"/bootstrap\n") {
			t.Errorf("%s isn't built:\n%s", f.slug, would)
		}
	}
}

// The same sources in another folder give the same bytes, or every machine
// would deploy every function anew. It is compiled twice, so make test-long alone
// does.
func TestBinariesAreReproducible(t *testing.T) {
	if !scale.Long() {
		return
	}
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	for _, part := range []string{"functions", "pkg", "docs"} {
		if err := os.CopyFS(filepath.Join(elsewhere, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"go.mod", "go.sum"} {
		raw, err := os.ReadFile(filepath.Join(root, part))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, part), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var sums [][32]byte
	for _, from := range []string{root, elsewhere} {
		binary := filepath.Join(t.TempDir(), "bootstrap")
		if err := compile(from, "./functions/system/bootstrap", "arm64", binary); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sha256.Sum256(raw))
	}
	if sums[0] != sums[1] {
		t.Error("the binary depends on the folder it is built in")
	}
}
