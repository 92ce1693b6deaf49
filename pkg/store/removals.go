package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// effectsPage is how many effects are read at a time.
const effectsPage = 500

// EffectsOf reads what a removal changed after its first transaction, strongly
// consistent, in the order of their names.
func (s *Store) EffectsOf(ctx context.Context, removal int64) ([]model.EffectRow, error) {
	var all []model.EffectRow
	for after := ""; ; {
		page, next, err := table.Effects.Beneath(ctx, s.db, after, effectsPage, removal)
		if err != nil {
			return nil, outcome(err)
		}
		all = append(all, page...)
		if after = next; after == "" {
			return all, nil
		}
	}
}

// RemovalsOf lists the removals from a project by id, after a position.
func (s *Store) RemovalsOf(ctx context.Context, project int64, after string, n int) ([]Ref, error) {
	return refs(table.Removals, "removal_id")(table.Removals.Each(ctx, s.db, "gsi1", after, n, project))
}

// PersonalKeys lists the prefixes of all personal keys of a user.
func (s *Store) PersonalKeys(ctx context.Context, user int64) ([]string, error) {
	var prefixes []string
	for after := ""; ; {
		found, err := table.Keys.Each(ctx, s.db, "gsi1", after, maxBound, user)
		if err != nil {
			return nil, outcome(err)
		}
		for _, f := range found {
			if key, ok := table.Keys.Parse(f.Primary); ok {
				prefixes = append(prefixes, key["prefix"])
			}
			after = f.Position
		}
		if len(found) < maxBound {
			return prefixes, nil
		}
	}
}

// OpenInvites lists ids of the pending invitations to an address.
func (s *Store) OpenInvites(ctx context.Context, organization int64, emailKey string) ([]int64, error) {
	found, err := table.Invites.EachUnder(ctx, s.db, "gsi2", maxBound, []any{emailKey}, []any{organization})
	return ids(table.Invites, "invite_id")(found, err)
}

// RecordPlan notes a new plan of an offboarding.
func (s *Store) RecordPlan(tx *table.Tx, p model.Offboarding) {
	p.Version = 1
	p.TTL = p.ExpiresOn.Std().Unix()
	table.Plans.Create(tx, p)
}

// ApplyPlan notes that a plan came to a removal. Nobody else may have applied it
// meanwhile.
func (s *Store) ApplyPlan(tx *table.Tx, from model.Offboarding, removal int64) {
	to := from
	to.State, to.RemovalID = model.Applied, removal
	to.Version++
	table.Plans.Change(tx, from, to)
}
