package removal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// PlanFor is how long an offboarding plan may be applied.
const PlanFor = 24 * time.Hour

// Plan is what becomes of everything that a leaver holds.
type Plan struct {
	PlanID    int64      `json:"plan_id"`
	PlanHash  string     `json:"plan_hash" doc:"Of the steps and of what they rest on: Apply Offboarding wants it, and compares it with the world as it is then"`
	ExpiresOn model.Time `json:"expires_on" doc:"24 hours after it was made"`
	Steps     []Step     `json:"steps" doc:"In their order: each project, each team, and the account last"`
}

// Step is one removal of a plan.
type Step struct {
	Action     string         `json:"action" enum:"remove,delete"`
	Resource   string         `json:"resource" doc:"project:ID/user:ID, team:ID/user:ID, or user:ID for the account"`
	Detail     string         `json:"detail"`
	TransferTo *int64         `json:"transfer_to" doc:"Who becomes admin or owner, where the leaver is the last; else null"`
	Effects    []model.Effect `json:"effects"`
}

// PlanOffboarding notes a plan for everything that user holds, which Apply
// carries out, and returns it. Nothing else is written. held is what an index
// told of him.
//
// It refuses the caller himself (self_delete), a global admin (403), heirs who
// can't reach what they are to take over (404 naming them) and users of more
// than 5,000 projects and teams (limit).
func PlanOffboarding(ctx context.Context, s *store.Store, c *guard.Case, user int64, heirs model.Heirs, held *Held) (Plan, error) {
	l, err := leave(ctx, s, c, user, heirs, held)
	if err != nil {
		return Plan{}, err
	}
	l.until = c.Now.Add(PlanFor)
	if err := refusal(c, []model.User{l.user}, posts{}, UserOptions{TransferTo: heirs.TransferTo}); err != nil {
		return Plan{}, err
	}
	for _, h := range l.holdings {
		if h.reached(c) {
			continue
		}
		field := "body.transfer_to"
		if h.project != nil && heirs.Projects != nil {
			field = "body.reassign.projects"
		}
		return Plan{}, unreached(field)
	}
	steps, err := l.steps(ctx, s, c)
	if err != nil {
		return Plan{}, err
	}
	if l.astray {
		field := "body.transfer_to"
		if heirs.Agents != nil {
			field = "body.reassign.agents"
		}
		return Plan{}, unreached(field)
	}
	id, err := s.NewID(ctx, model.OffboardingIDs)
	if err != nil {
		return Plan{}, err
	}
	row := model.Offboarding{
		ID: id, OrganizationID: c.Organization.ID, Hash: l.hash(c, steps), UserID: user, Heirs: heirs, State: model.Planned,
		CreatedBy: c.Stamp, CreatedOn: c.Now, ExpiresOn: l.until,
	}
	s.RecordPlan(&c.Tx, row)
	return Plan{PlanID: id, PlanHash: row.Hash, ExpiresOn: row.ExpiresOn, Steps: steps}, nil
}

// unreached refuses an heir who can't reach what is to be his.
func unreached(field string) error {
	return fault.NotFound().On(field, "must be another active user who can reach what they take over")
}

