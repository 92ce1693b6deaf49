package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateOrganization notes an organisation.
func (s *Store) CreateOrganization(tx *table.Tx, o model.Organization) {
	o.Version = 1
	table.Organizations.Create(tx, o)
}

// CreateUser notes a user. Their address must be free in their organisation, and
// must not be another user's userName there.
func (s *Store) CreateUser(tx *table.Tx, u model.User) {
	u.Version = 1
	u.EmailKey = model.AddressKey(u.Email)
	if u.AuditKey == nil {
		u.AuditKey = model.NewPersonalKey()
	}
	table.Users.Create(tx, indexed(u))
	table.Emails.Create(tx, model.Email{OrganizationID: u.OrganizationID, EmailKey: u.EmailKey, UserID: u.ID})
	keepNames(tx, u.Provisioned())
	requireNamesApart(tx, u)
}

// EditUser notes a change of a user's own fields and of their rank; a new address
// must be free in their organisation. It returns the row as it will be.
func (s *Store) EditUser(tx *table.Tx, from, to model.User) model.User {
	to = indexed(to)
	to.Version = from.Version + 1
	to.EmailKey = model.AddressKey(to.Email)
	table.Users.Change(tx, from, to)
	s.MoveNames(tx, from, to)
	return to
}

// MoveNames notes a user's new address and new names at an identity provider, which
// must be free in the organisation, and frees the old ones.
func (s *Store) MoveNames(tx *table.Tx, from, to model.User) {
	moveNames(tx, from.Provisioned(), to.Provisioned())
	if from.Email != to.Email || from.UserName != to.UserName {
		requireNamesApart(tx, to)
	}
	now := model.Email{OrganizationID: to.OrganizationID, EmailKey: model.AddressKey(to.Email), UserID: to.ID}
	if from.EmailKey == now.EmailKey {
		return
	}
	table.Emails.Delete(tx, model.Email{OrganizationID: from.OrganizationID, EmailKey: from.EmailKey, UserID: from.ID})
	table.Emails.Create(tx, now)
}

// CreateKey notes an API key.
func (s *Store) CreateKey(tx *table.Tx, k model.APIKey) {
	k.Version, k.ServiceOf = 1, nil
	if k.Kind == model.ServiceKey {
		k.ServiceOf = &k.OrganizationID
	}
	table.Keys.Create(tx, k)
	table.KeyIDs.Create(tx, model.KeyID{ID: k.ID, Prefix: k.Prefix})
	if k.ProjectID != nil {
		within(tx, table.Projects.Key(*k.ProjectID), k.Epoch)
	}
}

// EmailKey returns the primary key of the row that reserves an address.
func EmailKey(organization int64, email string) table.Primary {
	return table.Emails.Key(organization, model.AddressKey(email))
}

// UsersOfOrganization lists ids of an organisation's users after an id.
func (s *Store) UsersOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Users, "user_id")(table.Users.Query("gsi1", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// GlobalAdmins lists ids of all of an organisation's global admins, lowest first.
func (s *Store) GlobalAdmins(ctx context.Context, organization int64) ([]int64, error) {
	return ids(table.Users, "user_id")(table.Users.Query("gsi2", organization).Keys(ctx, s.db))
}
