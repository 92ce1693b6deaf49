package signin_test

import (
	"net/http"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/pkg/signin"
)

func identity(t *testing.T, f *issuer.Forger, subject, email string) signin.Identity {
	t.Helper()
	id, err := signin.New(f.Config()).Verify(t.Context(), f.Sign(t, f.ID(subject, email)))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Two first sign-ins at once: one binding, and both are answered.
func TestFirstSignInsAtOnce(t *testing.T) {
	f := issuer.Forge(t)
	s := fixture.New(t, fixture.Trouble)
	s.Trust(f.Config())
	s.Put(t, byDomain(1, "example.net"))
	for _, email := range []string{member, "new@example.net"} {
		token := bearer(f.Sign(t, f.ID(email, email)))
		for _, got := range s.Together(t.Context(), bearing(all, token), bearing(all, token), bearing(all, token)) {
			if got.Status != http.StatusOK {
				t.Errorf("%s: %d %s", email, got.Status, got.Body)
			}
		}
		rows := s.Rows(t.Context(), t)
		seen := 0
		for _, b := range bound(t, s) {
			if b.SubjectKey == identity(t, f, email, email).Subject {
				seen++
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d bindings", email, seen)
		}
		for _, broken := range fixture.Broken(rows) {
			t.Error(broken)
		}
	}
	if n := len(bound(t, s)); n != 2 {
		t.Errorf("%d subjects are bound, want 2", n)
	}
}

// Two subjects that show one address at once: one of them gets the account.
func TestTwoSubjectsAtOnce(t *testing.T) {
	f := issuer.Forge(t)
	s := fixture.New(t, fixture.Trouble)
	s.Trust(f.Config())
	answers := s.Together(t.Context(), bearing(all, bearer(f.Sign(t, f.ID("ada", member)))), bearing(all, bearer(f.Sign(t, f.ID("eve", member)))))
	if a, b := answers[0].Status, answers[1].Status; a+b != 200+401 {
		t.Errorf("answered %d and %d, want one 200 and one 401", a, b)
	}
	if n := len(bound(t, s)); n != 1 {
		t.Errorf("%d subjects are bound, want 1", n)
	}
}

// A token of somebody known costs no round trip more than a key.
func TestATokenCostsNoTripMore(t *testing.T) {
	f := issuer.Forge(t)
	var tr fixture.Trace
	s := fixture.New(t, tr.Option(), fixture.Away)
	s.Trust(f.Config())
	token := bearer(f.Sign(t, f.ID("ada", member)))
	s.Do(t.Context(), bearing(one, token))
	trips := func(values ...string) int {
		tr.Take()
		if got := s.Do(t.Context(), bearing(one, values...)); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		return fixture.Trips(tr.Take())
	}
	key := "ApiKey demomemb.local-only-project-member"
	want := trips(key)
	if got := trips(token); got != want {
		t.Errorf("a token takes %d trips, a key %d", got, want)
	}
	if got := trips(token, key); got != want {
		t.Errorf("both take %d trips, a key %d", got, want)
	}
}

// The binding is an audit row of the user's own organisation, once.
func TestFirstSignInIsRecorded(t *testing.T) {
	f := issuer.Forge(t)
	s := fixture.New(t)
	s.Trust(f.Config())
	for range 2 {
		s.Do(t.Context(), bearing(one, bearer(f.Sign(t, f.ID("ada", member)))))
	}
	audits := fixture.Audits(s.Rows(t.Context(), t))
	if len(audits) != 1 || audits[0].Action != "first-sign-in" || audits[0].Actor != "user:15" || audits[0].Resource != "user:15" || audits[0].After["known_by"] != "address" || audits[0].OrganizationID != 1 {
		t.Errorf("%+v", audits)
	}
}

// An issuer that is down is no fault of the token's: 503, and when to try again.
func TestIssuerThatIsDown(t *testing.T) {
	f := issuer.Forge(t)
	s := fixture.New(t)
	s.Trust(f.Config())
	f.Instead(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	token := bearer(f.Sign(t, f.ID("ada", member)))
	if got := s.Do(t.Context(), bearing(one, token)); got.Status != 503 || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := s.Do(t.Context(), bearing(one, "Bearer a.b.c")); got.Status != 401 {
		t.Errorf("what is no token of the issuer's: %d %s", got.Status, got.Body)
	}
	if got := s.Do(t.Context(), bearing(one, "ApiKey demomemb.local-only-project-member")); got.Status != 200 {
		t.Errorf("a key meanwhile: %d %s", got.Status, got.Body)
	}
}
