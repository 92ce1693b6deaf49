package removal

import (
	"context"
	"slices"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// list returns all effects of a removal: those of its first transaction, by its
// record, and those that remain to be carried out, for which all finders run at the
// same time. A preview, a report and the removal itself use the same finders.
func (w *work) list(ctx context.Context) ([]model.Effect, error) {
	out, _, err := w.foresee(ctx)
	return out, err
}

// foresee is list with the warnings that the record will have.
func (w *work) foresee(ctx context.Context) (effects []model.Effect, warnings []string, err error) {
	var finders []finder
	for _, t := range things() {
		if find := t.find[w.r.Kind]; find != nil {
			finders = append(finders, find)
		}
	}
	found := make([][]effect, len(finders))
	g, ctx := concurrent.WithContext(ctx)
	for i, find := range finders {
		g.Go(func() (err error) {
			found[i], err = find(ctx, w)
			return err
		})
	}
	err = g.Wait()
	effects = []model.Effect{}
	for _, e := range append(atOnce(w.r), slices.Concat(found...)...) {
		effects = append(effects, e.Effect)
		if e.warns != "" && !slices.Contains(warnings, e.warns) {
			warnings = append(warnings, e.warns)
		}
	}
	return effects, warnings, err
}

// Effects returns all effects of a recorded removal: those of its first transaction,
// those that were carried out since (done), and those that remain.
func Effects(ctx context.Context, s *store.Store, r model.Removal, done []model.EffectRow) ([]model.Effect, error) {
	out := []model.Effect{}
	for _, e := range atOnce(r) {
		out = append(out, e.Effect)
	}
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

// atOnce returns the effects of a removal's first transaction, by its record, with
// their images: ended accounts, ended memberships, and the succession of a last admin.
func atOnce(r model.Removal) (out []effect) {
	add := func(user int64, told model.Effect, before image) {
		out = append(out, effect{EffectRow: model.EffectRow{RemovalID: r.ID, UserID: user, Effect: told}, before: before})
	}
	if r.Kind == model.OfUser {
		for _, id := range r.UserIDs {
			add(id, accountEffect(r, id), accountBefore(r, id))
		}
	}
	for _, m := range r.ProjectMembers {
		took := membership[model.ProjectMember]{Member: m, Tombstone: r.TombstoneWas}
		add(m.UserID, took.effect(), took)
	}
	for _, m := range r.TeamMembers {
		took := membership[model.TeamMember]{Member: m}
		add(m.UserID, took.effect(), took)
	}
	for _, h := range r.Handovers {
		if h.Heir == nil { // recorded before handovers had the heir's membership: it can't be restored
			add(r.UserIDs[0], model.Effect{Resource: r.Place().String(), Action: "transfer", Detail: "becomes admin"}, nil)
			continue
		}
		add(r.UserIDs[0], model.Effect{Resource: projects.memberName(*h.Heir), Action: "transfer", Detail: "becomes admin"}, succession[model.ProjectMember]{h})
	}
	return out
}
