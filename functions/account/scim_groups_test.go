package account_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const groups = "/scim/v2/Groups"

// members checks who is in a team, and as what: "7 owner".
func members(team int64, want ...string) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		var got []string
		for _, m := range table.TeamMembers.All(s.Rows(t.Context(), t)) {
			if m.TeamID == team {
				got = append(got, fmt.Sprint(m.UserID, " ", m.Role))
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("members of team %d (- wanted, + there):\n%s", team, d)
		}
	}
}

func team(id int64, check func(t model.Team) bool) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		if found, ok := table.Teams.In(s.Rows(t.Context(), t), id); !ok || !check(found) {
			t.Errorf("team %d is %+v", id, found)
		}
	}
}

func grouped(request string) []fixture.Request {
	return []fixture.Request{scim("POST", groups, request)}
}

// patchGroup is a PATCH of team 7 of the demo data: 7 owns it, 15 is a viewer and 16
// an editor.
func patchGroup(operations string) fixture.Request {
	return scim("PATCH", groups+"/7", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
}

// users are members as a client names them.
func values(ids ...int) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = `{"value":"` + strconv.Itoa(id) + `"}`
	}
	return "[" + strings.Join(all, ",") + "]"
}

const (
	takenGroup = "Another team has this displayName: rename that first, or choose another"
	takenID    = "Another group has this externalId: change that first, or choose another"
)

