package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// KeysOfUser lists a user's personal keys after an id, revoked ones included.
func (s *Store) KeysOfUser(ctx context.Context, user, from int64, n int) ([]Ref, error) {
	return refs(table.Keys, "gsi1", "key_id", Ref{User: user})(table.Keys.Query("gsi1", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// PersonalKeys lists the prefixes of all of a user's personal keys, revoked ones
// included.
func (s *Store) PersonalKeys(ctx context.Context, user int64) ([]string, error) {
	return prefixes(table.Keys.Query("gsi1", user).Keys(ctx, s.db))
}

// KeysBoundTo lists the prefixes of all of a user's personal keys that are bound to
// the project and aren't revoked.
func (s *Store) KeysBoundTo(ctx context.Context, project, user int64) ([]string, error) {
	return prefixes(table.Keys.Query("gsi2", project).Prefix(user).Keys(ctx, s.db))
}

func prefixes(found []table.Found, err error) ([]string, error) {
	out := make([]string, 0, len(found))
	for _, f := range found {
		if key, ok := table.Keys.Parse(f.Primary); ok {
			out = append(out, key["prefix"])
		}
	}
	return out, outcome(err)
}

// ServiceKeys lists an organisation's service keys after an id, revoked ones
// included.
func (s *Store) ServiceKeys(ctx context.Context, organization, from int64, n int) ([]Ref, error) {
	return refs(table.Keys, "gsi3", "key_id", Ref{})(table.Keys.Query("gsi3", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// ServiceKeysMadeBy reads the service keys of an organisation that are live at now
// and were made by one of these users.
func (s *Store) ServiceKeysMadeBy(ctx context.Context, organization int64, now model.Time, users ...model.User) ([]model.APIKey, error) {
	refs, err := Every(ctx, s.ServiceKeys, organization)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Primary, len(refs))
	for i, ref := range refs {
		keys[i] = table.Keys.Key(ref.Prefix)
	}
	rows, err := s.Read(ctx, keys...)
	return slices.DeleteFunc(table.Keys.All(rows), func(k model.APIKey) bool {
		return !k.Live(now) || !slices.ContainsFunc(users, k.Made)
	}), err
}

// RevokeKey notes that a key is revoked, and returns its row, which is kept, as it
// will be.
func (s *Store) RevokeKey(tx *table.Tx, from model.APIKey, by string, now model.Time) model.APIKey {
	to := from
	to.RevokedOn, to.Stamp = &now, from.Modified(by, now)
	to.Version++
	table.Keys.Change(tx, from, to)
	return to
}

// TouchKey writes that a key was used at now, unless a use within the last hour is
// noted. It is a write of its own and changes no version, since nothing is decided
// by it.
func (s *Store) TouchKey(ctx context.Context, prefix string, now model.Time) error {
	return outcome(s.db.Touch(ctx, table.Keys.Key(prefix), "last_used_on", now.String(), now.Add(-hour).String()))
}
