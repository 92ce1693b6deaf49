// Package account is the Account APIs: the caller, their organisation, and
// SCIM.
package account

import (
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	return api.Group{Name: "Account APIs", Slug: "account", Ops: slices.Concat(
		h.own(),
		h.domainOps(),
		h.apiKeys(),
		h.projectInvites(),
		h.scim(),
	)}
}

// own lists the operations on the caller and their organisation.
func (h *handlers) own() []api.Op {
	organization := access.OwnOrganization()
	return []api.Op{
		api.GET("/api/user/me", "Who Am I", h.me).
			Says("User found successfully.").About("A service key too is told what it is.").Anyone().Fails(403),
		api.GET("/api/organization", "Get Organization", h.organization).
			Says("Organization found successfully.").Allow(access.ViewOrganization, organization).Fails(403),
		api.PUT("/api/organization", "Edit Organization", h.editOrganization).
			Says("Organization updated successfully.").Allow(access.ManageOrganization, organization).Fails(403),
	}
}

func (h *handlers) apiKeys() []api.Op {
	return []api.Op{
		api.GET("/api/api-key", "List API Keys", h.keys).
			Says("API keys found successfully.").About("Revoked ones are listed too.").
			Anyone("One's own, and for both admin ranks the organization's service keys; with user_id that user's, for whoever may manage them.").Users("user_id").Fails(403, 404),
		api.POST("/api/api-key", "Create API Key", h.createKey).
			Says("API key created successfully.").About("The key is shown in this answer alone. It can do no more than the credential it is made with.").
			Anyone().Allow(access.ViewProject, access.Project("project_id").IfGiven()).Creates().Fails(403, 404),
		api.DELETE("/api/api-key/{key_id}", "Revoke API Key", h.revokeKey).
			Says("API key revoked successfully.").About("It opens nothing any more, and is kept for the record.").
			Anyone("One's own, and for both admin ranks service keys and the keys of whoever they may manage.").Fails(403, 404),
	}
}

func (h *handlers) projectInvites() []api.Op {
	project := access.Project("project_id")
	return []api.Op{
		api.GET("/api/project/{project_id}/invite", "List Project Invites", h.invites).
			Says("Invites found successfully.").Allow(access.ManageMembers, project).Fails(403, 404),
		api.POST("/api/project/{project_id}/invite", "Invite User to Project", h.invite).
			Says("Invite created successfully.").About("Inviting an address again replaces its invitation. Where no mail is sent, meta.url is the link for the invited person, shown in this answer alone. Where no issuer is configured that link alone lets in only whom an admin rank has invited; meta.warnings says needs_key where it doesn't. Then an admin rank makes their account by Create User, whose link brings them a key, and with that key they accept this invitation.").
			Allow(access.ManageMembers, project).Creates().Fails(403, 404).Conflict(fault.KindDuplicate),
		api.DELETE("/api/project/{project_id}/invite/{invite_id}", "Revoke Project Invite", h.revokeInvite).
			Says("Invite revoked successfully.").Allow(access.ManageMembers, project).Fails(403, 404).Conflict(fault.KindBadTransition),
		api.POST("/api/invite/accept", "Accept Project Invite", h.accept).
			Says("Invite accepted successfully.").About("By the invited address: a token of the issuer that nobody is bound to yet is bound by it. Where no issuer is configured it needs no credential while the user never had one, if a letter carried the link or somebody of a higher rank than theirs made it; meta.key then shows them a key, this once. The link of anybody else, such as a project's admin, needs the invited person's own key beside it, which the link of Create User brings them. An invitation to the organization alone is answered by an empty list. Accepting twice with that key is answered alike; without a credential a link that was used is 401.").
			Invited().Fails(403, 404, 410).Conflict(fault.KindBadTransition),
	}
}

type handlers struct{ store *store.Store }
