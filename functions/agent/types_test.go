package agent_test

import (
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func TestTypes(t *testing.T) {
	const path = "/api/agent-type"
	const (
		first  = `{"id":1,"name":"assistant","description":"Answers from its instructions and what its model knows."}`
		second = `{"id":2,"name":"retrieval","description":"Answers from the documents of its corpora, and cites them."}`
		third  = `{"id":3,"name":"workflow","description":"Carries out steps, one after the other."}`
	)
	change := func(key, id, body string) fixture.Request { return put(key, path+"/"+id, body) }
	mine := change(demo.GlobalAdmin, "1", `{"name":"Helper","description":"Helps."}`)
	fixture.Table(t, []fixture.Row{
		{Name: "three are built in", Given: people(20, 20), Request: get(key(20), path+"/"), Status: 200, Body: `{"success":true,"message":"Agent types found successfully.","data":` + list(first, second, third) + `}`},
		{Name: "one at a time", Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: list(first), Has: []string{"next_cursor"}},
		{Name: "the others", First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=2&cursor="+fixture.Cursor), Status: 200, Data: list(second, third), Lacks: []string{"next_cursor"}},
		{
			Name: "a global admin edits one, for his organisation alone", Request: mine, Status: 200, Sends: map[string]string{"Etag": `"2"`},
			Body: `{"success":true,"message":"Agent type updated successfully.","data":{"id":1,"name":"Helper","description":"Helps."}}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "update-agent-type" || a.Actor != "user:1" {
					t.Errorf("audit row %+v", a)
				}
				then(sees(demo.ProjectMember, path, `"data":[{"id":1,"name":"Helper","description":"Helps."},`+second+`,`+third), sees(demo.OtherOrganization, path, first))(t, s)
			},
		},
		{
			Name: "the name alone", First: after(mine), Request: change(demo.GlobalAdmin, "2", `{"name":"Finder"}`), Status: 200, Data: but(second, "retrieval", "Finder"),
			Then: then(sees(demo.ProjectMember, path, "Helper", "Finder", "workflow")),
		},
		{Name: "or the description", Request: change(demo.GlobalAdmin, "3", `{"description":""}`), Status: 200, Data: `{"id":3,"name":"workflow","description":""}`},
		{Name: "to what it is already", Request: change(demo.GlobalAdmin, "1", `{"name":"assistant"}`), Status: 200, Data: first, Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "its own name in another case", Request: change(demo.GlobalAdmin, "1", `{"name":"Assistant"}`), Status: 200},
		{Name: "the name of another one", Request: change(demo.GlobalAdmin, "1", `{"name":"WorkFlow"}`), Status: 409, Code: "duplicate", Fields: map[string]string{"body.name": "is taken"}},
		{Name: "what another organisation calls one of its own", First: after(change(demo.OtherOrganization, "1", `{"name":"Helper"}`)), Request: mine, Status: 200},
		{Name: "one that is free by now", First: after(mine), Request: change(demo.GlobalAdmin, "2", `{"name":"assistant"}`), Status: 200},
		{Name: "an unknown one", Request: change(demo.GlobalAdmin, "4", `{"name":"N"}`), Status: 404, Code: "not_found", Then: then(answers(404, change(demo.ProjectAdmin, "4", `{"name":"N"}`)))},
		{
			Name: "nobody else may", Given: fixture.All(people(20, 20), fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 20)), Request: change(key(20), "1", `{"name":"N"}`),
			Status: 403, Code: "forbidden",
			Then: then(answers(403, change(demo.ProjectAdmin, "1", `{"name":"N"}`))),
		},
		{Name: "nor a service key", Given: fixture.Key("test", 0), Request: change("test.secret", "1", `{"name":"N"}`), Status: 403, Code: "forbidden"},
		{Name: "of this version", First: after(mine), Request: ifMatch(change(demo.GlobalAdmin, "1", `{"name":"N"}`), `"2"`), Status: 200},
		{Name: "of another version", First: after(mine), Request: ifMatch(change(demo.GlobalAdmin, "1", `{"name":"N"}`), `"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "each has a version of its own", First: after(mine), Request: ifMatch(change(demo.GlobalAdmin, "2", `{"name":"N"}`), `"1"`), Status: 200},
		{
			Name: "all that is wrong at once", Request: change(demo.GlobalAdmin, "1", `{"name":" ","description":"`+strings.Repeat("d", 2001)+`","id":2}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.name": "", "body.description": "", "body.id": "is unknown"},
		},
	})
}
