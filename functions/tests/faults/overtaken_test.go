package faults_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// standing is one way of being allowed to do things, and how it ends: in the
// project or the team that a request is about.
type standing struct {
	name string
	key  string
	lose func(ctx context.Context, t *testing.T, s *fixture.System, project, team string)
	has  fixture.Given // what he needs for it beside what everybody has
}

// Who holds nothing but what his name says.
const (
	byMembership = 321
	byTeam       = 322
	byRank       = 323
	byLowerRank  = 324
	byPermission = 325
	byOpenness   = 326
)

func standings() []standing {
	return []standing{
		{"an admin by their membership is taken out", seed.KeyOf(byMembership), func(ctx context.Context, t *testing.T, s *fixture.System, project, _ string) {
			s.Granted(ctx, t, fixture.DeleteAt(demo.GlobalAdmin, "/api/project/"+project+"/user/321"))
		}, nil},
		{"an admin becomes a member", seed.KeyOf(byMembership), func(ctx context.Context, t *testing.T, s *fixture.System, project, _ string) {
			s.Granted(ctx, t, fixture.PostTo(demo.GlobalAdmin, "/api/project/"+project+"/user", `{"role":"member","user_ids":[321]}`))
		}, nil},
		{"an owner of an agent by their own permission loses it", seed.KeyOf(byPermission), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			s.Granted(ctx, t, fixture.DeleteAt(demo.GlobalAdmin, "/api/agent/21/user?user_ids=325"))
		}, fixture.OnAgent(21, byPermission, "owner")},
		{"an owner of an agent becomes its viewer", seed.KeyOf(byPermission), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			s.Granted(ctx, t, fixture.PostTo(demo.GlobalAdmin, "/api/agent/21/user", `{"permission":"viewer","user_ids":[325]}`))
		}, fixture.OnAgent(21, byPermission, "owner")},
		{"an owner of an agent is taken out of its project, where they are a member", seed.KeyOf(byPermission), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			s.Granted(ctx, t, fixture.DeleteAt(demo.GlobalAdmin, "/api/project/151/user/325"))
		}, fixture.All(fixture.OnAgent(21, byPermission, "owner"), fixture.Joins(151, byPermission, "member"))},
		{"an agent that everybody could edit is closed", seed.KeyOf(byOpenness), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			s.Granted(ctx, t, fixture.Request{Method: "PUT", Path: "/api/agent/21/access", Key: demo.GlobalAdmin, Body: `{"access_level":"private"}`})
		}, openTo(access.EditMode)},
		{"an agent that everybody could edit is open for viewing only", seed.KeyOf(byOpenness), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			s.Granted(ctx, t, fixture.Request{Method: "PUT", Path: "/api/agent/21/access", Key: demo.GlobalAdmin, Body: `{"access_level":"public"}`})
		}, openTo(access.EditMode)},
		{"an owner of the team becomes a viewer", seed.KeyOf(byTeam), lowered, nil},
		{"an owner of the team is lowered and taken out", seed.KeyOf(byTeam), func(ctx context.Context, t *testing.T, s *fixture.System, project, team string) {
			lowered(ctx, t, s, project, team)
			r := fixture.DeleteAt(demo.GlobalAdmin, "/api/team/"+team+"/user")
			r.Body = `{"user_ids":[322]}`
			s.Granted(ctx, t, r)
		}, nil},
		{"a project leaves the team through which it was reached", seed.KeyOf(byTeam), func(ctx context.Context, t *testing.T, s *fixture.System, project, _ string) {
			s.Granted(ctx, t, fixture.Request{Method: "PUT", Path: "/api/project/" + project, Key: demo.GlobalAdmin, Body: `{"team_id":null}`})
		}, nil},
		{"a global admin loses their rank", seed.KeyOf(byRank), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) { unranked(ctx, t, s, byRank) }, nil},
		{"an application admin loses their rank", seed.KeyOf(byLowerRank), func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			unranked(ctx, t, s, byLowerRank)
		}, nil},
		{"a service key is revoked", "service1.secret", func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			k, _ := table.Keys.In(s.Rows(ctx, t), "service1")
			now := k
			on := model.At(fixture.Epoch)
			now.RevokedOn = &on
			now.Version++
			seed.Commit(ctx, t, s, func(tx *table.Tx) { table.Keys.Change(tx, k, now) })
		}, nil},
		{"a service key is deleted", "service1.secret", func(ctx context.Context, t *testing.T, s *fixture.System, _, _ string) {
			k, _ := table.Keys.In(s.Rows(ctx, t), "service1")
			seed.Commit(ctx, t, s, func(tx *table.Tx) { table.Keys.Delete(tx, k) })
		}, nil},
	}
}

// openTo makes agent 21 public.
func openTo(mode access.PublicMode) fixture.Given {
	return fixture.All(
		fixture.Change(table.Agents, fixture.Open(string(access.Public), string(mode)), int64(21)),
		fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.OpenAgents.Put(tx, model.OpenAgent{OrganizationID: 1, AgentID: 21, ProjectID: 151})
		}},
	)
}

// about names the project and the team that a request is about.
func about(r fixture.Request) (project, team string) {
	project, team = "151", "7"
	switch part := strings.Split(strings.TrimSuffix(r.Path, "/"), "/"); {
	case len(part) < 4:
	case part[2] == "project":
		project = part[3]
	case part[2] == "team", part[2] == "workspaces":
		team = part[3]
	}
	return project, team
}

func lowered(ctx context.Context, t *testing.T, s *fixture.System, _, team string) {
	t.Helper()
	body := `{"email":"` + fixture.Email(byTeam) + `","organization_id":"1","role":"viewer"}`
	s.Granted(ctx, t, fixture.PostTo(demo.GlobalAdmin, "/api/workspaces/"+team+"/roles", body))
}

