package removal

import (
	"context"
	"errors"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// ApplyOffboarding carries out a plan and returns the removals that it made.
// Each project and each team is a transaction of its own, which also says how
// far the plan is; the end of the account is that of the request.
//
// A plan that hasn't begun is held against the world as it is now. Once it has,
// what the leaver still holds is taken from him, whatever the plan said: a
// request that ended in the middle is sent again and goes on. One that is done
// answers its removals again.
//
// It refuses another hash than the plan's, a world that has moved and an heir
// who can't reach what is left to take over (plan_stale), the caller himself
// (self_delete), a global admin (403), and a plan that another request is
// applying at the moment (in_progress). Where the time is over it is
// unavailable.
func ApplyOffboarding(ctx context.Context, s *store.Store, c *guard.Case, plan model.Offboarding, hash string) ([]model.Removal, error) {
	if hash != plan.Hash {
		return nil, staleHash()
	}
	a := &applying{s: s, c: c, plan: plan}
	if plan.State == model.Applied {
		return a.made(ctx)
	}
	return a.run(ctx)
}

func staleHash() error {
	return fault.New(fault.KindPlanStale, "What the plan was made for has changed: make a new plan")
}

// applying is a plan as far as it is applied.
type applying struct {
	s    *store.Store
	c    *guard.Case
	plan model.Offboarding
}

// run takes the steps that are left. It looks again once all are taken, for what
// the leaver got meanwhile.
func (a *applying) run(ctx context.Context) ([]model.Removal, error) {
	for begun := false; ; begun = true {
		l, err := leave(ctx, a.s, a.c, a.plan.UserID, a.plan.Heirs, nil)
		if err != nil {
			return nil, err
		}
		if err := a.allowed(ctx, l); err != nil {
			return nil, err
		}
		for i := range l.holdings {
			if end, ok := ctx.Deadline(); ok && (begun || i > 0) && time.Until(end) < margin {
				return nil, fault.Unavailable(errShort)
			}
			if err := a.step(ctx, l, i); err != nil {
				return nil, err
			}
		}
		if len(l.holdings) == 0 {
			return a.account(ctx, l)
		}
	}
}

// allowed refuses whom the caller may not remove, and a plan that isn't begun
// and isn't what it would be now.
func (a *applying) allowed(ctx context.Context, l *leaving) error {
	if l.user.ID == 0 { // he isn't there any more
		return staleHash()
	}
	if err := refusal(a.c, []model.User{l.user}, posts{}, UserOptions{TransferTo: a.plan.TransferTo}); err != nil {
		return err
	}
	if a.plan.State != model.Planned {
		return nil
	}
	l.until = a.plan.ExpiresOn
	steps, err := l.steps(ctx, a.s, a.c)
	if err == nil && l.hash(a.c, steps) != a.plan.Hash {
		err = staleHash()
	}
	return err
}

// step takes the leaver out of one project or team.
func (a *applying) step(ctx context.Context, l *leaving, i int) error {
	h, c := l.holdings[i], a.c
	if err := a.people(ctx, l); err != nil {
		return err
	}
	if !h.reached(c) {
		return staleHash()
	}
	left, next := l.left(i), a.plan
	err := c.Apart(ctx, func() error {
		var report Report
		var err error
		if c.Project, c.Team = h.project, h.team; h.project != nil {
			_, report, err = FromProject(ctx, a.s, c, l.user.ID, Heirs{h.heir, a.plan.OfAgents()}, &left, Options{})
		} else {
			report, err = fromTeam(ctx, a.s, c, []model.TeamMember{h.within}, h.heir, []Left{left}, none, Options{})
		}
		if err == nil {
			next = a.s.AdvancePlan(&c.Tx, a.plan, model.Applying, *report.RemovalID)
		}
		return err
	})
	c.Project, c.Team = nil, nil
	if errors.Is(err, table.ErrStale) {
		return a.overtaken(ctx, err)
	}
	a.plan = next
	return err
}

// none is what is found where it need not be looked for: whoever comes back
// before his account ends is taken out again.
func none(context.Context, *work) ([]effect, error) { return nil, nil }

// people reads the rows of the leaver and the heirs again that a step wrote.
func (a *applying) people(ctx context.Context, l *leaving) error {
	var gone []table.Primary
	for _, key := range l.people(l.user.ID) {
		if _, ok := a.c.Rows()[key]; !ok {
			gone = append(gone, key)
		}
	}
	return a.c.Read(ctx, gone...)
}

// overtaken tells why a step failed: another request is applying the plan, which
// leaves this one nothing to do, or something else has changed.
func (a *applying) overtaken(ctx context.Context, stale error) error {
	key := table.Plans.Key(a.plan.ID)
	rows, err := a.s.Read(ctx, key)
	if err != nil {
		return err
	}
	if now, ok := table.Plans.At(rows, key); ok && now.Version != a.plan.Version && now.State == model.Applying {
		return fault.New(fault.KindInProgress, "The plan is being applied: repeat the request in a moment")
	}
	return stale
}

// account notes the end of the account, and with it of the plan.
func (a *applying) account(ctx context.Context, l *leaving) ([]model.Removal, error) {
	_, r, _, err := ofUsers(ctx, a.s, a.c, []model.User{l.user}, UserOptions{Delete: true, TransferTo: a.plan.TransferTo, AgentsTo: a.plan.OfAgents(), Held: l.held})
	switch {
	case fault.Is(err, fault.KindNotFound): // the heir
		return nil, staleHash()
	case err != nil:
		return nil, err
	}
	made, err := a.made(ctx)
	if err != nil {
		return nil, err
	}
	if r.ID != 0 {
		r.Effects = atOnce(r)
		made = append(made, r)
	}
	a.s.AdvancePlan(&a.c.Tx, a.plan, model.Applied, r.ID)
	return made, nil
}

// made reads the removals that were made so far, each with what its own
// transaction changed; what follows from it its record tells.
func (a *applying) made(ctx context.Context) ([]model.Removal, error) {
	keys := make([]table.Primary, len(a.plan.Removals))
	for i, id := range a.plan.Removals {
		keys[i] = table.Removals.Key(id)
	}
	rows, err := a.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make([]model.Removal, 0, len(keys)+1)
	for _, key := range keys {
		if r, ok := table.Removals.At(rows, key); ok {
			r.Effects = atOnce(r)
			out = append(out, r)
		}
	}
	return out, nil
}
