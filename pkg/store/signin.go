package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// BindSubject notes that a subject is a user: both must be free of each other.
func (s *Store) BindSubject(tx *table.Tx, b model.Subject) {
	table.Subjects.Create(tx, b)
	table.Bindings.Create(tx, model.Binding{UserID: b.UserID, IssuerKey: b.IssuerKey, SubjectKey: b.SubjectKey})
}

// BindingsOf reads by which subjects a user is found, strongly consistent.
func (s *Store) BindingsOf(ctx context.Context, user int64) ([]model.Binding, error) {
	rows, _, err := table.Bindings.Query("", user).Values(ctx, s.db)
	return rows, outcome(err)
}

// SubjectsOf lists digests of the subjects bound to a user, at most n, as keys
// of their rows.
func (s *Store) SubjectsOf(ctx context.Context, user int64, n int) ([]table.Primary, error) {
	found, err := table.Subjects.Query("gsi1", user).Limit(n).Keys(ctx, s.db)
	out := make([]table.Primary, len(found))
	for i, f := range found {
		out[i] = f.Primary
	}
	return out, outcome(err)
}

// Arrive notes that an active user has a credential of their own now.
func (s *Store) Arrive(tx *table.Tx, u model.User, now model.Time) {
	if u.ArrivedOn == nil {
		tx.Set(table.Users.Key(u.ID), "arrived_on", now)
	}
}

// HasArrived reports whether a user ever had a key or a subject bound to them.
// The row tells it of those who came since it is noted there.
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
