package signin_test

import (
	"net/http"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// bearing is a request that carries values of Authorization.
func bearing(path string, values ...string) fixture.Request {
	return fixture.Request{Method: http.MethodGet, Path: path, Header: http.Header{"Authorization": values}}
}

func bearer(token string) string { return "Bearer " + token }

// invited is an invitation of an address to project 151, or to team 9 of
// organisation 2.
func invited(id, organization int64, email string, edits ...func(*model.Invite)) fixture.Given {
	return fixture.Given{func(tx *table.Tx, _ table.Rows) {
		key := model.AddressKey(email)
		i := model.Invite{
			ID: id, OrganizationID: organization, Place: "project:151", Email: email, EmailKey: key, OpenKey: &key, Role: "member",
			Status: model.InvitePending, ExpiresOn: model.At(fixture.Epoch.Add(72 * time.Hour)), Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch)),
		}
		for _, edit := range edits {
			edit(&i)
		}
		table.Invites.Put(tx, i)
	}}
}

// byDomain makes an organisation one that has proved a domain, and takes
// everybody of it.
func byDomain(organization int64, domain string, edits ...func(*model.Domain)) fixture.Given {
	return fixture.Given{func(tx *table.Tx, _ table.Rows) {
		on := model.At(fixture.Epoch)
		d := model.Domain{OrganizationID: organization, Domain: domain, Token: "t", SignIn: true, VerifiedOn: &on, Version: 1, Stamp: model.Created("System", on)}
		for _, edit := range edits {
			edit(&d)
		}
		table.Domains.Put(tx, d)
		if d.VerifiedOn != nil {
			table.Proofs.Put(tx, model.Proof{Domain: domain, OrganizationID: organization})
		}
	}}
}

// bound lists who is bound to whom.
func bound(t *testing.T, s *fixture.System) []model.Subject {
	t.Helper()
	return table.Subjects.All(s.Rows(t.Context(), t))
}

const (
	member = "member@organization.com" // user 15
	guest  = "user@example.com"        // user 16, of organisation 1
	one    = "/api/project/151"
	all    = "/api/project/"
)

