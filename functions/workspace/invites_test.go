package workspace_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// invited is a pending invitation 30 of user 20 to workspace 7; its token is
// "30.secret". He is a stranger there.
func invited(edits ...func(*model.Invite)) fixture.Given {
	return fixture.All(stranger(), fixture.Given{func(tx *table.Tx, _ table.Rows) {
		team, key := int64(7), model.AddressKey(fixture.Email(20))
		i := model.Invite{
			ID: 30, OrganizationID: 1, Place: "team:7", TeamID: &team, Email: fixture.Email(20), EmailKey: key, OpenKey: &key, Role: "editor",
			Status: model.InvitePending, TokenHash: model.HashSecret("secret"), ExpiresOn: model.At(fixture.Epoch.Add(7 * 24 * time.Hour)), Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1,
		}
		for _, edit := range edits {
			edit(&i)
		}
		table.Invites.Put(tx, i)
		if i.Status == model.InvitePending {
			table.InvitesOf.Put(tx, model.InviteOf{Place: i.Place, EmailKey: i.EmailKey, InviteID: i.ID})
		}
	}})
}

func expired(i *model.Invite) { i.ExpiresOn = model.At(fixture.Epoch) }

func accepted(by int64) func(*model.Invite) {
	return func(i *model.Invite) { i.Status, i.AcceptedBy, i.OpenKey = model.InviteAccepted, &by, nil }
}

// route is a request to one of the three routes of workspace 7.
func route(key, which, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/organizations/1/workspaces/7/invite" + which, Key: key, Body: body}
}

func ask(key, email, role string) fixture.Request {
	return route(key, "", fmt.Sprintf(`[{"email":%q,"roles":[%q]}]`, email, role))
}

func accept(key, token, email string) fixture.Request {
	return route(key, "/accept", fmt.Sprintf(`{"token":%q,"email":%q}`, token, email))
}

// pending is how the workspace shows that invitation.
func pending(status string) string {
	return `{"user":{"id":"invite:30","email":"user20@organization.com","username":"user20@organization.com","status":"` + status + `","created_at":"2026-01-01T00:00:00.000000Z"},"roles":[{"role_name":"editor","role_description":"Can edit workspace content, but cannot manage members or roles."}]}`
}

func coded(code, message string) string {
	return fmt.Sprintf(`{"detail":{"error":%q,"message":%q}}`, code, message)
}

var (
	notFound = coded("INVITE_NOT_FOUND", "The invitation was not found.")
	joined   = `{"message":"Added user to workspace"}`
)

