package removal

import (
	"context"
	"maps"
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// key is the image of an API key that a removal revoked; the key's row is kept.
type key struct {
	Prefix string         `dynamo:"prefix"`
	Was    model.Revision `dynamo:"was"`
}

func (key) thing() string { return "key" }

// boundKeys finds the users' personal keys that are bound to the project.
func boundKeys(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesKeys(ctx, "personal key bound to the project", func(ctx context.Context, u model.User) ([]string, error) {
		return w.s.KeysBoundTo(ctx, *w.r.ProjectID, u.ID)
	})
}

// personalKeys finds all personal keys of the users.
func personalKeys(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesKeys(ctx, "personal key", func(ctx context.Context, u model.User) ([]string, error) {
		return w.s.PersonalKeys(ctx, u.ID)
	})
}

func (w *work) revokesKeys(ctx context.Context, detail string, list func(context.Context, model.User) ([]string, error)) ([]effect, error) {
	found, err := each(ctx, w, list)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for _, prefixes := range found {
		for _, p := range prefixes {
			keys = append(keys, table.Keys.Key(p))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, k := range table.Keys.All(rows) {
		if k.UserID == nil || k.RevokedOn != nil || !w.ours(k.Epoch) {
			continue
		}
		to := k
		to.Version++
		to.Stamp, to.RevokedOn = k.Modified(w.r.RemovedBy, w.r.RemovedOn), &w.r.RemovedOn
		name := model.KeyName(k.ID)
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: *k.UserID, Effect: model.Effect{Resource: name, Action: "revoke", Detail: detail}},
			before:    key{k.Prefix, model.RevisionOf(k.Version, k.Stamp)},
			apply:     func(tx *table.Tx) { table.Keys.Change(tx, k, to) },
			tells:     telling(audit.RevocationChanged{Key: k.ID, Revoked: audit.Became(false, true)}),
		})
	}
	return out, err
}

func (k key) keys(int64) []table.Primary { return []table.Primary{table.Keys.Key(k.Prefix)} }

// follow returns the key of the user's tombstone in the project that the key is bound
// to.
func (k key) follow(rows table.Rows, user int64) []table.Primary {
	if row, ok := table.Keys.In(rows, k.Prefix); ok && row.ProjectID != nil {
		return []table.Primary{table.Tombstones.Key(*row.ProjectID, user)}
	}
	return nil
}

// back takes the revocation back, unless the key was changed since, or its user was
// removed from its project later.
func (k key) back(u *undoing, e model.EffectRow) restoration {
	now, is := table.Keys.In(u.rows, k.Prefix)
	if is && now.RevokedOn == nil && now.Version == k.Was.Version+2 {
		return restoration{restored: true}
	}
	if !is || now.RevokedOn == nil || now.Version != k.Was.Version+1 || u.buried(now.ProjectID, e.UserID, now.Epoch) {
		return restoration{}
	}
	to := now
	to.RevokedOn, to.Version = nil, now.Version+1
	to.ModifiedBy, to.ModifiedOn = k.Was.ModifiedBy, k.Was.ModifiedOn
	return restoration{restored: true, put: func(tx *table.Tx) {
		table.Keys.Change(tx, now, to)
		u.requireSameTombstone(tx, now.ProjectID, e.UserID)
		u.record(tx, audit.RevocationChanged{Key: now.ID, Revoked: audit.Became(true, false)})
	}}
}

// keptServiceKeys are the service keys that the users made, which remain valid, for the
// report.
func keptServiceKeys(ctx context.Context, w *work) ([]effect, error) {
	makers := slices.Collect(maps.Values(w.users))
	keys, err := w.s.ServiceKeysMadeBy(ctx, w.r.OrganizationID, w.r.RemovedOn, makers...)
	var out []effect
	for _, k := range keys {
		maker := makers[slices.IndexFunc(makers, k.Made)]
		out = append(out, effect{EffectRow: model.EffectRow{UserID: maker.ID, Effect: model.Effect{
			Resource: model.KeyName(k.ID), Action: "keep", Detail: "service key that the user made"}}})
	}
	return out, err
}