func unranked(ctx context.Context, t *testing.T, s *fixture.System, user int64) {
	t.Helper()
	u, _ := table.Users.In(s.Rows(ctx, t), user)
	now := u
	now.IsStaff, now.IsSuperuser, now.GlobalAdminOf = false, false, nil
	now.Version++
	seed.Commit(ctx, t, s, func(tx *table.Tx) {
		table.Users.Change(tx, u, now)
		if u.IsSuperuser {
			tx.Add(table.Organizations.Key(u.OrganizationID), "global_admin_count", -1)
		}
	})
}

// standingWorld has everybody who stands for something, with all he needs for it.
func standingWorld(t *testing.T) *world {
	t.Helper()
	s := newWorld(t, false)
	member := func(project int64) seed.Seed {
		return func(tx *table.Tx) {
			table.ProjectMembers.Put(tx, model.ProjectMember{ID: project*1000 + byMembership, ProjectID: project, UserID: byMembership, Role: string(access.ProjectAdmin), CreatedOn: model.At(fixture.Epoch), Version: 1})
			tx.Add(table.Projects.Key(project), "user_count", 1)
			tx.Add(table.Projects.Key(project), "admin_count", 1)
		}
	}
	owner := func(team int64) seed.Seed {
		return func(tx *table.Tx) {
			table.TeamMembers.Put(tx, model.TeamMember{ID: team*1000 + byTeam, TeamID: team, UserID: byTeam, Role: string(access.Owner), CreatedOn: model.At(fixture.Epoch), Version: 1})
			tx.Add(table.Teams.Key(team), "member_count", 1)
			tx.Add(table.Teams.Key(team), "owner_count", 1)
		}
	}
	seed.Commit(t.Context(), t, s.System,
		seed.Person(byMembership), member(151), member(4), member(152),
		seed.Person(byTeam), owner(7), owner(12), owner(13),
		seed.Person(byRank, func(u *model.User) { u.IsStaff, u.IsSuperuser, u.GlobalAdminOf = true, true, &u.OrganizationID }),
		seed.Person(byLowerRank, func(u *model.User) { u.IsStaff = true }),
		seed.Person(byPermission), seed.Person(byOpenness),
		func(tx *table.Tx) { tx.Add(table.Organizations.Key(int64(1)), "global_admin_count", 1) },
	)
	fixture.Check(t, s.System)
	s.rows = s.Rows(t.Context(), t)
	return s
}

var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// Whoever loses what allowed his request after it was looked at, and before the
// request wrote, is answered as if he came only now, and nothing is written.
// Without the conditions of the transaction they would get through. In make test each
// way of being allowed meets half of the requests.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	for n, who := range standings() {
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			s := standingWorld(t)
			s.Put(t, who.has)
			s.rows = s.Rows(t.Context(), t)
			ctx := t.Context()
			met := 0
			for i, q := range requests(t) {
				if q.large || !scale.Long() && (i+n)%2 == 0 {
					continue
				}
				r := q.Request
				r.Key = who.key
				r.Header = r.Header.Clone()
				r.Header.Del("Authorization")
				if c := s.clean(t, asked{name: q.name, Request: r}); c.Status >= http.StatusBadRequest || !slices.Contains(c.calls, "TransactWriteItems") {
					continue
				}

				lost, got := s.overtake(ctx, t, r, who)
				if got.Status < http.StatusBadRequest && s.stillMay(ctx, t, r, who) {
					continue // what he has lost isn't needed for it
				}
				met++
				if d := cmp.Diff(map[string]int{}, outline(lost, s.Rows(ctx, t))); d != "" {
					t.Errorf("%s: %d, and yet it wrote:\n%s", q.name, got.Status, d)
				}
				if scale.Long() { // nothing has changed since the caller lost what they had
					fixture.Check(t, s.System)
				}
				if want := s.Do(ctx, r); got.Status != want.Status || requestID.ReplaceAllString(got.Body, "") != requestID.ReplaceAllString(want.Body, "") {
					t.Errorf("%s: %d %s, but a fresh one: %d %s", q.name, got.Status, got.Body, want.Status, want.Body)
				}
				if _, got := s.overtake(fixture.Unconditional(ctx), t, r, who); got.Status >= http.StatusBadRequest {
					t.Errorf("%s, without conditions: %d %s", q.name, got.Status, got.Body)
				}
			}
			least := 3
			if !scale.Long() {
				least = 1
			}
			if met < least {
				t.Errorf("only %d operations take this, want %d at least", met, least)
			}
		})
	}
}

// overtake lets a request read and decide, has its caller lose what allowed it,
// and lets it go on. It returns the rows as they were when it went on.
func (s *world) overtake(ctx context.Context, t *testing.T, r fixture.Request, who standing) (table.Rows, fixture.Response) {
	t.Helper()
	s.anew(t)
	held, pause := fixture.Paused(ctx)
	answered := make(chan fixture.Response, 1)
	go func() { answered <- s.Do(held, r) }()
	<-pause.Reached()
	project, team := about(r)
	who.lose(t.Context(), t, s.System, project, team)
	rows := s.Rows(t.Context(), t)
	pause.Release()
	return rows, <-answered
}

// stillMay reports whether a request is granted to who has lost his standing.
func (s *world) stillMay(ctx context.Context, t *testing.T, r fixture.Request, who standing) bool {
	t.Helper()
	s.anew(t)
	project, team := about(r)
	who.lose(ctx, t, s.System, project, team)
	return s.Do(ctx, r).Status < http.StatusBadRequest
}
