package events

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/functions"
)

// Files returns the files of events/ by path: each operation's event, and its function's
// present answer. audited has the operations that left a row in the audit log.
func Files(ctx context.Context, endpoint string) (files map[string][]byte, audited map[string]bool, err error) {
	samples, err := Of(functions.All(nil))
	if err != nil {
		return nil, nil, err
	}
	files, audited = map[string][]byte{}, map[string]bool{}
	for _, s := range samples {
		want, row, err := Replay(ctx, endpoint, s)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Operation, err)
		}
		audited[s.Operation] = row
		for path, v := range map[string]any{s.File(""): s.Event, s.WantFile(""): want} {
			if files[path], err = Render(v); err != nil {
				return nil, nil, err
			}
		}
	}
	return files, audited, nil
}

// Write makes dir have the files and no others.
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
