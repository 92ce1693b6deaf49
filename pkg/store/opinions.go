package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Reviews and votes are counted on the agent's row as they come and go, so that
// its averages are known without reading them. That the row's version stays
// keeps those who judge an agent out of the way of those who edit it.

// CreateReview notes a review; its author must have none of the agent yet.
func (s *Store) CreateReview(tx *table.Tx, r model.Review) {
	r.Version = 1
	table.Reviews.Create(tx, r)
	table.Reviewers.Create(tx, reviewer(r))
	countReview(tx, r, 1)
}

// EditReview notes another text or rating, and returns the row as it will be.
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

// PlacedReview is a review that an index led to, who wrote it, and where the
// index goes on after it.
type PlacedReview struct {
	Review, User int64
	Position     string
}

// ReviewsOf lists an agent's reviews, newest first, before a position, "" for the
// newest.
func (s *Store) ReviewsOf(ctx context.Context, agent int64, before string, n int) ([]PlacedReview, error) {
	const index = "gsi1"
	found, err := table.Reviews.Newest(ctx, s.db, index, before, n, agent)
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]PlacedReview, len(found))
	for i, f := range found {
		out[i].Review, _ = table.Reviews.ID(f.Primary, "review_id")
		out[i].User = table.Reviews.Said(index, f.Position, "user_id")
		out[i].Position = f.Position
	}
	return out, nil
}

// CastVote notes that a user's vote on agent a is another one; from is their old
// one, with Version 0 where they have none. It returns the agent as it is counted
// with that, and the row as it will be.
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
