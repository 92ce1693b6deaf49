package check

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// opinions checks that the agent's row counts its reviews, votes and aliases, that a
// user has one review of an agent, and that an alias name has one alias in an
// organisation.
func (c *checks) opinions() {
	type tally struct{ reviews, ratings, sum, likes, dislikes, aliases int64 }
	counted := map[int64]*tally{}
	of := func(agent int64) *tally {
		if counted[agent] == nil {
			counted[agent] = &tally{}
		}
		return counted[agent]
	}
	for _, r := range table.Reviews.All(c.rows) {
		t := of(r.AgentID)
		if t.reviews++; r.Rating != nil {
			t.ratings++
			t.sum += *r.Rating
		}
		w, ok := table.Reviewers.In(c.rows, r.AgentID, r.UserID)
		c.hold(c.going(r.AgentID) || ok && w.ReviewID == r.ID, "review %d of agent %d isn't the one of user %d", r.ID, r.AgentID, r.UserID)
	}
	for _, w := range table.Reviewers.All(c.rows) {
		_, ok := table.Reviews.In(c.rows, w.AgentID, w.ReviewID)
		c.hold(c.going(w.AgentID) || ok, "user %d has reviewed agent %d, and there is no review", w.UserID, w.AgentID)
	}
	for _, v := range table.Votes.All(c.rows) {
		switch t := of(v.AgentID); v.Vote {
		case model.VoteUp:
			t.likes++
		case model.VoteDown:
			t.dislikes++
		}
	}
	for _, a := range table.Aliases.All(c.rows) {
		of(a.AgentID).aliases++
		name, ok := table.AliasNames.In(c.rows, a.OrganizationID, a.Alias)
		c.hold(ok && name.AliasID == a.ID, "alias %d hasn't its name", a.ID)
	}
	c.hold(len(table.Aliases.All(c.rows)) == len(table.AliasNames.All(c.rows)), "there are names without an alias")
	for _, a := range table.Agents.All(c.rows) {
		t := of(a.ID)
		c.hold(a.AliasCount == t.aliases, "agent %d counts %d aliases of %d", a.ID, a.AliasCount, t.aliases)
		if !a.IsDeleted {
			now := tally{a.ReviewCount, a.RatingCount, a.RatingSum, a.LikeCount, a.DislikeCount, a.AliasCount}
			c.hold(now == *t, "agent %d counts %+v, and there is %+v", a.ID, now, *t)
		}
	}
}

// going reports whether an agent is missing or deleted, and so may be half purged.
func (c *checks) going(agent int64) bool {
	a, ok := table.Agents.In(c.rows, agent)
	return !ok || a.IsDeleted
}
