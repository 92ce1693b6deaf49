package functions_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// actor is a user of the matrix, beside those of the demo data.
type actor struct {
	code    string // of his column, and the prefix of his key
	id      int64
	edit    func(*model.User)
	project access.ProjectRole // in project 151
	team    access.Role        // in teams 7 and 8
	agent   access.AgentRole   // on agent 21
}

// cast is everybody who has one way, or none, to project 151 and to its team.
var cast = []actor{
	{code: "gone", id: 201, project: access.ProjectMember, team: access.Editor, agent: access.AgentOwner}, // and taken out of project and team
	{code: "str", id: 202},
	{code: "exp", id: 203}, // his membership has expired
	{code: "mem", id: 204, project: access.ProjectMember},
	{code: "adm", id: 205, project: access.ProjectAdmin},
	{code: "vie", id: 211, team: access.Viewer},
	{code: "eva", id: 212, team: access.Evaluator},
	{code: "dep", id: 213, team: access.DeploymentManager},
	{code: "edi", id: 214, team: access.Editor},
	{code: "wad", id: 215, team: access.WorkspaceAdmin},
	{code: "own", id: 216, team: access.Owner},
	{code: "avi", id: 217, agent: access.AgentViewer},
	{code: "aed", id: 218, agent: access.AgentEditor},
	{code: "aow", id: 219, agent: access.AgentOwner},
	{code: "staf", id: 221, edit: func(u *model.User) { u.IsStaff = true }},
	{code: "glob", id: 222, edit: global},
	{code: "idle", id: 223, edit: func(u *model.User) { global(u); u.IsActive = false }},
	{code: "oglo", id: 291, edit: func(u *model.User) { global(u); elsewhere(u) }},
	{code: "omem", id: 292, edit: elsewhere},
}

func global(u *model.User) {
	u.IsSuperuser, u.GlobalAdminOf = true, &u.OrganizationID
}

func elsewhere(u *model.User) { u.OrganizationID = 2 }

// withCast is the demo data with the cast and its keys on it. Team 8 is like team
// 7, but it has no projects.
func withCast(t *testing.T) *fixture.System {
	t.Helper()
	s := fixture.New(t)
	s.Put(t, slices.Concat(
		fixture.Team(8, "Idle"), fixture.JoinsTeam(8, 7, "owner"),
		fixture.Joins(151, 203, "member", fixture.Until(-time.Hour)),
		fixture.Agent(23, 151, "Returns"), fixture.Agent(24, 151, "Shared", fixture.Open("public", "edit")), actors(), castKeys(),
	))
	for _, path := range []string{"/api/project/151/user/201", "/api/team/7/user?user_ids=201", "/api/team/8/user?user_ids=201"} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodDelete, Path: path, Key: demo.ProjectAdmin}); got.Status != http.StatusOK {
			t.Fatal(path, got.Status, got.Body)
		}
	}
	s.Fresh()
	return s
}

func actors() (g fixture.Given) {
	for _, a := range cast {
		edit := func(u *model.User) {
			if a.edit != nil {
				a.edit(u)
			}
		}
		g = append(g, fixture.Person(a.id, edit)...)
		if a.project != "" {
			g = append(g, fixture.Joins(151, a.id, string(a.project))...)
		}
		if a.team != "" {
			g = append(g, fixture.JoinsTeam(7, a.id, string(a.team))...)
			g = append(g, fixture.JoinsTeam(8, a.id, string(a.team))...)
		}
		if a.agent != "" {
			g = append(g, fixture.OnAgent(21, a.id, string(a.agent))...)
		}
		if a.id < 290 {
			g = append(g, own(a.id))
		}
		g = append(g, fixture.Key(a.code, a.id, func(k *model.APIKey) {
			if a.id > 290 {
				k.OrganizationID = 2
			}
		})...)
	}
	return g
}

