package removal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// PlanFor is how long an offboarding plan may be applied.
const PlanFor = 24 * time.Hour

// listed is the most effects that an answer has room for.
const listed = 10_000

// Plan is an offboarding plan as it is answered: the effects on everything that a
// leaver has.
type Plan struct {
	PlanID    int64          `json:"plan_id"`
	PlanHash  string         `json:"plan_hash" doc:"Of who leaves and of the heirs: Apply Offboarding wants it, and compares it with what they are then"`
	ExpiresOn model.Time     `json:"expires_on" doc:"24 hours after it was made"`
	Warnings  []string       `json:"warnings" doc:"no_admin_left: something is left that nobody holds"`
	Steps     []model.Effect `json:"steps" doc:"The effects of the removal that it comes to, the end of the account first; at most the first 10,000"`
}

// Truncated says that an answer has only the first of all steps.
type Truncated struct {
	StepsTruncated bool  `json:"steps_truncated"`
	Steps          int64 `json:"steps" doc:"How many there are"`
}

// PlanOffboarding notes a plan for everything that a user has, which ApplyOffboarding
// carries out, and writes nothing else. It returns the plan, and nil or how it was
// truncated. Its steps name the things that an heir can't take over.
//
// It refuses the caller (self_delete) and a global admin (403).
func PlanOffboarding(ctx context.Context, s *store.Store, c *request.Request, u model.User, heirs model.Heirs) (Plan, *Truncated, error) {
	if err := refusal(c, []model.User{u}, false); err != nil {
		return Plan{}, nil, err
	}
	r := ending(c, []model.User{u}, offboards(heirs))
	steps, warnings, err := among(c.Rows(), s, r).foresee(ctx)
	if err != nil {
		return Plan{}, nil, err
	}
	id, err := s.NewID(ctx, model.OffboardingIDs)
	if err != nil {
		return Plan{}, nil, err
	}
	row := model.Offboarding{
		ID: id, OrganizationID: c.Organization.ID, Hash: planHash(c, u, heirs), UserID: u.ID, Heirs: heirs, State: model.Planned,
		CreatedBy: c.Stamp, CreatedOn: c.Now, ExpiresOn: c.Now.Add(PlanFor),
	}
	s.RecordPlan(&c.Tx, row)
	plan := Plan{PlanID: id, PlanHash: row.Hash, ExpiresOn: row.ExpiresOn, Warnings: append([]string{}, warnings...), Steps: steps}
	if n := len(steps); n > listed {
		plan.Steps = steps[:listed]
		return plan, &Truncated{StepsTruncated: true, Steps: int64(n)}, nil
	}
	return plan, nil, nil
}

// offboards returns the options with which an offboarding ends an account.
func offboards(heirs model.Heirs) UserOptions { return UserOptions{Delete: true, Heirs: heirs} }

// planHash is a hash of the heirs, and of the ranks and states of the leaver's and the
// heirs' accounts. It doesn't depend on the leaver's things, since all of them are
// handed over, whatever they are.
func planHash(c *request.Request, u model.User, heirs model.Heirs) string {
	type person struct {
		ID                       int64
		Active, Staff, Superuser bool
		Deleted                  bool
	}
	var people []person
	for _, id := range append([]int64{u.ID}, heirs.All()...) {
		u, _ := c.UserRow(id)
		people = append(people, person{id, u.IsActive, u.IsStaff, u.IsSuperuser, u.DeletedOn != nil})
	}
	canonical, _ := json.Marshal(struct { // numbers always marshal
		Heirs  model.Heirs
		People []person
	}{heirs, people})
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
