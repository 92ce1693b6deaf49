package signin_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wardroom/infra/local/issuer"
	"wardroom/pkg/fault"
	"wardroom/pkg/signin"
)

// clock is one that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

func TestKeysAreRotated(t *testing.T) {
	f, c := issuer.Forge(t), &clock{}
	v := signin.NewAt(f.Config(), c.now)
	takes := func(token string, want bool) {
		t.Helper()
		if _, err := v.Verify(t.Context(), token); (err == nil) != want {
			t.Errorf("taken: %v, want %v; %v", err == nil, want, err)
		}
	}
	old := f.Sign(t, f.ID(subject, ada))
	takes(old, true)
	f.Rotate(t)
	c.pass(6 * time.Second)
	takes(f.Sign(t, f.ID(subject, ada)), true)
	takes(old, false)

	// A key that was withdrawn is forgotten even if no new one was ever met.
	old = f.Sign(t, f.ID(subject, ada))
	f.Rotate(t)
	takes(old, true)
	c.pass(11 * time.Minute)
	takes(old, false)
}

// A flood of forged tokens is no flood of fetches.
func TestForgedTokensDoNotFetch(t *testing.T) {
	f, strange := issuer.Forge(t), issuer.Forge(t)
	v := signin.New(f.Config())
	for range 50 {
		if _, err := v.Verify(t.Context(), strange.Sign(t, strange.ID(subject, ada).With("iss", f.URL))); !fault.Is(err, fault.KindUnauthorized) {
			t.Fatal(err)
		}
	}
	if n := f.Asked(); n > 5 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func TestIssuersInTrouble(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"not found": http.NotFound,
		"no JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"another's": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"issuer":"https://x","jwks_uri":"https://x"}`))
		},
		"no end": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat(" ", 1<<20))) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.org/", http.StatusFound)
		},
		"cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		},
		"no key list": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"issuer":"http://` + r.Host + `"}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, c := issuer.Forge(t), &clock{}
			token := f.Sign(t, f.ID(subject, ada))
			v := signin.NewAt(f.Config(), c.now)
			f.Instead(answer)
			if _, err := v.Verify(t.Context(), token); !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("%v, want unavailable", err)
			}
			f.Instead(nil)
			c.pass(6 * time.Second)
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("once it is well again: %v", err)
			}
			f.Instead(answer)
			c.pass(20 * time.Minute) // the token still has time, and so has what is known
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("known keys, while it is in trouble again: %v", err)
			}
		})
	}
}

// A request waits for an issuer that doesn't answer only as long as it has time.
func TestAnIssuerThatHangs(t *testing.T) {
	f := issuer.Forge(t)
	release := make(chan struct{})
	f.Instead(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := signin.New(f.Config()).Verify(ctx, f.Sign(t, f.ID(subject, ada))); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("%v, want unavailable", err)
	}
}

func TestConfigurations(t *testing.T) {
	for _, tt := range []struct {
		c    signin.Config
		want bool
	}{
		{signin.Config{}, true},
		{signin.Config{Clients: []string{""}, Scopes: []string{""}}, true},
		{signin.Config{Issuer: "https://login.example.com", Clients: []string{"a"}}, true},
		{signin.Config{Issuer: "http://127.0.0.1:3000", Clients: []string{"a"}}, true},
		{signin.Config{Issuer: "http://login.example.com", Clients: []string{"a"}}, false},
		{signin.Config{Issuer: "login.example.com", Clients: []string{"a"}}, false},
		{signin.Config{Issuer: "https://login.example.com?x=1", Clients: []string{"a"}}, false},
		{signin.Config{Issuer: "https://login.example.com", Clients: []string{" "}}, false},
		{signin.Config{Clients: []string{"a"}}, false},
	} {
		if err := tt.c.Check(); (err == nil) != tt.want {
			t.Errorf("%+v: %v", tt.c, err)
		}
	}
}
