package signin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"wardroom/infra/local/issuer"
	"wardroom/pkg/fault"
	"wardroom/pkg/signin"
)

const (
	ada     = "ada@example.com"
	subject = "auth0|5f7c8ec7c33c6c004bbafe82"
)

func TestTokensThatAreTaken(t *testing.T) {
	f := issuer.Forge(t)
	v := signin.New(f.Config())
	id := f.ID(subject, ada)
	for _, tt := range []struct {
		name  string
		token string
		email string
	}{
		{"an ID token", f.Sign(t, id), ada},
		{"one of our other client", f.Sign(t, id.With("aud", "another-of-ours")), ada},
		{"one for several audiences", f.Sign(t, id.With("aud", []string{"theirs", issuer.Client}).With("azp", issuer.Client)), ada},
		{"Cognito's ID token", f.Sign(t, id.With("token_use", "id")), ada},
		{"one without a type", f.SignAs(t, id, ""), ada},
		{"one whose clock is a little ahead", f.Sign(t, id.With("nbf", time.Now().Add(time.Minute).Unix())), ada},
		{"one whose address nobody verified", f.Sign(t, id.With("email_verified", false)), ""},
		{"one that says that somebody did as a text", f.Sign(t, id.With("email_verified", "True")), ada},
		{"one that says that nobody did as a text", f.Sign(t, id.With("email_verified", "false")), ""},
		{"one that says something else", f.Sign(t, id.With("email_verified", "yes")), ""},
		{"one that says so as a number", f.Sign(t, id.With("email_verified", 1)), ""},
		{"one that says nothing of it", f.Sign(t, id.With("email_verified", nil)), ""},
		{"one without an address", f.Sign(t, id.With("email", nil)), ""},
		{"one with a list of addresses", f.Sign(t, id.With("email", []string{ada})), ""},
		{"one with a name in its address", f.Sign(t, id.With("email", "Ada <"+ada+">")), ""},
		{"one with another's claim in capitals", f.Sign(t, id.With("email", nil).With("EMAIL", ada)), ""},
		{"Cognito's access token", f.Sign(t, f.Access(subject)), ""},
		{"an access token that shows an address", f.Sign(t, f.Access(subject).With("email", ada).With("email_verified", true)), ""},
		{"an access token by RFC 9068", f.SignAs(t, f.Access(subject).With("token_use", nil).With("aud", "https://api.example.com"), "at+jwt"), ""},
		{"Keycloak's access token", f.Sign(t, f.Access(subject).With("token_use", nil).With("client_id", nil).With("azp", issuer.Client).With("aud", "account")), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := v.Verify(t.Context(), tt.token)
			if err != nil {
				t.Fatal(err)
			}
			if got.Email != tt.email {
				t.Errorf("its address is %q, want %q", got.Email, tt.email)
			}
			if len(got.Subject) != 64 || len(got.Issuer) != 64 || strings.Contains(got.Subject, subject) {
				t.Errorf("%+v", got)
			}
			if tt.email != "" && (got.FirstName != "Ada" || got.LastName != "Example") {
				t.Errorf("his names are %q and %q", got.FirstName, got.LastName)
			}
		})
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	f := issuer.Forge(t)
	v := signin.New(f.Config())
	id, access := f.ID(subject, ada), f.Access(subject)
	good := f.Sign(t, id)
	key, kid := f.Key()
	header := map[jose.HeaderKey]any{"kid": kid}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	pemmed := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	strange, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	plain := base64.RawURLEncoding.EncodeToString
	rows := map[string]string{
		"nothing":                               "",
		"three words":                           "glob.secret.glob",
		"four dots, as an encrypted one has":    good + ".e.e",
		"empty parts":                           "..",
		"no signature":                          parts[0] + "." + parts[1] + ".",
		"of another issuer":                     f.Sign(t, id.With("iss", "https://login.example.org")),
		"of the issuer with a slash":            f.Sign(t, id.With("iss", f.URL+"/")),
		"without an issuer":                     f.Sign(t, id.With("iss", nil)),
		"for another audience":                  f.Sign(t, id.With("aud", "somebody-else")),
		"without an audience":                   f.Sign(t, id.With("aud", nil)),
		"for us, by another client":             f.Sign(t, id.With("azp", "somebody-else")),
		"expired":                               f.Sign(t, id.With("exp", time.Now().Add(-time.Second).Unix())),
		"without an end":                        f.Sign(t, id.With("exp", nil)),
		"not yet valid":                         f.Sign(t, id.With("nbf", time.Now().Add(10*time.Minute).Unix())),
		"without a subject":                     f.Sign(t, id.With("sub", nil)),
		"with an empty subject":                 f.Sign(t, id.With("sub", "")),
		"with a subject in capitals":            f.Sign(t, id.With("sub", nil).With("SUB", subject)),
		"of no algorithm":                       plain([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + ".",
		"of no algorithm, with a signature":     plain([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "." + parts[2],
		"HS256 with the public key as text":     issuer.Sign(t, id, jose.HS256, pemmed, header),
		"HS256 with the public key as bytes":    issuer.Sign(t, id, jose.HS256, public, header),
		"with an unknown key":                   issuer.Sign(t, id, jose.RS256, strange, map[jose.HeaderKey]any{"kid": "unknown"}),
		"with another key under a known name":   issuer.Sign(t, id, jose.RS256, strange, header),
		"with another key and no name":          issuer.Sign(t, id, jose.RS256, strange, nil),
		"with a key of another kind":            issuer.Sign(t, id, jose.ES256, curve, header),
		"with the key it brings along":          issuer.Sign(t, id, jose.RS256, strange, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: strange.Public(), KeyID: kid}}),
		"with another payload":                  parts[0] + "." + plain([]byte(`{"iss":"`+f.URL+`","sub":"x","aud":"`+issuer.Client+`","exp":9999999999}`)) + "." + parts[2],
		"with another's signature":              parts[0] + "." + parts[1] + "." + strings.Split(f.Sign(t, id.With("sub", "x")), ".")[2],
		"a logout token":                        f.SignAs(t, id.With("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}), "logout+jwt"),
		"a logout token by no type":             f.Sign(t, id.With("events", map[string]any{})),
		"an answer of introspection":            f.SignAs(t, id, "token-introspection+jwt"),
		"a refresh token":                       f.Sign(t, id.With("token_use", "refresh")),
		"an access token of another client":     f.Sign(t, access.With("client_id", "somebody-else")),
		"an access token of no client":          f.Sign(t, access.With("client_id", nil)),
		"an access token for us, of another":    f.SignAs(t, access.With("client_id", "somebody-else").With("aud", issuer.Client), "at+jwt"),
		"an access token, two clients":          f.Sign(t, access.With("azp", "somebody-else")),
		"one in JSON form":                      `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `","x":".."}`,
		"longer than any":                       f.Sign(t, id.With("groups", strings.Repeat("g", 16<<10))),
		"a payload that is no object":           parts[0] + "." + plain([]byte(`[]`)) + "." + parts[2],
		"a payload that is null":                parts[0] + "." + plain([]byte(`null`)) + "." + parts[2],
		"a payload that isn't UTF-8":            parts[0] + "." + plain([]byte("{\"iss\":\"\xff\"}")) + "." + parts[2],
		"a header that says what must be known": issuer.Sign(t, id, jose.RS256, key, map[jose.HeaderKey]any{"kid": kid, "crit": []string{"exp"}}),
	}
	mute := fault.Unauthorized()
	for name, token := range rows {
		t.Run(name, func(t *testing.T) {
			_, err := v.Verify(t.Context(), token)
			var no *fault.Fault
			if !errors.As(err, &no) || no.Kind != mute.Kind || no.Message != mute.Message || no.Fields != nil || no.Meta != nil {
				t.Errorf("%v, want the mute 401", err)
			}
		})
	}
	if _, err := v.Verify(t.Context(), good); err != nil {
		t.Errorf("afterwards a good one: %v", err)
	}
	if _, err := signin.New(signin.Config{}).Verify(t.Context(), good); !fault.Is(err, fault.KindUnauthorized) {
		t.Errorf("without an issuer: %v", err)
	}
}
