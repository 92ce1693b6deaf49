package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// world is an organisation of its own, so that all tests share one table: 20
// active users from base+1 on, a team that the first of them owns, and a
// project of that team that they are the admin of. All have the id base.
type world struct {
	*testing.T
	Kept
	base    int64
	org     model.Organization
	team    model.Team
	project model.Project
	admin   model.ProjectMember
	owner   model.TeamMember
}

const users = 20

var dawn = model.At(time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC))

func seed(t *testing.T, kept Kept, base int64) *world {
	w := &world{T: t, Kept: kept, base: base}
	stamp := model.Created("System", dawn)
	w.org = model.Organization{ID: base, OrgName: "Org", Domain: fmt.Sprintf("org%d.com", base), Stamp: stamp}
	w.must(func(tx *table.Tx) {
		w.Store.CreateOrganization(tx, w.org)
		for n := range int64(users) {
			w.Store.CreateUser(tx, w.user(n+1))
		}
	})
	w.team = model.Team{ID: base, Name: "Team", Type: "default", OrganizationID: base, Stamp: stamp}
	w.owner = model.TeamMember{ID: base, TeamID: base, UserID: base + 1, Role: string(access.Owner), CreatedOn: dawn}
	w.must(func(tx *table.Tx) { w.Store.CreateTeam(tx, w.team, w.owner) })
	w.project = w.newProject(0, "Project")
	w.admin = w.member(1, access.ProjectAdmin)
	w.must(func(tx *table.Tx) { w.Store.CreateProject(tx, w.project, []model.ProjectMember{w.admin}) })
	w.refresh()
	return w
}

// user is the n-th user.
func (w *world) user(n int64) model.User {
	return model.User{ID: w.base + n, OrganizationID: w.base, Email: fmt.Sprintf("User%d@org.com", n), IsActive: true, DateJoined: dawn}
}

// newProject is another project of the team, to be created.
func (w *world) newProject(n int64, name string) model.Project {
	return model.Project{ID: w.base + n, Name: name, TeamID: &w.base, OrganizationID: w.base, Stamp: model.Created("System", dawn)}
}

// member is a membership of the project for the n-th user.
func (w *world) member(n int64, role access.ProjectRole) model.ProjectMember {
	return model.ProjectMember{ID: w.base + 100 + n, ProjectID: w.base, UserID: w.base + n, Role: string(role), CreatedOn: dawn}
}

// teamMember is a membership of the team for the n-th user.
func (w *world) teamMember(n int64, role access.Role) model.TeamMember {
	return model.TeamMember{ID: w.base + 100 + n, TeamID: w.base, UserID: w.base + n, Role: string(role), CreatedOn: dawn}
}

func (w *world) tombstone(n int64) model.Tombstone {
	return model.Tombstone{ProjectID: w.base, UserID: w.base + n, RemovedOn: dawn, RemovalID: w.base + n}
}

func (w *world) try(note func(*table.Tx)) error {
	var tx table.Tx
	note(&tx)
	return w.Store.Commit(w.Context(), &tx)
}

// must makes a write that has to succeed.
func (w *world) must(note func(*table.Tx)) {
	w.Helper()
	if err := w.try(note); err != nil {
		w.Fatal(err)
	}
}

// refused demands that a write is stale.
func (w *world) refused(says string, note func(*table.Tx)) {
	w.Helper()
	if err := w.try(note); !errors.Is(err, table.ErrStale) {
		w.Errorf("%s: %v", says, err)
	}
}

// oneOf makes writes at the same time, of which exactly one may pass.
func (w *world) oneOf(notes ...func(*table.Tx)) {
	w.Helper()
	errs := make([]error, len(notes))
	g := concurrent.NewGroup()
	for i, note := range notes {
		g.Go(func() error { errs[i] = w.try(note); return nil })
	}
	if err := g.Wait(); err != nil {
		w.Error(err)
	}
	passed := 0
	for _, err := range errs {
		switch {
		case err == nil:
			passed++
		case !errors.Is(err, table.ErrStale):
			w.Error(err)
		}
	}
	if passed != 1 {
		w.Errorf("%d of %d passed: %v", passed, len(notes), errs)
	}
}

// refresh reads the team, its owner, the project and its admin again.
func (w *world) refresh() {
	w.Helper()
	rows := w.rows(table.Teams.Key(w.base), table.Projects.Key(w.base),
		table.ProjectMembers.Key(w.base, w.admin.UserID), table.TeamMembers.Key(w.base, w.owner.UserID))
	w.team, _ = table.Teams.In(rows, w.base)
	w.project, _ = table.Projects.In(rows, w.base)
	w.admin, _ = table.ProjectMembers.In(rows, w.base, w.base+1)
	w.owner, _ = table.TeamMembers.In(rows, w.base, w.base+1)
}

func (w *world) rows(keys ...table.Primary) table.Rows {
	w.Helper()
	rows, err := w.Store.Read(w.Context(), keys...)
	if err != nil {
		w.Fatal(err)
	}
	return rows
}

// find reads one row by the values of its primary key.
func find[T any](w *world, e *table.Entity[T], values ...any) (T, bool) {
	w.Helper()
	return e.In(w.rows(e.Key(values...)), values...)
}

// counts demands the counters of the project and the team.
func (w *world) counts(says string, members, admins, teamMembers, owners, projects int64) {
	w.Helper()
	w.refresh()
	p, t := w.project, w.team
	if p.UserCount != members || p.AdminCount != admins || t.MemberCount != teamMembers || t.OwnerCount != owners || t.ProjectCount != projects {
		w.Errorf("%s: the project has %d members and %d admins, the team %d members, %d owners and %d projects; want %d and %d, %d, %d and %d",
			says, p.UserCount, p.AdminCount, t.MemberCount, t.OwnerCount, t.ProjectCount, members, admins, teamMembers, owners, projects)
	}
}

// live returns a project's present row, unless it is missing or deleted.
func (w *world) live(id int64) (model.Project, bool) {
	w.Helper()
	return store.LiveProject(w.rows(table.Projects.Key(id)), id)
}
