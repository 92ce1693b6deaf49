package workspace_test

import (
	"net/url"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

func assign(key, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: "/api/workspaces/7/roles", Key: key, Body: body}
}

func to(email, organization, role string) string {
	return `{"email":"` + email + `","organization_id":"` + organization + `","role":"` + role + `"}`
}

func unassign(key, query string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: "/api/workspaces/7/roles?" + query, Key: key}
}

func of(email, organization, role string) string {
	return url.Values{"email": {email}, "organization_id": {organization}, "role": {role}}.Encode()
}

const (
	lead, viewer15, editor16 = "lead@organization.com", "member@organization.com", "user@example.com"
	reader                   = "viewer"
)

func TestAssign(t *testing.T) {
	is := func(name string, given fixture.Given, r fixture.Request, user int64, want string) fixture.Row {
		row := says(name, given, r, 200, `true`)
		row.Then = role(user, want)
		return row
	}
	at := func(path string) fixture.Request {
		r := assign(demo.ProjectAdmin, to(viewer15, "1", "editor"))
		r.Path = path
		return r
	}
	same := is("the role he has", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "viewer")), 15, "viewer")
	same.Idle = true
	audited := is("it is audited", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "editor")), 15, "editor")
	audited.Then = func(t *testing.T, s *fixture.System) {
		if a := audits(t, s); len(a) != 1 || a[0].Action != "assign-role-to-user" || a[0].Resource != "team:7" || roleIn(a[0].Before["user:15"]) != "viewer" || roleIn(a[0].After["user:15"]) != "editor" {
			t.Errorf("audit rows %+v", a)
		}
	}
	again := is("a repeated assignment with an Idempotency-Key, whatever happened since", nil, with(assign(demo.ProjectAdmin, to(viewer15, "1", "editor")), "Idempotency-Key", "k"), 15, "evaluator")
	again.First, again.Idle = []fixture.Request{again.Request, assign(demo.ProjectAdmin, to(viewer15, "1", "evaluator"))}, true
	big := to(viewer15, "1", "editor") + strings.Repeat(" ", 1<<20)
	fixture.Table(t, []fixture.Row{
		is("an owner gives a role", nil, at("/api/workspaces/7/roles"), 15, "editor"),
		says("nobody who can't act becomes owner", inactive(15), assign(demo.ProjectAdmin, to(viewer15, "1", "owner")), 404, `{"detail":"User not found."}`),
		is("slash forgiven", nil, at("/api/workspaces/7/roles/"), 15, "editor"),
		is("without /api", nil, at("/workspaces/7/roles"), 15, "editor"),
		is("without /api, slash forgiven", nil, at("/workspaces/7/roles/"), 15, "editor"),
		same, audited, again,
		is("the address in another case", nil, assign(demo.ProjectAdmin, to("MEMBER@Organization.COM", "1", "editor")), 15, "editor"),
		is("unknown fields are ignored", nil, assign(demo.ProjectAdmin, `{"email":"member@organization.com","organization_id":"1","role":"editor","x":[1]}`), 15, "editor"),
		is("smuggled case is unknown, and so ignored", nil, assign(demo.ProjectAdmin, `{"email":"member@organization.com","organization_id":"1","role":"editor","ROLE":"owner"}`), 15, "editor"),
		is("an owner makes another", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "owner")), 15, "owner"),
		is("a global admin too", nil, assign(demo.GlobalAdmin, to(viewer15, "1", "owner")), 15, "owner"),
		is("and the first may then be demoted", fixture.JoinsTeam(7, 1, "owner"), assign(demo.GlobalAdmin, to(lead, "1", "viewer")), 7, "viewer"),
		is("a workspace_admin gives the others", member("workspace_admin"), assign("test.secret", to(viewer15, "1", "workspace_admin")), 15, "workspace_admin"),
		is("and may step back himself", member("workspace_admin"), assign("test.secret", to(fixture.Email(20), "1", "viewer")), 20, "viewer"),
		says("the last owner stays one", nil, assign(demo.GlobalAdmin, to(lead, "1", "viewer")), 403, refused),
		says("a workspace_admin makes nobody owner", member("workspace_admin"), assign("test.secret", to(viewer15, "1", "owner")), 403, refused),
		says("not himself either", member("workspace_admin"), assign("test.secret", to(fixture.Email(20), "1", "owner")), 403, refused),
		says("and demotes none", fixture.All(member("workspace_admin"), fixture.JoinsTeam(7, 1, "owner")), assign("test.secret", to(lead, "1", "viewer")), 403, refused),
		says("an application admin neither", staff(), assign("test.secret", to(viewer15, "1", "owner")), 403, refused),
		says("an editor gives none", member("editor"), assign("test.secret", to(viewer15, "1", "editor")), 403, refused),
		says("a viewer doesn't raise himself", nil, assign(demo.ProjectMember, to(viewer15, "1", "editor")), 403, refused),
		says("a colleague without a role", stranger(), assign("test.secret", to(viewer15, "1", "editor")), 403, refused),

		says("an unknown address", nil, assign(demo.ProjectAdmin, to("no@one.example", "1", "editor")), 404, noUser),
		says("a user who isn't a member", nil, assign(demo.ProjectAdmin, to("admin@organization.com", "1", "editor")), 404, noUser),
		says("another organisation's user", nil, assign(demo.ProjectAdmin, to("other@example.org", "1", "editor")), 404, noUser),
		says("an unknown address before 403", nil, assign(demo.ProjectMember, to("no@one.example", "1", "editor")), 404, noUser),
		says("another organisation than the workspace's", nil, assign(demo.ProjectAdmin, to(viewer15, "2", "editor")), 400, noPairing),
		says("a wrong pairing before 403", nil, assign(demo.ProjectMember, to(viewer15, "2", "editor")), 400, noPairing),
		says("a wrong pairing before an unknown address", nil, assign(demo.ProjectAdmin, to("no@one.example", "2", "editor")), 400, noPairing),
		says("an unknown workspace before a wrong pairing", nil, fixture.Request{Method: "POST", Path: "/workspaces/8/roles", Key: demo.ProjectAdmin, Body: to(viewer15, "2", "editor")}, 404, noTeam),
		says("another organisation's workspace, rightly paired", nil, fixture.Request{Method: "POST", Path: "/workspaces/9/roles", Key: demo.ProjectAdmin, Body: to("other@example.org", "2", "editor")}, 404, noTeam),
		says("a role there is not", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "boss")), 400, badRole),
		says("another case of a role", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "Editor")), 400, badRole),
		says("an empty role", nil, assign(demo.ProjectAdmin, to(viewer15, "1", "")), 400, badRole),
		says("no role", nil, assign(demo.ProjectAdmin, `{"email":"member@organization.com","organization_id":"1"}`), 400, badRole),
		says("a bad role before 404", nil, fixture.Request{Method: "POST", Path: "/workspaces/8/roles", Key: demo.ProjectAdmin, Body: to(viewer15, "1", "boss")}, 400, badRole),
		says("a bad role before a wrong pairing", nil, assign(demo.ProjectAdmin, to(viewer15, "2", "boss")), 400, badRole),
		says("a bad role from a stranger", nil, assign("", to(viewer15, "1", "boss")), 401, nobody),

		says("no address", nil, assign(demo.ProjectAdmin, `{"organization_id":"1","role":"editor"}`), 422, noEmailIn),
		says("no address and a bad role", nil, assign(demo.ProjectAdmin, `{"organization_id":"1","role":"boss"}`), 422, noEmailIn),
		says("an address without @", nil, assign(demo.ProjectAdmin, to("member", "1", "editor")), 422, badEmailIn),
		says("no organisation", nil, assign(demo.ProjectAdmin, `{"email":"member@organization.com","role":"editor"}`), 422, `{"detail":[{"loc":["body","organization_id"],"msg":"field required","type":"value_error.missing"}]}`),
		says("an organisation that is no decimal", nil, assign(demo.ProjectAdmin, to(viewer15, "one", "editor")), 422, `{"detail":[{"loc":["body","organization_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`),
		says("two fields missing", nil, assign(demo.ProjectAdmin, `{"role":"editor"}`), 422, `{"detail":[{"loc":["body","email"],"msg":"field required","type":"value_error.missing"},{"loc":["body","organization_id"],"msg":"field required","type":"value_error.missing"}]}`),
		says("a number for the role", nil, assign(demo.ProjectAdmin, `{"email":"member@organization.com","organization_id":"1","role":1}`), 422, `{"detail":[{"loc":["body","role"],"msg":"str type expected","type":"type_error.str"}]}`),
		says("null for the address", nil, assign(demo.ProjectAdmin, `{"email":null,"organization_id":"1","role":"editor"}`), 422, `{"detail":[{"loc":["body","email"],"msg":"none is not an allowed value","type":"type_error.none.not_allowed"}]}`),
		says("a list for the body", nil, assign(demo.ProjectAdmin, `[]`), 422, `{"detail":[{"loc":["body"],"msg":"value is not a valid dict","type":"type_error.dict"}]}`),
		says("no body", nil, assign(demo.ProjectAdmin, ``), 422, `{"detail":[{"loc":["body"],"msg":"field required","type":"value_error.missing"}]}`),
		says("no JSON", nil, assign(demo.ProjectAdmin, `{"email"`), 422, ""),
		says("a duplicate key", nil, assign(demo.ProjectAdmin, `{"email":"a@b.c","email":"member@organization.com"}`), 422, ""),
		says("NUL", nil, assign(demo.ProjectAdmin, to(`a\u0000@b.c`, "1", "editor")), 422, ""),
		says("a bad id", nil, fixture.Request{Method: "POST", Path: "/workspaces/x/roles", Key: demo.ProjectAdmin, Body: to(viewer15, "1", "editor")}, 422, badID),
		says("100 deep", nil, assign(demo.ProjectAdmin, `{"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}`), 422, ""),
		says("over 1 MiB", nil, assign(demo.ProjectAdmin, big), 413, `{"detail":"The request body is too large."}`),
		says("another content type", nil, with(assign(demo.ProjectAdmin, `x`), "Content-Type", "text/plain"), 415, `{"detail":"The request body must be JSON in UTF-8, and be declared so by the header Content-Type: application/json."}`),
		says("a read-only key", fixture.Key("test", 7, func(k *model.APIKey) { k.Scope = "read_only" }), assign("test.secret", to(viewer15, "1", "editor")), 403, refused),
	})
}