// own is what everybody of organisation 1 has of his own: agent 21 among the
// recent ones, a mark on agent 22, and a review of agent 23.
func own(user int64) func(*table.Tx, table.Rows) {
	return func(tx *table.Tx, _ table.Rows) {
		at := model.At(fixture.Epoch)
		table.RecentAgents.Put(tx, model.Recents{UserID: user, Entries: []model.Recent{{ID: 40_000 + user, ProjectID: 151, AgentID: 21, LastUsedOn: at}}, Version: 1})
		table.Stars.Put(tx, model.Star{ID: 40_000 + user, UserID: user, AgentID: 22, ProjectID: 4, CreatedOn: at})
		table.Reviews.Put(tx, model.Review{ID: 50_000 + user, AgentID: 23, UserID: user, Review: "Good", Stamp: model.Created("System", at), Version: 1})
		table.Reviewers.Put(tx, model.Reviewer{AgentID: 23, UserID: user, ReviewID: 50_000 + user})
		tx.Add(table.Agents.Key(int64(23)), "review_count", 1)
	}
}

// castKeys are those of columns that are no user's only key.
func castKeys() fixture.Given {
	yesterday := model.At(fixture.Epoch.Add(-24 * time.Hour))
	const global, stranger, service = 222, 202, 0
	readOnly := func(k *model.APIKey) { k.Scope = string(access.ScopeReadOnly) }
	g := slices.Concat(
		fixture.Key("revoked", global, func(k *model.APIKey) { k.RevokedOn = &yesterday }),
		fixture.Key("expired", global, func(k *model.APIKey) { k.ExpiresOn = &yesterday }),
		fixture.Key("ro", global, readOnly), fixture.Key("ros", stranger, readOnly),
		fixture.Key("b151", global, fixture.Bound(151)), fixture.Key("b4", global, fixture.Bound(4)),
		fixture.Key("s151", service, fixture.Bound(151)), fixture.Key("serv", service),
	)
	groups := functions.All(nil)
	for _, group := range groups {
		others := map[string]string{}
		for _, o := range groups {
			if o.Slug != group.Slug {
				others[o.Slug] = string(access.GrantWrite)
			}
		}
		for code, groups := range map[string]map[string]string{
			"no": others, "rd": {group.Slug: string(access.GrantRead)}, "wr": {group.Slug: string(access.GrantWrite)},
		} {
			g = append(g, fixture.Key(code+"-"+group.Slug, global, func(k *model.APIKey) {
				k.Scope, k.Groups = string(access.ScopeRestricted), groups
			})...)
		}
	}
	return g
}

// credential is how a request says who calls.
type credential struct {
	name   string
	header http.Header
}

func sent(value string) http.Header { return http.Header{"Authorization": {value}} }

// credentials are those of a column, for an operation of a group.
func credentials(code, group string) []credential {
	const key = "ApiKey glob.secret"
	switch code {
	case "bad":
		two := sent(key)
		two.Set("Ocp-Apim-Subscription-Key", "own.secret")
		return []credential{
			{"no credential", http.Header{}},
			{"a malformed one", sent("ApiKey glob")},
			{"another scheme", sent("Basic Z2xvYjpzZWNyZXQ=")},
			{"an unknown key", sent("ApiKey unknown.secret")},
			{"a wrong secret", sent("ApiKey glob.wrong")},
			{"another key's secret", sent("ApiKey demoglob.secret")},
			{"a revoked key", sent("ApiKey revoked.secret")},
			{"an expired key", sent("ApiKey expired.secret")},
			{"an inactive user's key", sent("ApiKey idle.secret")},
			{"a token with two dots", sent("Bearer glob.secret.glob")},
			{"two different keys", two},
		}
	case "no", "rd", "wr":
		return []credential{{code, sent("ApiKey " + code + "-" + group + ".secret")}}
	}
	return []credential{{code, sent("ApiKey " + code + ".secret")}}
}

// self returns the id and the address of the user behind a column; false where
// there is none.
func self(code string) (id, email string, ok bool) {
	switch code {
	case "bad", "ro", "no", "rd", "wr", "b151", "b4":
		code = "glob"
	case "ros":
		code = "str"
	}
	for _, a := range cast {
		if a.code == code {
			return strconv.FormatInt(a.id, 10), fixture.Email(a.id), true
		}
	}
	return "", "", false
}

// dump shows what the entities of a table hold.
func dump(t *testing.T, s *fixture.System) (table.Rows, fixture.Dump) {
	t.Helper()
	return s.Rows(t.Context(), t), s.Dump(t.Context(), t)
}
