package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type createReviewIn struct {
	agentIn
	Body struct {
		Review string `json:"review" minLength:"1" maxLength:"4000"`
		Rating *int64 `json:"rating,omitempty" minimum:"1" maximum:"5"`
	}
}

// Load asks for the caller's review.
func (in *createReviewIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.Reviewer(in.AgentID, f.Caller).Key)
	}
}

// createReview creates the caller's review. It refuses the agent's owner and service
// keys (403), and a second review (duplicate).
func (h *handlers) createReview(ctx context.Context, in *createReviewIn) (model.Review, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return model.Review{}, err
	}
	if c.Agent.Owner() == me.ID {
		return model.Review{}, fault.Forbidden(fault.ReasonOwn)
	}
	if _, is := store.Reviewer(in.AgentID, me.ID).In(c.Rows()); is {
		return model.Review{}, fault.New(fault.KindDuplicate, "You have reviewed this agent already: change that review by Update an Agent Review")
	}
	r := model.Review{AgentID: in.AgentID, User: me.Ref(), UserID: me.ID, Review: in.Body.Review, Rating: in.Body.Rating, Stamp: model.Created(c.Stamp, c.Now), Version: 1}
	if r.ID, err = h.store.NewID(ctx, model.ReviewIDs); err != nil {
		return r, err
	}
	h.store.CreateReview(&c.Tx, r)
	c.Record(audit.ReviewWritten{Agent: r.AgentID, Review: r.ID, Rating: audit.Made(stars(r))})
	return r, nil
}

// stars returns a review's rating, 0 for none.
func stars(r model.Review) int64 {
	if r.Rating == nil {
		return 0
	}
	return *r.Rating
}

type reviewsIn struct {
	agentIn
	api.Paging

	found []store.Ref
}

// list lists the agent's reviews, newest first.
func (in *reviewsIn) list(s *store.Store) list.Of[model.Review] {
	return list.Of[model.Review]{
		Find: func(ctx context.Context, after string, n int) ([]store.Ref, error) {
			return s.ReviewsOf(ctx, in.AgentID, after, n)
		},
		Position: func(at store.Ref) string { return at.Position },
		Rows: func(c *request.Request, at store.Ref) []store.Key {
			return append(request.AuthorKeys(c.Agent.ProjectID, at.User), store.Review(in.AgentID, at.ID).Key)
		},
		Show: func(c *request.Request, at store.Ref) (model.Review, bool) {
			r, ok := store.Review(in.AgentID, at.ID).In(c.Rows())
			return authored(c, r), ok
		},
	}
}

// Load asks for the newest reviews.
func (in *reviewsIn) Load(f *request.Fetch) { in.list(f.Store()).Find.Ask(f, in.Paging, &in.found) }

// Reviewed is the meta of Get Agent Reviews.
type Reviewed struct {
	AverageRating *float64 `json:"average_rating" doc:"Of all reviews that give a rating; null where none does"`
	Count         int64    `json:"count" doc:"Of all reviews"`
}

// reviews shows the agent's reviews, newest first.
func (h *handlers) reviews(ctx context.Context, in *reviewsIn) (api.Noted[api.Page[model.Review], Reviewed], error) {
	c := in.Request()
	page, err := in.list(h.store).Page(ctx, c, in.Paging, in.found)
	return api.Noted[api.Page[model.Review], Reviewed]{Data: page, Meta: Reviewed{c.Agent.AverageRating, c.Agent.ReviewCount}}, err
}

// authored returns a review with its author as the caller may see them. An author whom
// the caller may not see isn't named in the stamp either.
func authored(c *request.Request, r model.Review) model.Review {
	r.User = c.Author(c.Agent.ProjectID, r.UserID, c.Caller.Is(r.UserID) || c.May(access.ManageAgent))
	if r.User == model.RemovedUser(r.UserID) {
		r.CreatedBy, r.ModifiedBy = "", ""
	}
	return r
}

type reviewIn struct {
	agentIn
	ReviewID int64 `path:"review_id" example:"31"`

	review model.Review
}

// Load asks for the review.
func (in *reviewIn) Load(f *request.Fetch) { f.Rows(store.Review(in.AgentID, in.ReviewID).Key) }

// Resolve finds the review (404), and reads its author.
func (in *reviewIn) Resolve(ctx context.Context, c *request.Request) error {
	r, ok := store.Review(in.AgentID, in.ReviewID).In(c.Rows())
	if !ok {
		return fault.NotFound()
	}
	in.review = r
	if c.Caller.Is(r.UserID) { // the caller's rows were read
		return nil
	}
	return c.Read(ctx, request.AuthorKeys(c.Agent.ProjectID, r.UserID)...)
}

type editReviewIn struct {
	reviewIn
	Body struct {
		Review *string `json:"review,omitempty" minLength:"1" maxLength:"4000"`
		Rating *int64  `json:"rating,omitempty" minimum:"1" maximum:"5"`
	}
}

// Validate refuses a body with neither field.
func (in *editReviewIn) Validate(model.Time) error {
	if in.Body.Review == nil && in.Body.Rating == nil {
		return fault.Invalid("body", "needs review or rating")
	}
	return nil
}

// editReview changes the fields in the body. It refuses (403) anybody but the author,
// and the author where they own the agent by now.
func (h *handlers) editReview(_ context.Context, in *editReviewIn) (model.Review, error) {
	c, old := in.Request(), in.review
	c.CheckVersionOf(old)
	if !c.Caller.Is(old.UserID) || c.Caller.Is(c.Agent.Owner()) {
		return model.Review{}, fault.Forbidden(fault.ReasonOwn)
	}
	r := old
	set(&r.Review, in.Body.Review)
	if in.Body.Rating != nil {
		r.Rating = in.Body.Rating
	}
	if r.Review == old.Review && stars(r) == stars(old) {
		return authored(c, old), nil
	}
	r.Stamp = old.Modified(c.Stamp, c.Now)
	r = h.store.EditReview(&c.Tx, old, r)
	c.Record(audit.ReviewWritten{Agent: r.AgentID, Review: r.ID, Rating: audit.Became(stars(old), stars(r))})
	return authored(c, r), nil
}

// deleteReview deletes a review. It refuses (403) anybody but its author and those who
// may manage the agent.
func (h *handlers) deleteReview(_ context.Context, in *reviewIn) ([]model.Review, error) {
	c, r := in.Request(), in.review
	c.CheckVersionOf(r)
	if !c.Caller.Is(r.UserID) {
		if err := c.Require(access.ManageAgent, c.AgentTarget(*c.Agent, *c.Project, c.Caller.User)); err != nil {
			return nil, err
		}
	}
	h.store.DeleteReview(&c.Tx, r)
	c.Record(audit.ReviewDeleted{Agent: r.AgentID, Review: r.ID, Rating: stars(r), Author: r.UserID})
	r.IsDeleted = true
	return []model.Review{authored(c, r)}, nil
}
