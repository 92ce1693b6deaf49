package signin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// pending is invitation 30 of an address to project 151, whose token is
// "30.secret". User 1, a global admin, has made it.
func pending(email string, edits ...func(*model.Invite)) fixture.Given {
	return fixture.Given{func(tx *table.Tx, _ table.Rows) {
		key, project, by := model.AddressKey(email), int64(151), int64(1)
		i := model.Invite{
			ID: 30, OrganizationID: 1, Place: "project:151", ProjectID: &project, Email: email, EmailKey: key, OpenKey: &key, Role: "member", MadeBy: &by,
			Status: model.InvitePending, TokenHash: model.HashSecret("secret"), MailHash: model.HashSecret("letter"),
			ExpiresOn: model.At(fixture.Epoch.Add(72 * time.Hour)), Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch)),
		}
		for _, edit := range edits {
			edit(&i)
		}
		table.Invites.Put(tx, i)
		if i.Status == model.InvitePending {
			table.InvitesOf.Put(tx, model.InviteOf{Place: i.Place, EmailKey: key, InviteID: i.ID})
		}
	}}
}

func madeBy(user int64) func(*model.Invite) { return func(i *model.Invite) { i.MadeBy = &user } }

// toOrganization makes it one for a user who is there already.
func toOrganization(user int64) func(*model.Invite) {
	return func(i *model.Invite) { i.Place, i.ProjectID, i.ForUser = "organization:1", nil, &user }
}

func accepting(token string, credentials ...string) fixture.Request {
	r := fixture.Request{Method: http.MethodPost, Path: "/api/invite/accept", Body: fmt.Sprintf(`{"token":%q}`, token)}
	if len(credentials) > 0 {
		r.Header = http.Header{"Authorization": credentials}
	}
	return r
}

// arrives says that the one user of an address has come in, as what.
func arrives(email string, keys, subjects int) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		rows := s.Rows(t.Context(), t)
		var users []model.User
		for _, u := range table.Users.All(rows) {
			if u.EmailKey == model.AddressKey(email) && u.OrganizationID == 1 {
				users = append(users, u)
			}
		}
		if len(users) != 1 || users[0].ArrivedOn == nil {
			t.Fatalf("%+v", users)
		}
		k, b := 0, 0
		for _, key := range table.Keys.All(rows) {
			if key.UserID != nil && *key.UserID == users[0].ID {
				k++
			}
		}
		for _, subject := range table.Subjects.All(rows) {
			if subject.UserID == users[0].ID {
				b++
			}
		}
		if i, _ := table.Invites.In(rows, 30); k != keys || b != subjects || i.Status != model.InviteAccepted {
			t.Errorf("%d keys, %d subjects, %+v", k, b, i)
		}
		if m, _ := table.ProjectMembers.In(rows, 151, users[0].ID); i30(rows).ProjectID != nil && m.Role != "member" {
			t.Errorf("%+v", m)
		}
		fixture.Check(t, s)
	}
}

func i30(rows table.Rows) model.Invite { i, _ := table.Invites.In(rows, 30); return i }

const fresh = "new@example.net"

