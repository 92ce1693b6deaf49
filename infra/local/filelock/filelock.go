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

// Lock is an advisory lock on a file, until Release or the end of the process: a crash
// never leaves one behind.
type Lock struct{ file *os.File }

// Try takes the lock on a file, which it makes with its folder, or fails at once.
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

// Wait takes the lock on a file as soon as that is free. It calls waiting once if it has
// to wait, and gives up only when ctx ends.
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

// Release frees the lock. Releasing nil does nothing.
func (l *Lock) Release() {
	if l != nil {
		_ = l.file.Close()
	}
}
