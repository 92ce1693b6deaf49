package model

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// keySize is that of AES-256.
const keySize = 32

// concealed begins every text that Conceal made.
const concealed = "enc:"

// NewPersonalKey returns a key for one user's personal data.
func NewPersonalKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return key
}

// Conceal returns personal data as the audit log stores them: encrypted with the
// key of the user they are about. The log is never rewritten; when that key is
// purged, the data are gone from every row at once, and the chain is still valid.
// Without a key, it returns "".
func Conceal(key []byte, text string) string {
	seal, ok := sealer(key)
	if !ok || text == "" {
		return ""
	}
	nonce := make([]byte, seal.NonceSize(), seal.NonceSize()+len(text)+seal.Overhead())
	_, _ = rand.Read(nonce) // never fails
	sealed := seal.Seal(nonce, nonce, []byte(text), nil)
	out := make([]byte, 0, len(concealed)+base64.RawStdEncoding.EncodedLen(len(sealed)))
	return string(base64.RawStdEncoding.AppendEncode(append(out, concealed...), sealed))
}

// Concealed reports whether text was made by Conceal.
func Concealed(text string) bool { return strings.HasPrefix(text, concealed) }

// Reveal returns the text that Conceal encrypted; false with any other key, and
// with none, as when its user was purged.
func Reveal(key []byte, text string) (string, bool) {
	seal, ok := sealer(key)
	sealed, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(text, concealed))
	if !ok || err != nil || !Concealed(text) || len(sealed) < seal.NonceSize() {
		return "", false
	}
	open, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], nil)
	return string(open), err == nil
}

func sealer(key []byte) (cipher.AEAD, bool) {
	if len(key) != keySize {
		return nil, false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	seal, err := cipher.NewGCM(block)
	return seal, err == nil
}