// Who somebody is at his first sign-in, and ever after.
func TestFirstSignIn(t *testing.T) {
	f := issuer.Forge(t)
	token := func(subject, email string) string { return bearer(f.Sign(t, f.ID(subject, email))) }
	ada := token("ada", member)
	unverified := f.ID("ada", member).With("email_verified", false)
	const unauthorized = "unauthorized"
	refused := func(name, credential string, given ...fixture.Given) fixture.Row {
		return fixture.Row{Name: name, Given: fixture.All(given...), Request: bearing(all, credential), Status: 401, Code: unauthorized, Says: "Unauthorized"}
	}
	bindsTo := func(user int64) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			t.Helper()
			if got := bound(t, s); len(got) != 1 || user != 0 && got[0].UserID != user {
				t.Errorf("bound are %+v, want user %d alone", got, user)
			}
		}
	}
	creates := func(name, email string, organization int64, given ...fixture.Given) fixture.Row {
		return fixture.Row{
			Name: name, Given: fixture.All(given...), First: []fixture.Request{bearing(all, token("new", email))}, Request: bearing(all, token("new", email)), Status: 200,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				for _, u := range table.Users.All(rows) {
					if u.EmailKey == model.AddressKey(email) {
						if u.OrganizationID != organization || !u.IsActive || u.IsStaff || u.IsSuperuser || u.FirstName != "Ada" || len(u.AuditKey) == 0 {
							t.Errorf("%+v", u)
						}
						bindsTo(u.ID)(t, s)
						return
					}
				}
				t.Error("no user was made")
			},
		}
	}
	edit := func(user int64, edit func(*model.User)) fixture.Given { return fixture.Change(table.Users, edit, user) }
	rows := []fixture.Row{
		{Name: "a verified address", First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, ada), Status: 200, Has: []string{`"my_role":"member"`}, Then: bindsTo(15)},
		{Name: "an address in other letters", First: []fixture.Request{bearing(one, token("ada", "Member@ORGANIZATION.com"))}, Request: bearing(one, ada), Status: 200, Then: bindsTo(15)},
		{Name: "a verification that is a text", First: []fixture.Request{bearing(one, bearer(f.Sign(t, unverified.With("email_verified", "True"))))}, Request: bearing(one, ada), Status: 200, Then: bindsTo(15)},
		{Name: "an access token once he is known", First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, bearer(f.Sign(t, f.Access("ada")))), Status: 200, Then: bindsTo(15)},
		{Name: "a token without an address once he is known", First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, bearer(f.Sign(t, unverified.With("email", nil)))), Status: 200},
		{
			Name: "his address has changed at the issuer, to somebody else's", First: []fixture.Request{bearing(one, ada)},
			Request: bearing(one, token("ada", "lead@organization.com")), Status: 200, Has: []string{`"my_role":"member"`}, Then: bindsTo(15),
		},
		{
			Name: "another subject with his address", First: []fixture.Request{bearing(one, ada)},
			Request: bearing(one, token("eve", member)), Status: 401, Code: unauthorized, Says: "Unauthorized", Then: bindsTo(15),
		},
		{Name: "the same token twice in one request", First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, ada, ada), Status: 200},

		refused("an access token of nobody known", bearer(f.Sign(t, f.Access("ada")))),
		refused("an access token that shows an address", bearer(f.Sign(t, f.Access("ada").With("email", member).With("email_verified", true)))),
		refused("an unverified address", bearer(f.Sign(t, unverified))),
		refused("an address whose verification is another text", bearer(f.Sign(t, unverified.With("email_verified", "yes")))),
		refused("no address", bearer(f.Sign(t, f.ID("ada", "").With("email", nil)))),
		refused("an unknown address", token("ada", "nobody@example.net")),
		{Name: "an address that another organisation holds, too", First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, ada), Status: 200, Then: bindsTo(15), Given: fixture.Person(700, func(u *model.User) { u.OrganizationID, u.Email, u.EmailKey = 2, member, model.AddressKey(member) })},
		refused("an inactive user", ada, edit(15, func(u *model.User) { u.IsActive = false })),
		refused("a deleted user", ada, edit(15, func(u *model.User) { u.IsActive = false; u.DeletedOn = &u.DateJoined })),
		refused("an organisation that is deleted", ada, fixture.Change(table.Organizations, func(o *model.Organization) { o.IsDeleted = true }, int64(1))),
		{Name: "two different tokens", Request: bearing(all, ada, token("ada", "lead@organization.com")), Status: 401, Code: unauthorized, Says: "Unauthorized"},
		refused("a token without its scheme", f.Sign(t, f.ID("ada", member))),
		refused("a token as a key", "ApiKey "+f.Sign(t, f.ID("ada", member))),
		refused("an expired token", bearer(f.Sign(t, f.ID("ada", member).With("exp", time.Now().Add(-time.Hour).Unix())))),
		refused("another audience", bearer(f.Sign(t, f.ID("ada", member).With("aud", "x")))),

		refused("a user whose domain nobody has proved", token("eve", guest)),
		refused("a look-alike of an address", token("eve", "\u017fupport@organization.com"), fixture.Person(701, func(u *model.User) {
			u.Email, u.EmailKey = "support@organization.com", model.AddressKey("support@organization.com")
		})),
		refused("an invitation that nobody accepted decides nothing", token("new", "new@example.net"), invited(1, 1, "new@example.net")),
		{
			Name: "nor does it lock anybody out", Given: fixture.All(invited(1, 2, member), invited(2, 1, member)),
			First: []fixture.Request{bearing(one, ada)}, Request: bearing(one, ada), Status: 200, Then: bindsTo(15),
		},

		creates("a domain that opted in", "new@example.org", 2, byDomain(2, "example.org")),
		refused("a domain that didn't", token("new", "new@example.org")),
		refused("a domain that nobody has proved", token("new", "new@example.net"), byDomain(2, "example.net", func(d *model.Domain) { d.VerifiedOn = nil })),
		refused("below a domain that opted in", token("new", "new@mail.example.org"), byDomain(2, "example.org")),
		refused("a public mail domain that opted in", token("new", "new@gmail.com"), byDomain(2, "gmail.com")),
		refused("a public mail domain in other letters", token("new", "new@GMail.com"), byDomain(2, "gmail.com")),
		refused("an address made to look like the domain", token("new", `"x@example.org"@evil.example`), byDomain(2, "example.org")),
	}
	fixture.Trusting(t, f.Config(), rows)
}

