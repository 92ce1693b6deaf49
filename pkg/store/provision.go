package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// ProvisionedKey returns the primary key of the row that reserves an identity
// provider's name.
func ProvisionedKey(organization int64, scope, name string) table.Primary {
	return table.ProvisionedNames.Key(organization, scope, model.ProvisionedKey(scope, name))
}

// Named returns the primary key of the row n.
func Named(n model.ProvisionedName) table.Primary {
	return table.ProvisionedNames.Key(n.OrganizationID, n.Scope, n.NameKey)
}

// FreeNames frees a deleted user's address and names at an identity provider, so
// that others may get them.
func FreeNames(tx *table.Tx, u model.User) {
	table.Emails.Delete(tx, addressOf(u))
	moveNames(tx, u.Provisioned(), nil)
}

// KeepNames reserves a restored user's address and names again: all must be free.
func KeepNames(tx *table.Tx, u model.User) {
	table.Emails.Create(tx, addressOf(u))
	keepNames(tx, u.Provisioned())
	requireNamesApart(tx, u)
}

// NameRows lists the keys of the rows that NamesKept and NamesTaken need: those that
// reserve the user's address and names.
func NameRows(u model.User) []table.Primary {
	keys := []table.Primary{table.Emails.Key(u.OrganizationID, u.EmailKey), ProvisionedKey(u.OrganizationID, model.UserNames, u.Email)}
	if u.UserName != "" {
		keys = append(keys, EmailKey(u.OrganizationID, u.UserName))
	}
	for _, n := range u.Provisioned() {
		keys = append(keys, Named(n))
	}
	return keys
}

// NamesKept reports whether, by rows, a user still has their address, and so their
// names.
func NamesKept(rows table.Rows, u model.User) bool {
	e, ok := table.Emails.In(rows, u.OrganizationID, u.EmailKey)
	return ok && e.UserID == u.ID
}

// NamesTaken reports whether, by rows, another user has the user's address or one of
// their names.
func NamesTaken(rows table.Rows, u model.User) bool {
	return slices.ContainsFunc(NameRows(u), func(p table.Primary) bool {
		holder := HolderOf(rows, p)
		return holder != 0 && holder != u.ID
	})
}

// HolderOf is the id of the user or team for whom the row p reserves an address or a
// name; 0 where there is no such row.
func HolderOf(rows table.Rows, p table.Primary) int64 {
	if e, ok := table.Emails.At(rows, p); ok && e.UserID != 0 {
		return e.UserID
	}
	n, _ := table.ProvisionedNames.At(rows, p)
	return n.HolderID
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

// requireNamesApart demands that nobody else has the user's address as their
// userName, or the userName as their address: it would identify two people.
func requireNamesApart(tx *table.Tx, u model.User) {
	tx.If(ProvisionedKey(u.OrganizationID, model.UserNames, u.Email), "attribute_not_exists($) OR $ = ?", table.PK, "holder_id", u.ID)
	if u.UserName != "" {
		tx.If(EmailKey(u.OrganizationID, u.UserName), "attribute_not_exists($) OR $ = ?", table.PK, "user_id", u.ID)
	}
}

// TeamsNamed lists ids of all of an organisation's teams with a name, compared by
// model.Fold. It asks an index: read them again.
func (s *Store) TeamsNamed(ctx context.Context, organization int64, name string) ([]int64, error) {
	return ids(table.Teams, "team_id")(table.Teams.Query("gsi2", organization, model.FoldKey(name)).Keys(ctx, s.db))
}
