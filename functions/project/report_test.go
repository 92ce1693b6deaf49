package project_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// What a removal tells beyond the rows removed: in meta with report=true or
// dry_run=true, and always in its record.
// manyDeleted makes a user a member of so many deleted projects, from 31 on.
func manyDeleted(user int64, n int) (given fixture.Given) {
	for i := range n {
		id := int64(31 + i)
		given = fixture.All(given, fixture.Project(id, 0, "Gone "+strconv.Itoa(i)), fixture.Joins(id, user, "member", func(m *model.ProjectMember) { m.ID = 40000 + id }), fixture.Delete(id))
	}
	return given
}

func TestReport(t *testing.T) {
	row := func(user string) string {
		return map[string]string{"15": `[{"id":147,"user":` + fixture.User15 + `}]`, "16": `[{"id":148,"user":` + fixture.User16 + `}]`}[user]
	}
	meta := func(id, via, warnings, effects string) string {
		still := "true"
		if via == "" {
			still = "false"
		}
		return `{"removal_id":` + id + `,"effective_access":{"still_has_access":` + still + `,"via":[` + via + `]},"warnings":[` + warnings + `],"effects":[` + effects + `]}`
	}
	// What follows of user 16, who has a permission on an agent there, is two things.
	gone := func(user string) string {
		out := `{"resource":"project:151/user:` + user + `","action":"delete","detail":"membership as member"}`
		if user == "16" {
			out += `,{"resource":"agent:21/user:16","action":"delete","detail":"permission as editor"}`
		}
		return out
	}
	noTeam := fixture.LeavesTeam(7, 15)
	fixture.Table(t, []fixture.Row{
		{Name: "a team still lets him in", Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Data: row("15"), Meta: meta("1001", `"team:7"`, ``, gone("15"))},
		{Name: "a team and his rank", Request: leave(demo.ProjectAdmin, "16?report=true"), Status: 200, Data: row("16"), Meta: meta("1001", `"team:7","rank"`, ``, gone("16"))},
		{Name: "nothing, and no project is left", Given: noTeam, Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, `"no_project_left"`, gone("15"))},
		{Name: "his rank alone", Given: fixture.LeavesTeam(7, 16), Request: leave(demo.ProjectAdmin, "16?report=true"), Status: 200, Meta: meta("1001", `"rank"`, ``, gone("16"))},
		{Name: "an inactive user gets in nowhere", Given: inactive(16), Request: leave(demo.ProjectAdmin, "16?report=true"), Status: 200, Meta: meta("1001", ``, ``, gone("16"))},
		{Name: "another project is left", Given: fixture.All(noTeam, fixture.Project(30, 0, "Lone"), fixture.Joins(30, 15, "member")), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, ``, gone("15"))},
		{Name: "another, but its membership has ended", Given: fixture.All(noTeam, fixture.Project(30, 0, "Lone"), fixture.Joins(30, 15, "member", fixture.Until(0))), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, `"no_project_left"`, gone("15"))},
		{Name: "another, but it is deleted", Given: fixture.All(noTeam, fixture.Joins(4, 15, "member")), First: []fixture.Request{{Method: "DELETE", Path: "/api/project/4", Key: demo.ProjectAdmin}}, Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, `"no_project_left"`, gone("15"))},
		{Name: "a team with projects is left", Given: fixture.All(noTeam, fixture.Team(8, "Second"), fixture.JoinsTeam(8, 15, "viewer"), fixture.Project(30, 8, "Theirs")), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, ``, gone("15"))},
		{Name: "of many deleted ones the live one behind them is found", Given: fixture.All(noTeam, manyDeleted(15, 30), fixture.Project(90, 0, "Live"), fixture.Joins(90, 15, "member")), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, ``, gone("15"))},
		{Name: "a team without projects leads to none", Given: fixture.All(noTeam, fixture.Team(8, "Second"), fixture.JoinsTeam(8, 15, "viewer")), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200, Meta: meta("1001", ``, `"no_project_left"`, gone("15"))},
		{
			Name: "personal keys bound to the project are named", Given: fixture.All(fixture.Key("bound", 15, fixture.Bound(151)), fixture.Key("other", 15, fixture.Bound(4)), fixture.Key("third", 16, fixture.Bound(151)), fixture.Key("ended", 15, fixture.Bound(151), func(k *model.APIKey) { past := model.At(fixture.Epoch); k.RevokedOn = &past })), Request: leave(demo.ProjectAdmin, "15?report=true"), Status: 200,
			Meta: meta("1001", `"team:7"`, ``, gone("15")+`,{"resource":"api_key:600","action":"revoke","detail":"personal key bound to the project"}`),
		},
		{
			Name: "who takes over is named", Request: leave(demo.ProjectAdmin, "7?transfer_to=15&report=true"), Status: 200,
			Meta: meta("1001", `"team:7"`, ``, `{"resource":"project:151/user:7","action":"delete","detail":"membership as admin"},{"resource":"project:151/user:15","action":"transfer","detail":"becomes admin"},{"resource":"agent:21","action":"transfer","detail":"owner becomes user:15"},{"resource":"agent:21/user:7","action":"delete","detail":"permission as owner"}`),
		},
		{Name: "a preview tells the same, has no record, and writes nothing", Request: leave(demo.ProjectAdmin, "15?dry_run=true"), Status: 200, Data: row("15"), Meta: meta("null", `"team:7"`, ``, gone("15")), Idle: true},
		{Name: "a preview with an Idempotency-Key writes nothing either", Request: with(leave(demo.ProjectAdmin, "15?dry_run=true&report=true"), "Idempotency-Key", "k"), Status: 200, Meta: meta("null", `"team:7"`, ``, gone("15")), Idle: true},
		{Name: "a preview of a hand-over writes nothing", Request: leave(demo.ProjectAdmin, "7?transfer_to=1&dry_run=true"), Status: 200, Has: []string{`"action":"transfer"`}, Idle: true},
		{Name: "a preview is refused alike", Request: leave(demo.ProjectMember, "16?dry_run=true"), Status: 403, Code: "forbidden"},
		{Name: "of who isn't there", Request: leave(demo.ProjectAdmin, "1?dry_run=true"), Status: 404, Code: "not_found"},
		{
			Name: "the record keeps it where nobody asks", Given: noTeam, Request: leave(demo.ProjectAdmin, "15"), Status: 200, Data: row("15"), Lacks: []string{`"meta"`},
			Then: func(t *testing.T, s *fixture.System) {
				r, _ := table.Removals.In(s.Rows(t.Context(), t), 1001)
				if d := cmp.Diff([]any{r.EffectiveAccess, r.Warnings}, []any{model.EffectiveAccess{Via: []string{}}, []string{"no_project_left"}}); d != "" {
					t.Error(d)
				}
			},
		},
		{Name: "dry_run that is neither true nor false", Request: leave(demo.ProjectAdmin, "15?dry_run=1"), Status: 400, Code: "invalid", Fields: map[string]string{"query.dry_run": "must be true or false"}},
		{Name: "dry_run twice", Request: leave(demo.ProjectAdmin, "15?dry_run=true&dry_run=true"), Status: 400, Code: "invalid", Fields: map[string]string{"query.dry_run": "is given twice"}},
	})
}

// Each call writes one audit row and one record, whoever is removed.
func TestOneRowEach(t *testing.T) {
	s := fixture.New(t)
	const demos = 2 // removals that are there from the beginning
	for n, user := range []int{15, 16} {
		if got := s.Do(t.Context(), leave(demo.ProjectAdmin, fmt.Sprint(user))); got.Status != 200 {
			t.Fatal(got)
		}
		removals := 0
		rows := s.Rows(t.Context(), t)
		for key := range rows {
			if _, ok := table.Removals.Parse(key); ok {
				removals++
			}
		}
		if len(audits(t, s)) != n+1 || removals != demos+n+1 {
			t.Errorf("after %d removals: %d audit rows, %d records", n+1, len(audits(t, s)), removals)
		}
	}
}
