// Package workspace is the Workspace APIs: teams as Ejento's routes show them,
// and the same teams as Agenta's workspaces.
package workspace

import (
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group: the team routes, then Agenta's.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	team, workspace := access.Team("team_id"), access.Workspace("workspace_id")
	return api.Group{Name: "Workspace APIs", Slug: "workspace", Ops: []api.Op{
		api.GET("/api/team", "List Teams", h.listTeams).
			Says("Teams found successfully.").Anyone().Fails(403),
		api.POST("/api/team", "Create Team", h.createTeam).
			Says("Team created successfully.").Anyone().Creates().Fails(403),
		api.GET("/api/team/{team_id}", "Get Team", h.team).
			Says("Team found successfully.").Allow(access.ViewTeam, team).Fails(404),
		api.PUT("/api/team/{team_id}", "Edit Team", h.editTeam).
			Says("Team updated successfully.").Allow(access.EditWorkspace, team).Fails(403, 404).Conflict(fault.KindDuplicate),
		api.DELETE("/api/team/{team_id}", "Delete Team", h.deleteTeam).
			Says("Team deleted successfully.").Allow(access.DeleteWorkspace, team).Fails(403, 404).Conflict(fault.KindInUse),
		api.GET("/api/team/{team_id}/user", "List Team Members", h.members).
			Says("Team users found successfully.").Allow(access.ViewTeam, team).Fails(404),
		api.POST("/api/team/{team_id}/user", "Add User to Team", h.addMembers).
			Says("Users added to team successfully.").Allow(access.AddNewUserToWorkspace, team).Users("user_ids").Fails(403, 404).Conflict(fault.KindLimit),
		api.DELETE("/api/team/{team_id}/user", "Remove User from Team", h.removeMembers).Removes().
			Says("Users removed from team successfully.").Allow(access.ModifyUserRoles, team).OrSelf("user_ids").Members("user_ids").Fails(403, 404),

		api.GET("/api/workspaces", "List Workspaces", h.listWorkspaces).
			Agenta().Anyone(),
		api.GET("/api/workspaces/roles", "List Workspace Roles", h.roles).
			Agenta().Anyone(),
		api.GET("/api/workspaces/permissions", "List Workspace Permissions", h.permissions).
			Agenta().Anyone(),
		api.GET("/api/workspaces/{workspace_id}", "Get Workspace", h.workspace).
			Agenta().Allow(access.ViewTeam, workspace).Fails(403, 404),
		api.POST("/api/workspaces/{workspace_id}/roles", "Assign Role to User", h.assign).
			Agenta().Allow(access.ModifyUserRoles, workspace).Fails(400, 403, 404),
		api.DELETE("/api/workspaces/{workspace_id}/roles", "Unassign Role from User", h.unassign).
			Agenta().Allow(access.ModifyUserRoles, workspace).Fails(400, 403, 404),
		api.DELETE("/api/workspaces/{workspace_id}/users", "Remove User from Workspace", h.removeUser).Removes().
			Agenta().Allow(access.ModifyUserRoles, workspace).Fails(400, 403, 404),
		api.GET("/api/organizations", "List Organizations", h.organizations).
			Agenta().Anyone(),
		api.POST("/api/organizations/{organization_id}/workspaces/{workspace_id}/invite", "Invite User to Workspace", h.invite).
			Agenta().About("Answers true where mail was sent, else the link for the invited person, shown this once. Inviting an address again replaces its invitation. Where no issuer is configured that link alone lets in only whom an admin rank has invited; warnings says needs_key where it doesn't, and Invite User to Project what then helps.").
			Allow(access.AddNewUserToWorkspace, workspace).Fails(400, 403, 404),
		api.POST("/api/organizations/{organization_id}/workspaces/{workspace_id}/invite/resend", "Resend Workspace Invitation", h.resend).
			Agenta().About("A new link for an invitation that was not accepted, expired or not. The link before opens nothing any more.").
			Allow(access.AddNewUserToWorkspace, workspace).Fails(400, 403, 404),
		api.POST("/api/organizations/{organization_id}/workspaces/{workspace_id}/invite/accept", "Accept Workspace Invitation", h.accept).
			Agenta().About("By the invited address, and without a credential on the same terms as Accept Project Invite, which says whose link lets somebody in by itself. Accepting twice with a credential is answered alike.").
			Invited().Fails(400, 403, 404, 410).Conflict(fault.KindBadTransition, fault.KindLimit),
	}}
}

type handlers struct{ store *store.Store }