// steps lists what is to be done, with what follows from each: as the kinds of
// effects have it that work off the end of an account, each with the step that
// comes to it first.
func (l *leaving) steps(ctx context.Context, s *store.Store, c *guard.Case) ([]Step, error) {
	found, err := l.effects(ctx, s, c.Now)
	if err != nil {
		return nil, err
	}
	of := make(map[string][]model.Effect, len(l.holdings))
	taken := make(map[string]bool, len(l.holdings))
	for _, h := range l.holdings {
		taken[h.name()] = true
	}
	l.fleeting, l.astray = map[string]bool{}, false
	for _, e := range found {
		l.astray = l.astray || e.Ownership != nil && e.heir != l.heirs.OfAgents()
		if e.ends != nil && !e.ends.After(l.until) {
			l.fleeting[e.Resource] = true
		}
		place := ""
		if taken[e.place] {
			place = e.place
		}
		of[place] = append(of[place], e.Effect)
	}
	steps := make([]Step, 0, len(l.holdings)+1)
	for _, h := range l.holdings {
		step := Step{Action: "remove", Resource: guard.MemberName(h.name(), l.user.ID), Detail: "membership as " + h.role(), Effects: of[h.name()]}
		if h.heir != 0 {
			step.TransferTo = &h.heir
			step.Effects = append(step.Effects, model.Effect{Resource: guard.MemberName(h.name(), h.heir), Action: "transfer", Detail: h.becomes()})
		}
		steps = append(steps, step)
	}
	account := atOnce(model.Removal{Kind: model.OfUser, UserIDs: []int64{l.user.ID}, Deletes: true})
	return append(steps, Step{Action: account[0].Action, Resource: account[0].Resource, Detail: account[0].Detail, Effects: append(account, of[""]...)}), nil
}

func (h holding) role() string {
	if h.project != nil {
		return h.inside.Role
	}
	return h.within.Role
}

// becomes is the effect on the heir, in the words of a removal's record.
func (h holding) becomes() string {
	if h.project != nil {
		return "becomes admin"
	}
	return "becomes owner"
}

// effects are all that the end of the account would have.
func (l *leaving) effects(ctx context.Context, s *store.Store, now model.Time) ([]effect, error) {
	w := &work{s: s, users: map[int64]model.User{l.user.ID: l.user}, r: model.Removal{
		OrganizationID: l.user.OrganizationID, Kind: model.OfUser, Deletes: true, UserIDs: []int64{l.user.ID}, Users: []model.UserWas{was(l.user)}, RemovedOn: now,
		AgentsTo: given(l.heirs.OfAgents()),
	}}
	found := make([][]effect, len(kinds[model.OfUser]))
	g, ctx := concurrent.WithContext(ctx)
	for i, kind := range kinds[model.OfUser] {
		g.Go(func() (err error) {
			found[i], err = kind(ctx, w)
			return err
		})
	}
	err := g.Wait()
	return slices.Concat(found...), err
}

// hash is the same for two looks at the world if each step would do the same to
// the same rows, for the same people. What is only dropped with him, and may
// come at any moment, makes no difference: his notifications and his recent
// projects; nor does what ends by itself before the plan does.
func (l *leaving) hash(c *guard.Case, steps []Step) string {
	facts := make([]string, 0, 2*len(l.holdings)+5)
	for _, key := range l.people(l.user.ID) {
		u, ok := table.Users.At(c.Rows(), key)
		facts = append(facts, fmt.Sprint(u.ID, ok, u.IsActive, u.IsStaff, u.IsSuperuser, u.DeletedOn != nil))
	}
	for _, h := range l.holdings {
		if h.project != nil {
			heir, _ := c.ProjectMember(h.project.ID, h.heir)
			facts = append(facts, fmt.Sprint(h.name(), h.inside.ID, h.inside.Version, h.project.Team(), heir.ID, heir.Version, h.reached(c)))
		} else {
			heir, _ := c.TeamMember(h.team.ID, h.heir)
			facts = append(facts, fmt.Sprint(h.name(), h.within.ID, h.within.Version, heir.ID, heir.Version, h.reached(c)))
		}
	}
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Effects = slices.DeleteFunc(slices.Clone(steps[i].Effects), func(e model.Effect) bool {
			return strings.HasPrefix(e.Resource, guard.UserName(l.user.ID)+"/") || l.fleeting[e.Resource]
		})
		slices.SortFunc(steps[i].Effects, func(a, b model.Effect) int { return strings.Compare(a.Resource, b.Resource) })
	}
	canonical, _ := json.Marshal(struct { // texts and numbers always marshal
		Heirs model.Heirs
		Steps []Step
		Facts []string
	}{l.heirs, steps, facts})
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