func TestSCIMGroupsAreMade(t *testing.T) {
	create := func(body string) fixture.Request { return scim("POST", groups, body) }
	fixture.Table(t, []fixture.Row{
		{
			Name: "with members", Request: create(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","externalId":"g-1","members":[{"value":"15","display":"x","$ref":"y","type":"User"},{"value":"16"},{"value":"15"}]}`), Status: 201,
			Body:  `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"1001","externalId":"g-1","displayName":"Sales","members":[{"value":"15","$ref":"/scim/v2/Users/15","type":"User"},{"value":"16","$ref":"/scim/v2/Users/16","type":"User"}],"meta":{"resourceType":"Group","created":"2026-01-01T00:00:00.002000Z","location":"/scim/v2/Groups/1001"}}`,
			Sends: map[string]string{"Location": "/scim/v2/Groups/1001", "Content-Type": "application/scim+json"},
			Then: func(t *testing.T, s *fixture.System) {
				members(1001, "15 viewer", "16 viewer")(t, s)
				team(1001, func(t model.Team) bool { return t.MemberCount == 2 && t.OwnerCount == 0 && t.OrganizationID == 1 })(t, s)
				if _, listed := table.Ownerless.In(s.Rows(t.Context(), t), 1, model.OwnerlessTeam, 1001); !listed {
					t.Error("it isn't on the list of what nobody owns")
				}
			},
		},
		{Name: "without members", Request: create(`{"displayName":"Sales","externalId":null,"members":null}`), Status: 201, Has: []string{`"members":[]`}, Lacks: []string{"externalId"}},
		{Name: "members as texts, and one alone", Request: create(`{"DISPLAYNAME":["Sales"],"members":"15"}`), Status: 201, Has: []string{`"value":"15"`}},
		{Name: "an answer without members", Request: scim("POST", groups+"?excludedAttributes=members", `{"displayName":"Sales","members":["15"]}`), Status: 201, Lacks: []string{"members"}, Then: members(1001, "15 viewer")},
		{Name: "the name of a team that a user has made, in another case", Request: create(`{"displayName":"CORE"}`), Status: 409, Body: refused(409, "uniqueness", takenGroup)},
		{Name: "the same request twice", First: grouped(`{"displayName":"Sales"}`), Request: create(`{"displayName":"Sales"}`), Status: 409, Body: refused(409, "uniqueness", takenGroup)},
		{Name: "an externalId twice", First: grouped(`{"displayName":"Sales","externalId":"g-1"}`), Request: create(`{"displayName":"Support","externalId":"g-1"}`), Status: 409, Body: refused(409, "uniqueness", takenID)},
		{Name: "names of a deleted group are free", First: append(grouped(`{"displayName":"Sales","externalId":"g-1"}`), scim("DELETE", groups+"/1001", "")), Request: create(`{"displayName":"Sales","externalId":"g-1"}`), Status: 201},
		{Name: "the name of another organisation's team is free", Request: create(`{"displayName":"Elsewhere"}`), Status: 201},
		{Name: "a user who isn't there", Request: create(`{"displayName":"Sales","members":[{"value":"15"},{"value":"150"}]}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 150")},
		{Name: "a user of another organisation", Request: create(`{"displayName":"Sales","members":["90"]}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 90")},
		{Name: "an inactive user", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: create(`{"displayName":"Sales","members":["15"]}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 15")},
		{Name: "what is no id", Request: create(`{"displayName":"Sales","members":["15","ada"]}`), Status: 400, Body: refused(400, "invalidValue", "members[1] is no user")},
		{Name: "a group in a group", Request: create(`{"displayName":"Sales","members":[{"value":"7","type":"Group"}]}`), Status: 400, Body: refused(400, "invalidValue", "members[0] is no user")},
		{Name: "a blank name", Request: create(`{"displayName":" "}`), Status: 400, Body: refused(400, "invalidValue", "Invalid request: displayName must not be blank")},
		{Name: "no name", Request: create(`{"members":[]}`), Status: 400, Body: refused(400, "invalidValue", "Invalid request: displayName is required")},
		{Name: "a name that turns around what follows", Request: create(`{"displayName":"a\u202eb"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`, "displayName"}},
		{Name: "by a service key", Given: staff(), Request: by(serviceKey, create(`{"displayName":"Sales","members":["15"]}`)), Status: 201, Then: members(1001, "15 viewer")},
		{Name: "by a key bound to a project", Given: staff(), Request: by(boundKey, create(`{"displayName":"Sales"}`)), Status: 403, Body: refused(403, "", no)},
		{Name: "by a member", Request: by(demo.ProjectMember, create(`{"displayName":"Sales"}`)), Status: 403, Body: refused(403, "", no)},
	})
}

func TestSCIMGroupsAreFound(t *testing.T) {
	get := func(path string) fixture.Request { return scim("GET", path, "") }
	filter := func(text string) fixture.Request { return get(groups + "?filter=" + text) }
	list := func(total, start, n int, has ...string) []string {
		return append(has, fmt.Sprintf(`"totalResults":%d,"startIndex":%d,"itemsPerPage":%d`, total, start, n))
	}
	badFilter := refused(400, "invalidFilter", `The filters are displayName, externalId, id and members.value, each eq "…", and several with and between them`)
	more := fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 15, "viewer"), fixture.Team(10, "core"))
	external := fixture.Given{func(tx *table.Tx, rows table.Rows) {
		from, _ := table.Teams.In(rows, int64(7))
		to := from
		to.ExternalID = "g-7"
		table.Teams.Change(tx, from, to)
		table.ProvisionedNames.Put(tx, to.Provisioned()[0])
	}}
	fixture.Table(t, []fixture.Row{
		{Name: "one", Request: get(groups + "/7"), Status: 200, Has: []string{`"id":"7"`, `"displayName":"Core"`, `{"value":"16","$ref":"/scim/v2/Users/16","type":"User"}`, `"location":"/scim/v2/Groups/7"`}},
		{Name: "without its members", Request: get(groups + "/7?excludedAttributes=members"), Status: 200, Lacks: []string{"members", "Users"}},
		{Name: "its members alone", Request: get(groups + "/7?attributes=members.value"), Status: 200, Has: []string{`"value":"16"`}, Lacks: []string{"displayName", "meta"}},
		{Name: "one that isn't there", Request: get(groups + "/70"), Status: 404, Body: refused(404, "", gone)},
		{Name: "one of another organisation", Request: get(groups + "/9"), Status: 404, Body: refused(404, "", gone)},
		{Name: "an id that is none", Request: get(groups + "/core"), Status: 404, Body: refused(404, "", gone)},
		{Name: "a deleted one", First: append(grouped(`{"displayName":"Sales"}`), scim("DELETE", groups+"/1001", "")), Request: get(groups + "/1001"), Status: 404, Body: refused(404, "", gone)},
		{Name: "by a member of it", Request: by(demo.ProjectMember, get(groups+"/7")), Status: 403, Body: refused(403, "", no)},

		{Name: "all", Given: more, Request: get(groups), Status: 200, Has: list(3, 1, 3, `"id":"7"`, `"id":"8"`, `"id":"10"`, `"value":"16"`), Lacks: []string{`"id":"9"`}},
		{Name: "all, without members", Given: more, Request: get(groups + "?excludedAttributes=members"), Status: 200, Has: list(3, 1, 3), Lacks: []string{"members"}},
		{Name: "a page", Given: more, Request: get(groups + "?startIndex=2&count=1"), Status: 200, Has: list(3, 2, 1, `"id":"8"`)},
		{Name: "by displayName, which several may have", Given: more, Request: filter(`displayName+eq+"CORE"`), Status: 200, Has: list(2, 1, 2, `"id":"7"`, `"id":"10"`)},
		{Name: "the second of them", Given: more, Request: get(groups + `?startIndex=2&count=1&filter=displayName+eq+"core"`), Status: 200, Has: list(2, 2, 1, `"id":"10"`)},
		{Name: "by the name of another organisation's team", Request: filter(`displayName+eq+"Elsewhere"`), Status: 200, Has: list(0, 1, 0, `"Resources":[]`)},
		{Name: "by externalId", Given: external, Request: filter(`externalId+Eq+"g-7"`), Status: 200, Has: list(1, 1, 1, `"id":"7"`)},
		{Name: "an externalId in another case is another", Given: external, Request: filter(`externalId+eq+"G-7"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by id", Request: filter(`id+eq+"7"`), Status: 200, Has: list(1, 1, 1, `"id":"7"`)},
		{Name: "by id of another organisation's", Request: filter(`id+eq+"9"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by id and member, as Entra ID asks", Request: filter(`id+eq+"7"+and+members+eq+"15"`), Status: 200, Has: list(1, 1, 1)},
		{Name: "by id and who isn't a member", Request: filter(`id+eq+"7"+and+members+eq+"1"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by member", Given: more, Request: filter(`members.value+eq+"15"`), Status: 200, Has: list(2, 1, 2, `"id":"7"`, `"id":"8"`)},
		{Name: "by a member of another organisation", Request: filter(`members.value+eq+"90"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by member and name", Given: more, Request: filter(`members.value+eq+"15"+and+displayName+eq+"second"`), Status: 200, Has: list(1, 1, 1, `"id":"8"`)},
		{Name: "by who was taken out", First: []fixture.Request{patchGroup(`{"op":"remove","path":"members[value eq \"15\"]"}`)}, Request: filter(`members.value+eq+"15"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by something else", Request: filter(`description+eq+"x"`), Status: 400, Body: badFilter},
		{Name: "by a part of a member", Request: filter(`members.display+eq+"x"`), Status: 400, Body: badFilter},
		{Name: "by another comparison", Request: filter(`displayName+co+"x"`), Status: 400, Body: badFilter},

		{Name: "where everything is", Request: get("/scim/v2"), Status: 200, Has: []string{`"location":"/scim/v2/ServiceProviderConfig"`, `"location":"/scim/v2/ResourceTypes"`, `"location":"/scim/v2/Schemas"`}},
		{Name: "with a slash", Request: get("/scim/v2/"), Status: 200, Has: []string{`"location":"/scim/v2/Schemas"`}},
		{Name: "of which type they are", Request: get("/scim/v2/ResourceTypes/Group"), Status: 200, Has: []string{`"endpoint":"/Groups"`}},
		{Name: "both types", Request: get("/scim/v2/ResourceTypes"), Status: 200, Has: []string{`"id":"User"`, `"id":"Group"`, `"totalResults":2`}},
		{Name: "of which schema", Request: get("/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group"), Status: 200, Has: []string{`"name":"members"`}},
	})
}

func TestSCIMGroupsAreChanged(t *testing.T) {
	put := func(body string) fixture.Request { return scim("PUT", groups+"/7", body) }
	fresh := fixture.All(staff(), fixture.People(21, 22))
	becomes := func(name, operations string, want ...string) fixture.Row {
		return fixture.Row{Name: name, Given: fresh, Request: patchGroup(operations), Status: 204, Then: members(7, want...)}
	}
	refuses := func(name, kind, operations string) fixture.Row {
		return fixture.Row{Name: name, Given: fresh, Request: patchGroup(operations), Status: 400, Has: []string{`"scimType":"` + kind + `"`}}
	}
	called := func(name, externalID string) func(*testing.T, *fixture.System) {
		return team(7, func(t model.Team) bool { return t.Name == name && t.ExternalID == externalID })
	}
	ada := grouped(`{"displayName":"Sales","externalId":"g-1"}`)
	fixture.Table(t, []fixture.Row{
		becomes("Entra ID adds one", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"21"}]}`, "7 owner", "15 viewer", "16 editor", "21 viewer"),
		becomes("Entra ID removes one", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"15"}]}`, "7 owner", "16 editor"),
		becomes("Entra ID removes one by a path", `{"op":"Remove","path":"members[value eq \"15\"]"}`, "7 owner", "16 editor"),
		becomes("Okta adds and removes at once", `{"op":"remove","path":"members[value eq \"16\"]"},{"op":"add","path":"members","value":[{"value":"21","display":"x@y.z"},{"value":"22"}]}`, "7 owner", "15 viewer", "21 viewer", "22 viewer"),
		becomes("Okta replaces all, and leaves the owner", `{"op":"replace","path":"members","value":[{"value":"15"},{"value":"21"}]}`, "7 owner", "15 viewer", "21 viewer"),
		becomes("OneLogin adds without a path", `{"op":"add","value":{"members":[{"value":"21"}]}}`, "7 owner", "15 viewer", "16 editor", "21 viewer"),
		becomes("JumpCloud removes several", `{"op":"remove","path":"members","value":[{"value":"15"},{"value":"16"}]}`, "7 owner"),
		becomes("one alone, as a text", `{"op":"add","path":"members","value":"21"}`, "7 owner", "15 viewer", "16 editor", "21 viewer"),
		becomes("as a number in an object", `{"op":"add","path":"members.value","value":{"value":21}}`, "7 owner", "15 viewer", "16 editor", "21 viewer"),
		becomes("by the schema's name, in any case", `{"op":"REMOVE","path":"urn:ietf:params:scim:schemas:core:2.0:Group:MEMBERS[type eq \"User\" and VALUE eq \"15\"]"}`, "7 owner", "16 editor"),
		becomes("all are removed but the owner", `{"op":"remove","path":"members"}`, "7 owner"),
		becomes("replaced by nobody", `{"op":"replace","path":"members","value":[]}`, "7 owner"),
		becomes("replaced by nothing", `{"op":"replace","value":{"members":null}}`, "7 owner"),
		becomes("the last of several counts", `{"op":"add","path":"members","value":["21"]},{"op":"remove","path":"members[value eq \"21\"]"},{"op":"remove","path":"members[value eq \"15\"]"},{"op":"add","path":"members","value":["15"]}`, "7 owner", "15 viewer", "16 editor"),
		becomes("a replacement, and one more", `{"op":"replace","path":"members","value":["15"]},{"op":"add","path":"members","value":["22"]}`, "7 owner", "15 viewer", "22 viewer"),
		{Name: "to add who is in changes nothing, their role neither", Request: patchGroup(`{"op":"add","path":"members","value":["15","16","7"]}`), Status: 204, Idle: true},
		{Name: "to remove who isn't in is no mistake", Request: patchGroup(`{"op":"remove","path":"members[value eq \"1\"]"},{"op":"remove","path":"members","value":["150","ada"]},{"op":"remove","path":"members","value":[]}`), Status: 204, Idle: true},
		{Name: "to remove who was deleted neither", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: patchGroup(`{"op":"remove","path":"members","value":["15"]}`), Status: 204},
		{Name: "an owner is passed on first", Request: patchGroup(`{"op":"remove","path":"members[value eq \"7\"]"}`), Status: 403, Body: refused(403, "", no)},
		{Name: "a user who isn't there", Request: patchGroup(`{"op":"add","path":"members","value":["1","150"]}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 150")},
		refuses("what is no id", "invalidValue", `{"op":"add","path":"members","value":["ada"]}`),
		refuses("one name twice, in two cases", "invalidSyntax", `{"op":"replace","value":{"displayName":"A","DisplayName":"B"}}`),
		refuses("one member twice, in two cases", "invalidSyntax", `{"op":"add","path":"members","value":[{"value":"15","VALUE":"16"}]}`),
		refuses("a group in a group", "invalidValue", `{"op":"add","path":"members","value":[{"value":"21","type":"Group"}]}`),
		refuses("a member can't be another", "mutability", `{"op":"replace","path":"members[value eq \"15\"]","value":{"value":"21"}}`),
		refuses("a member by their name", "invalidFilter", `{"op":"remove","path":"members[display eq \"x\"]"}`),
		refuses("a member by their name and id", "invalidFilter", `{"op":"remove","path":"members[display eq \"x\" and value eq \"15\"]"}`),
		refuses("a member by their id and name", "invalidFilter", `{"op":"remove","path":"members[value eq \"15\" and display eq \"x\"]"}`),
		becomes("who has two ids is nobody", `{"op":"remove","path":"members[value eq \"15\" and value eq \"16\"]"}`, "7 owner", "15 viewer", "16 editor"),
		becomes("who has one id, said twice", `{"op":"remove","path":"members[value eq \"15\" and value eq \"15\"]"}`, "7 owner", "16 editor"),
		refuses("nothing in particular", "noTarget", `{"op":"remove"}`),
		refuses("a name is there once", "invalidPath", `{"op":"replace","path":"displayName[value eq \"x\"]","value":"x"}`),
		refuses("a name can't go", "mutability", `{"op":"remove","path":"displayName"}`),
		refuses("a blank name", "invalidValue", `{"op":"replace","path":"displayName","value":" "}`),
		refuses("a name that nobody sees", "invalidValue", `{"op":"replace","path":"displayName","value":"a\u202eb"}`),
		refuses("an externalId that nobody sees", "invalidValue", `{"op":"replace","path":"externalId","value":"a\u0007"}`),
		refuses("an id is not to be changed", "mutability", `{"op":"replace","path":"id","value":"8"}`),

		{Name: "renamed", Request: patchGroup(`{"op":"Replace","path":"displayName","value":"New"}`), Status: 204, Then: called("New", "")},
		{Name: "Okta renames", Request: patchGroup(`{"op":"replace","value":{"id":"7","displayName":"New"}}`), Status: 204, Then: called("New", "")},
		{Name: "an externalId comes", Request: patchGroup(`{"op":"Add","path":"externalId","value":["g-7"]}`), Status: 204, Then: called("Core", "g-7")},
		{Name: "and goes", First: []fixture.Request{patchGroup(`{"op":"Add","path":"externalId","value":"g-7"}`)}, Request: patchGroup(`{"op":"remove","path":"externalId"}`), Status: 204, Then: called("Core", "")},
		{Name: "what isn't kept is ignored", Request: patchGroup(`{"op":"replace","path":"description","value":"x"},{"op":"replace","path":"members[value eq \"15\"].display","value":"x"}`), Status: 204, Idle: true},
		{Name: "another's name", First: ada, Request: patchGroup(`{"op":"replace","path":"displayName","value":"sales"}`), Status: 409, Body: refused(409, "uniqueness", takenGroup)},
		{Name: "another's externalId", First: ada, Request: patchGroup(`{"op":"replace","path":"externalId","value":"g-1"}`), Status: 409, Body: refused(409, "uniqueness", takenID)},
		{Name: "its own name in another case", Request: patchGroup(`{"op":"replace","path":"displayName","value":"CORE"}`), Status: 204, Then: called("CORE", "")},
		{Name: "a group can't be renamed after another on the team's route", First: append(slices.Clone(ada), patchGroup(`{"op":"replace","path":"displayName","value":"New"}`)),
			Request: fixture.Request{Method: "PUT", Path: "/api/team/7", Key: demo.ProjectAdmin, Body: `{"team_name":"sales"}`}, Status: 409, Code: "duplicate"},
		{Name: "what isn't the provider's may be called alike", First: ada, Request: fixture.Request{Method: "PUT", Path: "/api/team/7", Key: demo.ProjectAdmin, Body: `{"team_name":"sales"}`}, Status: 200},
		{Name: "renamed there, it is found by the new name", First: append(slices.Clone(ada), fixture.Request{Method: "PUT", Path: "/api/team/1001", Key: demo.GlobalAdmin, Body: `{"team_name":"Bought"}`}),
			Request: scim("POST", groups, `{"displayName":"Sales"}`), Status: 201},

		{Name: "replaced", Given: fresh, Request: put(`{"displayName":"New","externalId":"g-7","members":[{"value":"16"},{"value":"21"}]}`), Status: 200,
			Has: []string{`"displayName":"New"`, `"externalId":"g-7"`, `"value":"7"`, `"value":"16"`, `"value":"21"`}, Lacks: []string{`"value":"15"`}, Then: members(7, "7 owner", "16 editor", "21 viewer")},
		{Name: "replaced by what it is", Request: put(`{"displayName":"Core","members":[{"value":"15"},{"value":"16"}]}`), Status: 200, Idle: true},
		{Name: "replaced without members leaves them", Request: put(`{"displayName":"New"}`), Status: 200, Has: []string{`"value":"15"`}, Then: members(7, "7 owner", "15 viewer", "16 editor")},
		{Name: "replaced by no members", Request: put(`{"displayName":"Core","members":[]}`), Status: 200, Then: members(7, "7 owner")},
		{Name: "replaced by another's name", First: ada, Request: put(`{"displayName":"Sales"}`), Status: 409, Body: refused(409, "uniqueness", takenGroup)},
		{Name: "one of another organisation", Request: scim("PUT", groups+"/9", `{"displayName":"New"}`), Status: 404, Body: refused(404, "", gone)},
		{Name: "by a service key", Given: fresh, Request: by(serviceKey, put(`{"displayName":"Core","members":["21"]}`)), Status: 200, Then: members(7, "7 owner", "21 viewer")},
		{Name: "by an application admin", Given: fresh, Request: by(staffKey, put(`{"displayName":"Core","members":["21"]}`)), Status: 200, Then: members(7, "7 owner", "21 viewer")},
		{Name: "by who owns it", Request: by(demo.ProjectAdmin, put(`{"displayName":"New"}`)), Status: 403, Body: refused(403, "", no)},

		{Name: "one with projects can't be deleted", Request: scim("DELETE", groups+"/7", ""), Status: 409, Has: []string{`"status":"409"`, "still has projects"}},
		{Name: "deleted", Given: fresh, First: grouped(`{"displayName":"Sales","members":["15"]}`), Request: by(serviceKey, scim("DELETE", groups+"/1001", "")), Status: 204, Then: team(1001, func(t model.Team) bool { return t.IsDeleted })},
	})
}

// Who is taken out is taken out as by Remove User from Team: there is a removal,
// its id is answered, it can be undone, and the audit log has one row of all that
// the request did.
func TestSCIMTakesMembersOutAsTheTeamRouteDoes(t *testing.T) {
	fixture.Table(t, []fixture.Row{
		{Name: "a removal", Given: fixture.People(21, 21), Request: patchGroup(`{"op":"replace","path":"displayName","value":"New"},{"op":"replace","path":"members","value":["16","21"]}`), Status: 204,
			Sends: map[string]string{"Wardroom-Removal": "1001"},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				if r, ok := table.Removals.In(rows, int64(1001)); !ok || r.Kind != model.FromWorkspace || !slices.Equal(r.UserIDs, []int64{15}) {
					t.Errorf("the removal is %+v", r)
				}
				all := fixture.Audits(rows)
				if len(all) != 1 || all[0].Action != "patch-scim-group" || all[0].Resource != "team:7" {
					t.Fatalf("the log tells %+v", all)
				}
				if d := cmp.Diff([]string{"external_id_changed", "removal_id", "renamed", "user:21"}, slices.Sorted(maps.Keys(all[0].After))); d != "" {
					t.Error(d)
				}
			}},
		{Name: "undone", First: []fixture.Request{patchGroup(`{"op":"remove","path":"members","value":["15","16"]}`)},
			Request: fixture.Request{Method: "POST", Path: "/api/removal/1001/undo", Key: demo.GlobalAdmin}, Status: 200, Then: members(7, "7 owner", "15 viewer", "16 editor")},
	})
}

// More than one transaction holds, from a provider that sends a whole group at
// once: everybody comes and goes, each step is in the log, and to send it again
// changes nothing.
func TestSCIMGroupsOfManyMembers(t *testing.T) {
	s := fixture.New(t)
	s.Fill(t, fixture.All(fixture.People(100, 149), fixture.People(150, 199), fixture.People(200, 249)))
	ids := func(first, last int) string {
		all := []int{}
		for id := first; id <= last; id++ {
			all = append(all, id)
		}
		return values(all...)
	}
	in := func() map[int64]bool {
		found := map[int64]bool{}
		for _, m := range table.TeamMembers.All(s.Rows(t.Context(), t)) {
			if m.TeamID == 1001 {
				found[m.UserID] = m.Role == "viewer"
			}
		}
		return found
	}
	sent := func(r fixture.Request, status, first, last int) fixture.Response {
		t.Helper()
		got := s.Do(t.Context(), r)
		want := map[int64]bool{}
		for id := first; id <= last; id++ {
			want[int64(id)] = true
		}
		if d := cmp.Diff(want, in()); got.Status != status || d != "" {
			t.Fatalf("%d %.300s\n%s", got.Status, got.Body, d)
		}
		if shown := strings.Count(got.Body, `"$ref"`); r.Method != "PATCH" && shown != len(want) {
			t.Errorf("the answer shows %d members of %d", shown, len(want))
		}
		return got
	}
	made := scim("POST", groups, `{"displayName":"Many","members":`+ids(100, 219)+`}`)
	sent(made, 201, 100, 219)
	put := scim("PUT", groups+"/1001", `{"displayName":"All","members":`+ids(130, 249)+`}`)
	sent(put, 200, 130, 249)
	before := s.Dump(t.Context(), t)
	sent(put, 200, 130, 249)
	if d := cmp.Diff(before, s.Dump(t.Context(), t)); d != "" {
		t.Errorf("the same again changes\n%s", d)
	}
	removed := sent(scim("PATCH", groups+"/1001", `{"Operations":[{"op":"remove","path":"members"}]}`), 204, 1, 0)
	rows := s.Rows(t.Context(), t)
	named := map[int64]bool{}
	for id := range strings.SplitSeq(removed.Header.Get("Wardroom-Removal"), ", ") {
		n, _ := strconv.ParseInt(id, 10, 64)
		r, ok := table.Removals.In(rows, n)
		if !ok {
			t.Errorf("no removal is called %q", id)
		}
		for _, user := range r.UserIDs {
			named[user] = true
		}
	}
	if len(named) != 120 {
		t.Errorf("the removals that the answer names are of %d people, of 120: %s", len(named), removed.Header.Get("Wardroom-Removal"))
	}
	come, gone := 0, 0
	for _, a := range fixture.Audits(rows) {
		for name := range a.After {
			if strings.HasPrefix(name, "user:") {
				come++
			}
		}
		for name := range a.Before {
			if strings.HasPrefix(name, "user:") {
				gone++
			}
		}
	}
	if come != 150 || gone != 150 {
		t.Errorf("the log tells of %d who came and %d who went, of 150", come, gone)
	}
}

// Nothing is written where one of many is nobody.
func TestSCIMGroupsRefuseBeforeTheFirstPart(t *testing.T) {
	many := make([]int, 0, 51)
	for id := 100; id <= 150; id++ {
		many = append(many, id)
	}
	fixture.Table(t, []fixture.Row{
		{Name: "made", Request: scim("POST", groups, `{"displayName":"Many","members":`+values(many...)+`}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 150")},
		{Name: "changed", Request: scim("PUT", groups+"/7", `{"displayName":"New","members":`+values(many...)+`}`), Status: 400, Body: refused(400, "invalidValue", "members: no active user has the id 150")},
	}, fixture.People(100, 140), fixture.People(141, 149))
}

// Whoever goes on by startIndex plus itemsPerPage meets every group that stays once,
// while others are deleted.
func TestSCIMGroupPagesSurviveDeletions(t *testing.T) {
	s := fixture.New(t)
	given := fixture.Given{}
	for id := int64(20); id <= 45; id++ {
		given = fixture.All(given, fixture.Team(id, fmt.Sprint("Team ", id)))
	}
	s.Fill(t, given)
	seen := map[string]int{}
	for start, total := 1, 1; start <= total; {
		got := s.Do(t.Context(), scim("GET", fmt.Sprintf("%s?startIndex=%d&count=4", groups, start), ""))
		var page struct {
			TotalResults, ItemsPerPage int
			Resources                  []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(got.Body), &page); err != nil || page.ItemsPerPage != len(page.Resources) {
			t.Fatalf("%v %s", err, got.Body)
		}
		for _, g := range page.Resources {
			seen[g.ID]++
		}
		if start <= 20 { // two that the pages have shown, and one to come
			for _, id := range []string{page.Resources[1].ID, page.Resources[3].ID, fmt.Sprint(46 - (start+3)/4)} {
				if got := s.Do(t.Context(), scim("DELETE", groups+"/"+id, "")); got.Status != 204 {
					t.Fatalf("%s: %d", id, got.Status)
				}
			}
		}
		start, total = start+page.ItemsPerPage, page.TotalResults
	}
	for id := 20; id <= 40; id++ {
		if n := seen[fmt.Sprint(id)]; n != 1 {
			t.Errorf("group %d is named %d times", id, n)
		}
	}
}
