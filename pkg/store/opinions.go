package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Reviews and votes are counted on the agent's row in their own transactions, so
// that its average needs no reading of them. They leave the row's version alone, so
// they don't conflict with edits of the agent.

// CreateReview notes a review; its author must have none of the agent yet.
func (s *Store) CreateReview(tx *table.Tx, r model.Review) {
	r.Version = 1
	table.Reviews.Create(tx, r)
	table.Reviewers.Create(tx, reviewer(r))
	countReview(tx, r, 1)
}

// EditReview notes a new text or rating, and returns the row as it will be.
func (s *Store) EditReview(tx *table.Tx, from, to model.Review) model.Review {
	to.Version = from.Version + 1
	table.Reviews.Change(tx, from, to)
	countReview(tx, from, -1)
	countReview(tx, to, 1)
	return to
}

// DeleteReview notes the end of a review; its author may write another one.
func (s *Store) DeleteReview(tx *table.Tx, r model.Review) {
	table.Reviews.Delete(tx, r)
	table.Reviewers.Delete(tx, reviewer(r))
	countReview(tx, r, -1)
}

func reviewer(r model.Review) model.Reviewer {
	return model.Reviewer{AgentID: r.AgentID, UserID: r.UserID, ReviewID: r.ID}
}

func countReview(tx *table.Tx, r model.Review, by int64) {
	k := table.Agents.Key(r.AgentID)
	tx.Add(k, "review_count", by)
	if r.Rating != nil {
		tx.Add(k, "rating_count", by)
		tx.Add(k, "rating_sum", by**r.Rating)
	}
	requireNotDeleted(tx, r.AgentID)
}

// ReviewsOf lists an agent's reviews, with their authors, the newest first, after a
// position.
func (s *Store) ReviewsOf(ctx context.Context, agent int64, after string, n int) ([]Ref, error) {
	return refs(table.Reviews, "gsi1", "review_id", Ref{})(table.Reviews.Query("gsi1", agent).Reverse().After(after).Limit(n).Keys(ctx, s.db))
}

// CastVote notes a user's new vote on agent a; from is their present one, with
// Version 0 where they have none. It returns the agent with its counts changed, and
// the vote's row as it will be.
func (s *Store) CastVote(tx *table.Tx, a model.Agent, from, to model.Vote) (model.Agent, model.Vote) {
	to.Version = from.Version + 1
	write(tx, table.Votes, from, to, from.Version == 0)
	countVote(tx, &a, from.Vote, -1)
	countVote(tx, &a, to.Vote, 1)
	requireNotDeleted(tx, a.ID)
	return a, to
}

func countVote(tx *table.Tx, a *model.Agent, vote string, by int64) {
	k := table.Agents.Key(a.ID)
	switch vote {
	case model.VoteUp:
		tx.Add(k, "like_count", by)
		a.LikeCount += by
	case model.VoteDown:
		tx.Add(k, "dislike_count", by)
		a.DislikeCount += by
	}
}