// A token that nobody is bound to is bound by the invitation to its address, and
// by nothing else.
func TestInvitationIsAcceptedWithAToken(t *testing.T) {
	f := issuer.Forge(t)
	token := func(subject, email string) string { return bearer(f.Sign(t, f.ID(subject, email))) }
	unverified := bearer(f.Sign(t, f.ID("new", fresh).With("email_verified", false)))
	is := func(name string, r fixture.Request, status int, given ...fixture.Given) fixture.Row {
		row := fixture.Row{Name: name, Given: fixture.All(given...), Request: r, Status: status}
		switch status {
		case 401:
			row.Code, row.Says = "unauthorized", "Unauthorized"
		case 410:
			row.Code = "expired"
		}
		return row
	}
	joins := func(name, email string, given ...fixture.Given) fixture.Row {
		r := is(name, accepting("30.secret", token("new", email)), 200, given...)
		r.Lacks, r.Then = []string{`"key"`}, arrives(email, 0, 1)
		return r
	}
	someone := fixture.Person(20, func(u *model.User) { u.Email, u.EmailKey = fresh, model.AddressKey(fresh) })
	inactive := fixture.Person(20, func(u *model.User) { u.Email, u.EmailKey, u.IsActive = fresh, model.AddressKey(fresh), false })
	rows := []fixture.Row{
		joins("the invited person becomes a user", fresh, pending(fresh)),
		joins("whoever made the invitation", fresh, pending(fresh, madeBy(7))),
		joins("a user is bound", fresh, pending(fresh), someone),
		joins("a user is bound by an invitation to the organisation", fresh, pending(fresh, toOrganization(20)), someone),
		is("another person", accepting("30.secret", token("eve", "eve@example.net")), 401, pending(fresh)),
		is("a look-alike", accepting("30.secret", token("eve", "\u212bda@example.net")), 401, pending("\u00e5da@example.net")),
		is("an unverified address", accepting("30.secret", unverified), 401, pending(fresh)),
		is("an access token", accepting("30.secret", bearer(f.Sign(t, f.Access("new")))), 401, pending(fresh)),
		is("a wrong token of the invitation", accepting("30.Secret", token("new", fresh)), 401, pending(fresh)),
		is("a revoked invitation", accepting("30.secret", token("new", fresh)), 401, pending(fresh, func(i *model.Invite) { i.Status, i.OpenKey = model.InviteRevoked, nil })),
		is("an accepted one", accepting("30.secret", token("new", fresh)), 401, pending(fresh, func(i *model.Invite) { i.Status, i.OpenKey = model.InviteAccepted, nil })),
		is("an expired one", accepting("30.secret", token("new", fresh)), 410, pending(fresh, func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) })),
		is("a deactivated user", accepting("30.secret", token("new", fresh)), 401, pending(fresh), inactive),
		is("no credential where people sign in", accepting("30.secret"), 401, pending(fresh)),
		is("elsewhere the invitation is nothing", fixture.Request{Method: "POST", Path: "/api/team/", Body: `{"team_name":"A"}`, Header: http.Header{"Authorization": {token("new", fresh)}}}, 401, pending(fresh)),
		is("a malformed body is 401, too", fixture.Request{Method: "POST", Path: "/api/invite/accept", Body: `{"tok`, Header: http.Header{"Authorization": {token("new", fresh)}}}, 401, pending(fresh)),
	}
	fixture.Trusting(t, f.Config(), rows)
}

