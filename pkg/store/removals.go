package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// effectsPage is how many effects are read at a time.
const effectsPage = 500

// EffectsOf reads what a removal changed after its first transaction, strongly
// consistent, in the order of their names.
func (s *Store) EffectsOf(ctx context.Context, removal int64) ([]model.EffectRow, error) {
	return s.effects(ctx, removal, func(_ context.Context, err error) error { return err })
}

// EffectsShown is EffectsOf for a list.
func (s *Store) EffectsShown(ctx context.Context, removal int64) ([]model.EffectRow, error) {
	return s.effects(ctx, removal, LeaveOut)
}

func (s *Store) effects(ctx context.Context, removal int64, bad func(context.Context, error) error) ([]model.EffectRow, error) {
	var all []model.EffectRow
	for after := ""; ; {
		page, next, err := table.Effects.Beneath(ctx, s.db, after, effectsPage, removal)
		if err = bad(ctx, err); err != nil {
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

// OpenInvites lists ids of all pending invitations to an address in an
// organisation.
func (s *Store) OpenInvites(ctx context.Context, organization int64, emailKey string) ([]int64, error) {
	found, err := table.Invites.AllUnder(ctx, s.db, "gsi2", []any{emailKey}, []any{organization})
	return ids(table.Invites, "invite_id")(found, err)
}

// RecordPlan notes a new plan of an offboarding.
func (s *Store) RecordPlan(tx *table.Tx, p model.Offboarding) {
	p.Version = 1
	p.TTL = p.ExpiresOn.Std().Unix()
	table.Plans.Create(tx, p)
}

// AdvancePlan notes that a plan has come so far, with the removal that this step
// made, 0 for none, and returns its row as it will be. Nobody else may have
// moved it meanwhile: so each step is made once.
func (s *Store) AdvancePlan(tx *table.Tx, from model.Offboarding, state string, removal int64) model.Offboarding {
	to := from
	to.State = state
	to.Version++
	if removal != 0 {
		to.Removals = append(slices.Clone(from.Removals), removal)
	}
	table.Plans.Change(tx, from, to)
	return to
}
