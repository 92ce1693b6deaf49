package agent

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// The messages of Toggle Rating; the first is documented.
const (
	upvoted   = "Successfully upvoted the agent"
	downvoted = "Successfully downvoted the agent"
	cleared   = "Successfully cleared the vote on the agent"
)

type ratingIn struct{ agentIn }

// Load asks for the caller's vote.
func (in *ratingIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.Vote(in.AgentID, f.Caller).Key)
	}
}

// rating shows the agent's counts of votes and the caller's vote; a service key has
// none.
func (h *handlers) rating(_ context.Context, in *ratingIn) (model.AgentRating, error) {
	c := in.Request()
	v, _ := store.Vote(in.AgentID, c.Caller.User).In(c.Rows())
	return rated(*c.Agent, v), nil
}

func rated(a model.Agent, v model.Vote) model.AgentRating {
	r := model.AgentRating{Agent: a.ID, LikeCount: a.LikeCount, DislikeCount: a.DislikeCount, Version: v.Version}
	if v.Vote != "" {
		r.MyVote = &v.Vote
	}
	return r
}

// clearVote in a request clears the caller's vote, whichever it is.
const clearVote = "clear"

type toggleIn struct {
	ratingIn
	Body struct {
		Vote string `json:"vote" enum:"up,down,clear" doc:"The vote that the caller has already clears it"`
	}
}

// toggleRating changes the caller's vote. A service key has none (403).
func (h *handlers) toggleRating(_ context.Context, in *toggleIn) (api.Told[model.AgentRating], error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return api.Told[model.AgentRating]{}, err
	}
	old, _ := store.Vote(in.AgentID, me.ID).In(c.Rows())
	c.CheckVersionOf(rated(*c.Agent, old))
	v := old
	v.AgentID, v.UserID, v.Vote = in.AgentID, me.ID, in.Body.Vote
	if v.Vote == old.Vote || v.Vote == clearVote {
		v.Vote = ""
	}
	message := map[string]string{model.VoteUp: upvoted, model.VoteDown: downvoted, "": cleared}[v.Vote]
	a := *c.Agent
	if v.Vote != old.Vote {
		a, v = h.store.CastVote(&c.Tx, a, old, v)
	}
	return api.Told[model.AgentRating]{Data: rated(a, v), Message: message}, nil
}