// Where no issuer is configured, an invitation's token alone lets in whom it
// invites, while nobody can have got it but them or somebody above them.
func TestInvitationIsAcceptedWithNothingElse(t *testing.T) {
	user := func(edit func(*model.User)) fixture.Given {
		return fixture.Person(20, func(u *model.User) {
			u.Email, u.EmailKey = fresh, model.AddressKey(fresh)
			edit(u)
		})
	}
	plain := user(func(*model.User) {})
	staff, global := user(func(u *model.User) { u.IsStaff = true }), user(func(u *model.User) { u.IsSuperuser = true; one := int64(1); u.GlobalAdminOf = &one })
	many := fixture.Change(table.Organizations, func(o *model.Organization) { o.GlobalAdminCount++ }, int64(1))
	letin := func(name, token string, given ...fixture.Given) fixture.Row {
		return fixture.Row{Name: name, Given: fixture.All(given...), Request: accepting(token), Status: 200, Has: []string{`"meta":{"key":"`}, Then: arrives(fresh, 1, 0)}
	}
	refused := func(name, token string, given ...fixture.Given) fixture.Row {
		return fixture.Row{Name: name, Given: fixture.All(given...), Request: accepting(token), Status: 401, Code: "unauthorized", Says: "Unauthorized", Idle: true,
			Fields: map[string]string{"body.token": "lets nobody in: it was used, replaced or revoked, or the invited person must send a key or token of their own beside it"}}
	}
	second := fixture.Row{Name: "a second time", Given: pending(fresh), First: []fixture.Request{accepting("30.secret")}, Request: accepting("30.secret"), Status: 401, Code: "unauthorized", Idle: true}
	fixture.Table(t, []fixture.Row{
		letin("a new person, invited by a global admin", "30.secret", pending(fresh)),
		letin("a new person, with the letter of a project's admin", "30.letter", pending(fresh, madeBy(7))),
		letin("a user who was never here", "30.secret", pending(fresh), plain),
		letin("who was made for them", "30.secret", pending(fresh, toOrganization(20)), plain),
		letin("an application admin, invited by a global one", "30.secret", pending(fresh), staff),
		letin("a global admin, with a letter", "30.letter", pending(fresh), global, many),
		{Name: "a new person, to a workspace", Given: pending(fresh, toTeam), Request: fixture.Request{
			Method: "POST", Path: "/api/organizations/1/workspaces/7/invite/accept", Body: `{"token":"30.secret","email":"` + fresh + `"}`,
		}, Status: 200, Has: []string{`"key":"`}, Then: arrives(fresh, 1, 0)},
		second,
		refused("a link that a project's admin was shown", "30.secret", pending(fresh, madeBy(7))),
		refused("to a user who was never here", "30.secret", pending(fresh, madeBy(7)), plain),
		refused("to a global admin who was never here", "30.secret", pending(fresh, madeBy(7)), global, many),
		refused("one that a global admin was shown, to another", "30.secret", pending(fresh), global, many),
		refused("of a service key, which is nobody", "30.secret", pending(fresh, func(i *model.Invite) { i.MadeBy = nil })),
		refused("of an admin who is gone", "30.secret", pending(fresh, madeBy(21)), fixture.Person(21, func(u *model.User) { u.IsStaff, u.IsActive = true, false })),
		refused("of an admin who is none any more", "30.secret", pending(fresh, madeBy(21)), fixture.Person(21, func(*model.User) {})),
		refused("a user who has a key", "30.letter", pending(fresh), plain, fixture.Key("test", 20)),
		refused("who had one", "30.letter", pending(fresh), plain, fixture.Key("test", 20, func(k *model.APIKey) { on := model.At(fixture.Epoch); k.RevokedOn = &on })),
		refused("who is bound to a subject", "30.letter", pending(fresh), plain, fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.Subjects.Put(tx, model.Subject{SubjectKey: "s", IssuerKey: "i", UserID: 20, OrganizationID: 1})
			table.Bindings.Put(tx, model.Binding{UserID: 20, IssuerKey: "i", SubjectKey: "s"})
		}}),
		refused("who was here", "30.letter", pending(fresh), user(func(u *model.User) { u.ArrivedOn = &u.DateJoined })),
		refused("who is deactivated", "30.letter", pending(fresh), user(func(u *model.User) { u.IsActive = false })),
		refused("who is another than it was made for", "30.letter", pending(fresh, toOrganization(16)), plain),
		refused("who is gone", "30.letter", pending(fresh, toOrganization(20))),
		refused("a revoked invitation", "30.letter", pending(fresh, func(i *model.Invite) { i.Status, i.OpenKey = model.InviteRevoked, nil })),
		refused("a wrong token", "30.wrong", pending(fresh)),
		refused("an unknown one", "31.secret", pending(fresh)),
		refused("what is none", "secret", pending(fresh)),
		refused("an invitation without a letter has no empty secret", "30.", pending(fresh, func(i *model.Invite) { i.MailHash = nil })),
		{Name: "an expired one", Given: pending(fresh, func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) }), Request: accepting("30.secret"), Status: 410, Code: "expired", Idle: true},
		{Name: "no credential on any other operation", Given: pending(fresh), Request: fixture.Request{Method: "GET", Path: "/api/project/"}, Status: 401, Code: "unauthorized"},
		{Name: "a bad credential isn't none", Given: pending(fresh), Request: accepting("30.secret", "Bearer nonsense"), Status: 401, Code: "unauthorized", Idle: true},
		{Name: "a malformed body holds no credential, and is told why", Request: fixture.Request{Method: "POST", Path: "/api/invite/accept", Body: `{"tok`}, Status: 401, Code: "unauthorized", Says: "Unauthorized", Fields: map[string]string{"body": "is not valid JSON (at byte 5)"}},
		{Name: "nor does one that isn't declared", Given: pending(fresh), Request: fixture.Request{Method: "POST", Path: "/api/invite/accept", Body: `{"token":"30.secret"}`, Header: http.Header{"Content-Type": {"text/plain"}}}, Status: 401, Code: "unauthorized", Fields: map[string]string{"header.Content-Type": ""}},
		{Name: "nor one without a token", Request: fixture.Request{Method: "POST", Path: "/api/invite/accept", Body: `{}`}, Status: 401, Code: "unauthorized", Fields: map[string]string{"body.token": "is required"}},
	})
}

