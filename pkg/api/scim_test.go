package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
)

type personIn struct {
	ID     int64  `path:"id"`
	Filter string `query:"filter" maxLength:"5"`
	Body   struct {
		UserName string `json:"userName" minLength:"1"`
		Active   *bool  `json:"active" required:"false"`
		Name     *struct {
			GivenName *string `json:"givenName" required:"false"`
		} `json:"name" required:"false"`
		Value any `json:"value" required:"false"`
	}
}

type person struct {
	ID   string `json:"id"`
	Meta struct {
		Location string `json:"location"`
	} `json:"meta"`
}

type personIDIn struct {
	ID int64 `path:"id"`
}

func TestSCIMDialect(t *testing.T) {
	var fails error
	var got personIn
	handle := func(_ context.Context, in *personIn) (person, error) {
		got = *in
		p := person{ID: "7"}
		p.Meta.Location = "/scim/v2/People/7"
		return p, fails
	}
	h, _ := serve(
		api.PATCH("/scim/v2/People/{id}", "Patch Person", handle).SCIM().Anyone(),
		api.PUT("/scim/v2/People/{id}", "Replace Person", handle).SCIM().Anyone(),
		api.POST("/scim/v2/People/{id}", "Create Person", handle).SCIM().Anyone().Creates(),
		api.DELETE("/scim/v2/People/{id}", "Delete Person", func(context.Context, *personIDIn) (struct{}, error) { return struct{}{}, fails }).SCIM().Anyone().Mute(),
		api.PATCH("/api/thing/{id}", "Patch Thing", handle).Anyone(),
	)
	const (
		path = "/scim/v2/People/7"
		good = `{"userName":"a"}`
		ok   = `{"id":"7","meta":{"location":"/scim/v2/People/7"}}`
	)
	refused := func(status, kind, detail string) string {
		if kind != "" {
			kind = `"scimType":"` + kind + `",`
		}
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"` + status + `",` + kind + `"detail":"` + detail + `"}`
	}
	for _, tt := range []struct {
		name, method, path, body string
		err                      error
		status                   int
		want                     string
	}{
		{"bare", "PATCH", path, good, nil, 200, ok},
		{"a slash is forgiven", "PUT", path + "/", good, nil, 200, ok},
		{"unknown parameters are ignored", "PATCH", path + "?x=1&x=2", good, nil, 200, ok},
		{"unknown attributes are ignored", "PATCH", path, `{"userName":"a","nickName":{"x":[1]},"created_by":5,"urn:x:User":{}}`, nil, 200, ok},
		{"null is no value", "PATCH", path, `{"userName":"a","active":null,"name":null,"value":null}`, nil, 200, ok},
		{"a null that must be a value", "PATCH", path, `{"userName":null}`, nil, 400, refused("400", "invalidValue", "Invalid request: userName must not be null")},
		{"missing", "PATCH", path, `{}`, nil, 400, refused("400", "invalidValue", "Invalid request: userName is required")},
		{"blank", "PATCH", path, `{"userName":" "}`, nil, 400, refused("400", "invalidValue", "Invalid request: userName must not be blank")},
		{"a boolean as a text", "PATCH", path, `{"userName":"a","active":"True"}`, nil, 200, ok},
		{"a wrong type, deep", "PATCH", path, `{"userName":"a","active":"yes","name":{"givenName":1}}`, nil, 400, refused("400", "invalidValue", "Invalid request: active must be true or false; name.givenName must be a string")},
		{"broken", "PATCH", path, `{`, nil, 400, refused("400", "invalidSyntax", "Invalid request: body is not valid JSON (at byte 1)")},
		{"no body", "PATCH", path, ``, nil, 400, refused("400", "invalidSyntax", "Invalid request: body is required")},
		{"an attribute twice", "PATCH", path, `{"userName":"a","userName":"b"}`, nil, 400, refused("400", "invalidSyntax", "Invalid request: userName is given twice")},
		{"an attribute twice, in two cases", "PATCH", path, `{"userName":"a","USERNAME":"b"}`, nil, 400, refused("400", "invalidSyntax", "Invalid request: userName is given twice")},
		{"a bad filter", "PATCH", path + "?filter=123456", good, nil, 400, refused("400", "invalidFilter", "Invalid request: query.filter must have at most 5 characters")},
		{"an id that is none", "PATCH", "/scim/v2/People/x", good, nil, 404, refused("404", "", "Record Not Found")},
		{"unauthorized", "PATCH", path, good, fault.Unauthorized(), 401, refused("401", "", "Unauthorized")},
		{"forbidden", "PATCH", path, good, fault.Forbidden(), 403, refused("403", "", "You do not have permission to perform this action.")},
		{"not found", "PATCH", path, good, fault.NotFound(), 404, refused("404", "", "Record Not Found")},
		{"taken", "PATCH", path, good, fault.New(fault.KindDuplicate, "Taken"), 409, refused("409", "uniqueness", "Taken")},
		{"in the way", "PATCH", path, good, fault.New(fault.KindLastProjectAdmin, "The last"), 409, refused("409", "", "The last")},
		{"a type by name", "PATCH", path, good, &fault.Fault{Kind: fault.KindInvalid, Message: "No.", Meta: map[string]any{api.SCIMType: "mutability"}}, 400, refused("400", "mutability", "No.")},
		{"anything else", "PATCH", path, good, errors.New("hunter2"), 500, refused("500", "", "Internal error")},
		{"unavailable", "PATCH", path, good, fault.Unavailable(nil), 503, refused("503", "", "Temporarily unavailable. Try again.")},
		{"too large", "PATCH", path, strings.Repeat(" ", 2<<20), nil, 413, refused("413", "", "The request body is too large.")},
		{"unknown path", "GET", "/scim/v2/Groups", "", nil, 404, refused("404", "", "No such operation: GET /api/openapi.json tells which there are")},
		{"a path that is none", "GET", "/scim//v2", "", nil, 404, refused("404", "", "No such operation: GET /api/openapi.json tells which there are")},
		{"wrong method", "GET", path, "", nil, 405, refused("405", "", "Method not allowed")},
		{"a name that only begins alike is ours", "GET", "/scimx", "", nil, 404, `{"success":false,"message":"No such operation: GET /api/openapi.json tells which there are","data":null,"meta":{"code":"not_found","request_id":""}}`},
		{"deleted", "DELETE", path, "", nil, 204, ""},
		{"not deleted", "DELETE", path, "", fault.NotFound(), 404, refused("404", "", "Record Not Found")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fails = tt.err
			w := ask(t, h, tt.method, tt.path, tt.body, "Content-Type", "application/scim+json")
			if w.Code != tt.status || w.Body.String() != tt.want {
				t.Errorf("%d\n got %s\nwant %d %s", w.Code, w.Body, tt.status, tt.want)
			}
			declared := "application/scim+json"
			if tt.status == http.StatusNoContent {
				declared = ""
			} else if tt.path == "/scimx" {
				declared = "application/json"
			}
			if kind := w.Header().Get("Content-Type"); kind != declared {
				t.Errorf("declared as %q, want %q", kind, declared)
			}
		})
	}
	fails = nil

	t.Run("attributes in any case", func(t *testing.T) {
		ask(t, h, "PUT", path, `{"USERNAME":"a","Name":{"GIVENNAME":"b"},"Active":false}`)
		if got.Body.UserName != "a" || *got.Body.Name.GivenName != "b" || *got.Body.Active {
			t.Errorf("%+v", got.Body)
		}
	})
	t.Run("where the new thing is", func(t *testing.T) {
		if w := ask(t, h, "POST", path, good); w.Code != http.StatusCreated || w.Header().Get("Location") != "/scim/v2/People/7" {
			t.Errorf("%d %q", w.Code, w.Header().Get("Location"))
		}
		if w := ask(t, h, "PUT", path, good); w.Header().Get("Location") != "" {
			t.Errorf("nothing was made at %q", w.Header().Get("Location"))
		}
	})
	t.Run("415", func(t *testing.T) {
		if w := ask(t, h, "PATCH", path, good, "Content-Type", "text/plain"); w.Code != 415 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("405 names PATCH", func(t *testing.T) {
		if w := ask(t, h, "GET", path, ""); w.Header().Get("Allow") != "POST, PUT, PATCH, DELETE" {
			t.Errorf("Allow: %q", w.Header().Get("Allow"))
		}
	})
	t.Run("PATCH in the envelope is as strict as PUT", func(t *testing.T) {
		if w := ask(t, h, "PATCH", "/api/thing/7", `{"userName":"a","x":1}`); w.Code != 400 || fields(t, w)["body.x"] == "" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// The document says of an operation in SCIM's dialect what it does.
func TestSCIMInTheDocument(t *testing.T) {
	document := api.Document(api.Group{Name: "People APIs", Slug: "people", Ops: []api.Op{
		api.PATCH("/scim/v2/People/{id}", "Patch Person", func(context.Context, *personIn) (person, error) { return person{}, nil }).SCIM().Anyone(),
		api.DELETE("/scim/v2/People/{id}", "Delete Person", func(context.Context, *personIDIn) (struct{}, error) { return struct{}{}, nil }).SCIM().Anyone().Mute(),
	}})
	type content map[string]struct {
		Schema struct {
			Ref string `json:"$ref"`
		}
	}
	type schema struct {
		AdditionalProperties any
		Properties           map[string]struct{ Type any }
		Required             []string
	}
	var d struct {
		Paths map[string]map[string]struct {
			RequestBody struct{ Content content }
			Responses   map[string]struct {
				Ref     string `json:"$ref"`
				Content content
			}
		}
		Components struct {
			Responses map[string]struct{ Content content }
			Schemas   map[string]schema
		}
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	patch, remove := d.Paths["/scim/v2/People/{id}"]["patch"], d.Paths["/scim/v2/People/{id}"]["delete"]
	for _, kind := range []string{"application/json", "application/scim+json"} {
		body := d.Components.Schemas[strings.TrimPrefix(patch.RequestBody.Content[kind].Schema.Ref, "#/components/schemas/")]
		if body.AdditionalProperties != true || len(body.Required) != 1 || body.Properties["created_by"].Type != nil {
			t.Errorf("a body as %s: %+v", kind, body)
		}
		if types, ok := body.Properties["active"].Type.([]any); !ok || len(types) != 2 {
			t.Errorf("null is no value of active: %+v", body.Properties)
		}
	}
	if _, ok := patch.Responses["200"].Content["application/scim+json"]; !ok || len(patch.Responses["200"].Content) != 1 {
		t.Errorf("answers %+v", patch.Responses["200"])
	}
	if ref := patch.Responses["404"].Ref; ref != "#/components/responses/SCIM404" {
		t.Errorf("404 is %q", ref)
	}
	if d.Components.Responses["SCIM404"].Content["application/scim+json"].Schema.Ref != "#/components/schemas/SCIMError" || d.Components.Schemas["SCIMError"].Required == nil {
		t.Error("nothing says what a refusal looks like")
	}
	if gone, ok := remove.Responses["204"]; !ok || gone.Content != nil {
		t.Errorf("a 204 with %+v", gone)
	}
}
