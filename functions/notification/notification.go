// Package notification is the Notification APIs.
package notification

import (
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	_ = h
	return api.Group{Name: "Notification APIs", Slug: "notification", Ops: []api.Op{}}
}

type handlers struct{ store *store.Store }