// Who accepts with an Idempotency-Key and nothing else may ask again, and is told
// that they did; nobody else learns anything of a token that was used.
func TestAnAcceptanceIsRepeated(t *testing.T) {
	keyed := func(r fixture.Request, key string) fixture.Request {
		r.Header = http.Header{"Idempotency-Key": {key}}
		return r
	}
	first := []fixture.Request{keyed(accepting("30.secret"), "k")}
	joining := fixture.Request{Method: "POST", Path: "/api/organizations/1/workspaces/7/invite/accept", Body: `{"token":"30.secret","email":"` + fresh + `"}`}
	refused := func(name string, r fixture.Request) fixture.Row {
		return fixture.Row{Name: name, Given: pending(fresh), First: first, Request: r, Status: 401, Code: "unauthorized", Idle: true, Lacks: []string{fresh}}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "the same again", Given: pending(fresh), First: first, Request: first[0], Status: 200, Has: []string{`"replayed":true`, fresh}, Lacks: []string{`"key"`}, Idle: true},
		{Name: "the same again, of a workspace", Given: pending(fresh, toTeam), First: []fixture.Request{keyed(joining, "k")}, Request: keyed(joining, "k"), Status: 200, Body: `{"message":"Added user to workspace"}`, Idle: true},
		refused("with another Idempotency-Key", keyed(accepting("30.secret"), "l")),
		refused("without one", accepting("30.secret")),
		refused("with another body", keyed(fixture.Request{Method: "POST", Path: "/api/invite/accept", Body: `{"token": "30.secret"}`}, "k")),
		refused("with another token of the same invitation", keyed(accepting("30.letter"), "k")),
		refused("with a wrong token", keyed(accepting("30.wrong"), "k")),
		{Name: "a day later", Given: pending(fresh), First: first, Later: 24 * time.Hour, Request: first[0], Status: 401, Code: "unauthorized", Idle: true},
		{Name: "who was deactivated meanwhile", Given: pending(fresh), First: append(first[:1:1], fixture.Request{Method: "PUT", Path: "/api/user/1001", Key: demo.GlobalAdmin, Body: `{"is_active":false}`}), Request: first[0], Status: 401, Code: "unauthorized", Idle: true},
	})
}

// toTeam makes it one to workspace 7.
func toTeam(i *model.Invite) {
	team := int64(7)
	i.Place, i.ProjectID, i.TeamID, i.Role = "team:7", nil, &team, "editor"
}

// Whoever is refused by an operation that accepts invitations leaves nothing: no
// user, no binding, and no first sign-in in the audit log.
func TestRefusedAcceptanceMakesNobody(t *testing.T) {
	joining := func(path, email string, credentials ...string) fixture.Request {
		r := accepting("30.secret", credentials...)
		r.Path, r.Body = "/api/organizations/"+path+"/invite/accept", fmt.Sprintf(`{"token":"30.secret","email":%q}`, email)
		return r
	}
	full := fixture.Change(table.Teams, func(x *model.Team) { x.MemberCount = 1000 }, int64(7))
	f := issuer.Forge(t)
	token := bearer(f.Sign(t, f.ID("new", fresh)))
	someone := fixture.Person(20, func(u *model.User) { u.Email, u.EmailKey = fresh, model.AddressKey(fresh) })
	rows := func(given fixture.Given, credentials ...string) []fixture.Row {
		refused := func(name string, r fixture.Request, status int, given ...fixture.Given) fixture.Row {
			return fixture.Row{Name: name, Given: fixture.All(given...), Request: r, Status: status, Lacks: []string{`"success":true`}, Idle: true, Leases: true}
		}
		team := fixture.All(given, pending(fresh, toTeam))
		return []fixture.Row{
			{Name: "the token of a workspace where a project is joined", Given: team, Request: accepting("30.secret", credentials...), Status: 404, Code: "not_found", Idle: true, Leases: true},
			refused("the token of a project where a workspace is joined", joining("1/workspaces/7", fresh, credentials...), 400, given, pending(fresh)),
			refused("another address beside the token", joining("1/workspaces/7", "other@example.net", credentials...), 400, team),
			refused("another workspace than the token's", joining("1/workspaces/8", fresh, credentials...), 404, team),
			refused("another organization than the workspace's", joining("2/workspaces/7", fresh, credentials...), 400, team),
			refused("a workspace that is full", joining("1/workspaces/7", fresh, credentials...), 409, team, full),
		}
	}
	t.Run("by link", func(t *testing.T) { fixture.Table(t, rows(nil)) })
	t.Run("by a token that nobody is bound to", func(t *testing.T) { fixture.Trusting(t, f.Config(), rows(nil, token)) })
	t.Run("a user who was never here", func(t *testing.T) { fixture.Trusting(t, f.Config(), rows(someone, token)) })
}

