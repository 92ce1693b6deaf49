// Package issuer gives tests two issuers of tokens: a forger, which signs any claims, and
// the real oidc-provider from npm.
package issuer

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"wardroom/pkg/signin"
)

// Client is the only client whose tokens are accepted.
const Client = "wardroom-web"

// Forger is an issuer that signs anything.
type Forger struct {
	URL string

	mu      sync.Mutex
	key     *rsa.PrivateKey
	kid     string
	asked   map[string]int
	instead http.HandlerFunc
}

// Forge starts a forger on a free port of the loopback. It ends with the test.
func Forge(t testing.TB) *Forger {
	t.Helper()
	f := &Forger{asked: map[string]int{}}
	f.Rotate(t)
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// Rotate gives the forger a new key and forgets the old one.
func (f *Forger) Rotate(t testing.TB) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.key, f.kid = key, rand.Text()
}

// Instead makes h answer all requests to the forger; nil ends that.
func (f *Forger) Instead(h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instead = h
}

// Asked returns how often the keys were fetched.
func (f *Forger) Asked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked["/keys"]
}

// ServeHTTP answers the discovery document and the keys.
func (f *Forger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked[r.URL.Path]++
	instead, public := f.instead, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: f.key.Public(), KeyID: f.kid, Algorithm: "RS256", Use: "sig"}}}
	f.mu.Unlock()
	var answer any
	switch {
	case instead != nil:
		instead(w, r)
		return
	case r.URL.Path == "/.well-known/openid-configuration":
		answer = map[string]any{
			"issuer": f.URL, "jwks_uri": f.URL + "/keys", "authorization_endpoint": f.URL + "/auth", "token_endpoint": f.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		}
	case r.URL.Path == "/keys":
		answer = public
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// Config returns the configuration of a system that accepts the forger's tokens.
func (f *Forger) Config() signin.Config {
	return signin.Config{Issuer: f.URL, Clients: []string{"another-of-ours", Client}}
}

// Claims are a token's claims.
type Claims map[string]any

// ID returns the claims of an ID token whose issuer has verified the address.
func (f *Forger) ID(subject, email string) Claims {
	now := time.Now()
	return Claims{
		"iss": f.URL, "sub": subject, "aud": Client, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"email": email, "email_verified": true, "given_name": "Ada", "family_name": "Example",
	}
}

// Access returns the claims of an access token of Cognito's: without an audience.
func (f *Forger) Access(subject string) Claims {
	now := time.Now()
	return Claims{
		"iss": f.URL, "sub": subject, "client_id": Client, "token_use": "access", "scope": "openid",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

// With returns c with a claim set to value; nil removes it.
func (c Claims) With(name string, value any) Claims {
	c = maps.Clone(c)
	if c[name] = value; value == nil {
		delete(c, name)
	}
	return c
}

// Sign signs claims as the issuer does.
func (f *Forger) Sign(t testing.TB, c Claims) string {
	t.Helper()
	return f.SignAs(t, c, "JWT")
}

// SignAs signs claims as another type of token.
func (f *Forger) SignAs(t testing.TB, c Claims, typ jose.ContentType) string {
	t.Helper()
	key, kid := f.Key()
	return Sign(t, c, jose.RS256, key, map[jose.HeaderKey]any{"kid": kid, jose.HeaderType: typ})
}

// Key returns the forger's private key and its id.
func (f *Forger) Key() (key *rsa.PrivateKey, kid string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.key, f.kid
}

// Sign signs claims with any key.
func Sign(t testing.TB, c Claims, algorithm jose.SignatureAlgorithm, key any, header map[jose.HeaderKey]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
