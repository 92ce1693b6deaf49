package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/telemetry"
)

// Record has the name of telemetry's, which must not matter.
type Record struct {
	Mine string `json:"mine"`
}

type holder struct {
	Mine   Record            `json:"mine"`
	Theirs *telemetry.Record `json:"theirs"`
	At     model.Time        `json:"at"`
	Until  *model.Time       `json:"until"`
	Never  *model.Time       `json:"never,omitempty"`
	Times  []model.Time      `json:"times"`
	Role   *string           `json:"role" enum:"a,b"`
	Parent *Record           `json:"parent"`
}

type documentIn struct {
	ThingID int64  `path:"thing_id" example:"151"`
	Colour  string `query:"colour" enum:"red,green" doc:"Of the thing."`
	Body    struct {
		Name  string              `json:"name" minLength:"1" maxLength:"20"`
		Team  api.Optional[int64] `json:"team_id,omitempty"`
		At    *model.Time         `json:"at,omitempty"`
		Users []int64             `json:"user_ids,omitempty" maxItems:"3"`
	}
}

func groups() []api.Group {
	return []api.Group{
		{Name: "Thing APIs", Slug: "thing", Ops: []api.Op{
			api.PUT("/api/thing/{thing_id}", "Edit Thing", func(context.Context, *documentIn) (row, error) { return row{}, nil }).
				Says("Thing updated successfully.").Allow(access.EditProject, onThing).OrSelf("thing_id").Users("user_ids").Also("/thing/{thing_id}"),
			api.GET("/api/thing", "List Things", func(context.Context, *pageIn) (api.Page[holder], error) { return api.Page[holder]{}, nil }).
				Says("Found.").Anyone().About("All there are."),
			api.POST("/api/thing/{thing_id}/touch", "Touch Thing", func(context.Context, *idIn) (api.Noted[secretRow, *facts], error) {
				return api.Noted[secretRow, *facts]{}, nil
			}).Says("Touched.").Anyone().Creates(),
			api.DELETE("/api/thing", "Delete Things", func(context.Context, *eitherIn) ([]row, error) { return nil, nil }).Says("Deleted.").Anyone(),
		}},
		{Name: "Workspace APIs", Slug: "workspace", Ops: []api.Op{
			api.POST("/api/workspaces/{workspace_id}/roles", "Assign Role", func(context.Context, *assignIn) (bool, error) { return true, nil }).Agenta().Anyone().Fails(400),
		}},
		{Name: "System APIs", Slug: "system", Ops: []api.Op{
			api.GET("/api/openapi.json", "OpenAPI", func(context.Context, *struct{}) (api.Verbatim, error) { return nil, nil }).Public(),
		}},
	}
}

// at finds what a path of keys leads to in the document; a number is an index.
func at(t *testing.T, keys ...any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(api.Document(groups()...), &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if v = nil; k < len(l) {
				v = l[k]
			}
		}
	}
	return v
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

