package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
)

// quiet is a response that nobody reads.
type quiet struct{ header http.Header }

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) Write(b []byte) (int, error) { return len(b), nil }
func (q *quiet) WriteHeader(int)             {}

type benchIn struct {
	ProjectID int64 `path:"project_id"`
	Body      struct {
		UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"45"`
		Role    *string `json:"role,omitempty" enum:"member,admin"`
	}
}

type removeBenchIn struct {
	ProjectID int64 `path:"project_id"`
	UserID    int64 `path:"user_id"`
	DryRun    bool  `query:"dry_run"`
}

func benchmarks() (http.Handler, map[string]func() *http.Request) {
	rows := []model.ProjectUser{{ID: 148, User: model.User{ID: 16, Email: "user@example.com"}}}
	h, _ := serve(
		api.DELETE("/api/project/{project_id}/user/{user_id}", "Remove User from Project", func(context.Context, *removeBenchIn) ([]model.ProjectUser, error) { return rows, nil }).Says("Users removed from project successfully.").Anyone(),
		api.POST("/api/project/{project_id}/user", "Add User to Project", func(context.Context, *benchIn) ([]model.ProjectUser, error) { return rows, nil }).Says("Users added to project successfully.").Anyone(),
		api.GET("/api/project/{project_id}", "Get Project", func(context.Context, *struct {
			ProjectID int64 `path:"project_id"`
		}) (model.Project, error) {
			return model.Project{ID: 151}, nil
		}).Says("Project found successfully.").Anyone(),
	)
	request := func(method, path, body string) func() *http.Request {
		return func() *http.Request {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header.Set("Authorization", "key")
			r.Header.Set("Content-Type", "application/json")
			return r
		}
	}
	return h, map[string]func() *http.Request{
		"get":    request("GET", "/api/project/151", ""),
		"remove": request("DELETE", "/api/project/151/user/16", ""),
		"add":    request("POST", "/api/project/151/user", `{"user_ids":[15,16],"created_by":"system"}`),
	}
}

func BenchmarkRequest(b *testing.B) {
	h, requests := benchmarks()
	for name, request := range requests {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				r, w := request(), &quiet{http.Header{}}
				b.StartTimer()
				h.ServeHTTP(w, r)
			}
		})
	}
}

// Handlers, guard and this package may spend 250 allocations together.
func TestAllocations(t *testing.T) {
	h, requests := benchmarks()
	for name, most := range map[string]float64{"get": 40, "remove": 45, "add": 75} {
		request := requests[name]
		made := testing.AllocsPerRun(200, func() { request() })
		served := testing.AllocsPerRun(200, func() { h.ServeHTTP(&quiet{http.Header{}}, request()) })
		if got := served - made; got > most {
			t.Errorf("%s takes %.0f allocations, more than %.0f", name, got, most)
		} else {
			t.Logf("%s takes %.0f allocations", name, got)
		}
	}
}

func BenchmarkMount(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchmarks()
	}
}