func TestUnassign(t *testing.T) {
	is := func(name string, given fixture.Given, r fixture.Request, user int64, want string) fixture.Row {
		row := says(name, given, r, 200, `true`)
		row.Then = role(user, want)
		return row
	}
	idle := func(row fixture.Row) fixture.Row { row.Idle = true; return row }
	fixture.Table(t, []fixture.Row{
		is("he falls back to viewer", nil, unassign(demo.ProjectAdmin, of(editor16, "1", "editor")), 16, reader),
		is("org_id is an alias", nil, unassign(demo.ProjectAdmin, "email=user@example.com&org_id=1&role=editor"), 16, reader),
		is("without /api, slash forgiven", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/7/roles/?" + of(editor16, "1", "editor"), Key: demo.ProjectAdmin}, 16, reader),
		is("the address in another case", nil, unassign(demo.ProjectAdmin, of("USER@EXAMPLE.COM", "1", "editor")), 16, reader),
		idle(is("a role he doesn't hold changes nothing", nil, unassign(demo.ProjectAdmin, of(editor16, "1", "evaluator")), 16, "editor")),
		idle(is("a viewer stays one", nil, unassign(demo.ProjectAdmin, of(viewer15, "1", "viewer")), 15, "viewer")),
		is("an owner, while another remains", fixture.JoinsTeam(7, 1, "owner"), unassign(demo.ProjectAdmin, of(lead, "1", "owner")), 7, "viewer"),
		says("the last owner", nil, unassign(demo.GlobalAdmin, of(lead, "1", "owner")), 403, refused),
		says("an owner by a workspace_admin", fixture.All(member("workspace_admin"), fixture.JoinsTeam(7, 1, "owner")), unassign("test.secret", of(lead, "1", "owner")), 403, refused),
		says("by an editor", member("editor"), unassign("test.secret", of(editor16, "1", "editor")), 403, refused),
		says("his own, as an editor", member("editor"), unassign("test.secret", of(fixture.Email(20), "1", "editor")), 403, refused),
		says("a role that he doesn't hold, by who may not", nil, unassign(demo.ProjectMember, of(editor16, "1", "viewer")), 403, refused),
		says("an unknown address", nil, unassign(demo.ProjectAdmin, of("no@one.example", "1", "editor")), 404, noUser),
		says("a user who isn't a member", nil, unassign(demo.ProjectAdmin, of("admin@organization.com", "1", "editor")), 404, noUser),
		says("another organisation", nil, unassign(demo.ProjectMember, of(editor16, "2", "editor")), 400, noPairing),
		says("another organisation by the alias", nil, unassign(demo.ProjectAdmin, "email=user@example.com&org_id=2&role=editor"), 400, noPairing),
		says("two that differ", nil, unassign(demo.ProjectAdmin, "email=user@example.com&organization_id=1&org_id=2&role=editor"), 400, noPairing),
		says("an unknown workspace", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/8/roles?" + of(editor16, "2", "editor"), Key: demo.ProjectAdmin}, 404, noTeam),
		says("a role there is not", nil, unassign(demo.ProjectAdmin, of(editor16, "1", "boss")), 400, badRole),
		says("an empty role", nil, unassign(demo.ProjectAdmin, of(editor16, "1", "")), 400, badRole),
		says("no role", nil, unassign(demo.ProjectAdmin, "email=user@example.com&organization_id=1"), 422, `{"detail":[{"loc":["query","role"],"msg":"field required","type":"value_error.missing"}]}`),
		says("no organisation", nil, unassign(demo.ProjectAdmin, "email=user@example.com&role=editor"), 422, `{"detail":[{"loc":["query","organization_id"],"msg":"field required","type":"value_error.missing"}]}`),
		says("an organisation that is no decimal", nil, unassign(demo.ProjectAdmin, of(editor16, "01", "editor")), 422, `{"detail":[{"loc":["query","organization_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`),
		says("an alias that is no decimal", nil, unassign(demo.ProjectAdmin, "email=user@example.com&org_id=x&role=editor"), 422, `{"detail":[{"loc":["query","org_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`),
		says("no address", nil, unassign(demo.ProjectAdmin, "organization_id=1&role=editor"), 422, noEmail),
		says("an address without @", nil, unassign(demo.ProjectAdmin, of("user", "1", "editor")), 422, badEmail),
		says("unknown parameters are ignored", nil, unassign(demo.ProjectAdmin, of(editor16, "1", "editor")+"&x=1"), 200, `true`),
		says("no credentials", nil, unassign("", of(editor16, "1", "editor")), 401, nobody),
	})
}
