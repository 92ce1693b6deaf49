package engine

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wardroom/infra/local/filelock"
)

//go:embed Listening.java
var listening []byte

// compile makes Listening.class beside the jars, unless it is there and of this
// very source. A machine that only runs Java has no javac, so the compiler is
// one of the jars.
func compile(ctx context.Context, java, dir string) error {
	source := filepath.Join(dir, "Listening.java")
	if compiled(source) {
		return nil
	}
	l, err := filelock.Wait(ctx, dir+".lock", func() {})
	if err != nil {
		return fmt.Errorf("preparing DynamoDB Local: %w", err)
	}
	defer l.Release()
	if compiled(source) {
		return nil
	}
	// The source is renamed into place last: with it the class is complete.
	draft := filepath.Join(dir, "draft")
	if err := os.MkdirAll(draft, 0o750); err != nil {
		return fmt.Errorf("preparing DynamoDB Local: %w", err)
	}
	defer os.RemoveAll(draft)
	file := filepath.Join(draft, "Listening.java")
	if err := os.WriteFile(file, listening, 0o600); err != nil {
		return fmt.Errorf("preparing DynamoDB Local: %w", err)
	}
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		return err
	}
	path := strings.Join(jars, string(os.PathListSeparator))
	cmd := exec.CommandContext(ctx, java, "-cp", path, "org.eclipse.jdt.internal.compiler.batch.Main",
		"-17", "-nowarn", "-cp", path, "-d", dir, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("preparing DynamoDB Local in %s (delete that folder to fetch it anew): %w\n%s", dir, err, lastLines(out))
	}
	return os.Rename(file, source)
}

func compiled(source string) bool {
	have, err := os.ReadFile(source)
	return err == nil && bytes.Equal(have, listening)
}
