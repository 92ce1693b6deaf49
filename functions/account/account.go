// Package account is the Account APIs.
package account

import (
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	return api.Group{Name: "Account APIs", Slug: "account", Ops: slices.Concat(
		h.scim(),
	)}
}

type handlers struct{ store *store.Store }
