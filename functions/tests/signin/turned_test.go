package signin_test

import (
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/infra/local/seed"
	"wardroom/pkg/model"
)

// Whoever is turned away is told 401 and how to come; the log says why, at WARN,
// and never the token.
func TestTheLogSaysWhyATokenIsTurnedAway(t *testing.T) {
	f := issuer.Forge(t)
	id := f.ID("ada", member)
	s := fixture.New(t)
	s.Put(t, fixture.All(invited(1, 1, "new@example.net"), byDomain(2, "closed.example", func(d *model.Domain) { d.SignIn = false }),
		fixture.Person(701, func(u *model.User) {
			u.Email, u.EmailKey, u.IsActive = "gone@organization.com", model.AddressKey("gone@organization.com"), false
		})))
	s.Trust(f.Config())
	for _, tt := range []struct{ name, token, why string }{
		{"of another issuer", f.Sign(t, id.With("iss", "https://login.example.org")), "of another issuer"},
		{"for another audience", f.Sign(t, id.With("aud", "somebody-else")), "for another audience"},
		{"of another client", f.Sign(t, id.With("azp", "somebody-else")), "of another client"},
		{"expired", f.Sign(t, id.With("exp", time.Now().Add(-time.Hour).Unix())), "expired"},
		{"not yet valid", f.Sign(t, id.With("nbf", time.Now().Add(time.Hour).Unix())), "before the nbf"},
		{"whose signature is another's", f.Sign(t, id)[:len(f.Sign(t, id))-8] + "AAAAAAAA", "signature"},
		{"no token at all", "one.two.three", "of another form"},
		{"whose address nobody verified", f.Sign(t, id.With("email_verified", false)), "without a verified address"},
		{"that says nothing of its address", f.Sign(t, id.With("email_verified", nil)), "without a verified address"},
		{"of a domain that nobody has proved", f.Sign(t, f.ID("eve", "eve@unknown.example")), "of a domain that no organization has proved"},
		{"who was invited and hasn't accepted", f.Sign(t, f.ID("eve", "new@example.net")), "not invited, of a domain that no organization has proved"},
		{"of a domain that takes nobody by itself", f.Sign(t, f.ID("eve", "eve@closed.example")), "not invited, of a domain that takes nobody by itself"},
		{"of a user who isn't active", f.Sign(t, f.ID("eve", "gone@organization.com")), "isn't active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			heard := s.Listen()
			got := s.Do(t.Context(), bearing(all, bearer(tt.token)))
			if got.Status != 401 || got.Header.Get("WWW-Authenticate") != `Bearer realm="wardroom", ApiKey realm="wardroom"` {
				t.Errorf("%d %v", got.Status, got.Header)
			}
			if strings.Contains(got.Body, tt.why) {
				t.Errorf("the caller is told: %s", got.Body)
			}
			line := heard()
			if !strings.Contains(line, "level=WARN") || !strings.Contains(line, tt.why) {
				t.Errorf("the log says %q, want a warning with %q", line, tt.why)
			}
			for _, part := range strings.Split(tt.token, ".") {
				if strings.Contains(line, part) {
					t.Errorf("the log has a part of the token: %s", line)
				}
			}
			if strings.Contains(line, "@") {
				t.Errorf("the log has an address: %s", line)
			}
		})
	}
}

// Every 401 says with what credentials a request would be looked at, whatever
// dialect it is told in.
func TestEvery401Challenges(t *testing.T) {
	s := fixture.New(t)
	for _, o := range seed.Operations(t) {
		if o.IsPublic {
			continue
		}
		for _, key := range []string{"", "nobody.secret"} {
			r := o.Sample
			r.Key = key
			got := s.Do(t.Context(), r)
			if o.IsInvited && got.Status != 401 { // whose token is in the body
				continue
			}
			if got.Status != 401 || got.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %d %v", o.Name, key, got.Status, got.Header)
			}
		}
	}
}

// An issuer that says nothing of whether an address is verified is believed where
// the setting says so, and then too it is believed when it says that it isn't.
func TestTrustedAddresses(t *testing.T) {
	f := issuer.Forge(t)
	silent := f.ID("ada", member).With("email_verified", nil)
	s := fixture.New(t)
	for _, tt := range []struct {
		name    string
		trusted bool
		token   issuer.Claims
		status  int
	}{
		{"an issuer that is silent, and isn't trusted", false, silent, 401},
		{"one that is trusted and denies it", true, silent.With("email_verified", false), 401},
		{"one that is trusted and denies it as a text", true, silent.With("email_verified", "false"), 401},
		{"one that is trusted and says null", true, silent.With("email_verified", (*bool)(nil)), 401},
		{"an issuer that is silent, and is trusted", true, silent, 200}, // who is bound from then on
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := f.Config()
			c.Trusted = tt.trusted
			s.Trust(c)
			if got := s.Do(t.Context(), bearing(one, bearer(f.Sign(t, tt.token)))); got.Status != tt.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, tt.status)
			}
		})
	}
}
