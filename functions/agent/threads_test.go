package agent_test

import (
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func TestThreads(t *testing.T) {
	const path = "/api/agent/21/chat-thread"
	thread := func(title string) string {
		return `{"id":1001,"corpus_id":null,"created_by":"member@organization.com","created_on":"` + at(2) + `","modified_by":"","modified_on":"` + at(2) + `","title":"` + title + `","is_deleted":false,"chat_id":null,"agent":21,"user":15}`
	}
	open := func(key, body string) fixture.Request { return post(key, path, body) }
	fixture.Table(t, []fixture.Row{
		{
			Name: "a chat without a body", Request: open(demo.ProjectMember, ""), Status: 201, Body: `{"success":true,"message":"Chat Thread created successfully.","data":` + thread("New chat") + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if th, ok := table.Threads.In(s.Rows(t.Context(), t), 1001); !ok || th.UserID != 15 || th.AgentID != 21 || th.ProjectID != 151 {
					t.Errorf("%+v", th)
				}
			},
		},
		{Name: "with a slash behind and a title", Request: post(demo.ProjectMember, path+"/", `{"title":"Returns","agent":21,"created_by":"me"}`), Status: 201, Data: thread("Returns")},
		{Name: "an empty body", Request: open(demo.ProjectMember, "{}"), Status: 201, Data: thread("New chat")},
		{Name: "another agent than that of the path", Request: open(demo.ProjectMember, `{"agent":22}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.agent": "must be the agent of the path"}},
		{
			Name: "all that is wrong at once", Request: open(demo.ProjectMember, `{"title":"`+strings.Repeat("t", 201)+`","user":7}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.title": "", "body.user": "is unknown"},
			Then:   then(answers(400, open(demo.ProjectMember, `{"title":" "}`)), answers(400, open(demo.ProjectMember, `{"title":null}`))),
		},
		{Name: "a repeated request opens one", First: after(keyed(open(demo.ProjectMember, ""))), Request: keyed(open(demo.ProjectMember, "")), Status: 201, Again: true, Idle: true},
		{Name: "with an open agent anybody may", Given: people(20, 20), Request: post(key(20), "/api/agent/22/chat-thread", ""), Status: 201, Has: []string{`"agent":22,"user":20`}},
		{Name: "a viewer by his own permission may", Given: on("viewer"), Request: open(key(20), ""), Status: 201},
		{
			Name: "not with one that he doesn't see", Given: people(20, 20), Request: open(key(20), ""), Status: 404, Code: "not_found",
			Then: then(answers(404, post(demo.GlobalAdmin, "/api/agent/29/chat-thread", "")), answers(404, open(demo.OtherOrganization, ""))),
		},
		{
			Name: "a service key chats with nobody", Given: fixture.All(fixture.Key("test1", 0, fixture.Bound(151)), fixture.Key("test2", 15, func(k *model.APIKey) { k.Scope = "read_only" })),
			Request: open("test1.secret", ""), Status: 403, Code: "forbidden",
			Then: then(answers(403, open("test2.secret", ""))),
		},
	})
}
