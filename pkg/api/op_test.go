package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
)

func handler[I, O any](context.Context, *I) (o O, _ error) { return o, nil }

type nested struct {
	Parts []nested `json:"parts,omitempty"`
}

func TestID(t *testing.T) {
	for name, want := range map[string]string{
		"Remove User from Project":           "remove-user-from-project",
		"Get Project Details by ID":          "get-project-details-by-id",
		"List/create  teams":                 "list-create-teams",
		"Get Agents by Team or User Team":    "get-agents-by-team-or-user-team",
		"Get Weekly Chatlog Tokens (by day)": "get-weekly-chatlog-tokens-by-day",
	} {
		if got := api.GET("/api/x", name, handler[struct{}, nothing]).ID(); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestModifiersLeaveTheOriginalAlone(t *testing.T) {
	base := api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(access.ViewProject, onThing)
	one := base.Also("/a/{thing_id}").Allow(access.EditProject, onThing)
	two := base.Also("/b/{thing_id}").Allow(access.DeleteProject, onThing)
	if diff := cmp.Diff(one.Paths(), []string{"/api/thing/{thing_id}", "/a/{thing_id}"}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(two.Paths(), []string{"/api/thing/{thing_id}", "/b/{thing_id}"}); diff != "" {
		t.Error(diff)
	}
	if len(base.Needs) != 1 || one.Needs[1].Permission != access.EditProject || two.Needs[1].Permission != access.DeleteProject {
		t.Error(base.Needs, one.Needs, two.Needs)
	}
}

// Whatever is wrong with a list of operations stops the program when it is
// declared or mounted, not when it is called.
func TestDeclarationsThatCannotBe(t *testing.T) {
	get := func(path string) api.Op { return api.GET(path, "Get Thing", handler[idIn, nothing]).Anyone() }
	mount := func(ops ...api.Op) func() { return func() { serve(ops...) } }
	for _, tt := range []struct {
		name, says string
		do         func()
	}{
		{"nobody may call it", "who may call it", mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]))},
		{"public and yet for some", "Public", mount(get("/api/thing/{thing_id}").Public())},
		{"for anyone and yet for some", "IfGiven", mount(get("/api/thing/{thing_id}").Allow(access.ViewProject, onThing))},
		{"for whoever names nothing", "say Anyone", mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(access.ViewProject, onThing.IfGiven()))},
		{"a permission of nothing", "a permission and a resource", mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(0, onThing))},
		{"a resource nobody names", `no field "project_id"`, mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(access.ViewProject, access.Project("project_id")))},
		{"himself, nobody named", `no field "user_id"`, mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(access.ViewProject, onThing).OrSelf("user_id"))},
		{"himself without a permission", "OrSelf", mount(get("/api/thing/{thing_id}").OrSelf("thing_id"))},
		{"users nobody named", `no field "user_ids"`, mount(get("/api/thing/{thing_id}").Users("user_ids"))},
		{"members nobody named", `no field "user_ids"`, mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[idIn, nothing]).Allow(access.ViewProject, onThing).Members("user_ids"))},
		{"members of nothing", "Members of what?", mount(get("/api/thing/{thing_id}").Members("thing_id"))},
		{"two of one id", "two operations are called get-thing", mount(get("/api/thing/{thing_id}"), get("/api/other/{thing_id}"))},
		{"two on one route", "conflicts", mount(get("/api/thing/{thing_id}"), api.GET("/api/thing/{thing_id}", "Other", handler[idIn, nothing]).Anyone())},
		{"two aliases on one route", "conflicts", mount(get("/api/thing/{thing_id}").Also("/x/{thing_id}"), api.GET("/api/other/{thing_id}", "Other", handler[idIn, nothing]).Anyone().Also("/x/{thing_id}"))},
		{"a slash at the end", "path", mount(api.GET("/api/thing/{thing_id}/", "Get Thing", handler[idIn, nothing]).Anyone())},
		{"an alias with other parameters", "other parameters", mount(get("/api/thing/{thing_id}").Also("/x/{id}"))},
		{"a status that is none", "Fails with 200", mount(get("/api/thing/{thing_id}").Fails(200))},
		{"a GET with a body", "takes no body", mount(api.GET("/api/thing/{thing_id}", "Get Thing", handler[echoIn, nothing]).Anyone())},
		{"no guard", "needs a guard", func() { api.Mount(nil, api.Group{Name: "a", Slug: "a", Ops: []api.Op{get("/api/thing/{thing_id}")}}) }},
		{"a group without a name", "name and a slug", func() { api.Mount(&doorman{}, api.Group{}) }},

		{"a path without its field", "no field is filled from {other_id}", func() { get("/api/thing/{other_id}") }},
		{"a field without its path", "has no {thing_id}", func() { get("/api/thing") }},
		{"an id that is no int64", "an id in a path is an int64", func() {
			api.GET("/api/thing/{thing_id}", "Get Thing", handler[struct {
				ID string `path:"thing_id"`
			}, nothing])
		}},
		{"a field that nothing fills", "nothing fills", func() { api.GET("/api/thing", "Get Thing", handler[struct{ ID int64 }, nothing]) }},
		{"a field that can't be read", "can't be read from text", func() {
			api.GET("/api/thing", "Get Thing", handler[struct {
				M map[string]int `query:"m"`
			}, nothing])
		}},
		{"a default that loses false", "must be a pointer", func() {
			api.POST("/api/thing", "Make Thing", handler[struct {
				Body struct {
					On bool `json:"on,omitempty" default:"true"`
				}
			}, nothing])
		}},
		{"a default that loses 0, deep inside", "must be a pointer", func() {
			api.POST("/api/thing", "Make Thing", handler[struct {
				Body struct {
					Parts []map[string]*struct {
						N int `json:"n,omitempty" default:"3"`
					} `json:"parts"`
				}
			}, nothing])
		}},
		{"a default of another type", "boolean", func() {
			api.POST("/api/thing", "Make Thing", handler[struct {
				Body struct {
					On *bool `json:"on,omitempty" default:"yes"`
				}
			}, nothing])
		}},
		{"a body field without a name", "no json tag", func() {
			api.POST("/api/thing", "Make Thing", handler[struct{ Body struct{ Name string } }, nothing])
		}},
		{"a bad tag", "minLength", func() {
			api.POST("/api/thing", "Make Thing", handler[struct {
				Body struct {
					Name string `json:"name" minLength:"one"`
				}
			}, nothing])
		}},
		{"a body inside itself", "can't hold itself", func() {
			api.POST("/api/thing", "Make Thing", handler[struct{ Body nested }, nothing])
		}},
		{"a page without paging", "embeds Paging", func() { api.GET("/api/thing", "List Things", handler[struct{}, api.Page[int]]) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, tt.says) {
					t.Errorf("says %s", p)
				}
			}()
			tt.do()
		})
	}
}
