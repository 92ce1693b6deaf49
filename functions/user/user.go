// Package user is the User APIs.
package user

import (
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	_ = h
	return api.Group{Name: "User APIs", Slug: "user", Ops: []api.Op{}}
}

type handlers struct{ store *store.Store }
