package removal

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ApplyOffboarding carries out a plan and returns the removal that it comes to:
// the account ends at once, and what its user holds is handed over afterwards,
// whatever the plan said. A plan that was applied answers its removal again.
//
// It refuses another hash than the plan's, one whose leaver or heirs have changed
// since, and one of which the removal was undone (plan_stale), the caller (self_delete) and a global admin (403).
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

// shown is a removal as it is answered.
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

// short is a removal with as many of its effects as an answer has room for.
func short(r model.Removal) model.Removal {
	if n := len(r.Effects); n > listed {
		r.Effects, r.EffectCount = r.Effects[:listed], int64(n)
	}
	return r.Shown()
}
