package user_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A leaver who makes projects and teams as fast as they can, from three threads, is
// out with the first answer, by whichever route, and what they made is nobody's and
// on the list of such things.
func TestLeaverMakesPlacesAtScale(t *testing.T) {
	routes := []fixture.Request{
		drop(demo.GlobalAdmin, "/api/user/40"),
		put(demo.GlobalAdmin, "/api/user/40", `{"is_active":false}`),
		drop(demo.GlobalAdmin, "/api/user/batch?user_ids=40,41"),
		{Method: "PATCH", Path: "/scim/v2/Users/40", Key: "service1.secret", Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`},
	}
	for n := range max(len(routes), scale.Of(20)) {
		end := routes[n%len(routes)]
		t.Run(fmt.Sprint(n, " ", end.Method, " ", end.Path), func(t *testing.T) {
			s := fixture.New(t)
			s.Put(t, fixture.All(fixture.People(40, 41), fixture.Key("leaver", 40), fixture.Key("service1", 0)))
			var ended atomic.Bool
			var made, late atomic.Int64
			makers := concurrent.NewGroup()
			for maker := range 3 {
				makers.Go(func() error {
					for i := 0; ; i++ {
						over := ended.Load()
						path, field := "/api/project", "project_name"
						if maker == 2 {
							path, field = "/api/team", "team_name"
						}
						got := s.Do(t.Context(), post("leaver.secret", path, fmt.Sprintf(`{%q:"%d of %d"}`, field, i, maker)))
						switch {
						case got.Status < http.StatusBadRequest && over:
							late.Add(1)
						case got.Status < http.StatusBadRequest:
							made.Add(1)
						case got.Status == http.StatusUnauthorized:
							return nil
						case got.Status != http.StatusServiceUnavailable:
							return fmt.Errorf("%d %s", got.Status, got.Body)
						}
					}
				})
			}
			for made.Load() < 5 {
				if got := s.Do(t.Context(), get(demo.GlobalAdmin, "/api/user/me")); got.Status != http.StatusOK {
					t.Fatal(got.Body)
				}
			}
			if got := s.Do(t.Context(), end); got.Status >= http.StatusBadRequest {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			ended.Store(true)
			if err := makers.Wait(); err != nil {
				t.Fatal(err)
			}
			if late.Load() > 0 {
				t.Errorf("%d places were made after the end", late.Load())
			}
			s.Settle(t.Context(), t)
			rows := s.Rows(t.Context(), t)
			for _, m := range table.ProjectMembers.All(rows) {
				if m.UserID == 40 {
					t.Errorf("project %d is still the leaver's", m.ProjectID)
				}
			}
			for _, p := range table.Projects.All(rows) {
				if _, listed := table.Ownerless.In(rows, int64(1), model.OwnerlessProject, p.ID); p.ID > demo.LastID && !listed {
					t.Errorf("project %d of %d made is nobody's and on no list", p.ID, made.Load())
				}
			}
			for _, m := range table.TeamMembers.All(rows) {
				if m.UserID == 40 {
					t.Errorf("team %d is still the leaver's", m.TeamID)
				}
			}
			for _, p := range table.Teams.All(rows) {
				if _, listed := table.Ownerless.In(rows, int64(1), model.OwnerlessTeam, p.ID); p.ID > demo.LastID && !listed {
					t.Errorf("team %d is nobody's and on no list", p.ID)
				}
			}
			fixture.Check(t, s)
		})
	}
}
