package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dir keeps blobs in a folder. Whatever ends the process, a blob is there whole or not
// at all.
type Dir struct {
	root *os.Root
	door *door
}

// NewDir keeps blobs in a folder, which is made. Uploads go to base, such as
// "http://127.0.0.1:8080/upload", where Dir.Handler must be; secret signs their URLs.
func NewDir(folder, base string, secret []byte) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(folder, unfinished), 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return &Dir{root, &door{base, secret}}, nil
}

// unfinished is where files are until they are whole. No key begins so.
const unfinished = ".unfinished"

// Put is Store's.
func (d *Dir) Put(_ context.Context, key string, body io.ReadSeeker, o PutOptions) error {
	if err := check(key); err != nil {
		return err
	}
	temporary, err := d.write(body)
	if err != nil {
		return err
	}
	defer d.root.Remove(temporary) //nolint:errcheck // it is gone where all went well
	return d.place(temporary, key, o.IfAbsent)
}

// write writes an unfinished file.
func (d *Dir) write(body io.Reader) (name string, err error) {
	file, err := os.CreateTemp(filepath.Join(d.root.Name(), unfinished), "*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, body)
	err = errors.Join(err, file.Sync(), file.Close())
	return filepath.Join(unfinished, filepath.Base(file.Name())), err
}

// place makes an unfinished file a blob. Link fails where there is one already, of
// several at the same time all but one.
func (d *Dir) place(temporary, key string, ifAbsent bool) error {
	if err := d.root.MkdirAll(filepath.Dir(key), 0o700); err != nil {
		return err
	}
	if !ifAbsent {
		return d.root.Rename(temporary, key)
	}
	err := d.root.Link(temporary, key)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return err
}

// Get is Store's.
func (d *Dir) Get(_ context.Context, key string) (io.ReadCloser, Info, error) {
	file, info, err := d.open(key)
	return file, info, err
}

func (d *Dir) open(key string) (*os.File, Info, error) {
	if err := check(key); err != nil {
		return nil, Info{}, err
	}
	file, err := d.root.Open(key)
	if err != nil {
		return nil, Info{}, missing(err)
	}
	stat, err := file.Stat()
	if err == nil && stat.IsDir() {
		err = ErrNotFound
	}
	if err != nil {
		_ = file.Close()
		return nil, Info{}, err
	}
	return file, Info{key, stat.Size(), stat.ModTime()}, nil
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "not a directory") {
		return ErrNotFound
	}
	return err
}

// Range is Store's.
func (d *Dir) Range(_ context.Context, key string, offset, length int64) ([]byte, error) {
	file, info, err := d.open(key)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if offset >= info.Size {
		return nil, nil
	}
	out := make([]byte, min(length, info.Size-offset))
	_, err = file.ReadAt(out, offset)
	return out, err
}

// Stat is Store's.
func (d *Dir) Stat(_ context.Context, key string) (Info, error) {
	file, info, err := d.open(key)
	if err == nil {
		err = file.Close()
	}
	return info, err
}

// Delete is Store's.
func (d *Dir) Delete(_ context.Context, keys ...string) error {
	if err := check(keys...); err != nil {
		return err
	}
	for _, key := range keys {
		if info, err := d.root.Stat(key); err != nil || info.IsDir() {
			if err != nil && !errors.Is(missing(err), ErrNotFound) {
				return err
			}
			continue
		}
		if err := d.root.Remove(key); err != nil && !errors.Is(missing(err), ErrNotFound) {
			return err
		}
	}
	return nil
}

// List is Store's. It looks at every blob there is: a folder of this machine has few.
func (d *Dir) List(ctx context.Context, prefix, after string, n int) ([]Info, error) {
	var all []Info
	err := fs.WalkDir(d.root.FS(), ".", func(key string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return missingIsFine(err)
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() && key == unfinished:
			return fs.SkipDir
		case entry.IsDir() || !strings.HasPrefix(key, prefix) || key <= after:
			return nil
		}
		stat, err := entry.Info()
		if err != nil {
			return missingIsFine(err) // deleted meanwhile
		}
		all = append(all, Info{key, stat.Size(), stat.ModTime()})
		return nil
	})
	slices.SortFunc(all, func(a, b Info) int { return strings.Compare(a.Key, b.Key) })
	return all[:min(n, len(all))], err
}

func missingIsFine(err error) error {
	if errors.Is(missing(err), ErrNotFound) {
		return nil
	}
	return err
}
