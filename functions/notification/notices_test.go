package notification_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// What is done to people they are told by the stream, each once, however often
// it comes to the same rows; nobody is told of what he did himself.
func TestNotices(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.People(20, 21))
	for _, r := range []fixture.Request{
		{Method: http.MethodPost, Path: "/api/project/151/user", Body: `{"user_ids":[20]}`},
		{Method: http.MethodPost, Path: "/api/project/151/user", Body: `{"user_ids":[20],"role":"admin"}`},
		{Method: http.MethodPost, Path: "/api/team/7/user", Body: `{"user_ids":[20]}`},
		{Method: http.MethodPost, Path: "/api/project", Body: `{"project_name":"Desk","user_ids":[20]}`},
		{Method: http.MethodPost, Path: "/api/project/4/invite", Body: `{"email":"user20@organization.com"}`},
	} {
		r.Key = demo.ProjectAdmin
		if got := s.Do(t.Context(), r); got.Status >= http.StatusBadRequest {
			t.Fatal(got)
		}
	}
	audits := fixture.Audits(s.Rows(t.Context(), t))
	for range 3 {
		if done, err := followup.Notify(t.Context(), s.Store, audits); done != len(audits) || err != nil {
			t.Fatal(done, err)
		}
	}
	told := map[string]int{}
	for _, n := range table.Notifications.All(s.Rows(t.Context(), t)) {
		if n.ID > 1000 {
			if n.UserID != 20 || n.CreatedBy != "System" {
				t.Errorf("%+v", n)
			}
			told[n.Type+" "+n.Message+" "+n.Link]++
		}
	}
	want := map[string]int{
		"added You were added to project Support. /api/project/151":                 1,
		"role_changed Your role in project Support was changed. /api/project/151":   1,
		"added You were added to team Core. /api/team/7":                            1,
		"added You were added to project Desk. /api/project/1001":                   1,
		"invited You were invited to project " + name(t, s, 4) + ". /api/project/4": 1,
	}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("want -, told +:\n%s", d)
	}
	fixture.Check(t, s)
}

func name(t *testing.T, s *fixture.System, project int64) string {
	t.Helper()
	p, _ := table.Projects.In(s.Rows(t.Context(), t), project)
	return p.Name
}

// More people than fit into one transaction are told all the same, and once.
func TestManyNotices(t *testing.T) {
	s := fixture.New(t)
	for id := int64(1001); id < 1200; id += 40 {
		s.Put(t, fixture.People(id, id+39))
	}
	a := model.Audit{OrganizationID: 1, ID: "many", TS: model.At(fixture.Epoch), Resource: "project:151"}
	for id := int64(1001); id <= 1200; id++ {
		a.Notices = append(a.Notices, model.Notice{UserID: id, Kind: model.NoticeRemoved, Resource: "project:151"})
	}
	for range 2 {
		if done, err := followup.Notify(t.Context(), s.Store, []model.Audit{a}); done != 1 || err != nil {
			t.Fatal(done, err)
		}
	}
	users := map[int64]int{}
	for _, n := range table.Notifications.All(s.Rows(t.Context(), t)) {
		users[n.UserID]++
	}
	for id := int64(1001); id <= 1200; id++ {
		if users[id] != 1 {
			t.Errorf("user %d is told %d times", id, users[id])
		}
	}
}
