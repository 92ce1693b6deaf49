// Package governance is the Governance APIs.
package governance

import (
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	_ = h
	return api.Group{Name: "Governance APIs", Slug: "governance", Ops: []api.Op{}}
}

type handlers struct{ store *store.Store }
