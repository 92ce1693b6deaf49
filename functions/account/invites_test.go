package account_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/mail"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// invited is a pending invitation 30 of user 20, whose key is "test.secret", to
// project 151; its token is "30.secret".
func invited(edits ...func(*model.Invite)) fixture.Given {
	return fixture.All(fixture.People(20, 20), fixture.Key("test", 20), invitation(edits...))
}

func invitation(edits ...func(*model.Invite)) fixture.Given {
	return fixture.Given{func(tx *table.Tx, _ table.Rows) {
		project, key := int64(151), model.AddressKey(fixture.Email(20))
		i := model.Invite{
			ID: 30, OrganizationID: 1, Place: "project:151", ProjectID: &project, Email: fixture.Email(20), EmailKey: key, OpenKey: &key, Role: "member",
			Status: model.InvitePending, TokenHash: model.HashSecret("secret"), ExpiresOn: model.At(fixture.Epoch.Add(72 * time.Hour)), Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1,
		}
		for _, edit := range edits {
			edit(&i)
		}
		table.Invites.Put(tx, i)
		if i.Status == model.InvitePending {
			table.InvitesOf.Put(tx, model.InviteOf{Place: i.Place, EmailKey: i.EmailKey, InviteID: i.ID})
		}
	}}
}

func accept(key, token string) fixture.Request {
	return post(key, "/api/invite/accept", fmt.Sprintf(`{"token":%q}`, token))
}

func TestInvite(t *testing.T) {
	const path = "/api/project/151/invite"
	ask := func(body string) fixture.Request { return post(demo.ProjectAdmin, path, body) }
	wrong := func(name, body, field string) fixture.Row {
		return fixture.Row{Name: name, Request: ask(body), Status: 400, Code: "invalid", Fields: map[string]string{field: ""}}
	}
	again := with(ask(`{"email":"new@example.com"}`), "Idempotency-Key", "k")
	warned := func(name, key string, given fixture.Given) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: post(key, path, `{"email":"new@example.com"}`), Status: 201, Has: []string{`"warnings":["needs_key"]`}}
	}
	trusted := func(name, key string, given fixture.Given) fixture.Row {
		row := warned(name, key, given)
		row.Has, row.Lacks = []string{`"url":"`}, []string{"warnings"}
		return row
	}
	fixture.Table(t, []fixture.Row{
		{Name: "the answer carries the link where no mail is sent", Request: ask(`{"email":"New@Example.com"}`), Status: 201, Says: "Invite created successfully.",
			Data: `{"id":1001,"email":"New@Example.com","role":"member","status":"pending","expires_on":"2026-01-04T00:00:00.002000Z"}`, Has: []string{`"url":"/invite?project_id=151#token=1001.`},
			Then: func(t *testing.T, s *fixture.System) {
				for _, a := range fixture.Audits(s.Rows(t.Context(), t)) {
					if text := fmt.Sprint(a); a.Resource != "invite:1001" || strings.Contains(strings.ToLower(text), "example.com") {
						t.Error(text)
					}
				}
			}},
		warned("the link of a project's admin lets nobody in by itself", demo.ProjectAdmin, nil),
		warned("nor does a service key's", "test.secret", fixture.Key("test", 0)),
		warned("nor does that of a key that reaches less than its user", "test.secret", fixture.Key("test", 1, fixture.Bound(151))),
		trusted("a global admin's does", demo.GlobalAdmin, nil),
		trusted("an application admin's does", "test.secret", fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("test", 20))),
		{Name: "whoever could accept the one before isn't told again", Given: fixture.People(20, 20), First: []fixture.Request{ask(`{"email":"user20@organization.com"}`)}, Request: ask(`{"email":"user20@organization.com"}`), Status: 201,
			Then: func(t *testing.T, s *fixture.System) {
				s.Settle(t.Context(), t)
				told := 0
				for _, n := range table.Notifications.All(s.Rows(t.Context(), t)) {
					if n.UserID == 20 && n.Type == model.NoticeInvited {
						told++
					}
				}
				if told != 1 {
					t.Errorf("told %d times", told)
				}
			}},
		{Name: "once", First: []fixture.Request{again}, Request: again, Status: 201, Idle: true, Meta: `{"replayed":true}`},
		{Name: "as admin, for a while", Request: ask(`{"email":"new@example.com","role":"admin","expires_hours":1}`), Status: 201, Has: []string{`"role":"admin"`, `"expires_on":"2026-01-01T01:`}},
		{Name: "again: the one before opens nothing", Given: invited(), First: []fixture.Request{ask(`{"email":"USER20@organization.com"}`)}, Request: accept("test.secret", "30.secret"), Status: 404, Code: "not_found"},
		{Name: "an expired one is replaced too", Given: invited(func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) }), Request: ask(`{"email":"user20@organization.com"}`), Status: 201,
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				old, _ := table.Invites.In(rows, 30)
				of, _ := table.InvitesOf.In(rows, "project:151", old.EmailKey)
				if old.Status != model.InviteRevoked || of.InviteID != 1001 {
					t.Errorf("%+v %+v", old, of)
				}
			}},
		{Name: "a member isn't invited", Request: ask(`{"email":"Member@organization.com"}`), Status: 409, Code: "duplicate"},
		{Name: "one whose membership has expired is", Given: fixture.All(fixture.People(20, 20), fixture.Joins(151, 20, "member", fixture.Until(-time.Hour))), Request: ask(`{"email":"user20@organization.com"}`), Status: 201},
		wrong("no address", `{}`, "body.email"), wrong("no such address", `{"email":"nobody"}`, "body.email"), wrong("no such role", `{"email":"a@b.c","role":"owner"}`, "body.role"),
		wrong("too long", `{"email":"a@b.c","expires_hours":721}`, "body.expires_hours"), wrong("too short", `{"email":"a@b.c","expires_hours":0}`, "body.expires_hours"),
		{Name: "all are listed", Given: invited(func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) }), Request: get(demo.ProjectAdmin, path), Status: 200, Has: []string{`"status":"accepted"`, `"status":"expired"`}, Lacks: []string{"token"}},
		{Name: "by pages", Given: invited(), Request: get(demo.ProjectAdmin, path+"?limit=1"), Status: 200, Has: []string{`"id":1,`, "next_cursor"}, Lacks: []string{`"id":30`}},
		{Name: "revoked", Given: invited(), Request: drop(demo.ProjectAdmin, path+"/30"), Status: 200, Has: []string{`"status":"revoked"`}},
		{Name: "not twice", Given: invited(), First: []fixture.Request{drop(demo.ProjectAdmin, path+"/30")}, Request: drop(demo.ProjectAdmin, path+"/30"), Status: 404, Code: "not_found"},
		{Name: "not once it is accepted", Request: drop(demo.ProjectAdmin, path+"/1"), Status: 409, Code: "bad_transition"},
		{Name: "not through another project", Request: drop(demo.ProjectAdmin, path+"/3"), Status: 404, Code: "not_found"},
	})
}

