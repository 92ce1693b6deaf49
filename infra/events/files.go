package events

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/functions"
)

// Files is what belongs under events/, by path: each operation's event, and
// what its function answers to it now.
func Files(ctx context.Context, endpoint string) (map[string][]byte, error) {
	samples, err := Of(functions.All(nil))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, s := range samples {
		want, err := Replay(ctx, endpoint, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Operation, err)
		}
		for path, v := range map[string]any{s.File(""): s.Event, s.WantFile(""): want} {
			if files[path], err = Render(v); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// Write makes dir hold the files and nothing else.
func Write(dir string, files map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for path, content := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