// Of two who come with one link at once, one gets the one key.
func TestOneLinkIsOneKey(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, pending(fresh))
	var answers [8]fixture.Response
	g, ctx := concurrent.WithContext(t.Context())
	for i := range answers {
		g.Go(func() error {
			answers[i] = s.Do(ctx, accepting("30.secret"))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, a := range answers {
		switch {
		case a.Status == 200 && strings.Contains(a.Body, `"key":"`):
			keys++
		case a.Status != 401:
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if keys != 1 {
		t.Errorf("%d keys", keys)
	}
	arrives(fresh, 1, 0)(t, s)
}

// A batch of reads is no snapshot: whoever is late with a link is refused, though
// their row is older in it than the invitation's.
func TestLateWithALink(t *testing.T) {
	s := fixture.New(t, fixture.Trouble)
	s.Put(t, fixture.All(pending(fresh, toOrganization(20)), fixture.Person(20, func(u *model.User) { u.Email, u.EmailKey = fresh, model.AddressKey(fresh) })))
	base, by := s.Rows(t.Context(), t), int64(20)
	refused := 0
	for call, struck := 1, true; struck; call++ {
		s.Restore(t.Context(), t, base)
		s.Fresh()
		struck = false
		f := fixture.Faults{Call: call, Fault: fixture.Meanwhile(func() {
			struck = true
			s.Put(t, fixture.Change(table.Invites, func(i *model.Invite) { i.Status, i.OpenKey, i.AcceptedBy = model.InviteAccepted, nil, &by }, int64(30)))
		})}
		got := s.Do(f.In(t.Context()), accepting("30.secret"))
		switch {
		case got.Status == http.StatusUnauthorized:
			refused++
		case got.Status != http.StatusOK || !strings.Contains(got.Body, `"key":"`):
			t.Errorf("accepted before call %d: %d %s", call, got.Status, got.Body)
		}
	}
	if refused == 0 {
		t.Error("nobody was late")
	}
}

// A person gets in with nothing but what the local runner gives.
func TestFirstPersonOnOneMachine(t *testing.T) {
	s := fixture.New(t)
	do := func(r fixture.Request, status int, into any) {
		t.Helper()
		got := s.Do(t.Context(), r)
		if got.Status != status {
			t.Fatalf("%s %s: %d %s", r.Method, r.Path, got.Status, got.Body)
		}
		if into != nil {
			if err := json.Unmarshal([]byte(got.Body), into); err != nil {
				t.Fatal(err)
			}
		}
	}
	create := func(key, body string) fixture.Request {
		return fixture.Request{Method: "POST", Path: "/api/user/", Key: key, Body: body}
	}
	type linked struct {
		Data struct {
			ID int64 `json:"id"`
		} `json:"data"`
		Meta struct {
			URL string `json:"url"`
		} `json:"meta"`
	}
	var first, again, me linked
	var accepted struct {
		Data []any `json:"data"` // the projects that they are in by it: none
		Meta struct {
			Key string `json:"key"`
		} `json:"meta"`
	}
	body := `{"email":"ada@example.com","is_staff":true}`
	do(create(demo.GlobalAdmin, body), 201, &first)
	do(create(demo.GlobalAdmin, body), 201, &again)
	if first.Data.ID != again.Data.ID || first.Meta.URL == "" || first.Meta.URL == again.Meta.URL {
		t.Fatalf("%+v, then %+v", first, again)
	}
	token := func(l linked) string { _, t, _ := strings.Cut(l.Meta.URL, "#token="); return t }
	do(accepting(token(first)), 401, nil) // the one before opens nothing any more
	do(accepting(token(again)), 200, &accepted)
	do(fixture.Request{Method: "GET", Path: "/api/user/me", Key: accepted.Meta.Key}, 200, &me)
	if len(accepted.Data) != 0 {
		t.Errorf("invited to the organization alone, they joined %v", accepted.Data)
	}
	if me.Data.ID != first.Data.ID {
		t.Errorf("the key is user %d's, not user %d's", me.Data.ID, first.Data.ID)
	}
	do(create(demo.GlobalAdmin, body), 409, nil)
	do(create(demo.GlobalAdmin, `{"email":"eve@example.com","first_name":"Eve"}`), 201, nil)
	do(create(demo.GlobalAdmin, `{"email":"eve@example.com"}`), 201, nil)
	do(create(demo.GlobalAdmin, `{"email":"eve@example.com","first_name":"Eva"}`), 409, nil)
	s.Settle(t.Context(), t)
	for _, n := range table.Notifications.All(s.Rows(t.Context(), t)) {
		if n.Type == model.NoticeInvited {
			t.Errorf("who has a link that is good is told of another: %+v", n)
		}
	}
	do(create(accepted.Meta.Key, `{"email":"bob@example.com"}`), 201, nil)
	fixture.Check(t, s)
}
