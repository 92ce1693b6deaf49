package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"wardroom/pkg/model"
)

// credential is an API key as a request carries it.
type credential struct{ prefix, secret string }

// maxPrefix and maxSecret bound what is looked up at all; a made key has 10 and
// 43 characters.
const (
	maxPrefix = 64
	maxSecret = 256
)

// subscriptionHeader is the header of Ejento's clients.
const subscriptionHeader = "Ocp-Apim-Subscription-Key"

// credentialOf returns the one key of a request. It may stand in the
// subscription header, or in Authorization as "ApiKey <key>", "Bearer <key>" or
// alone. Two different keys are none.
func credentialOf(h http.Header) (credential, bool) {
	var found string
	for _, value := range h.Values(subscriptionHeader) {
		if value = strings.TrimSpace(value); found != "" && found != value || value == "" {
			return credential{}, false
		}
		found = value
	}
	for _, value := range h.Values("Authorization") {
		value = bare(value)
		if found != "" && found != value || value == "" {
			return credential{}, false
		}
		found = value
	}
	return parseKey(found)
}

// bare takes the scheme off an Authorization header.
func bare(value string) string {
	value = strings.TrimSpace(value)
	scheme, rest, ok := strings.Cut(value, " ")
	if ok && (strings.EqualFold(scheme, "ApiKey") || strings.EqualFold(scheme, "Bearer")) {
		return strings.TrimSpace(rest)
	}
	return value
}

// parseKey splits "<prefix>.<secret>". A value with two dots is a token of an
// identity provider, and none is taken yet.
func parseKey(s string) (credential, bool) {
	prefix, secret, ok := strings.Cut(s, ".")
	if !ok || len(prefix) > maxPrefix || len(secret) > maxSecret || !alphanumeric(prefix) || secret == "" || strings.ContainsAny(secret, ". \t") {
		return credential{}, false
	}
	return credential{prefix, secret}, true
}

// alphanumeric reports whether s can be a prefix. It becomes part of a key of
// the table, so it holds nothing but letters, digits, '-' and '_'.
func alphanumeric(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// opens reports whether c is the key of this row. It takes the same time for a
// wrong secret as for an unknown prefix, whose row is empty.
func (c credential) opens(k model.APIKey) bool {
	sum := sha256.Sum256([]byte(c.secret))
	hash := k.Hash
	if len(hash) != len(sum) {
		hash = make([]byte, len(sum))
	}
	return subtle.ConstantTimeCompare(sum[:], hash) == 1 && len(k.Hash) == len(sum)
}

// HashSecret returns what a key's row keeps of its secret.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
