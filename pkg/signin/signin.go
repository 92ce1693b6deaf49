// Package signin verifies the tokens of an OpenID issuer, and at a subject's first
// sign-in finds or creates its user.
//
// Two kinds of token are accepted. An ID token is for one of our clients when its
// audience says so. An access token names its client instead (Cognito's has no
// audience at all), says nothing trustworthy about an e-mail address, and so is
// accepted only for a subject that an ID token has bound before.
//
// Nothing is fetched before the first token comes, so a start costs nothing.
package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Config is the environment of a function that accepts tokens. Without an issuer it
// accepts none.
type Config struct {
	Issuer  string   `env:"WARDROOM_ISSUER"`          // exactly as in its tokens
	Clients []string `env:"WARDROOM_CLIENT_IDS"`      // the clients whose tokens are accepted; the first is published for sign-in
	Trusted bool     `env:"WARDROOM_TRUST_ADDRESSES"` // the issuer verifies every address, and so doesn't send email_verified
	Scopes  []string `env:"WARDROOM_SCOPES"`          // to ask the issuer for; by default those of an ID token with an address
}

// Check refuses a configuration that would fail when the first token came.
func (c Config) Check() error {
	if c.Issuer == "" {
		if len(c.clients()) > 0 {
			return errors.New("WARDROOM_CLIENT_IDS needs WARDROOM_ISSUER")
		}
		if c.Trusted {
			return errors.New("WARDROOM_TRUST_ADDRESSES needs WARDROOM_ISSUER")
		}
		return nil
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return errors.New("WARDROOM_ISSUER must be an https address without a query, such as https://login.example.com")
	}
	if len(c.clients()) == 0 {
		return errors.New("WARDROOM_ISSUER needs WARDROOM_CLIENT_IDS")
	}
	return nil
}

// loopback reports whether a host is this machine, where an issuer needs no TLS.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c Config) clients() []string { return named(c.Clients) }

// Public is the part of the configuration that a client needs to sign people in.
// Where no issuer is configured, its fields are empty; Scopes is never nil.
type Public struct {
	Issuer   string   `json:"issuer" doc:"Empty where sign-in isn't configured"`
	ClientID string   `json:"client_id"`
	Scopes   []string `json:"scopes"`
}

// Public returns the public part of c.
func (c Config) Public() Public {
	if c.Issuer == "" {
		return Public{Scopes: []string{}}
	}
	p := Public{Issuer: c.Issuer, Scopes: named(c.Scopes)}
	if clients := c.clients(); len(clients) > 0 {
		p.ClientID = clients[0]
	}
	if len(p.Scopes) == 0 {
		p.Scopes = []string{"openid", "email", "profile"}
	}
	return p
}

// named returns list trimmed, without blanks and duplicates: a variable that is declared
// but empty is a list of one empty text.
func named(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Identity has the claims of a verified token.
type Identity struct {
	Subject   string // digest of issuer and subject, which themselves aren't stored
	Issuer    string // digest of the issuer alone
	Email     string // "" unless it is an ID token whose issuer has verified the address
	FirstName string
	LastName  string
}

// digest returns a digest, of one length, of texts of any length.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p) // the length keeps two parts from being one
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Refused is the reason why a token isn't accepted, for the log and for tests: the
// caller gets nothing but 401.
type Refused struct{ reason string }

func (r *Refused) Error() string { return "token: " + r.reason }

func refused(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }
