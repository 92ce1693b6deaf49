package model

// Review is what a user thinks of an agent.
type Review struct {
	ID      int64   `json:"id" dynamo:"review_id"`
	AgentID int64   `json:"agent" dynamo:"agent_id" doc:"Id of the agent"`
	User    UserRef `json:"user" dynamo:"-" doc:"Its author"`
	UserID  int64   `json:"-" dynamo:"user_id"`
	Review  string  `json:"review" dynamo:"review"`
	Rating  *int64  `json:"rating" dynamo:"rating,omitempty" doc:"From 1 to 5, or null"`
	Version int64   `json:"-" dynamo:"version"`
	Stamp
}

// RowVersion is what the ETag shows.
func (r Review) RowVersion() int64 { return r.Version }

// Reviewer limits a user to one review of an agent.
type Reviewer struct {
	AgentID  int64 `dynamo:"agent_id"`
	UserID   int64 `dynamo:"user_id"`
	ReviewID int64 `dynamo:"review_id"`
}

// Votes on an agent.
const (
	VoteUp   = "up"
	VoteDown = "down"
)

// Vote is a user's vote on an agent. A cleared vote's row is kept, so that its
// version never repeats.
type Vote struct {
	AgentID int64  `dynamo:"agent_id"`
	UserID  int64  `dynamo:"user_id"`
	Vote    string `dynamo:"vote"` // "" for none
	Version int64  `dynamo:"version"`
}

// AgentRating has an agent's counts of votes, and the caller's own vote.
type AgentRating struct {
	Agent        int64   `json:"agent" doc:"Id of the agent"`
	LikeCount    int64   `json:"like_count"`
	DislikeCount int64   `json:"dislike_count"`
	MyVote       *string `json:"my_vote" enum:"up,down" doc:"The caller's own vote, or null"`
	Version      int64   `json:"-"`
}

// RowVersion is what the ETag shows: the version of the caller's own vote, so that
// a toggle that is sent again can be told from a new one.
func (r AgentRating) RowVersion() int64 { return r.Version }

// UserRef names a user beside what they did.
type UserRef struct {
	ID        int64  `json:"id"`
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// Ref names u as the author of something. A deleted user isn't named.
func (u User) Ref() UserRef {
	if u.DeletedOn != nil {
		return RemovedUser(u.ID)
	}
	return UserRef{u.ID, u.Email, u.FirstName, u.LastName}
}

// The name shown for an author whose account was deleted.
const (
	RemovedFirstName = "Removed"
	RemovedLastName  = "user"
)

// RemovedUser names a deleted user, by id alone.
func RemovedUser(id int64) UserRef {
	return UserRef{ID: id, FirstName: RemovedFirstName, LastName: RemovedLastName}
}
