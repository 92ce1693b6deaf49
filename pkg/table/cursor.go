package table

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// ErrCursor is returned for a cursor that was changed, or was made for another
// list.
var ErrCursor = errors.New("not a cursor of this list")

const (
	tagLen    = 16
	blockLen  = 32  // a position is filled up to a multiple, so that its length says little
	maxCursor = 800 // letters; no position is nearly so long
)

// Cursors makes cursors and reads them. A cursor is a position, sealed: it tells
// nothing to whoever holds it, since a list may go on behind a row that they
// can't see, and nobody else can make one. The partition to be read comes from
// the request alone.
type Cursors struct {
	mac    []byte
	stream cipher.Block
}

// NewCursors returns the cursors of a secret, which is random and at least 32
// bytes long.
func NewCursors(secret []byte) *Cursors {
	stream, err := aes.NewCipher(derived(secret, "stream"))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	return &Cursors{derived(secret, "mac"), stream}
}

func derived(secret []byte, use string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("cursor " + use))
	return h.Sum(nil)
}

// Make returns position as opaque text, bound to scope: the operation and its
// filters. The same position has the same cursor.
func (c *Cursors) Make(scope, position string) string {
	if position == "" {
		return ""
	}
	filled := make([]byte, (len(position)+blockLen-1)/blockLen*blockLen)
	copy(filled, position)
	tag := c.tag(scope, filled)
	c.xor(tag, filled)
	return base64.RawURLEncoding.EncodeToString(append(tag, filled...))
}

// Position returns the position inside a cursor of scope, or ErrCursor.
func (c *Cursors) Position(scope, cursor string) (string, error) {
	if !Plausible(cursor) {
		return "", ErrCursor
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < tagLen+blockLen || (len(b)-tagLen)%blockLen != 0 {
		return "", ErrCursor
	}
	tag, filled := b[:tagLen], b[tagLen:]
	c.xor(tag, filled)
	if !hmac.Equal(tag, c.tag(scope, filled)) {
		return "", ErrCursor
	}
	// Made again, so that a position has one cursor: the decoder skips line ends
	// and takes loose bits.
	position := string(bytes.TrimRight(filled, "\x00"))
	if c.Make(scope, position) != cursor {
		return "", ErrCursor
	}
	return position, nil
}

// Plausible reports whether a text may be a cursor at all, which can be told
// without the secret.
func Plausible(cursor string) bool { return cursor != "" && len(cursor) <= maxCursor }

// tag authenticates a position and is the beginning of its own stream, so that
// no two positions share one.
func (c *Cursors) tag(scope string, filled []byte) []byte {
	h := hmac.New(sha256.New, c.mac)
	h.Write([]byte(scope))
	h.Write([]byte{0}) // no scope holds it
	h.Write(filled)
	return h.Sum(nil)[:tagLen:tagLen]
}

func (c *Cursors) xor(tag, filled []byte) {
	cipher.NewCTR(c.stream, tag).XORKeyStream(filled, filled)
}
