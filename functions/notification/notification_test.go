package notification_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: http.MethodGet, Path: path, Key: key}
}

func send(key string, user int64, body string) fixture.Request {
	return fixture.Request{Method: http.MethodPost, Path: fmt.Sprintf("/api/notification/user/%d", user), Key: key, Body: body}
}

func read(key string, id int64) fixture.Request {
	return fixture.Request{Method: http.MethodPut, Path: fmt.Sprintf("/api/notification/%d/read", id), Key: key}
}

func TestSend(t *testing.T) {
	const hello = `{"message":"Hello"}`
	row := func(name string, given fixture.Given, r fixture.Request, status int, code string) fixture.Row {
		return fixture.Row{Name: name, Given: given, Request: r, Status: status, Code: code}
	}
	linked := func(link string, status int) fixture.Row {
		r := row("a link "+link, nil, send(demo.GlobalAdmin, 16, fmt.Sprintf(`{"message":"Hello","link":%q}`, link)), status, "")
		if status == http.StatusBadRequest {
			r.Code, r.Fields = "invalid", map[string]string{"body.link": ""}
		}
		return r
	}
	alone := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	fixture.Table(t, []fixture.Row{
		{Name: "only its recipient sees it", First: []fixture.Request{send(demo.GlobalAdmin, 15, `{"title":"Night","message":"Down at ten","notification_type":"warning","link":"/api/project/151","created_by":"somebody@else.com"}`)},
			Request: get(demo.ProjectMember, "/api/notification/"), Status: 200,
			Data: `[{"id":1001,"user":15,"title":"Night","message":"Down at ten","notification_type":"warning","link":"/api/project/151","is_read":false,"read_on":null,"is_deleted":false,"created_by":"admin@organization.com","created_on":"2026-01-01T00:00:00.002000Z","modified_by":"","modified_on":"2026-01-01T00:00:00.002000Z"}]`},
		{Name: "not its sender", First: []fixture.Request{send(demo.GlobalAdmin, 15, hello)}, Request: get(demo.GlobalAdmin, "/api/notification"), Status: 200, Data: `[]`},
		row("a project's admin to its members", nil, send(demo.ProjectAdmin, 16, hello), 201, ""),
		row("to himself", nil, send(demo.ProjectAdmin, 7, hello), 201, ""),
		row("not to others", alone, send(demo.ProjectAdmin, 20, hello), 403, "forbidden"),
		row("not once a membership has expired", fixture.All(alone, fixture.Joins(151, 20, "member", fixture.Until(-time.Hour))), send(demo.ProjectAdmin, 20, hello), 403, "forbidden"),
		row("a member to nobody", nil, send(demo.ProjectMember, 16, hello), 403, "forbidden"),
		row("a bound key to members of its project", fixture.Key("test", 1, fixture.Bound(151)), send("test.secret", 16, hello), 201, ""),
		row("and not to others, whatever its user's rank", fixture.Key("test", 1, fixture.Bound(4)), send("test.secret", 16, hello), 404, "not_found"),
		row("a bound service key too", fixture.Key("test", 0, fixture.Bound(151)), send("test.secret", 16, hello), 201, ""),
		row("nobody unknown", nil, send(demo.GlobalAdmin, 77, hello), 404, "not_found"),
		row("nobody of another organisation", nil, send(demo.GlobalAdmin, 90, hello), 404, "not_found"),
		row("nobody inactive", fixture.Person(20, func(u *model.User) { u.IsActive = false }), send(demo.GlobalAdmin, 20, hello), 404, "not_found"),
		row("no message", nil, send(demo.GlobalAdmin, 16, `{"title":"x"}`), 400, "invalid"),
		linked("https://example.com/a?b=c", 201), linked("/api/project/151", 201), linked("javascript:alert(1)", 400), linked("JavaScript:alert(1)", 400), linked("data:text/html,x", 400),
		linked("//example.com", 400), linked("/\\example.com", 400), linked("https://", 400), linked("example.com", 400), linked("/a b", 400), linked("\tjavascript:alert(1)", 400),
	})
}

func TestRead(t *testing.T) {
	again := fixture.Row{Name: "twice keeps the first time", First: []fixture.Request{read(demo.ProjectAdmin, 1)}, Request: read(demo.ProjectAdmin, 1), Status: 200, Again: true, Idle: true}
	fixture.Table(t, []fixture.Row{
		{Name: "its recipient", Request: read(demo.ProjectAdmin, 1), Status: 200, Says: "Notification read successfully.", Has: []string{`"is_read":true,"read_on":"2026-01-01T00:00:00.002000Z"`},
			Then: func(t *testing.T, s *fixture.System) {
				if n, _ := table.Notifications.In(s.Rows(t.Context(), t), 7, 1); !n.IsRead || n.UnreadBy != nil {
					t.Errorf("%+v", n)
				}
			}},
		again,
		{Name: "nobody else, whatever his rank", Request: read(demo.GlobalAdmin, 1), Status: 404, Code: "not_found"},
		{Name: "unknown", Request: read(demo.ProjectAdmin, 77), Status: 404, Code: "not_found"},
		{Name: "a service key has none", Given: fixture.Key("test", 0), Request: read("test.secret", 1), Status: 403, Code: "forbidden"},
		{Name: "unread ones", First: []fixture.Request{read(demo.ProjectAdmin, 1)}, Request: get(demo.ProjectAdmin, "/api/notification?is_read=false"), Status: 200, Data: `[]`},
		{Name: "read ones", First: []fixture.Request{read(demo.ProjectAdmin, 1)}, Request: get(demo.ProjectAdmin, "/api/notification?is_read=true"), Status: 200, Has: []string{`"id":1,`}},
		{Name: "none of them read yet", Request: get(demo.ProjectAdmin, "/api/notification?is_read=true"), Status: 200, Data: `[]`},
		{Name: "by pages", First: []fixture.Request{send(demo.GlobalAdmin, 7, `{"message":"Second"}`), get(demo.ProjectAdmin, "/api/notification?limit=1")}, Request: get(demo.ProjectAdmin, "/api/notification?limit=1&cursor="+fixture.Cursor), Status: 200, Has: []string{"Second"}, Lacks: []string{"next_cursor", "Welcome"}},
	})
}
