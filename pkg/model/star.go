package model

// Star marks an agent as starred by a user.
type Star struct {
	ID        int64 `dynamo:"star_id"`
	UserID    int64 `dynamo:"user_id"`
	AgentID   int64 `dynamo:"agent_id"`
	ProjectID int64 `dynamo:"project_id"` // the agent's
	CreatedOn Time  `dynamo:"created_on"`
}

// StarredAgent is an agent that the caller starred.
type StarredAgent struct {
	ID        int64 `json:"id"`
	Agent     Agent `json:"agent"`
	CreatedOn Time  `json:"created_on"`
}

// RecentAgent is an agent somebody used, and when.
type RecentAgent struct {
	ID         int64 `json:"id"`
	Agent      Agent `json:"agent"`
	LastUsedOn Time  `json:"last_used_on"`
}
