// Package account is the Account APIs: the caller himself, his organisation, and
// SCIM.
package account

import (
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	return api.Group{Name: "Account APIs", Slug: "account", Ops: slices.Concat(
		h.own(),
		h.scim(),
	)}
}

// own is the caller and his organisation.
func (h *handlers) own() []api.Op {
	organization := access.OwnOrganization()
	return []api.Op{
		api.GET("/api/user/me", "Who Am I", h.me).
			Says("User found successfully.").Anyone().Fails(403),
		api.GET("/api/organization", "Get Organization", h.organization).
			Says("Organization found successfully.").Allow(access.ViewOrganization, organization).Fails(403),
		api.PUT("/api/organization", "Edit Organization", h.editOrganization).
			Says("Organization updated successfully.").Allow(access.ManageOrganization, organization).Fails(403, 409),
	}
}

type handlers struct{ store *store.Store }
