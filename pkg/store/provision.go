package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// ProvisionedKey returns the primary key of the row that says whom an identity provider
// calls so.
func ProvisionedKey(organization int64, scope, name string) table.Primary {
	return table.ProvisionedNames.Key(organization, scope, model.ProvisionedKey(scope, name))
}

// Named returns the primary key of the row of a name.
func Named(n model.ProvisionedName) table.Primary {
	return table.ProvisionedNames.Key(n.OrganizationID, n.Scope, n.NameKey)
}

// FreeNames notes that a deleted user keeps neither the address nor the names
// that an identity provider has for the user, so that another may get them.
func FreeNames(tx *table.Tx, u model.User) {
	table.Emails.Delete(tx, addressOf(u))
	moveNames(tx, u.Provisioned(), nil)
}

// KeepNames notes that a user who is back has them again: all must be free.
func KeepNames(tx *table.Tx, u model.User) {
	table.Emails.Create(tx, addressOf(u))
	keepNames(tx, u.Provisioned())
}

// HeldNames lists the rows that keep a user's address and names.
func HeldNames(u model.User) []table.Primary {
	keys := []table.Primary{table.Emails.Key(u.OrganizationID, u.EmailKey)}
	for _, n := range u.Provisioned() {
		keys = append(keys, table.ProvisionedNames.Key(n.OrganizationID, n.Scope, n.NameKey))
	}
	return keys
}

// NamesKept reports whether, among rows, a user still has the address, and so the
// names.
func NamesKept(rows table.Rows, u model.User) bool {
	e, ok := table.Emails.In(rows, u.OrganizationID, u.EmailKey)
	return ok && e.UserID == u.ID
}

// NamesTaken reports whether, among rows, another has one of them.
func NamesTaken(rows table.Rows, u model.User) bool {
	e, taken := table.Emails.In(rows, u.OrganizationID, u.EmailKey)
	return taken && e.UserID != u.ID || slices.ContainsFunc(u.Provisioned(), func(n model.ProvisionedName) bool {
		now, taken := table.ProvisionedNames.In(rows, n.OrganizationID, n.Scope, n.NameKey)
		return taken && now.HolderID != n.HolderID
	})
}

func addressOf(u model.User) model.Email {
	return model.Email{OrganizationID: u.OrganizationID, EmailKey: u.EmailKey, UserID: u.ID}
}

func keepNames(tx *table.Tx, names []model.ProvisionedName) { moveNames(tx, nil, names) }

func moveNames(tx *table.Tx, from, to []model.ProvisionedName) {
	for _, n := range from {
		if !slices.Contains(to, n) {
			table.ProvisionedNames.Delete(tx, n)
		}
	}
	for _, n := range to {
		if !slices.Contains(from, n) {
			table.ProvisionedNames.Create(tx, n)
		}
	}
}

// NotAnAddress demands that no other user has an address that is to be this
// user's userName: it would be two people's.
func NotAnAddress(tx *table.Tx, u model.User) {
	if u.UserName != "" {
		tx.If(EmailKey(u.OrganizationID, u.UserName), "attribute_not_exists($) OR $ = ?", table.PK, "user_id", u.ID)
	}
}

// TeamsNamed lists ids of all of an organisation's teams with a name, cases aside.
// It says so by an index: read them again.
func (s *Store) TeamsNamed(ctx context.Context, organization int64, name string) ([]int64, error) {
	return ids(table.Teams, "team_id")(table.Teams.Each(ctx, s.db, "gsi2", "", table.All, organization, model.FoldKey(name)))
}
