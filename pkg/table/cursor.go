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
	blockLen  = 32  // a position is padded to a multiple, so that its length says little
	maxCursor = 800 // letters; no real cursor is nearly so long
)

// Cursors makes cursors and reads them. A cursor is a position, encrypted and
// authenticated: it tells a client nothing, since a list may go on after a row that
// they may not see, and clients can't make one. The partition to be read comes from
// the request alone.
type Cursors struct {
	mac    []byte
	stream cipher.Block
}

// NewCursors returns the cursors of a secret, which must be random and at least 32
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

// Make returns the cursor of a position, bound to scope: the operation and its
// filters. A position always has the same cursor; "" has "".
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

// Position returns the position in a cursor, or ErrCursor unless Make made it for
// the scope.
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
	// Compared with the one cursor of the position: the decoder skips line ends
	// and ignores trailing bits.
	position := string(bytes.TrimRight(filled, "\x00"))
	if c.Make(scope, position) != cursor {
		return "", ErrCursor
	}
	return position, nil
}

// Plausible reports whether a text may be a cursor, as far as can be told without
// the secret.
func Plausible(cursor string) bool { return cursor != "" && len(cursor) <= maxCursor }

// tag authenticates a position, and is the nonce of its stream, so that no two
// positions share one.
func (c *Cursors) tag(scope string, filled []byte) []byte {
	h := hmac.New(sha256.New, c.mac)
	h.Write([]byte(scope))
	h.Write([]byte{0}) // a separator that no scope contains
	h.Write(filled)
	return h.Sum(nil)[:tagLen:tagLen]
}

func (c *Cursors) xor(tag, filled []byte) {
	cipher.NewCTR(c.stream, tag).XORKeyStream(filled, filled)
}
