// Package agent is the Agent APIs: agents with their configurations, users, reviews and
// votes.
//
// An agent never changes its project. Every path to it gives one of three roles on it;
// see docs/access.md.
package agent

import (
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group: the sidebar's operations in its order, then those that they
// presuppose.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	agent, alias, project := access.Agent("agent_id"), access.AgentOfAlias("alias_id"), access.Project("project_id")
	return api.Group{Name: "Agent APIs", Slug: "agent", Ops: []api.Op{
		api.GET("/api/agent/recent", "Get Recent Agents", h.recent).
			Says("Recent agents found successfully.").Anyone().Fails(403),
		api.POST("/api/agent/{agent_id}/recent", "Add to Recent Agents", h.addRecent).
			Says("Recent agent added successfully.").LeavesNoRow(api.OwnList).Allow(access.ViewAgent, agent).Fails(403, 404),
		api.DELETE("/api/agent/{agent_id}/recent", "Delete Recent Agent", h.deleteRecent).
			Says("Recent agent deleted successfully.").LeavesNoRow(api.OwnList).Allow(access.ViewAgent, agent).Fails(403, 404),
		api.GET("/api/agent/starred", "Get Starred Agents", h.starred).
			Says("Starred agents found successfully.").Anyone().Fails(403),
		api.DELETE("/api/agent/starred", "Delete Starred Agents", h.unstar).
			About("Agents that aren't starred are ignored beside one that is.").
			Says("Starred agents deleted successfully.").LeavesNoRow(api.OwnList).Anyone().Fails(403, 404),
		api.GET("/api/agent/team", "Get Agents by Team or User Team", h.listOfTeams).
			About("The agents of one team, or of all teams of the caller, that they can see. An admin of the organization may ask for those of another user's teams.").
			Says("Agents found successfully.").Anyone().Allow(access.ViewTeam, access.Team("team_id").IfGiven()).Users("user_id").Fails(403, 404),
		api.POST("/api/agent/{agent_id}/review", "Create a Review for an Agent", h.createReview).
			About("One review each. Who owns the agent can't review it.").
			Says("Agent review created successfully.").Allow(access.ViewAgent, agent).Creates().Fails(403, 404).Conflict(fault.KindDuplicate),
		api.GET("/api/agent/{agent_id}/review", "Get Agent Reviews", h.reviews).
			Says("Agent reviews found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.PUT("/api/agent/{agent_id}/review/{review_id}", "Update an Agent Review", h.editReview).
			Says("Agent review updated successfully.").Allow(access.ViewAgent, agent).Fails(403, 404),
		api.DELETE("/api/agent/{agent_id}/review/{review_id}", "Delete an Agent Review", h.deleteReview).
			Says("Agent review deleted successfully.").Allow(access.ViewAgent, agent).Fails(403, 404),
		api.POST("/api/agent/{agent_id}/chat-thread", "Create Agent Chat", h.createThread).
			Says("Chat Thread created successfully.").LeavesNoRow("What somebody asks is theirs; the log of chats keeps it.").Allow(access.ViewAgent, agent).Creates().Fails(403, 404),
		api.GET("/api/agent/{agent_id}/rating", "Get Agent Ratings", h.rating).
			Says("Agent ratings found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.PUT("/api/agent/{agent_id}/rating", "Toggle Rating", h.toggleRating).
			About("The same vote again clears it. With an Idempotency-Key, or If-Match with the ETag of the caller's vote, a request that is sent twice counts once.").
			Says(upvoted, downvoted, cleared).Toggles().LeavesNoRow("A vote can be taken back at any time, and the log would tell for good who liked what.").Allow(access.ViewAgent, agent).Fails(403, 404),
		api.POST("/api/agent/{agent_id}/alias", "Create Agent Alias", h.createAlias).
			Says("Agent alias created successfully.").Allow(access.EditAgent, agent).Creates().Fails(403, 404).Conflict(fault.KindDuplicate, fault.KindLimit),
		api.GET("/api/agent-alias", "Get All Agent Alias", h.aliases).
			Says("Agent aliases found successfully.").Anyone().Allow(access.ViewAgent, agent.IfGiven()).Fails(404),
		api.PUT("/api/agent-alias/{alias_id}", "Update Agent Alias", h.renameAlias).
			Says("Agent alias updated successfully.").Allow(access.EditAgent, alias).Fails(403, 404).Conflict(fault.KindDuplicate),
		api.GET("/api/agent/{agent_id}/access", "Get Agent Access Level", h.access).
			Says("Agent access level found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.PUT("/api/agent/{agent_id}/access", "Update Agent Access Level", h.setAccess).
			Says("Agent access level updated successfully.").Allow(access.ManageAgent, agent).Fails(403, 404),
		api.GET("/api/project/{project_id}/agent", "Get All Agents by Project", h.listOfProject).
			Says("Agents found successfully.").Allow(access.ViewProject, project).Fails(404),
		api.GET("/api/agent-type", "Get Agent Types", h.types).
			Says("Agent types found successfully.").Anyone(),
		api.PUT("/api/agent-type/{type_id}", "Update Agent Type", h.editType).
			About("Edits the type, for all agents of it.").
			Says("Agent type updated successfully.").Allow(access.ManageOrganization, access.OwnOrganization()).Fails(403, 404).Conflict(fault.KindDuplicate),
		api.GET("/api/agent/{agent_id}/user", "Get User Agent or User Agent Permission", h.users).
			About("Without user_id everybody who has a role on the agent: their own, or one in its project or its team. With it that user's highest role by any path, a rank or the access level among them.").
			Says("Agent users found successfully.").Allow(access.ManageAgent, agent).OrSelf("user_id").Users("user_id").Fails(403, 404),

		api.GET("/api/agent", "List Agents", h.list).
			Says("Agents found successfully.").Anyone().Fails(403),
		api.POST("/api/agent", "Create Agent", h.create).
			Says("Agent created successfully.").Allow(access.EditProject, project).Creates().Fails(403, 404),
		api.GET("/api/agent/{agent_id}", "Get Agent", h.agent).
			Says("Agent found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.PUT("/api/agent/{agent_id}", "Edit Agent", h.edit).
			About("A change of the configuration (instructions, model, temperature, starters) makes a new version of it. To hand the agent over to another owner takes the right to manage it.").
			Says("Agent updated successfully.").Allow(access.EditAgent, agent).Users("owner").Fails(403, 404),
		api.DELETE("/api/agent/{agent_id}", "Delete Agent", h.delete).
			Says("Agent deleted successfully.").Allow(access.ManageAgent, agent).Fails(403, 404),
		api.POST("/api/agent/{agent_id}/user", "Add User to Agent", h.addUsers).
			Says("Users added to agent successfully.").Allow(access.ManageAgent, agent).Users("user_ids").Fails(403, 404).Conflict(fault.KindOwnerPermission),
		api.DELETE("/api/agent/{agent_id}/user", "Remove User from Agent", h.removeUsers).
			About("Ends their own permissions on the agent. The owner keeps theirs until somebody else owns it (Edit Agent).").
			Says("Users removed from agent successfully.").Allow(access.ManageAgent, agent).Members("user_ids").Fails(403, 404).Conflict(fault.KindOwnerPermission),
		api.POST("/api/agent/{agent_id}/starred", "Star Agent", h.star).
			Says("Agent starred successfully.").LeavesNoRow(api.OwnList).Allow(access.ViewAgent, agent).Fails(403, 404),
		api.DELETE("/api/agent-alias/{alias_id}", "Delete Agent Alias", h.deleteAlias).
			Says("Agent alias deleted successfully.").Allow(access.EditAgent, alias).Fails(403, 404),
		api.GET("/api/agent-alias/by-name/{alias}", "Get Agent by Alias", h.agentByAlias).
			About("The agent that the alias leads to, in whatever case the alias is written.").
			Says("Agent found successfully.").Anyone().Fails(404),
		api.GET("/api/agent/{agent_id}/version", "List Agent Versions", h.versions).
			Says("Agent versions found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.GET("/api/agent/{agent_id}/version/{version}", "Get Agent Version", h.version).
			Says("Agent version found successfully.").Allow(access.ViewAgent, agent).Fails(404),
		api.POST("/api/agent/{agent_id}/version/{version}/restore", "Restore Agent Version", h.restore).
			About("Makes a new version that is configured as the old one was.").
			Says("Agent version restored successfully.").Allow(access.EditAgent, agent).Fails(403, 404),
	}}
}

type handlers struct{ store *store.Store }
