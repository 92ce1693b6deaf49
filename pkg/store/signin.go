package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// BindSubject binds a subject to a user. The subject must not be bound, nor the user
// to another subject of the issuer.
func (s *Store) BindSubject(tx *table.Tx, b model.Subject) {
	table.Subjects.Create(tx, b)
	table.Bindings.Create(tx, model.Binding{UserID: b.UserID, IssuerKey: b.IssuerKey, SubjectKey: b.SubjectKey})
}

// BindingsOf reads a user's bindings to subjects, strongly consistent.
func (s *Store) BindingsOf(ctx context.Context, user int64) ([]model.Binding, error) {
	rows, _, err := table.Bindings.Query("", user).Values(ctx, s.db)
	return rows, outcome(err)
}

// SubjectsOf lists the keys of at most n subjects bound to a user. It asks an index.
func (s *Store) SubjectsOf(ctx context.Context, user int64, n int) ([]table.Primary, error) {
	found, err := table.Subjects.Query("gsi1", user).Limit(n).Keys(ctx, s.db)
	out := make([]table.Primary, len(found))
	for i, f := range found {
		out[i] = f.Primary
	}
	return out, outcome(err)
}

// Arrive notes on an active user's row that they have a credential of their own.
func (s *Store) Arrive(tx *table.Tx, u model.User, now model.Time) {
	if u.ArrivedOn == nil {
		tx.Set(table.Users.Key(u.ID), "arrived_on", now)
	}
}

// HasArrived reports whether a user ever had a key or a subject bound to them. It
// asks indexes for users whose row is older than ArrivedOn.
func (s *Store) HasArrived(ctx context.Context, u model.User) (bool, error) {
	if u.ArrivedOn != nil {
		return true, nil
	}
	keys, err := s.KeysOfUser(ctx, u.ID, 0, 1)
	if err != nil || len(keys) > 0 {
		return true, err
	}
	subjects, err := s.SubjectsOf(ctx, u.ID, 1)
	return len(subjects) > 0, err
}