func TestDocument(t *testing.T) {
	edit := []any{"paths", "/api/thing/{thing_id}", "put"}
	list := []any{"paths", "/api/thing", "get"}
	envelope := []any{"content", "application/json", "schema", "properties"}
	down := func(to []any, more ...any) []any { return append(append([]any{}, to...), more...) }
	for _, tt := range []struct {
		name string
		keys []any
		want string
	}{
		{"3.1", []any{"openapi"}, `"3.1.0"`},
		{"version", []any{"info", "version"}, `"` + api.Version + `"`},
		{"id", down(edit, "operationId"), `"edit-thing"`},
		{"summary", down(edit, "summary"), `"Edit Thing"`},
		{"what a tag is", []any{"tags", 0}, `{"description":"Thing APIs","name":"thing"}`},
		{"tag", down(edit, "tags"), `["thing"]`},
		{"who", down(edit, "description"), `"Needs ` + "`edit_project` on the project `thing_id`. The user `thing_id` may call it themselves, too.\\n\\n`user_ids` must name users of the caller's organization, else 404." + `"`},
		{"about", down(list, "description"), `"All there are.\n\nOpen to any signed-in caller."`},
		{"an id in the path", down(edit, "parameters", 0), `{"description":"Id of the thing.","example":151,"in":"path","name":"thing_id","required":true,"schema":{"format":"int64","maximum":9007199254740991,"minimum":1,"type":"integer"}}`},
		{"a query parameter", down(edit, "parameters", 1), `{"description":"Of the thing.","in":"query","name":"colour","schema":{"enum":["red","green"],"type":"string"}}`},
		{"If-Match", down(edit, "parameters", 2, "name"), `"If-Match"`},
		{"If-Match's form", down(edit, "parameters", 2, "schema"), `{"minLength":1,"pattern":"^(\\*|\"[0-9]{1,15}\")$","type":"string"}`},
		{"no key on a PUT", down(edit, "parameters", 3), ``},
		{"the limit", down(list, "parameters", 0, "schema"), `{"default":200,"format":"int64","maximum":200,"minimum":1,"type":"integer"}`},
		{"the body has a name", down(edit, "requestBody", "content", "application/json", "schema"), `{"$ref":"#/components/schemas/EditThingBody"}`},
		{"the body", []any{"components", "schemas", "EditThingBody"},
			`{"additionalProperties":false,"properties":{` +
				`"at":{"format":"date-time","type":"string"},` +
				`"created_by":{"description":"Accepted and ignored: it is the caller.","pattern":"^[^\\u0000]*$","type":["string","null"]},` +
				`"modified_by":{"description":"Accepted and ignored: it is the caller.","pattern":"^[^\\u0000]*$","type":["string","null"]},` +
				`"name":{"maxLength":20,"minLength":1,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff0-\\ufffb\\ufffe\\uffff]*[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff0-\\ufffb\\ufffe\\uffff][^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff0-\\ufffb\\ufffe\\uffff]*$","type":"string"},` +
				`"team_id":{"format":"int64","maximum":9007199254740991,"minimum":1,"type":["integer","null"]},` +
				`"user_ids":{"items":{"format":"int64","maximum":9007199254740991,"minimum":1,"type":"integer"},"maxItems":3,"type":"array"}},` +
				`"required":["name"],"type":"object"}`},
		{"a body is required", down(edit, "requestBody", "required"), `true`},
		{"a POST without a body may send the stamps", []any{"paths", "/api/thing/{thing_id}/touch", "post", "requestBody", "required"}, ``},
		{"a body that may stand in the query", []any{"paths", "/api/thing", "delete", "requestBody", "required"}, `true`},
		{"is described once", []any{"paths", "/api/thing", "delete", "parameters", 0, "name"}, `"Idempotency-Key"`},
		{"no If-Match on a DELETE of many", []any{"paths", "/api/thing", "delete", "parameters", 1}, ``},

		{"the envelope has a name", down(edit, append([]any{"responses", "200"}, envelope[:3]...)...), `{"$ref":"#/components/schemas/EditThingAnswer"}`},
		{"the envelope", []any{"components", "schemas", "EditThingAnswer"}, `{"properties":{"data":{"$ref":"#/components/schemas/Api_testRow"},` +
			`"message":{"examples":["Thing updated successfully."],"type":"string"},"success":{"examples":[true],"type":"boolean"}},"required":["success","message","data"],"type":"object"}`},
		{"ETag", down(edit, "responses", "200", "headers", "ETag", "schema", "type"), `"string"`},
		{"no ETag on a list", down(list, "responses", "200", "headers", "ETag"), ``},
		{"201", []any{"paths", "/api/thing/{thing_id}/touch", "post", "responses", "201", "description"}, `"Touched."`},
		{"meta of a page", []any{"components", "schemas", "ListThingsAnswer", "properties", "meta", "properties", "next_cursor", "type"}, `"string"`},
		{"meta of a replay", []any{"components", "schemas", "TouchThingAnswer", "properties", "meta", "properties", "replayed", "type"}, `"boolean"`},
		{"meta of a handler", []any{"components", "schemas", "TouchThingAnswer", "properties", "meta", "required"}, `["count","missing"]`},
		{"verbatim", []any{"components", "schemas", "OpenAPIAnswer"}, `{"type":"object"}`},
		{"public", []any{"paths", "/api/openapi.json", "get", "security"}, `[]`},
		{"security", []any{"security"}, `[{"bearer":[]}]`},
		{"aliases stay out", []any{"paths", "/thing/{thing_id}"}, ``},

		{"Agenta's success is bare", []any{"components", "schemas", "AssignRoleAnswer"}, `{"type":"boolean"}`},
		{"Agenta's ids are strings", []any{"paths", "/api/workspaces/{workspace_id}/roles", "post", "parameters", 0, "schema", "type"}, `"string"`},
		{"Agenta ignores what it doesn't know", []any{"components", "schemas", "AssignRoleBody", "additionalProperties"}, `true`},
		{"Agenta's refusals", []any{"components", "responses", "Agenta422", "content", "application/json", "schema"}, `{"$ref":"#/components/schemas/AgentaError"}`},
		{"ours", []any{"components", "responses", "Refused404", "content", "application/json", "schema"}, `{"$ref":"#/components/schemas/Error"}`},
		{"a code has its sentence", []any{"components", "responses", "Refused404", "description"}, text("Not Found.\n\n`not_found`: " + fault.KindNotFound.Says())},
		{"a conflict about repeating alone", []any{"components", "responses", "Refused409Repeated", "description"},
			text("Conflict.\n\n`idempotency_mismatch`: " + fault.KindIdempotencyMismatch.Says() + "\n\n`in_progress`: " + fault.KindInProgress.Says())},
		{"nothing that is referred to nowhere", []any{"components", "responses", "SCIM404"}, ``},
		{"Retry-After", []any{"components", "responses", "Refused503", "headers", "Retry-After", "schema", "type"}, `"integer"`},

		{"a time", []any{"components", "schemas", "Api_testHolder", "properties", "at"}, `{"format":"date-time","type":"string"}`},
		{"a time or null", []any{"components", "schemas", "Api_testHolder", "properties", "until"}, `{"format":"date-time","type":["string","null"]}`},
		{"a time or nothing", []any{"components", "schemas", "Api_testHolder", "properties", "never"}, `{"format":"date-time","type":"string"}`},
		{"times", []any{"components", "schemas", "Api_testHolder", "properties", "times"}, `{"items":{"format":"date-time","type":"string"},"type":"array"}`},
		{"one of, or null", []any{"components", "schemas", "Api_testHolder", "properties", "role"}, `{"enum":["a","b",null],"type":["string","null"]}`},
		{"an object or null", []any{"components", "schemas", "Api_testHolder", "properties", "parent"}, `{"anyOf":[{"$ref":"#/components/schemas/Api_testRecord"},{"type":"null"}]}`},
		{"a name of another package", []any{"components", "schemas", "Api_testHolder", "properties", "theirs"}, `{"anyOf":[{"$ref":"#/components/schemas/TelemetryRecord"},{"type":"null"}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := text(at(t, tt.keys...))
			if got == "null" {
				got = ""
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocumentedStatuses(t *testing.T) {
	for path, want := range map[string]string{
		"/api/thing/{thing_id} put":                 "200 400 401 403 404 412 413 415 429 500 503",
		"/api/thing get":                            "200 400 401 403 413 429 500 503",
		"/api/thing/{thing_id}/touch post":          "201 400 401 403 404 409 413 415 429 500 503",
		"/api/workspaces/{workspace_id}/roles post": "200 400 401 403 404 409 413 415 422 429 500 503",
		"/api/openapi.json get":                     "200 400 413 429 500 503",
	} {
		p, method, _ := strings.Cut(path, " ")
		responses, _ := at(t, "paths", p, method, "responses").(map[string]any)
		var got []string
		for status := 200; status < 600; status++ {
			if responses[fmt.Sprint(status)] != nil {
				got = append(got, fmt.Sprint(status))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
}

func TestDocumentIsStable(t *testing.T) {
	if diff := cmp.Diff(string(api.Document(groups()...)), string(api.Document(groups()...))); diff != "" {
		t.Error(diff)
	}
}
