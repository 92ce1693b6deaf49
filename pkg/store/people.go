package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/personal"
	"wardroom/pkg/table"
)

// CreateOrganization notes an organisation, whose domain must be free.
func (s *Store) CreateOrganization(tx *table.Tx, o model.Organization) {
	o.Version = 1
	table.Organizations.Create(tx, o)
	table.Domains.Create(tx, model.Domain{Domain: o.Domain, OrganizationID: o.ID})
}

// CreateUser notes a user, whose address must be free in his organisation.
func (s *Store) CreateUser(tx *table.Tx, u model.User) {
	u.Version = 1
	u.EmailKey = model.FoldKey(u.Email)
	u.AuditKey = personal.NewKey()
	u.GlobalAdminOf = nil
	if u.IsSuperuser {
		u.GlobalAdminOf = &u.OrganizationID
	}
	table.Users.Create(tx, u)
	table.Emails.Create(tx, model.Email{OrganizationID: u.OrganizationID, EmailKey: u.EmailKey, UserID: u.ID})
}

// CreateKey notes an API key.
func (s *Store) CreateKey(tx *table.Tx, k model.APIKey) {
	k.Version = 1
	table.Keys.Create(tx, k)
}

// EmailKey returns the primary key of the row that says whose address it is.
func EmailKey(organization int64, email string) table.Primary {
	return table.Emails.Key(organization, model.FoldKey(email))
}

// UsersOfOrganization lists ids of an organisation's users after an id.
func (s *Store) UsersOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Users, "user_id")(table.Users.Each(ctx, s.db, "gsi1", after(table.Users, "gsi1", from), n, organization))
}

// GlobalAdmins lists ids of an organisation's global admins, lowest first.
func (s *Store) GlobalAdmins(ctx context.Context, organization int64, n int) ([]int64, error) {
	return ids(table.Users, "user_id")(table.Users.Each(ctx, s.db, "gsi2", "", n, organization))
}
