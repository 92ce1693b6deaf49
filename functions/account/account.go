// Package account is the Account APIs.
package account

import (
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	_ = h
	return api.Group{Name: "Account APIs", Slug: "account", Ops: []api.Op{}}
}

type handlers struct{ store *store.Store }
