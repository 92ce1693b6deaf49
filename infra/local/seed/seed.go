// Package seed gives tests users, teams and projects by the thousand, and every
// operation with a valid request to it.
package seed

import (
	"context"
	"fmt"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Seed adds writes of a test's data, without reading the table, so that there can be
// thousands of seeds.
type Seed func(*table.Tx)

// Sow writes seeds, as many to a transaction as fit.
func Sow(ctx context.Context, s *fixture.System, seeds ...Seed) error {
	var tx table.Tx
	for i, note := range seeds {
		note(&tx)
		if tx.Len() > 80 || i == len(seeds)-1 {
			if err := s.Store.Commit(ctx, &tx); err != nil {
				return fmt.Errorf("seed %d: %w", i, err)
			}
			tx = table.Tx{}
		}
	}
	return nil
}

// Roles are the roles of a project's or team's members, by user id.
type Roles map[int64]string

// count returns the numbers of members with a role and of all members.
func (r Roles) count(role string) (holders, all int64) {
	for _, has := range r {
		if has == role {
			holders++
		}
	}
	return holders, int64(len(r))
}

// Project adds a project in organisation 1. The id of a membership is the project's
// times a thousand plus the user's.
func Project(id, team int64, members Roles) Seed {
	return func(tx *table.Tx) {
		p := model.Project{ID: id, Name: fmt.Sprint("Project ", id), OrganizationID: 1, Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1}
		p.AdminCount, p.UserCount = members.count("admin")
		if team != 0 {
			p.TeamID = &team
			tx.Add(table.Teams.Key(team), "project_count", 1)
		}
		if p.AdminCount == 0 {
			table.Ownerless.Put(tx, model.Ownerless{OrganizationID: 1, Of: model.OwnerlessProject, ID: id})
		}
		table.Projects.Put(tx, p)
		table.ProjectNames.Put(tx, store.NameOf(p))
		for user, role := range members {
			table.ProjectMembers.Put(tx, model.ProjectMember{ID: id*1000 + user, ProjectID: id, UserID: user, Role: role, CreatedBy: "System", CreatedOn: model.At(fixture.Epoch), Version: 1})
		}
	}
}

// Team adds a team in organisation 1.
func Team(id int64, members Roles) Seed {
	return func(tx *table.Tx) {
		t := model.Team{ID: id, Name: fmt.Sprint("Team ", id), Type: "default", OrganizationID: 1, Stamp: model.Created("System", model.At(fixture.Epoch)), Version: 1}
		t.OwnerCount, t.MemberCount = members.count("owner")
		if t.OwnerCount == 0 {
			table.Ownerless.Put(tx, model.Ownerless{OrganizationID: 1, Of: model.OwnerlessTeam, ID: id})
		}
		table.Teams.Put(tx, t)
		for user, role := range members {
			table.TeamMembers.Put(tx, model.TeamMember{ID: id*1000 + user, TeamID: id, UserID: user, Role: role, CreatedBy: "System", CreatedOn: model.At(fixture.Epoch), Version: 1})
		}
	}
}

// Person adds an active user of organisation 1, and their key "user<id>.secret".
func Person(id int64, edit ...func(*model.User)) Seed {
	return func(tx *table.Tx) {
		u := model.User{
			ID: id, OrganizationID: 1, Email: fixture.Email(id), EmailKey: model.AddressKey(fixture.Email(id)),
			IsActive: true, DateJoined: model.At(fixture.Epoch), Version: 1,
		}
		for _, e := range edit {
			e(&u)
		}
		if u.IsSuperuser {
			u.GlobalAdminOf = &u.OrganizationID
		}
		table.Users.Put(tx, u)
		table.Emails.Put(tx, model.Email{OrganizationID: 1, EmailKey: u.EmailKey, UserID: id})
		table.Keys.Put(tx, keyRow(fmt.Sprint("user", id), &id))
	}
}

// People adds active users with the ids from first to last.
func People(first, last int64) []Seed {
	var out []Seed
	for id := first; id <= last; id++ {
		out = append(out, Person(id))
	}
	return out
}

// KeyOf returns the key that Person gives a user.
func KeyOf(user int64) string { return fmt.Sprintf("user%d.secret", user) }

// keyRow is the row of the key "<prefix>.secret", a service key where user is nil.
func keyRow(prefix string, user *int64) model.APIKey {
	used := model.At(fixture.Epoch)
	k := model.APIKey{
		ID: 9000, Prefix: prefix, Hash: model.HashSecret("secret"), Name: prefix,
		Kind: model.PersonalKey, Scope: string(access.ScopeAll), UserID: user, OrganizationID: 1, LastUsedOn: &used, Version: 1,
	}
	if user == nil {
		k.Kind = model.ServiceKey
	} else {
		k.ID += *user
	}
	return k
}

// Commit writes seeds, or ends the test.
func Commit(ctx context.Context, t testing.TB, s *fixture.System, seeds ...Seed) {
	t.Helper()
	if err := Sow(ctx, s, seeds...); err != nil {
		t.Fatal(err)
	}
}
