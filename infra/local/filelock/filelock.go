// Package filelock lets processes of one machine take turns, so that two test
// processes don't fetch the same thing twice or open the same data.
package filelock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Lock is an advisory lock on a file, held until Release or until the process
// ends, however it ends: a crash never leaves one behind.
type Lock struct{ file *os.File }

// Try takes the lock, making its file and folder, or fails at once.
func Try(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Lock{f}, nil
}

// Wait takes the lock as soon as its holder is done; waiting is called once if
// that isn't at once. It gives up only with the context.
func Wait(ctx context.Context, path string, waiting func()) (*Lock, error) {
	for first := true; ; first = false {
		l, err := Try(path)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return l, err
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Release lets the next one in. Releasing nil does nothing.
func (l *Lock) Release() {
	if l != nil {
		_ = l.file.Close()
	}
}
