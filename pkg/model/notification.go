package model

// Notification is something a user is told. It lies with him, so that nobody
// else's request can name it.
type Notification struct {
	ID       int64  `json:"id" dynamo:"notification_id"`
	UserID   int64  `json:"user" dynamo:"user_id"`
	Title    string `json:"title" dynamo:"title"`
	Message  string `json:"message" dynamo:"message"`
	Type     string `json:"notification_type" dynamo:"notification_type"`
	Link     string `json:"link" dynamo:"link"`
	IsRead   bool   `json:"is_read" dynamo:"is_read"`
	ReadOn   *Time  `json:"read_on" dynamo:"read_on,omitempty"`
	UnreadBy *int64 `json:"-" dynamo:"unread_by,omitempty"` // UserID until it is read, for an index
	Version  int64  `json:"-" dynamo:"version"`
	Stamp
}