func TestInvite(t *testing.T) {
	link := func(name string, given fixture.Given, r fixture.Request) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: 200, Has: []string{`{"url":"/invite?organization_id=1&workspace_id=7#token=1001.`, `"warnings":["needs_key"]}`}}
	}
	trusted := link("the link of a global admin lets in by itself", nil, ask(demo.GlobalAdmin, "new@example.com", "viewer"))
	trusted.Has, trusted.Lacks = trusted.Has[:1], []string{"warnings"}
	again := with(ask(demo.ProjectAdmin, "new@example.com", "viewer"), "Idempotency-Key", "k")
	replay := says("a repeated request leaves the link out", nil, again, 200, `{"replayed":true}`)
	replay.First, replay.Idle = []fixture.Request{again}, true
	old := says("the one before opens nothing any more", invited(), accept("test.secret", "30.secret", fixture.Email(20)), 400, notFound)
	old.First = []fixture.Request{ask(demo.ProjectAdmin, fixture.Email(20), "viewer")}
	renewed := says("nor after it was sent again", invited(), accept("test.secret", "30.secret", fixture.Email(20)), 400, notFound)
	renewed.First = []fixture.Request{route(demo.ProjectAdmin, "/resend", `{"email":"USER20@organization.com"}`)}
	elsewhere := fixture.Request{Method: "POST", Path: "/api/organizations/2/workspaces/7/invite", Key: demo.ProjectAdmin, Body: `[{"email":"a@b.c","roles":["viewer"]}]`}
	unknown, theirs := elsewhere, elsewhere
	unknown.Path, theirs.Path = "/api/organizations/1/workspaces/8/invite", "/api/organizations/2/workspaces/9/invite"
	fixture.Table(t, []fixture.Row{
		link("the answer is the link where no mail is sent", nil, ask(demo.ProjectAdmin, "new@example.com", "owner")),
		link("one invitation after the other", invited(), ask(demo.ProjectAdmin, fixture.Email(20), "viewer")),
		link("an expired one is sent again", invited(expired), route(demo.ProjectAdmin, "/resend", `{"email":"user20@organization.com"}`)),
		link("a workspace_admin invites", member("workspace_admin"), ask("test.secret", "new@example.com", "editor")),
		says("but no owner", member("workspace_admin"), ask("test.secret", "new@example.com", "owner"), 403, refused),
		says("nor sends an owner's again", fixture.All(invited(func(i *model.Invite) { i.Role = "owner" }), fixture.JoinsTeam(7, 20, "workspace_admin")), route("test.secret", "/resend", `{"email":"user20@organization.com"}`), 403, refused),
		says("an editor invites nobody", member("editor"), ask("test.secret", "new@example.com", "viewer"), 403, refused),
		trusted, replay, old, renewed,
		says("a member isn't invited, and no client tries again", nil, ask(demo.ProjectAdmin, "USER@example.com", "viewer"), 400, `{"detail":"The user is a member of the workspace already."}`),
		says("nothing to send again", nil, route(demo.ProjectAdmin, "/resend", `{"email":"new@example.com"}`), 400, coded("INVITE_NOT_FOUND", "There is no invitation to this address.")),
		says("nothing after it was accepted", invited(accepted(20)), route(demo.ProjectAdmin, "/resend", `{"email":"user20@organization.com"}`), 400, coded("INVITE_NOT_FOUND", "There is no invitation to this address.")),
		says("a bad role", nil, ask(demo.ProjectAdmin, "new@example.com", "king"), 400, badRole),
		says("a bad role before 404", nil, fixture.Request{Method: "POST", Path: unknown.Path, Key: demo.ProjectAdmin, Body: `[{"email":"a@b.c","roles":["king"]}]`}, 400, badRole),
		says("a wrong pairing", nil, elsewhere, 400, noPairing),
		says("an unknown workspace", nil, unknown, 404, noTeam),
		says("another organisation's", nil, theirs, 404, noTeam),
		says("two at once", nil, route(demo.ProjectAdmin, "", `[{"email":"a@b.c","roles":["viewer"]},{"email":"d@e.f","roles":["viewer"]}]`), 422, ""),
		says("none", nil, route(demo.ProjectAdmin, "", `[]`), 422, ""),
		says("two roles", nil, route(demo.ProjectAdmin, "", `[{"email":"a@b.c","roles":["viewer","editor"]}]`), 422, ""),
		says("no address", nil, route(demo.ProjectAdmin, "", `[{"roles":["viewer"]}]`), 422, `{"detail":[{"loc":["body",0,"email"],"msg":"field required","type":"value_error.missing"}]}`),
		says("no @", nil, ask(demo.ProjectAdmin, "new", "viewer"), 422, `{"detail":[{"loc":["body",0,"email"],"msg":"value is not a valid email address","type":"value_error.email"}]}`),
	})
}

// Who is taken out doesn't come back by an invitation from before, not even at
// once, and isn't shown as invited; an undo gives it back to him.
func TestRemovedWhileInvited(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(invited(), fixture.JoinsTeam(7, 20, "editor")))
	do := func(r fixture.Request, status int) string {
		t.Helper()
		got := s.Do(t.Context(), r)
		if got.Status != status {
			t.Fatalf("%s %s: %d %s", r.Method, r.Path, got.Status, got.Body)
		}
		return got.Body
	}
	gone := do(fixture.Request{Method: "DELETE", Path: "/api/workspaces/7/users?email=" + fixture.Email(20), Key: demo.ProjectAdmin}, 200)
	if strings.Contains(gone, fixture.Email(20)) {
		t.Errorf("the workspace without him: %s", gone)
	}
	do(accept("test.secret", "30.secret", fixture.Email(20)), 400)
	s.Settle(t.Context(), t)
	do(fixture.Request{Method: "POST", Path: "/api/removal/1001/undo", Key: demo.GlobalAdmin}, 200)
	if i, _ := table.Invites.In(s.Rows(t.Context(), t), 30); i.Status != model.InvitePending {
		t.Errorf("undone: %+v", i)
	}
	fixture.Check(t, s)
}

// An address is not kept for ever with an invitation that nobody wants any more.
func TestInvitationIsForgotten(t *testing.T) {
	s := fixture.New(t)
	if got := s.Do(t.Context(), ask(demo.ProjectAdmin, "new@example.com", "viewer")); got.Status != http.StatusOK {
		t.Fatal(got.Status, got.Body)
	}
	rows := s.Rows(t.Context(), t)
	i, ok := table.Invites.In(rows, 1001)
	of, also := table.InvitesOf.In(rows, i.Place, i.EmailKey)
	want := i.ExpiresOn.Add(30 * 24 * time.Hour).Std().Unix()
	if !ok || !also || i.TTL != want || of.TTL != want {
		t.Errorf("the invitation %+v, the place's row %+v: they want to end at %d", i, of, want)
	}
}

