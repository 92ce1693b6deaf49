package functions_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// What a leaver alone held, and nobody takes, is nobody's: it says so, it is on the
// list that the ranks ask for, page by page, and leaves it with a new admin or owner.
func TestOwnerless(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(40, 41), fixture.Team(20, "Alone"), fixture.JoinsTeam(20, 40, "owner"), fixture.Team(21, "Too"), fixture.JoinsTeam(21, 40, "owner")))
	s.Put(t, fixture.All(fixture.Project(160, 0, "Alone"), fixture.Project(161, 20, "Too"), fixture.Joins(160, 40, "admin"), fixture.Joins(161, 40, "admin")))
	s.Put(t, fixture.All(fixture.Agent(60, 160, "Alone"), fixture.OnAgent(60, 40, "owner"), fixture.Owns(60, 40), fixture.Agent(61, 161, "Too"), fixture.OnAgent(61, 40, "owner"), fixture.Owns(61, 40)))
	s.Put(t, fixture.All(fixture.Key("plain", 41), fixture.Key("bound", 1, fixture.Bound(151)), fixture.Key("service1", 0)))
	// A list leads to things, and what counts is their own rows: one that names too
	// much, which check tells of, shows none of it.
	var beside table.Tx
	table.Ownerless.Put(&beside, model.Ownerless{OrganizationID: 1, Of: model.OwnerlessProject, ID: 151})
	table.Ownerless.Put(&beside, model.Ownerless{OrganizationID: 1, Of: model.OwnerlessTeam, ID: 7})
	table.Ownerless.Put(&beside, model.Ownerless{OrganizationID: 1, Of: model.OwnerlessAgent, ID: 9999})
	if err := s.Store.Commit(t.Context(), &beside); err != nil {
		t.Fatal(err)
	}
	s.Granted(t.Context(), t, fixture.DeleteAt(demo.GlobalAdmin, "/api/user/40"))
	s.Settle(t.Context(), t)

	for _, of := range []struct {
		list, one, held, heir string
		want                  []int64
	}{
		{"/api/project", "/api/project/160", "/api/project/151", `{"role":"admin","user_ids":[41]}`, []int64{160, 161}},
		{"/api/team", "/api/team/20", "/api/team/7", `{"role":"owner","user_ids":[41]}`, []int64{20, 21}},
		{"/api/agent", "/api/agent/60", "", `{"owner":41}`, []int64{60, 61}},
	} {
		t.Run(of.list, func(t *testing.T) {
			listed := func(key string) [][]int64 {
				return s.Pages(t, fixture.Request{Method: http.MethodGet, Path: of.list + "?ownerless=true&limit=1", Key: key})
			}
			ours := func(pages [][]int64) []int64 {
				return slices.DeleteFunc(slices.Concat(pages...), func(id int64) bool { return !slices.Contains([]int64{20, 21, 60, 61, 151, 160, 161, 7, 9999}, id) })
			}
			for _, key := range []string{demo.GlobalAdmin, "service1.secret"} {
				if pages := listed(key); !slices.Equal(ours(pages), of.want) || len(pages) < 3 {
					t.Errorf("%s is shown %v, want %v", key, pages, of.want)
				}
			}
			if got := listed(demo.OtherOrganization); len(ours(got)) > 0 {
				t.Errorf("another organization is shown %v", got)
			}
			for key, reason := range map[string]string{"plain.secret": "rank", "bound.secret": "key_project"} {
				got := s.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: of.list + "?ownerless=true", Key: key})
				if got.Status != http.StatusForbidden || !strings.Contains(got.Body, fmt.Sprintf(`"reason":%q`, reason)) {
					t.Errorf("%s: %d %s", key, got.Status, got.Body)
				}
			}
			says := func(path string) bool {
				return strings.Contains(s.Granted(t.Context(), t, fixture.Request{Method: http.MethodGet, Path: path, Key: demo.GlobalAdmin}).Body, `"ownerless":true`)
			}
			if !says(of.one) || of.held != "" && says(of.held) {
				t.Error("its details don't tell whether somebody holds it")
			}
			r := fixture.Request{Method: http.MethodPost, Path: of.one + "/user", Body: of.heir, Key: demo.GlobalAdmin}
			if of.list == "/api/agent" {
				r.Method, r.Path = http.MethodPut, of.one
			}
			s.Granted(t.Context(), t, r)
			if got := ours(listed(demo.GlobalAdmin)); !slices.Equal(got, of.want[1:]) || says(of.one) {
				t.Errorf("somebody holds %s again, and the list has %v", of.one, got)
			}
		})
	}
}
