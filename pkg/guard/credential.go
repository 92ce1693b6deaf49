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

// maxPrefix and maxSecret bound the keys that are looked up; ours have 10 and 43
// characters.
const (
	maxPrefix = 64
	maxSecret = 256
)

// subscriptionHeader is the header of Ejento's clients.
const subscriptionHeader = "Ocp-Apim-Subscription-Key"

// credentials are the credentials that a request carries: a key, a token, or both.
type credentials struct {
	credential
	token string
}

// credentialsOf returns the key and the token of a request; false where it has
// neither, a malformed one, or two different ones of a kind. A key may be in the
// subscription header, or in Authorization as "ApiKey <key>", "Bearer <key>" or alone;
// a token only as "Bearer <token>": its two dots tell it from a key.
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

// same sets *found to value, and is false where value is "" or another was found.
func same(found *string, value string) bool {
	ok := value != "" && (*found == "" || *found == value)
	*found = value
	return ok
}

// bare returns an Authorization header without its scheme, and whether that was
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

// alphanumeric reports whether s can be a prefix: letters, digits, '-' and '_' alone,
// since it becomes part of a key of the table.
func alphanumeric(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// opens reports whether c is the key of the row k. It takes the same time for a wrong
// secret as for an unknown prefix, whose row is zero.
func (c credential) opens(k model.APIKey) bool {
	sum := sha256.Sum256([]byte(c.secret))
	hash := k.Hash
	if len(hash) != len(sum) {
		hash = make([]byte, len(sum))
	}
	return subtle.ConstantTimeCompare(sum[:], hash) == 1 && len(k.Hash) == len(sum)
}