// A key beside a token cuts what the token's user may do, and must be as good
// as one that comes alone.
func TestKeyAndToken(t *testing.T) {
	f := issuer.Forge(t)
	token := bearer(f.Sign(t, f.ID("ada", member)))
	yesterday := model.At(fixture.Epoch.Add(-24 * time.Hour))
	given := fixture.All(
		fixture.Given{func(tx *table.Tx, _ table.Rows) { // user 15 has signed in before
			id := identity(t, f, "ada", member)
			table.Subjects.Put(tx, model.Subject{SubjectKey: id.Subject, IssuerKey: id.Issuer, UserID: 15, OrganizationID: 1, CreatedOn: yesterday})
			table.Bindings.Put(tx, model.Binding{UserID: 15, IssuerKey: id.Issuer, SubjectKey: id.Subject})
		}},
		fixture.Person(701, func(u *model.User) { u.IsActive = false }), fixture.Key("idle", 701),
		fixture.Key("own", 15), fixture.Key("global", 1), fixture.Key("service", 0),
		fixture.Key("old", 15, func(k *model.APIKey) { k.ExpiresOn = &yesterday }),
		fixture.Key("revoked", 15, func(k *model.APIKey) { k.RevokedOn = &yesterday }),
		fixture.Key("reading", 15, func(k *model.APIKey) { k.Scope = "read_only" }),
		fixture.Key("b151", 0, fixture.Bound(151)), fixture.Key("b4", 1, fixture.Bound(4)),
		fixture.Key("foreign", 90, func(k *model.APIKey) { k.OrganizationID = 2 }),
		fixture.Key("groups", 15, func(k *model.APIKey) { k.Scope, k.Groups = "restricted", map[string]string{"workspace": "write"} }),
	)
	with := func(key, method, path, body string) fixture.Request {
		return fixture.Request{Method: method, Path: path, Body: body, Header: http.Header{"Authorization": {token}, "Ocp-Apim-Subscription-Key": {key + ".secret"}}}
	}
	refused := func(name string, r fixture.Request) fixture.Row {
		return fixture.Row{Name: name, Request: r, Status: 401, Code: "unauthorized", Says: "Unauthorized"}
	}
	const leave = "/api/project/151/user/15"
	fixture.Trusting(t, f.Config(), []fixture.Row{
		{Name: "his own key", Request: with("own", "GET", one, ""), Status: 200, Has: []string{`"my_role":"member"`}},
		{Name: "a global admin's key makes him none", Request: with("global", "PUT", one, `{"description":"x"}`), Status: 403, Code: "forbidden"},
		{Name: "nor does a service key", Request: with("service", "PUT", one, `{"description":"x"}`), Status: 403, Code: "forbidden"},
		{Name: "one that is the project's admin", Request: with("b151", "PUT", one, `{"description":"x"}`), Status: 403, Code: "forbidden"},
		{Name: "a service key, and what is his own", Request: with("service", "GET", "/api/project/recent", ""), Status: 200},
		{Name: "the change is his", Request: with("b151", "DELETE", leave, ""), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			audits := fixture.Audits(s.Rows(t.Context(), t))
			if len(audits) != 1 || audits[0].Actor != "user:15" {
				t.Errorf("%+v", audits)
			}
		}},
		{Name: "a read-only key cuts", Request: with("reading", "DELETE", leave, ""), Status: 403, Code: "forbidden"},
		{Name: "a key of other groups cuts", Request: with("groups", "GET", one, ""), Status: 403, Code: "forbidden"},
		{Name: "a key of another project cuts", Request: with("b4", "GET", one, ""), Status: 404, Code: "not_found"},
		{Name: "both in Authorization", Request: bearing(one, "ApiKey own.secret", token), Status: 200},
		{Name: "both in Authorization, the other way round", Request: bearing(one, token, "Bearer own.secret"), Status: 200},
		refused("a key of another organisation", with("foreign", "GET", one, "")),
		refused("an expired key", with("old", "GET", one, "")),
		refused("a revoked key", with("revoked", "GET", one, "")),
		refused("an unknown key", with("unknown", "GET", one, "")),
		refused("an inactive user's key", with("idle", "GET", one, "")),
		refused("a wrong secret", bearing(one, "ApiKey own.wrong", token)),
		refused("no key at all in the header for it", fixture.Request{Method: "GET", Path: one, Header: http.Header{"Authorization": {token}, "Ocp-Apim-Subscription-Key": {""}}}),
		refused("a token where the key belongs", fixture.Request{Method: "GET", Path: one, Header: http.Header{"Ocp-Apim-Subscription-Key": {f.Sign(t, f.ID("ada", member))}}}),
		refused("a good key and a bad token", bearing(one, "ApiKey own.secret", "Bearer a.b.c")),
		refused("a good key and an expired token", bearing(one, "ApiKey own.secret", bearer(f.Sign(t, f.ID("ada", member).With("exp", 1))))),
		refused("a good key and a first sign-in elsewhere", bearing(one, "ApiKey foreign.secret", bearer(f.Sign(t, f.ID("bob", guest))))),
		refused("a bad key and a first sign-in", bearing(one, "ApiKey own.wrong", bearer(f.Sign(t, f.ID("bob", guest))))),
		refused("the address is another's in the key's organisation", bearing(one, "ApiKey foreign.secret", bearer(f.Sign(t, f.ID("bob", "lead@organization.com"))))),
	}, given)
}