func TestAccept(t *testing.T) {
	me := accept("test.secret", "30.secret")
	no := func(name string, given fixture.Given, r fixture.Request, status int, code string) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: status, Code: code}
	}
	accepted := func(by int64) func(*model.Invite) {
		return func(i *model.Invite) { i.Status, i.AcceptedBy, i.OpenKey = model.InviteAccepted, &by, nil }
	}
	member := func(role string) func(*testing.T, *fixture.System) {
		return func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			m, _ := table.ProjectMembers.In(rows, 151, 20)
			i, _ := table.Invites.In(rows, 30)
			if _, open := table.InvitesOf.In(rows, "project:151", i.EmailKey); m.Role != role || m.ExpiresOn != nil || i.Status != model.InviteAccepted || *i.AcceptedBy != 20 || open {
				t.Errorf("%+v %+v %v", m, i, open)
			}
		}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "the invited person becomes a member", Given: invited(), Request: me, Status: 200, Has: []string{`"id":1001`, `"email":"user20@organization.com"`}, Then: member("member")},
		{Name: "nor by one that his removal is about to revoke", Given: fixture.All(invited(), fixture.Joins(151, 20, "member")), First: []fixture.Request{drop(demo.ProjectAdmin, "/api/project/151/user/20")}, Request: me, Status: 404, Code: "not_found"},
		{Name: "as what he was invited", Given: invited(func(i *model.Invite) { i.Role = "admin" }), Request: me, Status: 200, Then: member("admin")},
		{Name: "twice is answered alike", Given: invited(), First: []fixture.Request{me}, Request: me, Status: 200, Again: true, Idle: true},
		{Name: "a member stays what he is", Given: fixture.All(invited(func(i *model.Invite) { i.Role = "admin" }), fixture.Joins(151, 20, "member")), Request: me, Status: 200, Then: member("member")},
		{Name: "an expired membership is taken up again", Given: fixture.All(invited(), fixture.Joins(151, 20, "member", fixture.Until(-time.Hour))), Request: me, Status: 200, Then: member("member")},
		{Name: "to its last moment", Given: invited(func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch.Add(time.Second)) }), Request: me, Status: 200},
		no("and not from then on", invited(func(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) }), me, 410, "expired"),
		no("a tampered token", invited(), accept("test.secret", "30.Secret"), 404, "not_found"),
		no("another number", invited(), accept("test.secret", "31.secret"), 404, "not_found"),
		no("the number spelled otherwise", invited(), accept("test.secret", "030.secret"), 404, "not_found"),
		no("no token at all", invited(), accept("test.secret", "secret"), 404, "not_found"),
		no("a workspace's token", nil, accept(demo.ProjectMember, "2."+demo.InviteSecret), 404, "not_found"),
		no("another organisation's", nil, accept(demo.GlobalAdmin, "5."+demo.InviteSecret), 404, "not_found"),
		no("from another organisation", invited(), accept(demo.OtherOrganization, "30.secret"), 404, "not_found"),
		no("a revoked one", invited(func(i *model.Invite) { i.Status = model.InviteRevoked }), me, 404, "not_found"),
		no("somebody else's", invited(), accept(demo.GlobalAdmin, "30.secret"), 403, "forbidden"),
		no("a project that is deleted", fixture.All(invited(), fixture.Delete(151)), me, 404, "not_found"),
		no("it doesn't bring back who was removed since", invited(accepted(20)), me, 409, "bad_transition"),
		no("nor serve another who has the address now", fixture.All(invited(accepted(21)), fixture.Joins(151, 20, "member")), me, 409, "bad_transition"),
		no("a service key is nobody", fixture.All(invited(), fixture.Key("robot", 0)), accept("robot.secret", "30.secret"), 403, "forbidden"),
	})
}

