package agent_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// alias is an alias as it was made in the demo data.
func alias(id, agent, name string) string {
	return `{"id":` + id + `,"agent":` + agent + `,"alias":"` + name + `","is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-02-01T10:00:00.000000Z","modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"}`
}

func named(key, agent, name string) fixture.Request {
	return post(key, "/api/agent/"+agent+"/alias", `{"alias":"`+name+`"}`)
}

func rename(key, id, name string) fixture.Request {
	return put(key, "/api/agent-alias/"+id, `{"alias":"`+name+`"}`)
}

// aliased gives an agent aliases until it has so many.
func aliased(agent, has, n int64) (given fixture.Given) {
	for i := has; i < n; i++ {
		given = append(given, func(tx *table.Tx, _ table.Rows) {
			a := model.Alias{ID: 600 + i, AgentID: agent, Alias: fmt.Sprint("a", i), ProjectID: 151, OrganizationID: 1, Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1}
			table.Aliases.Put(tx, a)
			table.AliasNames.Put(tx, a.Name())
			tx.Add(table.Agents.Key(agent), "alias_count", 1)
		})
	}
	return fixture.Together(given)
}

func TestCreateAlias(t *testing.T) {
	made := but(alias("1001", "21", "help-desk"), "2024-02-01T10:00:00.000000Z", at(2))
	fixture.Table(t, []fixture.Row{
		{
			Name: "another name of the agent", Request: post(demo.ProjectAdmin, "/api/agent/21/alias/", `{"alias":"help-desk","created_by":"me"}`), Status: 201, Sends: map[string]string{"Etag": `"1"`},
			Body: `{"success":true,"message":"Agent alias created successfully.","data":` + made + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "create-agent-alias" || a.Resource != "agent:21" || a.After["agent_alias:1001"] != "help-desk" {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{Name: "in lower case", Request: named(demo.ProjectAdmin, "21", "Help-DESK"), Status: 201, Data: made},
		{Name: "one that another agent of the organisation has, whatever its case", Request: named(demo.ProjectAdmin, "22", "SUPPORT"), Status: 409, Code: "duplicate", Fields: map[string]string{"body.alias": "is taken"}},
		{Name: "one that it has itself", Request: named(demo.ProjectAdmin, "21", "support"), Status: 409, Code: "duplicate"},
		{
			Name: "one that is another organisation's is free in this one", Request: named(demo.ProjectAdmin, "21", "elsewhere"), Status: 201,
			Then: then(sees(demo.OtherOrganization, "/api/agent-alias", `"id":49,"agent":29,"alias":"elsewhere"`)),
		},
		{Name: "one that was deleted is free", First: after(drop(demo.ProjectAdmin, "/api/agent-alias/41")), Request: named(demo.ProjectAdmin, "22", "support"), Status: 201},
		{Name: "and so is one whose agent was", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: named(demo.ProjectAdmin, "22", "support"), Status: 201},
		{Name: "and one that reads otherwise now", First: after(rename(demo.ProjectAdmin, "41", "other")), Request: named(demo.ProjectAdmin, "22", "support"), Status: 201},
		{Name: "twenty of one agent", Given: aliased(21, 1, 19), Request: named(demo.ProjectAdmin, "21", "last"), Status: 201, Then: then(answers(409, named(demo.ProjectAdmin, "21", "more")))},
		{Name: "and no more", Given: aliased(21, 1, 20), Request: named(demo.ProjectAdmin, "21", "more"), Status: 409, Code: "limit"},
		{Name: "all of which end with it", Given: aliased(21, 1, 20), Request: drop(demo.ProjectAdmin, "/api/agent/21"), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			for _, name := range table.AliasNames.All(s.Rows(t.Context(), t)) {
				if name.OrganizationID == 1 {
					t.Errorf("%s is taken by %d", name.Alias, name.AliasID)
				}
			}
		}},
		{Name: "a repeated request makes one", First: after(keyed(named(demo.ProjectAdmin, "21", "help-desk"))), Request: keyed(named(demo.ProjectAdmin, "21", "help-desk")), Status: 201, Again: true, Idle: true},
		{Name: "the longest", Request: named(demo.ProjectAdmin, "21", strings.Repeat("a", 63)), Status: 201},
		{Name: "what is none", Request: named(demo.ProjectAdmin, "21", strings.Repeat("a", 64)), Status: 400, Code: "invalid", Fields: map[string]string{"body.alias": ""}, Then: func(t *testing.T, s *fixture.System) {
			for _, name := range []string{"", "a", "-ab", "a b", "a_b", "été", "a/b", " ab", "ab\\n", "\u212Aelvin"} {
				answers(400, named(demo.ProjectAdmin, "21", name), `"body.alias"`).at(t, s)
			}
		}},
		{Name: "an editor may", Given: on("editor"), Request: named(key(20), "21", "mine"), Status: 201},
		{
			Name: "a viewer may not", Request: named(demo.ProjectMember, "21", "mine"), Status: 403, Code: "forbidden",
			Then: then(answers(403, named(demo.ProjectMember, "21", "support")), answers(404, named(demo.OtherOrganization, "21", "support"))),
		},
	})
}

func TestAliases(t *testing.T) {
	const path = "/api/agent-alias"
	other := named(demo.ProjectAdmin, "22", "book")
	fixture.Table(t, []fixture.Row{
		{Name: "all whose agents the caller sees", Request: get(demo.ProjectMember, path+"/"), Status: 200, Body: `{"success":true,"message":"Agent aliases found successfully.","data":` + list(alias("41", "21", "support")) + `}`},
		{
			Name: "and none else", Given: people(20, 20), First: after(other), Request: get(key(20), path), Status: 200, Has: []string{`"alias":"book"`}, Lacks: []string{"support", "elsewhere"},
			Then: then(sees(demo.GlobalAdmin, path, "support", "book"), not(demo.OtherOrganization, path, "support", "book")),
		},
		{
			Name: "those of one agent", First: after(other), Request: get(demo.ProjectMember, path+"?agent_id=22"), Status: 200, Has: []string{`"alias":"book"`}, Lacks: []string{"support"},
			Then: then(not(demo.ProjectMember, path+"?agent_id=21", "book")),
		},
		{
			Name: "of an agent that he doesn't see", Given: people(20, 20), Request: get(key(20), path+"?agent_id=21"), Status: 404, Code: "not_found",
			Then: then(knowsNot(demo.GlobalAdmin, path+"?agent_id=29"), knowsNot(demo.GlobalAdmin, path+"?agent_id=99")),
		},
		{Name: "a bound key those of its project", Given: fixture.Key("test", 0, fixture.Bound(4)), First: after(other), Request: get("test.secret", path), Status: 200, Has: []string{"book"}, Lacks: []string{"support"}},
		{Name: "one at a time", First: after(other), Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: list(alias("41", "21", "support")), Has: []string{"next_cursor"}},
		{
			Name: "the next one", First: after(other, get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=1&cursor="+fixture.Cursor), Status: 200,
			Has: []string{"book"}, Lacks: []string{"support", "next_cursor"},
		},
		{
			Name: "pages of one agent's", Given: aliased(21, 1, 4), First: after(get(demo.ProjectMember, path+"?agent_id=21&limit=2")),
			Request: get(demo.ProjectMember, path+"?agent_id=21&limit=2&cursor="+fixture.Cursor), Status: 200, Has: []string{`"alias":"a2"`, `"alias":"a3"`},
			Lacks: []string{"support", `"alias":"a1"`, "next_cursor"},
		},
		{
			Name: "another filter with its cursor", First: after(other, get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?agent_id=21&cursor="+fixture.Cursor),
			Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
	})
}

func TestEditAlias(t *testing.T) {
	remove := drop(demo.ProjectAdmin, "/api/agent-alias/41")
	renamed := but(alias("41", "21", "desk"), `"modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"`, `"modified_by":"lead@organization.com","modified_on":"`+at(2)+`"`)
	fixture.Table(t, []fixture.Row{
		{
			Name: "it reads otherwise", Request: rename(demo.ProjectAdmin, "41", "Desk"), Status: 200, Body: `{"success":true,"message":"Agent alias updated successfully.","data":` + renamed + `}`, Sends: map[string]string{"Etag": `"2"`},
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "update-agent-alias" || a.Before["agent_alias:41"] != "support" || a.After["agent_alias:41"] != "desk" {
					t.Errorf("audit row %+v", a)
				}
			},
		},
		{Name: "as it does already", Request: rename(demo.ProjectAdmin, "41", "SUPPORT"), Status: 200, Data: alias("41", "21", "support"), Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "as another one does", First: after(named(demo.ProjectAdmin, "22", "book")), Request: rename(demo.ProjectAdmin, "41", "Book"), Status: 409, Code: "duplicate", Fields: map[string]string{"body.alias": "is taken"}},
		{Name: "as one of another organisation", Request: rename(demo.ProjectAdmin, "41", "elsewhere"), Status: 200},
		{Name: "as nothing can", Request: rename(demo.ProjectAdmin, "41", "a"), Status: 400, Code: "invalid", Fields: map[string]string{"body.alias": ""}},
		{Name: "of this version", Request: ifMatch(rename(demo.ProjectAdmin, "41", "desk"), `"1"`), Status: 200},
		{Name: "of another one", First: after(rename(demo.ProjectAdmin, "41", "desk")), Request: ifMatch(rename(demo.ProjectAdmin, "41", "bureau"), `"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "a viewer may not", Request: rename(demo.ProjectMember, "41", "desk"), Status: 403, Code: "forbidden", Then: then(answers(403, drop(demo.ProjectMember, "/api/agent-alias/41")))},
		{Name: "an editor may", Given: on("editor"), Request: rename(key(20), "41", "desk"), Status: 200},
		{
			Name: "whoever doesn't see its agent doesn't know it", Given: people(20, 20), Request: rename(key(20), "41", "desk"), Status: 404, Code: "not_found",
			Then: then(
				answers(404, drop(key(20), "/api/agent-alias/41")), answers(404, drop(demo.GlobalAdmin, "/api/agent-alias/49")),
				answers(404, rename(demo.GlobalAdmin, "49", "desk")), answers(404, rename(demo.GlobalAdmin, "42", "desk")),
			),
		},
		{Name: "with its agent it is gone", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: rename(demo.GlobalAdmin, "41", "desk"), Status: 404, Code: "not_found"},

		{
			Name: "a deleted one in a list", Request: remove, Status: 200, Body: `{"success":true,"message":"Agent alias deleted successfully.","data":` + list(but(alias("41", "21", "support"), `"is_deleted":false`, `"is_deleted":true`)) + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "delete-agent-alias" || a.Resource != "agent:21" || a.Before["agent_alias:41"] != "support" {
					t.Errorf("audit row %+v", a)
				}
				then(sees(demo.GlobalAdmin, "/api/agent-alias", `"data":[]`), answers(404, rename(demo.GlobalAdmin, "41", "desk")))(t, s)
			},
		},
		{Name: "an editor deletes it", Given: on("editor"), Request: drop(key(20), "/api/agent-alias/41"), Status: 200},
		{Name: "another version of it", Request: ifMatch(remove, `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "twice", First: after(remove), Request: remove, Status: 404, Code: "not_found"},
		{Name: "twice with one Idempotency-Key", First: after(keyed(remove)), Request: keyed(remove), Status: 200, Again: true, Idle: true},
	})
}

func TestAgentByAlias(t *testing.T) {
	const path = "/api/agent-alias/by-name/"
	fixture.Table(t, []fixture.Row{
		{Name: "the agent that it leads to", Request: get(demo.ProjectMember, path+"support"), Status: 200, Has: []string{`"message":"Agent found successfully."`, `"id":21`}, Sends: map[string]string{"Etag": `"1"`}},
		{Name: "in whatever case it is written", Request: get(demo.ProjectMember, path+"SupporT"), Status: 200, Has: []string{`"id":21`}},
		{
			Name: "under its new name alone", First: after(rename(demo.ProjectAdmin, "41", "desk")), Request: get(demo.ProjectMember, path+"desk"), Status: 200,
			Then: then(knowsNot(demo.ProjectMember, path+"support")),
		},
		{
			Name: "to whoever may not view the agent it is as unknown as one that nobody has", Given: people(20, 20), Request: get(key(20), path+"support"), Status: 404, Code: "not_found",
			Then: then(knowsNot(key(20), path+"nobody"), knowsNot(demo.GlobalAdmin, path+"nobody")),
		},
		{Name: "another organisation's is unknown", Request: get(demo.GlobalAdmin, path+"elsewhere"), Status: 404, Code: "not_found", Then: then(knowsNot(demo.OtherOrganization, path+"support"))},
		{Name: "a team's member sees the agents of its projects", Given: on("editor"), Request: get(key(20), path+"support"), Status: 200},
		{Name: "a key that is bound to another project doesn't", Given: fixture.Key("test", 0, fixture.Bound(4)), Request: get("test.secret", path+"support"), Status: 404, Code: "not_found"},
		{Name: "with its agent it is gone", First: after(drop(demo.ProjectAdmin, "/api/agent/21")), Request: get(demo.GlobalAdmin, path+"support"), Status: 404, Code: "not_found"},
		{Name: "what can't be an alias leads nowhere", Request: get(demo.GlobalAdmin, path+"a%20b"), Status: 404, Code: "not_found"},
		{Name: "nor does what is too short", Request: get(demo.GlobalAdmin, path+"a"), Status: 400, Code: "invalid", Fields: map[string]string{"path.alias": ""}},
	})
}
