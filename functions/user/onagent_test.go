package user_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func onAgent(agent, user int64, permission, more string) string {
	return fmt.Sprintf(`{"user_id":%d,"resource_type":"agent","resource_id":%d,"permission":"%s"%s}`, user, agent, permission, more)
}

// granted is a permission on agent 21 as answers show it: stamp is who made it and
// when, more who changed it and when.
func granted(id, user int64, permission, end, stamp, more string) string {
	return fmt.Sprintf(`{"id":%d,"user":%d,"resource_type":"agent","resource_id":21,"permission":"%s","expires_on":%s,"is_deleted":false,%s,%s}`, id, user, permission, end, stamp, more)
}

const (
	byLead   = `"created_by":"lead@organization.com","created_on":"2024-02-01T10:00:00.000000Z"`
	bySystem = `"created_by":"System","created_on":"2026-01-01T00:00:00.000000Z"`
	justNow  = `"modified_by":"lead@organization.com","modified_on":"2026-01-01T00:00:00.002000Z"`
)

// answers tells how the system answers a request, after a row.
func answers(t *testing.T, s *fixture.System, status int, q fixture.Request) {
	t.Helper()
	if got := s.Do(t.Context(), q); got.Status != status {
		t.Errorf("%s %s by %s: %d %s, want %d", q.Method, q.Path, q.Key, got.Status, got.Body, status)
	}
}

// has is what a system says of a user's permission on agent 21.
func has(t *testing.T, s *fixture.System, user int64) model.AgentMember {
	t.Helper()
	m, _ := table.AgentMembers.In(s.Rows(t.Context(), t), user, 21)
	return m
}

// audit is the one audit row there is: a call writes one.
func audit(t *testing.T, s *fixture.System) model.Audit {
	t.Helper()
	found := fixture.Audits(s.Rows(t.Context(), t))
	if len(found) != 1 {
		t.Fatalf("%d audit rows, want one: %+v", len(found), found)
	}
	return found[0]
}

const agent = "/api/agent/21"

