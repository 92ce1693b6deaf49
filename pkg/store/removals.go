package store

import (
	"context"
	"slices"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Removal reads a removal; ok is false where there is none.
func (s *Store) Removal(ctx context.Context, id int64) (r model.Removal, ok bool, err error) {
	some, err := s.Removals(ctx, id)
	if len(some) > 0 {
		r, ok = some[0], true
	}
	return r, ok, err
}

// Removals reads removals, in the order of ids. Those that don't exist are omitted.
func (s *Store) Removals(ctx context.Context, ids ...int64) ([]model.Removal, error) {
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Removals.Key(id)
	}
	rows, err := s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make([]model.Removal, 0, len(ids))
	for _, key := range keys {
		if r, ok := table.Removals.At(rows, key); ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// EffectsOf reads the effects of a removal that were carried out after its first
// transaction, strongly consistent, in the order of their resources.
func (s *Store) EffectsOf(ctx context.Context, removal int64) ([]model.EffectRow, error) {
	return s.effects(ctx, removal, func(_ context.Context, err error) error { return err })
}

// EffectsShown is EffectsOf for a list: it omits and logs unreadable rows.
func (s *Store) EffectsShown(ctx context.Context, removal int64) ([]model.EffectRow, error) {
	return s.effects(ctx, removal, LeaveOut)
}

func (s *Store) effects(ctx context.Context, removal int64, bad func(context.Context, error) error) ([]model.EffectRow, error) {
	all, _, err := table.Effects.Query("", removal).Values(ctx, s.db)
	if err = bad(ctx, err); err != nil {
		return nil, outcome(err)
	}
	return all, nil
}

// ListedAtOnce is the most users of a removal whose own transaction puts it on their
// lists. A removal of more users is listed by ListRemoval.
const ListedAtOnce = 10

// Listings are the rows that list a removal under its users and its team; indexes
// list it under its organisation and its project.
func Listings(r model.Removal) []model.RemovalOf {
	rows := make([]model.RemovalOf, 0, len(r.UserIDs)+1)
	if r.TeamID != nil {
		rows = append(rows, model.RemovalOf{About: "team:" + strconv.FormatInt(*r.TeamID, 10), RemovalID: r.ID})
	}
	for _, id := range r.UserIDs {
		rows = append(rows, model.RemovalOf{About: "user:" + strconv.FormatInt(id, 10), RemovalID: r.ID})
	}
	return rows
}

// ListRemoval lists a removal of more than ListedAtOnce users, and does nothing for
// others. It is idempotent.
func (s *Store) ListRemoval(ctx context.Context, r model.Removal) error {
	if len(r.UserIDs) <= ListedAtOnce {
		return nil
	}
	for rows := range slices.Chunk(Listings(r), listedTogether) {
		var tx table.Tx
		for _, row := range rows {
			table.RemovalsOf.Put(&tx, row)
		}
		if err := s.Commit(ctx, &tx); err != nil {
			return err
		}
	}
	return nil
}

const listedTogether = 100

// RemovalsAbout lists ids of the removals of a user ("user:15"), or from a team
// ("team:7"), after an id, strongly consistent.
func (s *Store) RemovalsAbout(ctx context.Context, about string, from int64, n int) ([]int64, error) {
	return ids(table.RemovalsOf, "removal_id")(table.RemovalsOf.Query("", about).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// EveryRemovalAbout is RemovalsAbout to the end.
func (s *Store) EveryRemovalAbout(ctx context.Context, about string) ([]int64, error) {
	return ids(table.RemovalsOf, "removal_id")(table.RemovalsOf.Query("", about).Keys(ctx, s.db))
}

// RemovalsOfOrganization lists ids of an organisation's removals after an id.
func (s *Store) RemovalsOfOrganization(ctx context.Context, organization, from int64, n int) ([]int64, error) {
	return ids(table.Removals, "removal_id")(table.Removals.Query("gsi2", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// RemovalsFrom lists ids of the removals from a project after an id.
func (s *Store) RemovalsFrom(ctx context.Context, project, from int64, n int) ([]int64, error) {
	return ids(table.Removals, "removal_id")(table.Removals.Query("gsi1", project).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// OpenInvites lists ids of all pending invitations to an address in an
// organisation.
func (s *Store) OpenInvites(ctx context.Context, organization int64, emailKey string) ([]int64, error) {
	found, err := table.Invites.Query("gsi2", emailKey).Prefix(organization).Keys(ctx, s.db)
	return ids(table.Invites, "invite_id")(found, err)
}

// RecordPlan notes a new plan of an offboarding.
func (s *Store) RecordPlan(tx *table.Tx, p model.Offboarding) {
	p.Version = 1
	p.TTL = p.ExpiresOn.Std().Unix()
	table.Plans.Create(tx, p)
}

// ApplyPlan notes that a plan was applied by a removal. It must not have been applied
// meanwhile.
func (s *Store) ApplyPlan(tx *table.Tx, from model.Offboarding, removal int64) {
	to := from
	to.State, to.RemovalID = model.Applied, removal
	to.Version++
	table.Plans.Change(tx, from, to)
}
