package signin_test

import (
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
)

// Real tokens of a real provider: by code flow, as a browser gets them.
func TestProvider(t *testing.T) {
	p := issuer.Start(t, issuer.People{
		"ada": {"email": member, "email_verified": true, "given_name": "Ada"},
		"bob": {"email": guest, "email_verified": false},
		"eve": {"email": member, "email_verified": true},
		"new": {"email": fresh, "email_verified": true, "given_name": "New"},
	})
	s := fixture.New(t)
	s.Trust(p.Config())
	s.Put(t, pending(fresh))
	ask := func(token string) int { return s.Do(t.Context(), bearing(all, bearer(token))).Status }
	want := func(name string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	ada := p.SignIn(t, issuer.Client, "ada")
	want("an access token before the first sign-in", ask(ada.Access), 401)
	want("the first sign-in", ask(ada.ID), 200)
	want("the access token then", ask(ada.Access), 200)
	want("our other client, by ES256", ask(p.SignIn(t, "another-of-ours", "ada").ID), 200)
	theirs := p.SignIn(t, "somebody-else", "ada")
	want("another client's ID token", ask(theirs.ID), 401)
	want("another client's access token", ask(theirs.Access), 401)
	want("an address nobody verified", ask(p.SignIn(t, issuer.Client, "bob").ID), 401)
	want("another subject with the address", ask(p.SignIn(t, issuer.Client, "eve").ID), 401)
	invited := bearer(p.SignIn(t, issuer.Client, "new").ID)
	want("an invited address alone", s.Do(t.Context(), bearing(all, invited)).Status, 401)
	want("with the invitation's token", s.Do(t.Context(), accepting("30.secret", invited)).Status, 200)
	want("the invited user then", s.Do(t.Context(), bearing(all, invited)).Status, 200)

	// The provider comes back with other keys. A system that has just started
	// learns them; one that knew the old ones, too, once it may ask again (see
	// TestKeysAreRotated of pkg/signin). What the old ones signed is nothing.
	p.Restart(t)
	s.Trust(p.Config())
	want("a token of the keys before", ask(ada.ID), 401)
	want("one of the new keys", ask(p.SignIn(t, issuer.Client, "ada").ID), 200)

	fresh := p.SignIn(t, issuer.Client, "ada")
	p.Stop()
	want("known keys, while the provider is down", ask(fresh.ID), 200)
	s.Trust(p.Config())
	want("unknown ones", ask(fresh.ID), 503)
}