func TestGrantOnAgent(t *testing.T) {
	given := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	viewer := post(demo.ProjectAdmin, path, onAgent(21, 20, "viewer", ""))
	const hour = `,"expires_on":"2026-01-01T01:00:00Z"`
	removed := fixture.All(given, fixture.Joins(151, 20, "member"), fixture.OnAgent(21, 20, "editor"))
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever manages an agent gives a permission on it", Given: given, Request: viewer, Status: 201, Sends: map[string]string{"Etag": `"1"`},
			Body: `{"success":true,"message":"User permission created successfully.","data":` + granted(1001, 20, "viewer", "null", `"created_by":"lead@organization.com","created_on":"2026-01-01T00:00:00.002000Z"`, `"modified_by":"","modified_on":"2026-01-01T00:00:00.002000Z"`) + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "create-user-permission" || a.Resource != "agent:21" || a.After["user:20"] == nil || len(a.Notices) != 1 || a.Notices[0].UserID != 20 {
					t.Errorf("audit row %+v", a)
				}
				answers(t, s, 200, get("test.secret", agent))
				answers(t, s, 404, get("test.secret", "/api/project/151"))
				answers(t, s, 403, put("test.secret", agent, `{"name":"N"}`))
				answers(t, s, 200, get("test.secret", path+"/1001"))
			},
		},
		{Name: "a repeated request gives one", Given: given, First: []fixture.Request{keyed(viewer)}, Request: keyed(viewer), Status: 201, Again: true, Idle: true},
		{
			Name: "an owner by his own permission gives one", Given: fixture.All(fixture.People(20, 21), fixture.OnAgent(21, 21, "owner"), fixture.Key("owner", 21)),
			Request: post("owner.secret", path, onAgent(21, 20, "owner", "")), Status: 201,
		},
		{
			Name: "a key bound to its project does", Given: fixture.All(given, fixture.Key("bound", 0, fixture.Bound(151))), Request: post("bound.secret", path, onAgent(21, 20, "editor", "")),
			Status: 201, Has: []string{`"created_by":"key:bound"`},
		},
		{Name: "one bound to another doesn't know it", Given: fixture.All(given, fixture.Key("bound", 7, fixture.Bound(4))), Request: post("bound.secret", path, onAgent(21, 20, "editor", "")), Status: 404, Code: "not_found"},
		{
			Name: "with an end it counts until then", Given: given, First: []fixture.Request{post(demo.ProjectAdmin, path, onAgent(21, 20, "editor", hour))}, Later: time.Hour,
			Request: get("test.secret", agent), Status: 404, Code: "not_found",
		},
		{
			Name: "an owner's has none", Given: given, Request: post(demo.ProjectAdmin, path, onAgent(21, 20, "owner", hour)), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.expires_on": "an owner's permission can't expire"},
		},
		{
			Name: "nor does one lie in the past", Given: given, Request: post(demo.ProjectAdmin, path, onAgent(21, 20, "viewer", `,"expires_on":"2025-12-31T23:59:59Z"`)), Status: 400,
			Code: "invalid", Fields: map[string]string{"body.expires_on": "must be in the future"},
		},
		{
			Name: "what is no permission on an agent", Given: given, Request: post(demo.ProjectAdmin, path, onAgent(21, 20, "member", "")), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.permission": "is no permission on this kind of resource"},
		},
		{Name: "who has one already", Request: post(demo.ProjectAdmin, path, onAgent(21, 16, "viewer", "")), Status: 409, Code: "duplicate", Fields: map[string]string{"body.user_id": "has one already"}},
		{Name: "even one that has expired, which is to be edited", Given: fixture.All(given, fixture.OnAgent(21, 20, "viewer", fixture.Ends(0))), Request: viewer, Status: 409, Code: "duplicate"},
		{Name: "one that a removal from the project has ended is none", Given: removed, First: []fixture.Request{drop(demo.ProjectAdmin, "/api/project/151/user/20")}, Request: viewer, Status: 201, Has: []string{`"id":1001,`, `"permission":"viewer"`}, Then: func(t *testing.T, s *fixture.System) {
			if m := has(t, s, 20); m.ID != 1001 {
				t.Errorf("%+v", m)
			}
			answers(t, s, 200, get("test.secret", agent))
			answers(t, s, 404, get(demo.ProjectAdmin, path+"/30020"))
		}},
		{Name: "an editor gives none", Given: fixture.All(given, fixture.OnAgent(21, 20, "editor")), Request: post("test.secret", path, onAgent(21, 15, "viewer", "")), Status: 403, Code: "forbidden", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 403, post(demo.ProjectMember, path, onAgent(21, 20, "viewer", "")))
		}},
		{Name: "for a stranger there is no agent", Given: given, Request: post("test.secret", path, onAgent(21, 20, "owner", "")), Status: 404, Code: "not_found", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 403, post("test.secret", path, onAgent(22, 20, "owner", ""))) // one that is open to him
			answers(t, s, 404, post(demo.OtherOrganization, path, onAgent(21, 90, "viewer", "")))
			answers(t, s, 404, post(demo.GlobalAdmin, path, onAgent(29, 15, "viewer", "")))
		}},
		{Name: "another organisation's user, before that", Request: post(demo.ProjectMember, path, onAgent(21, 90, "viewer", "")), Status: 404, Code: "not_found"},
		{Name: "an inactive one", Given: fixture.Person(20, func(u *model.User) { u.IsActive = false }), Request: viewer, Status: 404, Code: "not_found"},
		{Name: "a deleted agent", Given: given, First: []fixture.Request{drop(demo.ProjectAdmin, agent)}, Request: viewer, Status: 404, Code: "not_found"},
		{Name: "one whose project is deleted", Given: given, First: []fixture.Request{drop(demo.ProjectAdmin, "/api/project/151")}, Request: viewer, Status: 404, Code: "not_found"},
	})
}

// keyed is a request that may be repeated.
func keyed(r fixture.Request) fixture.Request {
	r.Header = map[string][]string{"Idempotency-Key": {"k"}}
	return r
}

// ifMatch is a request for one version.
func ifMatch(r fixture.Request, tag string) fixture.Request {
	r.Header = map[string][]string{"If-Match": {tag}}
	return r
}

