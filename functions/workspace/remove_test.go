package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func leave(key, query string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: "/api/workspaces/7/users?" + query, Key: key}
}

func TestRemoveUser(t *testing.T) {
	is, gone := workspace(seven, fifteen, sixteen), workspace(seven, fifteen)
	idle := func(row fixture.Row) fixture.Row { row.Idle = true; return row }
	at := func(path string) fixture.Request {
		return fixture.Request{Method: "DELETE", Path: path + "?email=user@example.com", Key: demo.ProjectAdmin}
	}
	recorded := says("the membership ends, with record and audit row; the account and its projects stay", nil, leave(demo.ProjectAdmin, "email=user@example.com"), 200, gone)
	recorded.Then = func(t *testing.T, s *fixture.System) {
		rows := s.Rows(t.Context(), t)
		team, _ := table.Teams.In(rows, 7)
		u, _ := table.Users.In(rows, 16)
		_, inProject := table.ProjectMembers.In(rows, 151, 16)
		r, _ := table.Removals.In(rows, 1001)
		a := audits(t, s)
		if team.MemberCount != 2 || !u.IsActive || !inProject || r.Kind != "workspace" || len(r.TeamMembers) != 1 || r.TeamMembers[0].ID != 73 ||
			len(a) != 1 || a[0].Action != "remove-user-from-workspace" || a[0].Resource != "team:7" {
			t.Errorf("%+v, %+v, %v, %+v, %+v", team, u, inProject, r, a)
		}
	}
	twice := says("a repeated call answers the same", nil, leave(demo.ProjectAdmin, "email=user@example.com"), 200, gone)
	twice.First, twice.Again, twice.Idle = []fixture.Request{leave(demo.ProjectAdmin, "email=user@example.com")}, true, true
	counts := says("it counts on the next request", member("viewer"), get("test.secret", "/workspaces/7"), 403, refused)
	counts.First = []fixture.Request{get("test.secret", "/workspaces/7"), leave(demo.ProjectAdmin, "email="+fixture.Email(20))}
	mismatch := says("another request with the same Idempotency-Key", nil, with(leave(demo.ProjectAdmin, "email=member@organization.com"), "Idempotency-Key", "k"), 409, `{"detail":"The Idempotency-Key was used for another request: send a new one"}`)
	mismatch.First = []fixture.Request{with(leave(demo.ProjectAdmin, "email=user@example.com"), "Idempotency-Key", "k")}
	fixture.Table(t, []fixture.Row{
		says("as the newer client asks", nil, leave(demo.ProjectAdmin, "email=user%40example.com"), 200, gone),
		says("as the older client asks", nil, leave(demo.ProjectAdmin, "org_id=1&email=user%40example.com"), 200, gone),
		says("with organization_id", nil, leave(demo.ProjectAdmin, "organization_id=1&email=user%40example.com"), 200, gone),
		says("slash forgiven", nil, at("/api/workspaces/7/users/"), 200, gone),
		says("without /api", nil, at("/workspaces/7/users"), 200, gone),
		says("without /api, slash forgiven", nil, at("/workspaces/7/users/"), 200, gone),
		says("the address in another case", nil, leave(demo.ProjectAdmin, "email=User@EXAMPLE.com"), 200, gone),
		says("white space about it", nil, leave(demo.ProjectAdmin, "email=%20user@example.com"), 422, badEmail),
		recorded, twice, counts, mismatch,
		idle(says("an unknown address changes nothing", nil, leave(demo.ProjectAdmin, "email=no@one.example"), 200, is)),
		idle(says("a colleague who isn't a member neither", nil, leave(demo.ProjectAdmin, "email=admin@organization.com"), 200, is)),
		idle(says("another organisation's user neither", nil, leave(demo.ProjectAdmin, "email=other@example.org"), 200, is)),
		says("a global admin may", nil, leave(demo.GlobalAdmin, "email=user@example.com"), 200, gone),
		says("a workspace_admin may take out another", fixture.All(member("workspace_admin"), fixture.JoinsTeam(7, 1, "workspace_admin")), leave("test.secret", "email=user@example.com"), 200, ""),
		says("and himself", member("workspace_admin"), leave("test.secret", "email="+fixture.Email(20)), 200, is),
		says("an owner is never taken out", nil, leave(demo.GlobalAdmin, "email=lead@organization.com"), 403, refused),
		says("not by himself", nil, leave(demo.ProjectAdmin, "email=lead@organization.com"), 403, refused),
		says("not even one of two", fixture.JoinsTeam(7, 1, "owner"), leave(demo.ProjectAdmin, "email=lead@organization.com"), 403, refused),
		says("an editor may not", member("editor"), leave("test.secret", "email=user@example.com"), 403, refused),
		says("a viewer may not, himself included", nil, leave(demo.ProjectMember, "email=member@organization.com"), 403, refused),
		says("nor learn who is unknown", nil, leave(demo.ProjectMember, "email=no@one.example"), 403, refused),
		says("a colleague without a role", stranger(), leave("test.secret", "email=user@example.com"), 403, refused),
		says("an unknown workspace", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/8/users?email=user@example.com", Key: demo.ProjectAdmin}, 404, noTeam),
		says("another organisation's", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/9/users?email=other@example.org&org_id=2", Key: demo.ProjectAdmin}, 404, noTeam),
		says("seen from the other side, wrongly paired", nil, leave(demo.OtherOrganization, "email=user@example.com&org_id=2"), 404, noTeam),
		says("a wrong pairing", nil, leave(demo.ProjectAdmin, "email=user@example.com&org_id=2"), 400, noPairing),
		says("a wrong pairing before 403", nil, leave(demo.ProjectMember, "email=user@example.com&organization_id=2"), 400, noPairing),
		says("an organisation that is no decimal", nil, leave(demo.ProjectAdmin, "email=user@example.com&organization_id=one"), 422, `{"detail":[{"loc":["query","organization_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`),
		says("no address", nil, leave(demo.ProjectAdmin, "org_id=1"), 422, noEmail),
		says("an address without @", nil, leave(demo.ProjectAdmin, "email=user"), 422, badEmail),
		says("an empty address", nil, leave(demo.ProjectAdmin, "email="), 422, badEmail),
		says("two addresses", nil, leave(demo.ProjectAdmin, "email=user@example.com&email=member@organization.com"), 422, ""),
		says("a bad id", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/x/users?email=user@example.com", Key: demo.ProjectAdmin}, 422, badID),
		says("a bad id and no address", nil, fixture.Request{Method: "DELETE", Path: "/workspaces/x/users", Key: demo.ProjectAdmin}, 422, strings.Replace(badID, "}]", "},"+noEmail[len(`{"detail":[`):len(noEmail)-2]+"]", 1)),
		says("unknown parameters are ignored", nil, leave(demo.ProjectAdmin, "email=user@example.com&dry_run=true"), 200, gone),
		says("no credentials", nil, leave("", "email=user@example.com"), 401, nobody),
		says("401 before 422", nil, leave("", ""), 401, nobody),
		says("a read-only key", fixture.Key("test", 7, func(k *model.APIKey) { k.Scope = "read_only" }), leave("test.secret", "email=user@example.com"), 403, refused),
		says("a bound key", fixture.Key("test", 7, fixture.Bound(151)), leave("test.secret", "email=user@example.com"), 404, noTeam),
	})
}

// crowd is as many members of team 7, with addresses that long.
func crowd(members int64, address int) (g fixture.Given) {
	for id := int64(20); id < 20+members; id++ {
		g = fixture.All(g, fixture.Person(id, func(u *model.User) { u.Email = fmt.Sprint(id, strings.Repeat("x", address), "@organization.com") }), fixture.JoinsTeam(7, id, "viewer"))
	}
	return g
}

// An answer over 300 KB is kept in pieces, and replayed whole.
func TestLargeReplay(t *testing.T) {
	r := with(leave(demo.ProjectAdmin, "email=user@example.com"), "Idempotency-Key", "k")
	fixture.Table(t, []fixture.Row{{
		Name: "to the byte", First: []fixture.Request{r}, Request: r, Status: 200, Again: true, Idle: true,
		Then: func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			for key := range rows {
				if !strings.HasPrefix(key.SK, "REPLAY") {
					continue
				}
				if p, ok := table.Replays.At(rows, key); ok && p.Parts < 2 {
					t.Errorf("kept in %d pieces: the answer isn't large", p.Parts)
				}
			}
		},
	}}, crowd(40, 6000))
}

// An answer over 5 MB can't be sent, so what it would tell isn't done.
func TestTooLargeAnAnswer(t *testing.T) {
	large := says("nobody is removed", nil, leave(demo.ProjectAdmin, "email=user@example.com"), 413, `{"detail":"The answer is too large. Ask for less at once."}`)
	large.Leases = true
	fixture.Table(t, []fixture.Row{
		large,
		{Name: "a page of it can be had", Request: get(demo.ProjectAdmin, "/api/team/7/user?limit=3"), Status: 200, Has: []string{"next_cursor"}},
	}, crowd(18, 150_000))
}
