package check_test

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func agent(id int64, change func(*model.Agent)) func(table.Rows) {
	return edit(table.Agents, change, id)
}

func onAgent(agent, project, user int64) func(table.Rows) {
	return put(table.AgentMembers, model.AgentMember{ID: 9999, AgentID: agent, ProjectID: project, UserID: user, Role: "viewer", Version: 1})
}

func ofAgents() []row {
	shard, view := int64(1), "view_only"
	return []row{
		{"an agent of another organisation than its project", steps{agent(60, func(a *model.Agent) { a.OrganizationID = 2 })}, []string{"agent 60 is in project 161, which isn't there"}},
		{"a live agent that is to be purged", steps{agent(60, func(a *model.Agent) { a.PendingOn, a.PendingShard = &dawn, &shard })},
			[]string{"agent 60 is deleted without an end of its retention, or the other way round"}},
		{"an open agent that isn't listed", steps{drop(table.OpenAgents, 1, 22)}, []string{"agent 22 is organization, and in the list of open ones: false"}},
		{"an agent of a team that isn't listed", steps{drop(table.TeamAgents, 7, 21)}, []string{"agent 21 says team 7, and is in its list: false"}},
		{"a private agent that is public", steps{agent(60, func(a *model.Agent) { a.PublicMode = &view })}, []string{`agent 60 is private with mode "view_only"`}},
		{"a version that is missing", steps{drop(table.AgentVersions, 21, 1)}, []string{"agent 21 lacks version 1, or its hash is wrong"}},
		{"a configuration that is none of its versions", steps{agent(60, func(a *model.Agent) { a.ConfigHash = "other" })}, []string{"agent 60 has another hash than its version 1"}},
		{"an owner whose permission ends", steps{edit(table.AgentMembers, func(m *model.AgentMember) { m.ExpiresOn = &dawn }, 30, 60)},
			[]string{"user 30 owns agent 60 and hasn't the permission of an owner"}},
		{"an owner who was removed", steps{project(161, func(p *model.Project) { p.Epoch = 1 }), put(table.Tombstones, model.Tombstone{ProjectID: 161, UserID: 30, Epoch: 1, RemovalID: 1})},
			[]string{"user 30 owns agent 60, and removal 1 has ended that"}},
		{"a permission on no agent", steps{onAgent(999, 151, 26)}, []string{"user 26 is a member of agent 999, which isn't there"}},
		{"a permission on an agent of another project", steps{onAgent(21, 161, 26)}, []string{"user 26 has a permission on agent 21, which is elsewhere"}},
		{"a permission that there isn't", steps{edit(table.AgentMembers, func(m *model.AgentMember) { m.Role = "chief" }, 7, 22), edit(table.Agents, func(a *model.Agent) { a.OwnerID = nil }, 22), ownerless(model.OwnerlessAgent, 22)},
			[]string{`user 7 is a "chief" of agent 22`}},
		{"a permission of nobody", steps{onAgent(21, 151, 999)}, []string{"agent 21 has the member 999, who isn't there"}},
		{"an agent of a team that there isn't", steps{put(table.TeamAgents, model.TeamAgent{TeamID: 7, AgentID: 999})}, []string{"agent 999 is in the list of team 7, and isn't there"}},
		{"an open agent that there isn't", steps{put(table.OpenAgents, model.OpenAgent{OrganizationID: 1, AgentID: 999})}, []string{"agent 999 is in the list of open ones, and isn't there"}},
		{"a review of nobody", steps{drop(table.Reviewers, 21, 15)}, []string{"review 31 of agent 21 isn't the one of user 15"}},
		{"a reviewer without a review", steps{put(table.Reviewers, model.Reviewer{AgentID: 21, UserID: 26, ReviewID: 999})}, []string{"user 26 has reviewed agent 21, and there is no review"}},
		{"an alias whose name is another's", steps{edit(table.AliasNames, func(n *model.ReservedAlias) { n.AliasID = 999 }, 1, "support")}, []string{"alias 41 hasn't its name"}},
		{"a name of no alias", steps{put(table.AliasNames, model.ReservedAlias{OrganizationID: 1, Alias: "other", AliasID: 999})}, []string{"there are names without an alias"}},
		{"an alias too many", steps{agent(60, func(a *model.Agent) { a.AliasCount++ })}, []string{"agent 60 counts 1 aliases of 0", "agent 60 counts {…"}},
		{"a vote too many", steps{agent(60, func(a *model.Agent) { a.LikeCount++ })}, []string{"agent 60 counts {…"}},
	}
}