func TestEditOnAgent(t *testing.T) {
	given := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	on := func(role string, edits ...func(*model.AgentMember)) fixture.Given {
		return fixture.All(given, fixture.OnAgent(21, 20, role, edits...))
	}
	edit := func(key, body string) fixture.Request { return put(key, path+"/30020", body) }
	never := `"modified_by":"","modified_on":"2026-01-01T00:00:00.000000Z"`
	removed := []fixture.Request{drop(demo.ProjectAdmin, "/api/project/151/user/20")}
	const hour = `"2026-01-01T01:00:00.000000Z"`
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever manages the agent sees it", Request: get(demo.ProjectAdmin, path+"/312/"), Status: 200, Sends: map[string]string{"Etag": `"1"`},
			Body: `{"success":true,"message":"User permission found successfully.","data":` + granted(312, 16, "editor", "null", byLead, `"modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"`) + `}`,
		},
		{Name: "its holder, too", Given: on("viewer"), Request: get("test.secret", path+"/30020"), Status: 200, Data: granted(30020, 20, "viewer", "null", bySystem, never), Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 403, get("test.secret", path+"/312"))
			answers(t, s, 403, get(demo.ProjectMember, path+"/312"))
			answers(t, s, 404, get(demo.OtherOrganization, path+"/312"))
		}},
		{Name: "when it has ended as well", Given: on("viewer", fixture.Ends(0)), Request: get("test.secret", path+"/30020"), Status: 200, Data: granted(30020, 20, "viewer", `"2026-01-01T00:00:00.000000Z"`, bySystem, never)},
		{Name: "a stranger doesn't", Given: given, Request: get("test.secret", path+"/312"), Status: 404, Code: "not_found"},
		{Name: "a removal from the project has ended it for everybody", Given: fixture.All(on("editor"), fixture.Joins(151, 20, "member")), First: removed, Request: get("test.secret", path+"/30020"), Status: 404, Code: "not_found", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 404, get(demo.GlobalAdmin, path+"/30020"))
			answers(t, s, 404, edit(demo.GlobalAdmin, `{"permission":"viewer"}`))
			answers(t, s, 404, drop(demo.GlobalAdmin, path+"/30020"))
		}},
		{Name: "and so has the agent's deletion", First: []fixture.Request{drop(demo.ProjectAdmin, agent)}, Request: get(demo.GlobalAdmin, path+"/312"), Status: 404, Code: "not_found"},

		{
			Name: "another permission", Given: on("viewer"), Request: edit(demo.ProjectAdmin, `{"permission":"editor","modified_by":"me"}`), Status: 200, Sends: map[string]string{"Etag": `"2"`},
			Body: `{"success":true,"message":"User permission updated successfully.","data":` + granted(30020, 20, "editor", "null", bySystem, justNow) + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "edit-user-permission-by-id" || a.Resource != "agent:21" || a.Before["user:20"] == nil || a.After["user:20"] == nil || len(a.Notices) != 1 {
					t.Errorf("audit row %+v", a)
				}
				answers(t, s, 200, put("test.secret", agent, `{"name":"Support Assistant"}`))
			},
		},
		{Name: "an end", Given: on("viewer"), Request: edit(demo.ProjectAdmin, `{"expires_on":`+hour+`}`), Status: 200, Data: granted(30020, 20, "viewer", hour, bySystem, justNow)},
		{Name: "and none again", Given: on("viewer", fixture.Ends(time.Hour)), Request: edit(demo.ProjectAdmin, `{"expires_on":null}`), Status: 200, Data: granted(30020, 20, "viewer", "null", bySystem, justNow)},
		{Name: "whoever becomes owner has none", Given: on("viewer", fixture.Ends(time.Hour)), Request: edit(demo.ProjectAdmin, `{"permission":"owner"}`), Status: 200, Data: granted(30020, 20, "owner", "null", bySystem, justNow)},
		{Name: "and gets none", Given: on("owner"), Request: edit(demo.ProjectAdmin, `{"expires_on":`+hour+`}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": "an owner's permission can't expire"}},
		{Name: "unless he is lowered with it", Given: on("owner"), Request: edit(demo.ProjectAdmin, `{"permission":"viewer","expires_on":`+hour+`}`), Status: 200, Data: granted(30020, 20, "viewer", hour, bySystem, justNow)},
		{
			Name: "one that has ended is taken up again by naming it", Given: on("viewer", fixture.Ends(0)), Request: edit(demo.ProjectAdmin, `{"permission":"viewer"}`), Status: 200,
			Data: granted(30020, 20, "viewer", "null", bySystem, justNow),
		},
		{Name: "not by an empty body", Given: on("viewer", fixture.Ends(0)), Request: edit(demo.ProjectAdmin, `{}`), Status: 200, Idle: true},
		{Name: "what is so already", Given: on("editor"), Request: edit(demo.ProjectAdmin, `{"permission":"editor","expires_on":null}`), Status: 200, Data: granted(30020, 20, "editor", "null", bySystem, never), Idle: true},
		{Name: "the one whose agent it is keeps that of an owner", Request: put(demo.GlobalAdmin, path+"/311", `{"permission":"editor"}`), Status: 409, Code: "owner_permission", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 409, put(demo.ProjectAdmin, path+"/311", `{"permission":"viewer"}`))
			answers(t, s, 200, put(demo.ProjectAdmin, path+"/311", `{"permission":"owner"}`))
		}},
		{Name: "until it is somebody else's", Given: on("viewer"), First: []fixture.Request{put(demo.ProjectAdmin, agent, `{"owner":20}`)}, Request: put(demo.GlobalAdmin, path+"/311", `{"permission":"editor"}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 409, edit(demo.GlobalAdmin, `{"permission":"editor"}`))
		}},
		{Name: "what is no permission on an agent", Given: on("viewer"), Request: edit(demo.ProjectAdmin, `{"permission":"admin"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.permission": ""}},
		{Name: "nobody raises himself", Given: on("editor"), Request: edit("test.secret", `{"permission":"owner"}`), Status: 403, Code: "forbidden"},
		{
			Name: "another version of it", Given: on("viewer"), First: []fixture.Request{edit(demo.ProjectAdmin, `{"permission":"editor"}`)},
			Request: ifMatch(edit(demo.ProjectAdmin, `{"permission":"owner"}`), `"1"`), Status: 412, Code: "version_mismatch",
		},
		{Name: "this version of it", Given: on("viewer"), Request: ifMatch(edit(demo.ProjectAdmin, `{"permission":"owner"}`), `"1"`), Status: 200},
		{
			Name: "who is inactive isn't given another", Given: fixture.All(on("viewer"), fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, int64(20))),
			Request: edit(demo.ProjectAdmin, `{"permission":"editor"}`), Status: 404, Code: "not_found",
		},
	})
}

func TestRevokeOnAgent(t *testing.T) {
	on := func(role string) fixture.Given {
		return fixture.All(fixture.People(20, 20), fixture.Key("test", 20), fixture.OnAgent(21, 20, role))
	}
	revoke := func(key, query string) fixture.Request { return drop(key, path+"/30020"+query) }
	gone := strings.Replace(granted(30020, 20, "editor", "null", bySystem, `"modified_by":"","modified_on":"2026-01-01T00:00:00.000000Z"`), `"is_deleted":false`, `"is_deleted":true`, 1)
	effect := func(user int64) string {
		return fmt.Sprintf(`"effects":[{"resource":"agent:21/user:%d","action":"delete","detail":"permission as editor"}]`, user)
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "it is taken away", Given: on("editor"), Request: revoke(demo.ProjectAdmin, "/"), Status: 200, Lacks: []string{"meta"},
			Body: `{"success":true,"message":"User permission deleted successfully.","data":[` + gone + `]}`,
			Then: func(t *testing.T, s *fixture.System) {
				if m := has(t, s, 20); m.ID != 0 {
					t.Errorf("%+v", m)
				}
				if a := audit(t, s); a.Action != "delete-user-permission-by-id" || a.Resource != "agent:21" || a.Before["user:20"] == nil || len(a.Notices) != 1 {
					t.Errorf("audit row %+v", a)
				}
				answers(t, s, 404, get("test.secret", agent))
				answers(t, s, 404, get(demo.ProjectAdmin, path+"/30020"))
			},
		},
		{
			Name: "with a report of what he still may", Given: on("editor"), Request: revoke(demo.ProjectAdmin, "?report=true"), Status: 200, Data: `[` + gone + `]`,
			Meta: `{"removal_id":null,"effective_access":{"still_has_access":false,"via":[]},"warnings":[],` + effect(20) + `}`,
		},
		{
			Name: "other ways stay", Request: drop(demo.ProjectAdmin, path+"/312?report=true"), Status: 200,
			Meta: `{"removal_id":null,"effective_access":{"still_has_access":true,"via":["project:151","team:7","rank"]},"warnings":[],` + effect(16) + `}`,
		},
		{Name: "in a preview nothing happens", Given: on("editor"), Request: revoke(demo.ProjectAdmin, "?dry_run=true"), Status: 200, Data: `[` + gone + `]`, Has: []string{effect(20)}, Idle: true},
		{Name: "the one whose agent it is keeps his", Request: drop(demo.GlobalAdmin, path+"/311"), Status: 409, Code: "owner_permission", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 409, drop(demo.GlobalAdmin, path+"/311?dry_run=true"))
		}},
		{Name: "until it is somebody else's", Given: on("owner"), First: []fixture.Request{put(demo.ProjectAdmin, agent, `{"owner":20}`)}, Request: drop(demo.GlobalAdmin, path+"/311"), Status: 200},
		{Name: "an editor takes none away, not even his own", Given: on("editor"), Request: revoke("test.secret", ""), Status: 403, Code: "forbidden", Then: func(t *testing.T, s *fixture.System) {
			answers(t, s, 403, revoke(demo.ProjectMember, ""))
			answers(t, s, 404, revoke(demo.OtherOrganization, ""))
		}},
		{Name: "one that has expired goes as any other", Given: fixture.All(fixture.People(20, 20), fixture.OnAgent(21, 20, "editor", fixture.Ends(0))), Request: revoke(demo.ProjectAdmin, ""), Status: 200},
		{Name: "another version of it", Given: on("editor"), Request: ifMatch(revoke(demo.ProjectAdmin, ""), `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "a second time it is 404", Given: on("editor"), First: []fixture.Request{revoke(demo.ProjectAdmin, "")}, Request: revoke(demo.ProjectAdmin, ""), Status: 404, Code: "not_found"},
		{Name: "with one Idempotency-Key it isn't", Given: on("editor"), First: []fixture.Request{keyed(revoke(demo.ProjectAdmin, ""))}, Request: keyed(revoke(demo.ProjectAdmin, "")), Status: 200, Again: true, Idle: true},
	})
}
