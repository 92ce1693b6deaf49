// Package blob keeps files: originals of documents, their texts, and segments of
// indexes. They lie in S3, or in a folder of this machine; both pass one suite
// (blobtest).
//
// A key is a path such as "1/corpus/25/9f3c", which begins with the organisation. No key
// may be the folder of another.
package blob

import (
	"context"
	"errors"
	"io"
	"regexp"
	"time"
)

// The refusals.
var (
	ErrNotFound = errors.New("blob: not found")
	ErrExists   = errors.New("blob: exists")
	ErrKey      = errors.New("blob: not a key")
	ErrUpload   = errors.New("blob: not what was to be uploaded") // more or fewer bytes, or parts that are missing
)

// Info is what is known of a blob.
type Info struct {
	Key  string
	Size int64
	At   time.Time // when it was written
}

// Store keeps blobs. Each method returns ErrKey for what is no key.
type Store interface {
	// Put writes a blob, in the place of another. With IfAbsent it returns ErrExists
	// where there is one: of several writers at the same time one succeeds.
	Put(ctx context.Context, key string, body io.ReadSeeker, o PutOptions) error
	// Get reads a blob (ErrNotFound).
	Get(ctx context.Context, key string) (io.ReadCloser, Info, error)
	// Range reads length bytes of a blob from an offset on, fewer at its end
	// (ErrNotFound).
	Range(ctx context.Context, key string, offset, length int64) ([]byte, error)
	// Stat tells of a blob (ErrNotFound).
	Stat(ctx context.Context, key string) (Info, error)
	// Delete deletes blobs; those that aren't there are none of its business.
	Delete(ctx context.Context, keys ...string) error
	// List lists at most n blobs whose keys begin with a prefix, by their keys, after
	// one.
	List(ctx context.Context, prefix, after string, n int) ([]Info, error)

	// Upload lets somebody else write a blob, who has its URLs, and nothing else.
	Upload(ctx context.Context, key string, o UploadOptions) (Upload, error)
	// Complete makes the parts of an upload the blob. It returns ErrUpload for parts
	// that are missing or of other sizes, and ErrNotFound for an upload that there
	// isn't, or not any more. Of one of a single part nothing is left to do.
	Complete(ctx context.Context, key string, u Upload, size int64) error
	// Abort forgets an upload.
	Abort(ctx context.Context, key string, u Upload) error
}

// PutOptions say how a blob is written.
type PutOptions struct {
	Type     string // media type
	IfAbsent bool
}

// UploadOptions say what may be uploaded.
type UploadOptions struct {
	Size   int64
	SHA256 [32]byte // of the whole; a single part is held to it
	Type   string
	Lasts  time.Duration
}

// Upload is how a blob is uploaded: each part by a PUT of its own, in any order.
type Upload struct {
	ID    string // "" for one of a single part
	Parts []Part
}

// Part is a part of an upload. Its headers are to be sent as they are.
type Part struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Offset  int64             `json:"offset"`
	Size    int64             `json:"size"`
}

// PartSize is how much is uploaded in one part; what is larger has several. S3 wants 5
// MiB at least.
const PartSize = 64 << 20

// keys are written with these characters alone, so that no path of a file system and
// no URL reads one as another.
var keys = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// longest key, in bytes: file systems have no longer names.
const longest = 200

func check(all ...string) error {
	for _, key := range all {
		if len(key) > longest || !keys.MatchString(key) {
			return ErrKey
		}
	}
	return nil
}

// parts divides a size.
func parts(size int64) (all []Part) {
	for offset := int64(0); offset < size || offset == 0; offset += PartSize {
		all = append(all, Part{Offset: offset, Size: min(PartSize, size-offset)})
	}
	return all
}