// A letter goes out once, with the link that the answer then leaves out; where
// it can't be sent, the answer has the link.
func TestLetter(t *testing.T) {
	var letters []string
	status := http.StatusOK
	ses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var l struct {
			Content struct {
				Simple struct {
					Body struct{ Text struct{ Data string } }
				}
			}
		}
		_ = json.NewDecoder(r.Body).Decode(&l)
		letters = append(letters, l.Content.Simple.Body.Text.Data)
		w.WriteHeader(status)
	}))
	defer ses.Close()
	s := fixture.New(t)
	s.Local = mail.Carry(mail.New(mail.Config{From: "rooms@example.com", AppURL: "https://app.example.com/", Endpoint: ses.URL}, mail.Credentials{Region: "eu-west-1", AccessKey: "a", SecretKey: "s"}), s.Local)
	ask := post(demo.ProjectAdmin, "/api/project/151/invite", fmt.Sprintf(`{"email":%q}`, fixture.Email(20)))
	got := s.Do(t.Context(), ask)
	if got.Status != http.StatusCreated || strings.Contains(got.Body, "meta") || len(letters) != 1 {
		t.Fatal(got.Status, got.Body, letters)
	}
	_, token, ok := strings.Cut(letters[0], "https://app.example.com/invite?project_id=151#token=")
	if !ok {
		t.Fatal(letters[0])
	}
	s.Put(t, fixture.All(fixture.People(20, 20), fixture.Key("test", 20)))
	if got := s.Do(t.Context(), accept("test.secret", strings.Fields(token)[0])); got.Status != http.StatusOK {
		t.Error(got.Status, got.Body)
	}
	status = http.StatusBadRequest
	got = s.Do(t.Context(), post(demo.ProjectAdmin, "/api/project/151/invite", `{"email":"new@example.com"}`))
	if got.Status != http.StatusCreated || !strings.Contains(got.Body, `"url":"https://app.example.com/invite?`) {
		t.Error(got.Status, got.Body)
	}
}
