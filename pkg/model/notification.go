package model

// Notification is a message to a user. Its key begins with the user's, so that
// nobody else's request can name it.
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
	// ProjectID is the project that it is about, or that one of its admins' keys
	// sent it from.
	ProjectID *int64 `json:"-" dynamo:"about_project,omitempty"`
	Version   int64  `json:"-" dynamo:"version"`
	Stamp
}

// VisibleFrom reports whether a key that is bound to the project may see it. A key
// that isn't bound, 0, sees all.
func (n Notification) VisibleFrom(project int64) bool {
	return project == 0 || n.ProjectID != nil && *n.ProjectID == project
}