func TestAcceptInvitation(t *testing.T) {
	me := accept("test.secret", "30.secret", "User20@Organization.com")
	becomes := func(name string, given fixture.Given, role string) fixture.Row {
		r := says(name, given, me, 200, joined)
		r.Then = func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			m, _ := table.TeamMembers.In(rows, 7, 20)
			i, _ := table.Invites.In(rows, 30)
			_, open := table.InvitesOf.In(rows, "team:7", i.EmailKey)
			if team, _ := table.Teams.In(rows, 7); m.Role != role || team.MemberCount != 4 || i.Status != model.InviteAccepted || open {
				t.Errorf("%+v %+v %+v %v", m, team, i, open)
			}
		}
		return r
	}
	twice := says("twice is answered alike", invited(), me, 200, joined)
	twice.First, twice.Idle = []fixture.Request{me}, true
	mismatch := coded("INVITE_EMAIL_MISMATCH", "The invitation is for another address.")
	before := coded("INVITE_ALREADY_ACCEPTED", "The invitation was accepted before.")
	paired := accept("test.secret", "30.secret", fixture.Email(20))
	paired.Path = strings.Replace(paired.Path, "organizations/1", "organizations/2", 1)
	fixture.Table(t, []fixture.Row{
		becomes("the invited person becomes a member", invited(), "editor"),
		becomes("who is one already stays what he is", fixture.All(invited(), fixture.JoinsTeam(7, 20, "viewer")), "viewer"),
		twice,
		says("an expired one", invited(expired), me, 410, coded("INVITE_EXPIRED", "The invitation has expired.")),
		says("a tampered token", invited(), accept("test.secret", "30.Secret", fixture.Email(20)), 400, notFound),
		says("an unknown one", invited(), accept("test.secret", "31.secret", fixture.Email(20)), 400, notFound),
		says("a project's", nil, accept(demo.ProjectMember, "1."+demo.InviteSecret, "member@organization.com"), 400, notFound),
		says("another organisation's", nil, accept(demo.GlobalAdmin, "4."+demo.InviteSecret, "invited@example.org"), 400, notFound),
		says("a revoked one", invited(func(i *model.Invite) { i.Status, i.OpenKey = model.InviteRevoked, nil }), me, 400, notFound),
		says("somebody else's token", invited(), accept(demo.GlobalAdmin, "30.secret", "admin@organization.com"), 400, mismatch),
		says("though he names the right address", invited(), accept(demo.GlobalAdmin, "30.secret", fixture.Email(20)), 400, mismatch),
		says("or the right person another one", invited(), accept("test.secret", "30.secret", "a@b.c"), 400, mismatch),
		says("it doesn't bring back who was removed since", invited(accepted(20)), me, 409, before),
		says("nor serve another who has the address now", fixture.All(invited(accepted(21)), fixture.JoinsTeam(7, 20, "viewer")), me, 409, before),
		says("a wrong pairing", invited(), paired, 400, noPairing),
		says("seen from another organisation", invited(), accept(demo.OtherOrganization, "30.secret", fixture.Email(20)), 404, noTeam),
		says("a full workspace", fixture.All(invited(), fixture.Change(table.Teams, func(t *model.Team) { t.MemberCount = 1000 }, 7)), me, 409, `{"detail":"A team has at most 1000 members: remove one first"}`),
	})
}

func TestInvitedPeopleAreShown(t *testing.T) {
	is := workspace(seven, fifteen, sixteen)
	gone := says("removing him takes the invitation back", invited(), leave(demo.ProjectAdmin, "email=USER20@organization.com"), 200, is)
	gone.Then = func(t *testing.T, s *fixture.System) {
		if i, _ := table.Invites.In(s.Rows(t.Context(), t), 30); i.Status != model.InviteRevoked || i.OpenKey != nil {
			t.Errorf("%+v", i)
		}
	}
	unassign := func(role string) fixture.Request {
		return fixture.Request{Method: "DELETE", Path: "/workspaces/7/roles?email=user20@organization.com&organization_id=1&role=" + role, Key: demo.ProjectAdmin}
	}
	other := says("a role that he isn't invited as changes nothing", invited(), unassign("viewer"), 200, "true")
	other.Idle = true
	fixture.Table(t, []fixture.Row{
		says("first, and without permissions", invited(), get(demo.ProjectMember, "/workspaces/7"), 200, workspace(pending("pending"), seven, fifteen, sixteen)),
		says("expired after their time", invited(expired), get(demo.ProjectMember, "/workspaces/7"), 200, workspace(pending("expired"), seven, fifteen, sixteen)),
		says("others who are removed leave them there", invited(), leave(demo.ProjectAdmin, "email=user@example.com"), 200, workspace(pending("pending"), seven, fifteen)),
		gone,
		says("so does taking away his role", invited(), unassign("editor"), 200, "true"),
		other,
	})
}