// Deletion frees what somebody signs in as in its own transaction: before anything
// that follows from it, the same person comes as a new user, or is back as the old
// one by an undo.
func TestDeletedAndBackAtOnce(t *testing.T) {
	f := issuer.Forge(t)
	ada := bearer(f.Sign(t, f.ID("ada", member)))
	undo := fixture.PostTo(demo.GlobalAdmin, "/api/removal/1001/undo", "")
	deleted := func(t *testing.T, given ...fixture.Given) (*fixture.System, func(fixture.Request, int)) {
		t.Helper()
		s := fixture.New(t)
		s.Trust(f.Config())
		for _, g := range given {
			s.Put(t, g)
		}
		ask := func(r fixture.Request, status int) {
			t.Helper()
			if got := s.Do(t.Context(), r); got.Status != status {
				t.Errorf("%s %s: %d, want %d: %s", r.Method, r.Path, got.Status, status, got.Body)
			}
		}
		ask(bearing(one, ada), 200)
		ask(fixture.DeleteAt(demo.GlobalAdmin, "/api/user/15"), 200)
		return s, ask
	}
	t.Run("as a new user", func(t *testing.T) {
		s, ask := deleted(t, byDomain(1, "organization.com"))
		ask(bearing(all, ada), 200)
		if got := bound(t, s); len(got) != 1 || got[0].UserID == 15 {
			t.Errorf("bound are %+v, want a new user alone", got)
		}
		ask(undo, 409)
		s.Settle(t.Context(), t)
		ask(bearing(all, ada), 200)
		ask(undo, 409)
		fixture.Check(t, s)
	})
	t.Run("as the old one", func(t *testing.T) {
		s, ask := deleted(t)
		ask(bearing(one, ada), 401)
		ask(undo, 200)
		ask(bearing(one, ada), 200)
		fixture.Check(t, s)
	})
}
