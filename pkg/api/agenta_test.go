package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
)

type removeIn struct {
	WorkspaceID int64  `path:"workspace_id"`
	Email       string `query:"email" required:"true" format:"email"`
	OrgID       string `query:"org_id" format:"decimal"`
}

type assignIn struct {
	WorkspaceID int64 `path:"workspace_id"`
	Body        struct {
		Email          string `json:"email" format:"email"`
		OrganizationID string `json:"organization_id"`
		Role           string `json:"role,omitempty"`
	}
}

type inviteIn struct {
	WorkspaceID int64 `path:"workspace_id"`
	Body        []struct {
		Email string   `json:"email" format:"email"`
		Roles []string `json:"roles" minItems:"1"`
	}
}

func TestAgentaDialect(t *testing.T) {
	var fails error
	var assigned assignIn
	h, d := serve(
		api.DELETE("/api/workspaces/{workspace_id}/users", "Remove User from Workspace", func(_ context.Context, in *removeIn) (map[string]int64, error) {
			return map[string]int64{"id": in.WorkspaceID}, fails
		}).Agenta().Anyone(),
		api.POST("/api/workspaces/{workspace_id}/roles", "Assign Role", func(_ context.Context, in *assignIn) (bool, error) {
			assigned = *in
			return true, nil
		}).Agenta().Anyone(),
		api.POST("/api/organizations/{workspace_id}/invite", "Invite", func(context.Context, *inviteIn) (bool, error) { return true, nil }).Agenta().Anyone(),
	)
	const (
		remove = "/api/workspaces/7/users?email=a@b.c"
		assign = `{"email":"a@b.c","organization_id":"1"}`
	)
	unprocessable := func(entries string) string { return `{"detail":[` + entries + `]}` }
	for _, tt := range []struct {
		name, method, path, body string
		err                      error
		status                   int
		want                     string
	}{
		{"bare", "DELETE", remove, "", nil, 200, `{"id":7}`},
		{"without the prefix", "DELETE", "/workspaces/7/users/?email=a@b.c", "", nil, 200, `{"id":7}`},
		{"unknown parameters are ignored", "DELETE", remove + "&x=1&x=2", "", nil, 200, `{"id":7}`},
		{"a body nobody asked for is ignored", "DELETE", remove, "{", nil, 200, `{"id":7}`},
		{"no email", "DELETE", "/workspaces/7/users", "", nil, 422, unprocessable(`{"loc":["query","email"],"msg":"field required","type":"value_error.missing"}`)},
		{"no @", "DELETE", "/workspaces/7/users?email=ab", "", nil, 422, unprocessable(`{"loc":["query","email"],"msg":"value is not a valid email address","type":"value_error.email"}`)},
		{"an empty email", "DELETE", "/workspaces/7/users?email=", "", nil, 422, unprocessable(`{"loc":["query","email"],"msg":"value is not a valid email address","type":"value_error.email"}`)},
		{"a bad id", "DELETE", "/workspaces/x/users?email=a@b.c", "", nil, 422, unprocessable(`{"loc":["path","workspace_id"],"msg":"value is not a valid integer","type":"type_error.integer"}`)},
		{"an id with a zero before it", "DELETE", "/workspaces/07/users?email=a@b.c", "", nil, 422, unprocessable(`{"loc":["path","workspace_id"],"msg":"value is not a valid integer","type":"type_error.integer"}`)},
		{"an organisation's id that is no decimal", "DELETE", remove + "&org_id=1.0", "", nil, 422, unprocessable(`{"loc":["query","org_id"],"msg":"value is not a valid integer","type":"type_error.integer"}`)},
		{"both", "DELETE", "/workspaces/x/users", "", nil, 422, unprocessable(`{"loc":["path","workspace_id"],"msg":"value is not a valid integer","type":"type_error.integer"},{"loc":["query","email"],"msg":"field required","type":"value_error.missing"}`)},
		{"unauthorized", "DELETE", remove, "", fault.Unauthorized(), 401, `{"detail":"Unauthorized"}`},
		{"forbidden", "DELETE", remove, "", fault.Forbidden(), 403, `{"detail":"You do not have permission to perform this action. Please contact your Organization Owner"}`},
		{"unknown workspace", "DELETE", remove, "", fault.NotFound(), 404, `{"detail":"Workspace not found."}`},
		{"unknown user", "DELETE", remove, "", fault.New(fault.KindNotFound, "User not found."), 404, `{"detail":"User not found."}`},
		{"a bad role is 400", "DELETE", remove, "", fault.New(fault.KindInvalid, "Workspace role is invalid."), 400, `{"detail":"Workspace role is invalid."}`},
		{"a field a handler names is 422", "DELETE", remove, "", fault.Invalid("body.email", "value is not a valid email address").On("body[0].roles[1]", "odd"), 422,
			unprocessable(`{"loc":["body","email"],"msg":"value is not a valid email address","type":"value_error.email"},{"loc":["body",0,"roles",1],"msg":"odd","type":"value_error"}`)},
		{"an object as detail", "DELETE", remove, "", &fault.Fault{Kind: fault.KindInvalid, Message: "Gone.", Meta: map[string]any{"detail": map[string]string{"error": "INVITE_NOT_FOUND"}}}, 400, `{"detail":{"error":"INVITE_NOT_FOUND"}}`},
		{"anything else", "DELETE", remove, "", errors.New("hunter2"), 500, `{"detail":"Internal error"}`},
		{"unavailable", "DELETE", remove, "", fault.Unavailable(nil), 503, `{"detail":"Temporarily unavailable. Try again."}`},

		{"a body", "POST", "/api/workspaces/7/roles", assign, nil, 200, `true`},
		{"unknown fields are ignored", "POST", "/api/workspaces/7/roles", `{"x":{"y":1},"email":"a@b.c","organization_id":"1"}`, nil, 200, `true`},
		{"a field missing", "POST", "/api/workspaces/7/roles", `{"email":"a@b.c"}`, nil, 422, unprocessable(`{"loc":["body","organization_id"],"msg":"field required","type":"value_error.missing"}`)},
		{"no body", "POST", "/api/workspaces/7/roles", ``, nil, 422, unprocessable(`{"loc":["body"],"msg":"field required","type":"value_error.missing"}`)},
		{"a broken body", "POST", "/api/workspaces/7/roles", `{`, nil, 422, unprocessable(`{"loc":["body"],"msg":"is not valid JSON (at byte 1)","type":"value_error.jsondecode"}`)},
		{"a number for a text", "POST", "/api/workspaces/7/roles", `{"email":1,"organization_id":"1"}`, nil, 422, unprocessable(`{"loc":["body","email"],"msg":"str type expected","type":"type_error.str"}`)},
		{"null", "POST", "/api/workspaces/7/roles", `{"email":null,"organization_id":"1"}`, nil, 422, unprocessable(`{"loc":["body","email"],"msg":"none is not an allowed value","type":"type_error.none.not_allowed"}`)},
		{"a key twice", "POST", "/api/workspaces/7/roles", `{"email":"a@b.c","email":"d@e.f","organization_id":"1"}`, nil, 422, unprocessable(`{"loc":["body","email"],"msg":"is given twice","type":"value_error"}`)},
		{"too large", "POST", "/api/workspaces/7/roles", strings.Repeat(" ", 2<<20), nil, 413, `{"detail":"The request body is too large."}`},
		{"a list", "POST", "/organizations/7/invite", `[{"email":"a@b.c","roles":["viewer"],"x":1}]`, nil, 200, `true`},
		{"a fault in a list", "POST", "/organizations/7/invite", `[{"email":"a","roles":[]}]`, nil, 422,
			unprocessable(`{"loc":["body",0,"email"],"msg":"value is not a valid email address","type":"value_error.email"},{"loc":["body",0,"roles"],"msg":"ensure this value has at least 1 items","type":"value_error.list.min_items"}`)},

		{"unknown path", "GET", "/api/workspaces/7/nothing", "", nil, 404, `{"detail":"Not Found"}`},
		{"unknown path without the prefix", "GET", "/organizations/x/y", "", nil, 404, `{"detail":"Not Found"}`},
		{"a path that is none", "GET", "/workspaces//7", "", nil, 404, `{"detail":"Not Found"}`},
		{"wrong method", "GET", "/workspaces/7/users", "", nil, 405, `{"detail":"Method Not Allowed"}`},
		{"a name that only begins alike is ours", "GET", "/api/workspacesx", "", nil, 404, `{"success":false,"message":"No such operation: GET /api/openapi.json tells which there are","data":null,"meta":{"code":"not_found","request_id":""}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fails = tt.err
			w := ask(t, h, tt.method, tt.path, tt.body)
			if w.Code != tt.status || w.Body.String() != tt.want {
				t.Errorf("%d\n got %s\nwant %d %s", w.Code, w.Body, tt.status, tt.want)
			}
		})
	}

	t.Run("401 before 422", func(t *testing.T) {
		for _, key := range []string{"none", "late"} {
			if w := ask(t, h, "DELETE", "/workspaces/x/users", "", "Authorization", key); w.Code != http.StatusUnauthorized || w.Body.String() != `{"detail":"Unauthorized"}` {
				t.Errorf("%s: %d %s", key, w.Code, w.Body)
			}
		}
	})
	t.Run("415", func(t *testing.T) {
		if w := ask(t, h, "POST", "/workspaces/7/roles", assign, "Content-Type", "text/plain"); w.Code != 415 || w.Body.String() != `{"detail":"The request body must be JSON in UTF-8, and be declared so by the header Content-Type: application/json."}` {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("what is ignored does not arrive", func(t *testing.T) {
		ask(t, h, "POST", "/workspaces/7/roles", `{"email":"a@b.c","EMAIL":"evil@b.c","organization_id":"1","Role":"owner"}`)
		if assigned.Body.Email != "a@b.c" || assigned.Body.Role != "" {
			t.Errorf("%+v", assigned.Body)
		}
	})
	t.Run("a decimal string is an id", func(t *testing.T) {
		ask(t, h, "DELETE", remove+"&org_id=12", "")
		if c := d.calls[len(d.calls)-1]; c.IDs("org_id")[0] != 12 || c.IDs("workspace_id")[0] != 7 || c.IDs("email") != nil {
			t.Errorf("%v %v %v", c.IDs("org_id"), c.IDs("workspace_id"), c.IDs("email"))
		}
	})
}
