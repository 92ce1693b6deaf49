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

// credentials are what a request carries: a key, a token, or both.
type credentials struct {
	credential
	token string
}

// credentialsOf returns the one key and the one token of a request. A key may
// stand in the subscription header, or in Authorization as "ApiKey <key>",
// "Bearer <key>" or alone; a token only as "Bearer <token>", and its two dots
// tell it from a key. Two different ones of a kind are none.
func credentialsOf(h http.Header) (c credentials, ok bool) {
	var key string
	for _, value := range h.Values(subscriptionHeader) {
		if !same(&key, strings.TrimSpace(value)) {
			return c, false
		}
	}
	for _, value := range h.Values("Authorization") {
		value, bearer := bare(value)
		into := &key
		if bearer && strings.Count(value, ".") == 2 {
			into = &c.token
		}
		if !same(into, value) {
			return c, false
		}
	}
	if key == "" {
		return c, c.token != ""
	}
	c.credential, ok = parseKey(key)
	return c, ok
}

// same takes value into the place for what was found, where nothing else is.
func same(found *string, value string) bool {
	ok := value != "" && (*found == "" || *found == value)
	*found = value
	return ok
}

// bare takes the scheme off an Authorization header, and says whether it was
// Bearer.
func bare(value string) (_ string, bearer bool) {
	value = strings.TrimSpace(value)
	scheme, rest, ok := strings.Cut(value, " ")
	bearer = ok && strings.EqualFold(scheme, "Bearer")
	if bearer || ok && strings.EqualFold(scheme, "ApiKey") {
		return strings.TrimSpace(rest), bearer
	}
	return value, false
}

// parseKey splits "<prefix>.<secret>". A value with two dots is no key.
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
