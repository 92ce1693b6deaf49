package model

// Thread is a chat of one user with one agent. Its fields are in the documented
// order.
type Thread struct {
	ID         int64   `json:"id" dynamo:"thread_id"`
	CorpusID   *int64  `json:"corpus_id" dynamo:"corpus_id,omitempty"`
	CreatedBy  string  `json:"created_by" dynamo:"created_by"`
	CreatedOn  Time    `json:"created_on" dynamo:"created_on"`
	ModifiedBy string  `json:"modified_by" dynamo:"modified_by"`
	ModifiedOn Time    `json:"modified_on" dynamo:"modified_on"`
	Title      string  `json:"title" dynamo:"title"`
	IsDeleted  bool    `json:"is_deleted" dynamo:"is_deleted"`
	ChatID     *string `json:"chat_id" dynamo:"chat_id,omitempty" doc:"What another system calls it"`
	AgentID    int64   `json:"agent" dynamo:"agent_id" doc:"Id of the agent"`
	UserID     int64   `json:"user" dynamo:"user_id" doc:"Id of the user"`
	ProjectID  int64   `json:"-" dynamo:"project_id"` // the agent's
	Version    int64   `json:"-" dynamo:"version"`
}
