package model

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Secret is a random key that all instances share and nobody is shown.
type Secret struct {
	Name string `dynamo:"secret"`
	Key  []byte `dynamo:"key"`
}

// CursorSecret is the name of the secret that seals cursors.
const CursorSecret = "cursor"

// NewAPIKey makes an API key: a prefix, by which its row is found, and a secret of
// 256 bits, of which the row keeps the hash. What is sent is both with a dot
// between them.
func NewAPIKey() (prefix, secret string) {
	return strings.ToLower(rand.Text())[:10], NewSecret()
}

// NewSecret makes a secret of 256 bits that can stand in a URL.
func NewSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashSecret returns the SHA-256 of a secret, which a key's row has instead of it.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// NewAuditID is a random id: audit rows of one microsecond must not meet.
func NewAuditID() string { return rand.Text() }
