// Command docs writes docs/ anew from the list of operations and the table's
// schema: the OpenAPI document, a page of reference for each group, and the
// charts of the table. What it writes is committed, and a test compares.
// docs/costs.md is measured and not derived; infra/ledger writes it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/functions"
)

func main() {
	dir := flag.String("dir", "docs", "where to write")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// run refuses to describe a changed API under an old version.
func run(dir string) error {
	page, err := os.ReadFile(filepath.Join(dir, auditFile))
	if err != nil {
		return err
	}
	files, err := generate(functions.All(nil), string(page))
	if err != nil {
		return err
	}
	versions, err := os.ReadFile(filepath.Join(dir, versionsFile))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if files[versionsFile], err = recorded(string(versions), files[documentFile]); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(dir, referenceDir)); err != nil { // a group that is gone leaves no page
		return err
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
