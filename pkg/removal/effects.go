package removal

import (
	"context"
	"slices"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// list is everything a removal changes: what its record says is done at once,
// and what is left to do, of which all kinds are looked for at the same time. A
// preview, a report and the removal itself all have it from the same kinds.
func (w *work) list(ctx context.Context) ([]model.Effect, error) {
	out, _, err := w.foresee(ctx)
	return out, err
}

// foresee is list with what the record will warn of.
func (w *work) foresee(ctx context.Context) (effects []model.Effect, warnings []string, err error) {
	all := slices.Concat(kinds[w.r.Kind]...)
	found := make([][]effect, len(all))
	g, ctx := concurrent.WithContext(ctx)
	for i, kind := range all {
		g.Go(func() (err error) {
			found[i], err = kind(ctx, w)
			return err
		})
	}
	err = g.Wait()
	effects = atOnce(w.r)
	for _, e := range slices.Concat(found...) {
		effects = append(effects, e.Effect)
		if e.warns != "" && !slices.Contains(warnings, e.warns) {
			warnings = append(warnings, e.warns)
		}
	}
	return effects, warnings, err
}

// Effects is the list of a removal that was made: what it changed so far, of
// which done is what came after its first transaction, and what is left.
func Effects(ctx context.Context, s *store.Store, r model.Removal, done []model.EffectRow) ([]model.Effect, error) {
	out := atOnce(r)
	seen := make(map[string]bool, len(done))
	if r.UndoneBy == "" && (r.State == model.Revoked || r.State == model.Cleaning) {
		w, err := begin(ctx, s, r)
		if err != nil {
			return nil, err
		}
		if out, err = w.list(ctx); err != nil {
			return nil, err
		}
		for _, e := range out {
			seen[e.Resource] = true
		}
	}
	for _, e := range done {
		if !seen[e.Resource] {
			out = append(out, e.Effect)
		}
	}
	return out, nil
}

// atOnce is what phase 1 of a removal changes, by its record.
func atOnce(r model.Removal) []model.Effect {
	out := []model.Effect{}
	add := func(resource, action, detail string) {
		out = append(out, model.Effect{Resource: resource, Action: action, Detail: detail})
	}
	if r.Kind == model.OfUser {
		for _, id := range r.UserIDs {
			switch {
			case r.Purges:
				add(model.UserName(id), "delete", "account, erased as soon as all of it is handed over")
			case r.Deletes:
				add(model.UserName(id), "delete", "account, purged 30 days later")
			default:
				add(model.UserName(id), "deactivate", "account")
			}
		}
	}
	for _, m := range r.ProjectMembers {
		add(model.MemberName(model.ProjectName(m.ProjectID), m.UserID), "delete", "membership as "+m.Role)
	}
	for _, m := range r.TeamMembers {
		add(model.MemberName(model.TeamName(m.TeamID), m.UserID), "delete", "membership as "+m.Role)
	}
	for _, h := range r.Handovers {
		add(model.MemberName(model.ProjectName(h.Project.ProjectID), h.Project.UserID), "transfer", "becomes admin")
	}
	return out
}
