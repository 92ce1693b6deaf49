package store

import (
	"context"
	"slices"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// KeyRef is an API key an index led to: read its row again by the prefix.
type KeyRef struct {
	ID     int64
	Prefix string
}

// KeysOfUser lists a user's personal keys after an id, revoked ones included.
func (s *Store) KeysOfUser(ctx context.Context, user, from int64, n int) ([]KeyRef, error) {
	return keyRefs(table.Keys.Each(ctx, s.db, "gsi1", after(table.Keys, "gsi1", from), n, user))
}

// PersonalKeys lists the prefixes of all of a user's personal keys, revoked ones
// included.
func (s *Store) PersonalKeys(ctx context.Context, user int64) ([]string, error) {
	return prefixes(table.Keys.Each(ctx, s.db, "gsi1", "", table.All, user))
}

// KeysBoundTo lists the prefixes of all of a user's personal keys that reach only
// this project and aren't revoked.
func (s *Store) KeysBoundTo(ctx context.Context, project, user int64) ([]string, error) {
	return prefixes(table.Keys.AllUnder(ctx, s.db, "gsi2", []any{project}, []any{user}))
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
func (s *Store) ServiceKeys(ctx context.Context, organization, from int64, n int) ([]KeyRef, error) {
	return keyRefs(table.Keys.Each(ctx, s.db, "gsi3", after(table.Keys, "gsi3", from), n, organization))
}

// ServiceKeysMadeBy reads the service keys of an organisation that are live at now
// and were made by one of these users.
func (s *Store) ServiceKeysMadeBy(ctx context.Context, organization int64, now model.Time, users ...model.User) ([]model.APIKey, error) {
	refs, err := s.ServiceKeys(ctx, organization, 0, table.All)
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

func keyRefs(found []table.Found, err error) ([]KeyRef, error) {
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]KeyRef, 0, len(found))
	for _, f := range found {
		id, err := strconv.ParseInt(f.Position, 10, 64) // both indexes sort by the id alone
		if key, ok := table.Keys.Parse(f.Primary); ok && err == nil {
			out = append(out, KeyRef{id, key["prefix"]})
		}
	}
	return out, nil
}

// RevokeKey notes that a key opens nothing any more, and returns its row as it
// will be. The row is kept.
func (s *Store) RevokeKey(tx *table.Tx, from model.APIKey, by string, now model.Time) model.APIKey {
	to := from
	to.RevokedOn, to.Stamp = &now, from.Modified(by, now)
	to.Version++
	table.Keys.Change(tx, from, to)
	return to
}

// TouchKey writes that a key was used at now, unless that is known of the last
// hour already. It stands outside any transaction and moves no version, since
// nothing is decided by it.
func (s *Store) TouchKey(ctx context.Context, prefix string, now model.Time) error {
	return outcome(s.db.Touch(ctx, table.Keys.Key(prefix), "last_used_on", now.String(), now.Add(-hour).String()))
}
