package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Holders lists ids of organisations in which somebody has an address, lowest
// first, at most n. It takes the digest that model.AddressKey makes of it.
func (s *Store) Holders(ctx context.Context, emailKey string, n int) ([]int64, error) {
	return ids(table.Emails, "organization_id")(table.Emails.Each(ctx, s.db, "gsi1", "", n, emailKey))
}

// Invited lists ids of invitations to an address that are pending or have
// expired, at most n. It takes the digest that model.AddressKey makes of it.
func (s *Store) Invited(ctx context.Context, emailKey string, n int) ([]int64, error) {
	return ids(table.Invites, "invite_id")(table.Invites.Each(ctx, s.db, "gsi2", "", n, emailKey))
}

// BindSubject notes that a subject is a user: both must be free of each other.
func (s *Store) BindSubject(tx *table.Tx, b model.Subject) {
	table.Subjects.Create(tx, b)
	table.Bindings.Create(tx, model.Binding{UserID: b.UserID, IssuerKey: b.IssuerKey, SubjectKey: b.SubjectKey})
}

// BindingsOf reads by which subjects a user is found, strongly consistent.
func (s *Store) BindingsOf(ctx context.Context, user int64) ([]model.Binding, error) {
	rows, _, err := table.Bindings.Beneath(ctx, s.db, "", maxBindings, user)
	return rows, outcome(err)
}

// maxBindings is more than there are issuers.
const maxBindings = 100

// SubjectsOf lists digests of the subjects bound to a user, at most n, as keys
// of their rows.
func (s *Store) SubjectsOf(ctx context.Context, user int64, n int) ([]table.Primary, error) {
	found, err := table.Subjects.Each(ctx, s.db, "gsi1", "", n, user)
	out := make([]table.Primary, len(found))
	for i, f := range found {
		out[i] = f.Primary
	}
	return out, outcome(err)
}
