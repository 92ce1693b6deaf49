package removal

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ApplyOffboarding carries out a plan and returns its removal: the account ends at
// once, and everything that its user has is handed over afterwards, whatever the plan
// showed. For a plan that was applied, it returns the same removal again.
//
// It refuses another hash than the plan's, a plan whose leaver or heirs have changed
// since, and one whose removal was undone (plan_stale), the caller (self_delete) and a
// global admin (403).
func ApplyOffboarding(ctx context.Context, s *store.Store, c *request.Request, plan model.Offboarding, hash string) (model.Removal, error) {
	if hash != plan.Hash {
		return model.Removal{}, staleHash()
	}
	if plan.State == model.Applied {
		r, err := shown(ctx, s, plan.RemovalID)
		if r.State == model.Undone {
			return model.Removal{}, fault.New(fault.KindPlanStale, "The plan was applied, and that was undone: plan again")
		}
		return r, err
	}
	people := []table.Primary{table.Users.Key(plan.UserID)}
	for _, id := range plan.All() {
		people = append(people, table.Users.Key(id))
	}
	if _, err := c.ReadMissing(ctx, people...); err != nil {
		return model.Removal{}, err
	}
	u, ok := c.UserRow(plan.UserID)
	if !ok || planHash(c, u, plan.Heirs) != plan.Hash {
		return model.Removal{}, staleHash()
	}
	_, r, _, err := ofUsers(ctx, s, c, []model.User{u}, offboards(plan.Heirs))
	if err != nil {
		return model.Removal{}, err
	}
	s.ApplyPlan(&c.Tx, plan, r.ID)
	r.State = model.Revoked
	r.Effects, err = among(c.Rows(), s, r).list(ctx)
	return short(r), err
}

func staleHash() error {
	return fault.New(fault.KindPlanStale, "The leaver or an heir has changed since the plan was made: plan again")
}

// shown returns a removal as answers have it.
func shown(ctx context.Context, s *store.Store, id int64) (model.Removal, error) {
	r, ok, err := s.Removal(ctx, id)
	if err != nil || !ok {
		return r, err
	}
	done, err := s.EffectsOf(ctx, id)
	if err != nil {
		return r, err
	}
	r.Effects, err = Effects(ctx, s, r, done)
	return short(r), err
}

// short returns a removal as answers have it, with at most the first listed effects.
func short(r model.Removal) model.Removal {
	if n := len(r.Effects); n > listed {
		r.Effects, r.EffectCount = r.Effects[:listed], int64(n)
	}
	return r.Shown()
}
