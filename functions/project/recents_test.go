package project_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

func visit(key string, project any) fixture.Request {
	return fixture.Request{Method: "POST", Path: fmt.Sprintf("/api/project/%v/recent", project), Key: key}
}

func TestRecent(t *testing.T) {
	recent := get(demo.ProjectMember, "/api/project/recent/")
	both := []fixture.Request{visit(demo.ProjectMember, 4), visit(demo.ProjectMember, 151)}
	var many fixture.Given
	var visits []fixture.Request
	for id := int64(20); id < 41; id++ {
		many = append(many, fixture.Project(id, 7, fmt.Sprint("P", id))...)
		visits = append(visits, visit(demo.ProjectMember, id))
	}
	first := `{"id":1001,"project":` + handbook + `,"last_used_on":"2026-01-01T00:00:00.002000Z"}`
	second := `{"id":1002,"project":` + support + `,"last_used_on":"2026-01-01T00:00:00.004000Z"}`
	fixture.Table(t, []fixture.Row{
		{Name: "adding answers the entry", Request: visit(demo.ProjectMember, 4), Status: 200, Body: `{"success":true,"message":"Recent project added successfully.","data":` + first + `}`},
		{Name: "newest first", First: both, Request: recent, Status: 200, Body: `{"success":true,"message":"Recent projects found successfully.","data":[` + second + `,` + first + `]}`},
		{Name: "again keeps the entry and bumps its time", First: both, Request: visit(demo.ProjectMember, 4), Status: 200, Data: strings.Replace(first, "00.002", "00.006", 1)},
		{Name: "and puts it first", First: append(both[:2:2], visit(demo.ProjectMember, 4)), Request: recent, Status: 200, Data: `[` + strings.Replace(first, "00.002", "00.006", 1) + `,` + second + `]`},
		{Name: "of nobody else", First: both, Request: get(demo.ProjectAdmin, "/api/project/recent"), Status: 200, Data: `[]`},
		{Name: "one at a time", First: append(both[:2:2], get(demo.ProjectMember, "/api/project/recent?limit=1")), Request: get(demo.ProjectMember, "/api/project/recent?limit=1&cursor="+fixture.Cursor), Status: 200, Data: `[` + first + `]`, Lacks: []string{"next_cursor"}},
		{Name: "what became unreadable is dropped", First: append(both[:2:2], remove(demo.ProjectAdmin, "")), Request: recent, Status: 200, Data: `[` + first + `]`},
		{Name: "what he was taken out of, too", Given: fixture.LeavesTeam(7, 15), First: []fixture.Request{visit(demo.ProjectMember, 151), leave(demo.ProjectAdmin, "15")}, Request: recent, Status: 200, Data: `[]`},
		{Name: "one that is gone", Request: visit(demo.ProjectMember, 150), Status: 404, Code: "not_found"},
		{Name: "another organisation's", Request: visit(demo.ProjectMember, 9), Status: 404, Code: "not_found"},
		{Name: "ten are shown where no limit is given", Given: many, First: visits, Request: recent, Status: 200, Has: []string{`"id":40,`, `"id":31,`, "next_cursor"}, Lacks: []string{`"id":30,`}},
		{Name: "twenty are kept", Given: many, First: visits, Request: get(demo.ProjectMember, "/api/project/recent?limit=200"), Status: 200, Has: []string{`"id":21,`, `"id":40,`}, Lacks: []string{`"id":20,`, "next_cursor"}},
		{Name: "a service key has no list of its own", Given: fixture.Key("test", 0), Request: visit("test.secret", 151), Status: 403, Code: "forbidden"},
		{Name: "nor one to read", Given: fixture.Key("test", 0), Request: get("test.secret", "/api/project/recent"), Status: 403, Code: "forbidden"},
		{Name: "404 before that", Given: fixture.Key("test", 0, fixture.Bound(4)), Request: visit("test.secret", 151), Status: 404, Code: "not_found"},
		{Name: "a bound key shows its project's entry alone", Given: fixture.Key("test", 15, fixture.Bound(4)), First: both, Request: get("test.secret", "/api/project/recent"), Status: 200, Data: `[` + first + `]`},
		{Name: "a read-only key adds none", Given: fixture.Key("test", 15, func(k *model.APIKey) { k.Scope = "read_only" }), Request: visit("test.secret", 151), Status: 403, Code: "forbidden"},
		{Name: "a body with a stamp is fine", Request: fixture.Request{Method: "POST", Path: "/api/project/4/recent", Key: demo.ProjectMember, Body: `{"created_by":"me"}`}, Status: 200},
		{Name: "with anything else not", Request: fixture.Request{Method: "POST", Path: "/api/project/4/recent", Key: demo.ProjectMember, Body: `{"limit":1}`}, Status: 400, Code: "invalid", Fields: map[string]string{"body.limit": "is unknown"}},
	})
}
