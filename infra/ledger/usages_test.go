package ledger

import (
	"net/http"
	"net/url"
	"testing"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// usage is one way to use an operation.
type usage struct {
	group, operation string
	how              string // "" for the operation's sample
	fixture.Request
	given   fixture.Given
	whole   bool  // it tells of people or lists things, though the operation need not
	further reach // how much further it looks than the operation otherwise
}

// usages are the samples of events/ and, behind each, other ways through the
// same operation.
func usages(t *testing.T) (out []usage) {
	t.Helper()
	samples, err := events.Of(functions.All(nil))
	if err != nil {
		t.Fatal(err)
	}
	seen, idle := map[string]bool{}, map[string]bool{}
	for _, s := range samples {
		r := fixture.Request{Method: s.Event.Method, Path: s.Event.Path, Header: http.Header{}}
		if query := url.Values(s.Event.Queries); len(query) > 0 {
			r.Path += "?" + query.Encode()
		}
		for name, value := range s.Event.Headers {
			r.Header.Set(name, value)
		}
		if s.Event.Body != nil {
			r.Body = *s.Event.Body
		}
		out = append(out, usage{group: s.Group, operation: s.Operation, Request: r})
		if r.Method == http.MethodGet && r.Header.Get("Authorization") != "" && !idle[s.Group] {
			idle[s.Group] = true // once a group: the guard writes it, whatever the operation
			out = append(out, usage{group: s.Group, operation: s.Operation, how: "by a key not used for an hour", Request: r, given: unused})
		}
		for _, w := range ways[s.Operation] {
			w.group, w.operation, w.Method = s.Group, s.Operation, s.Event.Method
			if w.Path == "" {
				w.Path = r.Path
			}
			if w.Key == "" {
				w.Key = demo.ProjectAdmin
			}
			out = append(out, w)
		}
		seen[s.Operation] = true
	}
	for id := range ways {
		if !seen[id] {
			t.Errorf("ways names %s, which is no operation", id)
		}
	}
	return out
}

// A user, in two ways, and a service key beside the demo data.
var (
	outsider = fixture.All(fixture.People(301, 301), fixture.Joins(151, 301, "member"))
	busy     = fixture.All(outsider, fixture.Project(152, 0, "Alone"), fixture.Joins(152, 301, "admin"), fixture.Joins(152, 7, "admin"))
	viewer   = fixture.All(fixture.People(301, 301), fixture.OnAgent(21, 301, "viewer"), fixture.Key("viewer1", 301))
	service  = fixture.Key("service1", 0)
)

// unused makes the demo keys such as have not been used lately.
var unused = fixture.Given{func(tx *table.Tx, was table.Rows) {
	for _, k := range table.Keys.All(was) {
		k.LastUsedOn = nil
		table.Keys.Put(tx, k)
	}
}}

// invitee is user 301, to whose address the demo data hold an invitation.
func invitee(organization int64, email string) fixture.Given {
	return fixture.All(
		fixture.Person(301, func(u *model.User) {
			u.OrganizationID, u.Email, u.EmailKey = organization, email, model.AddressKey(email)
		}),
		fixture.Key("invited1", 301, func(k *model.APIKey) { k.OrganizationID = organization }),
	)
}

// removed is user 16, taken out of project 151 by removal 1001, which came as
// far as state.
func removed(state string) fixture.Given {
	return fixture.Given{func(tx *table.Tx, was table.Rows) {
		project, now := int64(151), model.Now()
		m, _ := table.ProjectMembers.In(was, project, 16)
		table.ProjectMembers.Delete(tx, m)
		tx.Add(table.Projects.Key(project), "user_count", -1)
		tx.Add(table.Projects.Key(project), "epoch", 1)
		table.Tombstones.Put(tx, model.Tombstone{ProjectID: project, UserID: m.UserID, Epoch: 1, RemovedOn: now, RemovalID: 1001})
		table.Removals.Put(tx, model.Removal{
			ID: 1001, Kind: model.FromProject, UserIDs: []int64{m.UserID}, ProjectID: &project, OrganizationID: 1, RemovedOn: now, UndoUntil: now.Add(removal.UndoFor),
			State: state, Epoch: 1, ProjectMembers: []model.ProjectMember{m}, Version: 1,
		})
	}}
}

const serviceKey = "service1.secret"

// ways are the other ways. What one leaves empty is as in the sample; the key
// is the project admin's.
var ways = map[string][]usage{
	"list-agents":                     {{how: "of the organisation", Request: fixture.Request{Key: demo.GlobalAdmin}}},
	"get-agents-by-team-or-user-team": {{how: "of one team", Request: fixture.Request{Path: "/api/agent/team?team_id=7"}}},
	"get-agent": {
		{how: "by a permission on it", Request: fixture.Request{Key: "viewer1.secret"}, given: viewer},
		{how: "through a rank", Request: fixture.Request{Key: demo.GlobalAdmin}},
	},
	"edit-agent": {
		{how: "to another owner", Request: fixture.Request{Body: `{"owner":15}`}},
		{how: "nothing changed", Request: fixture.Request{Body: `{}`}},
	},
	"get-user-agent-or-user-agent-permission": {{how: "of everybody", Request: fixture.Request{Path: "/api/agent/21/user"}}},
	"add-user-to-agent":                       {{how: "45 of them", Request: fixture.Request{Body: `{"user_ids":` + numbers(301, 345) + `}`}, given: fixture.People(301, 345)}},
	"toggle-rating":                           {{how: "the same again", Request: fixture.Request{Key: demo.ProjectMember, Body: `{"vote":"up"}`}}},
	"get-all-agent-alias":                     {{how: "of one agent", Request: fixture.Request{Path: "/api/agent-alias?agent_id=21"}}},
	"create-user-permission":                  {{how: "on an agent", Request: fixture.Request{Body: `{"user_id":1,"resource_type":"agent","resource_id":21,"permission":"viewer"}`}}},
	"get-user-permission-by-id":               {{how: "on an agent", Request: fixture.Request{Path: "/api/user-permission/30301"}, given: viewer}},
	"edit-user-permission-by-id":              {{how: "on an agent", Request: fixture.Request{Path: "/api/user-permission/30301", Body: `{"permission":"editor"}`}, given: viewer}},
	"delete-user-permission-by-id":            {{how: "on an agent", Request: fixture.Request{Path: "/api/user-permission/30301"}, given: viewer}},
	"explain-access":                          {{how: "to an agent", Request: fixture.Request{Path: "/api/access/explain?user_id=15&action=view_agent&resource_type=agent&resource_id=21", Key: demo.GlobalAdmin}}},
	"create-new-project": {
		{how: "without a team", Request: fixture.Request{Body: `{"project_name":"Alone"}`}},
		{how: "with 40 first members", Request: fixture.Request{Body: `{"project_name":"Crowd","user_ids":` + numbers(301, 340) + `}`}, given: fixture.People(301, 340)},
		{how: "by a service key", Request: fixture.Request{Key: serviceKey, Body: `{"project_name":"Made"}`}, given: service},
	},
	"get-all-projects": {
		{how: "of a team", Request: fixture.Request{Path: "/api/project?team_id=7"}},
		{how: "of the organisation", Request: fixture.Request{Key: demo.GlobalAdmin}},
	},
	"get-project-details-by-id": {
		{how: "through a team", Request: fixture.Request{Path: "/api/project/4", Key: demo.ProjectMember}},
		{how: "through a rank", Request: fixture.Request{Key: demo.GlobalAdmin}},
	},
	"edit-project-by-id": {
		{how: "renamed and moved", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"project_name":"Desk","team_id":8}`}, given: fixture.Team(8, "Other")},
		{how: "nothing changed", Request: fixture.Request{Body: `{"project_name":"Support"}`}},
	},
	"delete-project-by-id": {
		{how: "preview", Request: fixture.Request{Path: "/api/project/151?dry_run=true"}},
		{how: "through a rank", Request: fixture.Request{Key: demo.GlobalAdmin}},
	},
	"add-recent-project": {{how: "through a team", Request: fixture.Request{Path: "/api/project/4/recent", Key: demo.ProjectMember}}},
	"add-user-to-project": {
		{how: "45 of them", Request: fixture.Request{Body: `{"user_ids":` + numbers(301, 345) + `}`}, given: fixture.People(301, 345)},
		{how: "made admins", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"user_ids":[15,16],"role":"admin"}`}},
		{how: "members already", Request: fixture.Request{Body: `{"user_ids":[15]}`}},
	},
	"remove-user-from-project": {
		{how: "with nothing else", Request: fixture.Request{Path: "/api/project/151/user/301"}, given: outsider},
		{how: "with another project", Request: fixture.Request{Path: "/api/project/151/user/301"}, given: busy},
		{how: "handing over", Request: fixture.Request{Path: "/api/project/4/user/7?transfer_to=15", Key: demo.GlobalAdmin}},
		{how: "oneself", Request: fixture.Request{Path: "/api/project/151/user/15", Key: demo.ProjectMember}},
		{how: "preview", Request: fixture.Request{Path: "/api/project/151/user/301?dry_run=true"}, given: busy},
	},
	"list-teams": {{how: "of the organisation", Request: fixture.Request{Key: demo.GlobalAdmin}}},
	"edit-team":  {{how: "through a rank", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"team_name":"Sales"}`}}},
	"delete-team": {
		{how: "without projects", Request: fixture.Request{Path: "/api/team/8"}, given: fixture.All(fixture.Team(8, "Other"), fixture.JoinsTeam(8, 7, "owner"))},
	},
	"add-user-to-team": {
		{how: "45 of them", Request: fixture.Request{Body: `{"user_ids":` + numbers(301, 345) + `}`}, given: fixture.People(301, 345)},
		{how: "as owners", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"user_ids":[1,15],"role":"owner"}`}},
	},
	"remove-user-from-team": {
		{how: "oneself", Request: fixture.Request{Key: demo.ProjectMember, Body: `{"user_ids":[15]}`}},
		{how: "with a report", Request: fixture.Request{Path: "/api/team/7/user?user_ids=15,16&report=true"}, whole: true},
		{how: "preview", Request: fixture.Request{Path: "/api/team/7/user?user_ids=16&dry_run=true"}, whole: true},
	},
	"remove-user-from-workspace": {
		{how: "nobody", Request: fixture.Request{Path: "/api/workspaces/7/users?email=nobody@example.com"}},
	},
	"accept-project-invite": {
		{how: "the first time", Request: fixture.Request{Key: "invited1.secret", Body: `{"token":"3.local-only-invitation"}`}, given: invitee(1, "invited@example.com")},
	},
	"accept-workspace-invitation": {
		{how: "the first time", Request: fixture.Request{Path: "/api/organizations/2/workspaces/9/invite/accept", Key: "invited1.secret", Body: `{"token":"4.local-only-invitation","email":"invited@example.org"}`}, given: invitee(2, "invited@example.org")},
	},
	"invite-user-to-project": {
		{how: "again", Request: fixture.Request{Path: "/api/project/4/invite", Body: `{"email":"invited@example.com"}`}},
		{how: "a colleague", Request: fixture.Request{Path: "/api/project/4/invite", Body: `{"email":"user@example.com"}`}},
	},
	"create-api-key": {
		{how: "to a project", Request: fixture.Request{Body: `{"name":"Bound","project_id":151}`}},
		{how: "of a service", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"name":"Robot","kind":"service"}`}},
	},
	"revoke-api-key":            {{how: "of a service", Request: fixture.Request{Path: "/api/api-key/549", Key: demo.GlobalAdmin}, given: service}},
	"send-notification-to-user": {{how: "by a project's admin", Request: fixture.Request{Body: `{"message":"Hello"}`}}},
	"plan-offboarding": {
		{how: "of who is the last in two projects and a team", Request: fixture.Request{Key: demo.GlobalAdmin, Body: `{"user_id":7,"transfer_to":15}`}},
	},
	"list-removals-of-project": {
		{how: "of which one is done", given: removed(model.Done)},
		{how: "of which one is still worked at", given: removed(model.Revoked), further: whatIsLeft},
	},
	"get-removal": {
		{how: "still worked at", Request: fixture.Request{Path: "/api/removal/1001"}, given: removed(model.Revoked), further: whatIsLeft},
	},
	"list-workspaces": {{how: "of a global admin", Request: fixture.Request{Key: demo.GlobalAdmin}}},
}
