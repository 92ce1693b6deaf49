package table

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// ErrCursor is returned for a cursor that was changed, or was made for another
// list.
var ErrCursor = errors.New("not a cursor of this list")

// sumLen is how many bytes of the checksum a cursor carries.
const sumLen = 8

// Cursor returns position as opaque text, bound to scope: the operation and its
// filters. It holds nothing but the position and a checksum; the partition to
// be read comes from the request alone, so a made-up cursor reaches nothing
// that its sender couldn't list.
func Cursor(scope, position string) string {
	if position == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(sum(scope, position), position...))
}

// Position returns the position inside a cursor of scope, or ErrCursor.
func Position(scope, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) <= sumLen {
		return "", ErrCursor
	}
	// Made again, so that a position has one cursor: the decoder skips line ends
	// and takes loose bits.
	position := string(b[sumLen:])
	if Cursor(scope, position) != cursor {
		return "", ErrCursor
	}
	return position, nil
}

func sum(scope, position string) []byte {
	h := sha256.Sum256([]byte(scope + "\x00" + position))
	return h[:sumLen:sumLen]
}
