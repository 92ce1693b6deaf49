package check_test

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func project(id int64, change func(*model.Project)) func(table.Rows) {
	return edit(table.Projects, change, id)
}

func team(id int64, change func(*model.Team)) func(table.Rows) { return edit(table.Teams, change, id) }

func member(project, user int64) func(table.Rows) {
	return put(table.ProjectMembers, model.ProjectMember{ID: 9999, ProjectID: project, UserID: user, Role: "member", Version: 1})
}

func teamMember(team, user int64) func(table.Rows) {
	return put(table.TeamMembers, model.TeamMember{ID: 9999, TeamID: team, UserID: user, Role: "viewer", Version: 1})
}

func name(scope int64, key string, project int64) func(table.Rows) {
	return put(table.ProjectNames, model.ReservedProjectName{OrganizationID: 1, NameScope: scope, NameKey: key, ProjectID: project})
}

func ownerless(of string, id int64) func(table.Rows) {
	return put(table.Ownerless, model.Ownerless{OrganizationID: 1, Of: of, ID: id})
}

func ofPlaces() []row {
	theirs, nowhere, shard := model.FoldKey("Theirs"), int64(999), int64(1)
	more, fewer := func(p *model.Project) { p.UserCount++ }, func(t *model.Team) { t.MemberCount++ }
	return []row{
		{"an admin who expires", steps{edit(table.ProjectMembers, func(m *model.ProjectMember) { m.ExpiresOn = &dawn }, 151, 7)}, []string{"the admin 7 of project 151 expires"}},
		{"a member of no project", steps{member(999, 26)}, []string{"user 26 is a member of project 999, which isn't there"}},
		{"a member who is nobody", steps{member(151, 999), project(151, more)}, []string{"project 151 has the member 999, who isn't there"}},
		{"a member too many", steps{project(151, more)}, []string{"project 151 counts 3 users of 2"}},
		{"an admin too many", steps{project(151, func(p *model.Project) { p.AdminCount++ })}, []string{"project 151 counts 2 admins of 1"}},
		{"a live project that is to be purged", steps{project(161, func(p *model.Project) { p.PendingOn, p.PendingShard = &dawn, &shard })},
			[]string{"project 161 is deleted without an end of its retention, or the other way round"}},
		{"a deleted project that keeps its name", steps{project(161, func(p *model.Project) { p.IsDeleted, p.PendingOn, p.PendingShard = true, &dawn, &shard })},
			[]string{"the deleted project 161 keeps its name", "5 names are kept for 4 projects"}},
		{"a name of another project", steps{name(0, theirs, 999)}, []string{"project 161 hasn't its name"}},
		{"a name of no project", steps{name(0, "other", 999)}, []string{"6 names are kept for 5 projects"}},
		{"an agent too many", steps{project(161, func(p *model.Project) { p.AgentCount++ })}, []string{"project 161 counts 2 agents of 1"}},
		{"a member of a team who is nobody", steps{teamMember(7, 999), team(7, fewer)}, []string{"team 7 has the member 999, who isn't there"}},
		{"a member of no team", steps{teamMember(999, 26)}, []string{"user 26 is a member of team 999, which isn't there"}},
		{"a role that there isn't", steps{edit(table.TeamMembers, func(m *model.TeamMember) { m.Role = "chief" }, 7, 16)}, []string{`user 16 is a "chief" of team 7`}},
		{"a project of no team", steps{project(160, func(p *model.Project) { p.TeamID = &nowhere }), drop(table.ProjectNames, 1, 0, model.FoldKey("Nobody's")), name(999, model.FoldKey("Nobody's"), 160)},
			[]string{"project 160 is in team 999, which isn't there"}},
		{"a group without the row of its name", steps{drop(table.ProvisionedNames, 1, model.GroupNames, model.ProvisionedKey(model.GroupNames, "Group"))},
			[]string{"team 20 has no row of the name group_name"}},
		{"a member of a team too many", steps{team(7, fewer)}, []string{"team 7 counts 3 members of 2"}},
		{"an owner too many", steps{team(7, func(t *model.Team) { t.OwnerCount++ })}, []string{"team 7 counts 2 owners of 1"}},
		{"a project of a team too many", steps{team(7, func(t *model.Team) { t.ProjectCount++ })}, []string{"team 7 counts 3 projects of 2"}},
		{"a team that is too large", steps{team(7, func(t *model.Team) { t.MemberCount = 1001 })}, []string{"team 7 counts 1001 members of 2", "team 7 has 1001 members"}},
		{"a live team that is to be purged", steps{team(7, func(t *model.Team) { t.PendingOn, t.PendingShard = &dawn, &shard })},
			[]string{"team 7 is deleted without an end of its retention, or the other way round"}},
		{"an ownerless project that isn't listed", steps{drop(table.Ownerless, 1, model.OwnerlessProject, 160)}, []string{"project 160 is ownerless, and isn't in the list of those"}},
		{"an ownerless team that isn't listed", steps{drop(table.Ownerless, 1, model.OwnerlessTeam, 21)}, []string{"team 21 is ownerless, and isn't in the list of those"}},
		{"an ownerless agent that isn't listed", steps{drop(table.Ownerless, 2, model.OwnerlessAgent, 29)}, []string{"agent 29 is ownerless, and isn't in the list of those"}},
		{"a listed project that there isn't", steps{ownerless(model.OwnerlessProject, 999)}, []string{"project 999 is in the list of ownerless ones of organization 1, and isn't there"}},
		{"an ownerless agent listed elsewhere", steps{ownerless(model.OwnerlessAgent, 29)}, []string{"agent 29 is in the list of ownerless ones of organization 1, and isn't there"}},
		{"a deleted project that is listed", steps{project(161, func(p *model.Project) { p.IsDeleted, p.PendingOn, p.PendingShard = true, &dawn, &shard }), ownerless(model.OwnerlessProject, 161)},
			[]string{"the deleted project 161 keeps its name", "5 names are kept for 4 projects", "project 161 is in the list of ownerless ones, and is deleted"}},
	}
}
