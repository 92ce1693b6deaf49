package check_test

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func removal(id int64, change func(*model.Removal)) func(table.Rows) {
	return edit(table.Removals, change, id)
}

func effect(thing string, kept model.Image) model.EffectRow {
	return model.EffectRow{RemovalID: 1, UserID: 15, Effect: model.Effect{Resource: "user:15/" + thing, Action: "delete"}, Thing: thing, Before: kept}
}

func ofRemovals() []row {
	shard, gone := int64(1), int64(24)
	told := model.Audit{OrganizationID: 1, ID: "a", TS: dawn, Actor: "user:1", Action: "act", Resource: "user:1", About: "user:1"}
	tomb := func(change func(*model.Tombstone)) func(table.Rows) { return edit(table.Tombstones, change, 4, 15) }
	return []row{
		{"a change without its outcome", steps{put(table.Audits, told)}, []string{"an audit row says too little: …"}},
		{"a removal that nothing tells of", steps{func(rows table.Rows) {
			for _, a := range table.Audits.All(rows) {
				if id, _ := model.Integer(a.After["removal_id"]); id == 1001 && a.Actor == "user:1" {
					drop(table.Audits, 1, a.TS.String(), a.ID)(rows)
				}
			}
		}}, []string{"removal 1001 has 0 audit rows"}},
		{"a removal that is told of twice", steps{func(rows table.Rows) {
			again := told
			again.Outcome, again.After = "success", map[string]any{"removal_id": int64(1)}
			put(table.Audits, again)(rows)
		}}, []string{"removal 1 has 2 audit rows"}},
		{"a removal that nobody works off", steps{removal(1, func(r *model.Removal) { r.State = model.Revoked })}, []string{"removal 1 is not done and not pending"}},
		{"a removal that is done and isn't", steps{removal(1, func(r *model.Removal) { r.PendingOn, r.PendingShard = &dawn, &shard })}, []string{"removal 1 is done and pending"}},
		{"a removal without a tombstone", steps{drop(table.Tombstones, 4, 15)}, []string{"removal 1 left no tombstone"}},
		{"a member who was taken out", steps{put(table.ProjectMembers, model.ProjectMember{ID: 45, ProjectID: 4, UserID: 15, Role: "member", Version: 1}), project(4, func(p *model.Project) { p.UserCount++ })},
			[]string{"user 15 was taken out of project 4 and is still in it"}},
		{"a member who was taken out of a team", steps{put(table.TeamMembers, model.TeamMember{ID: 72, TeamID: 7, UserID: 15, Role: "viewer", Version: 1}), team(7, func(t *model.Team) { t.MemberCount++ })},
			[]string{"user 15 was taken out of team 7 and is still in it"}},
		{"a tombstone of an epoch to come", steps{tomb(func(t *model.Tombstone) { t.Epoch = 9 })}, []string{"a tombstone in project 4 is of epoch 9, and the project in 1"}},
		{"a tombstone of no removal", steps{tomb(func(t *model.Tombstone) { t.RemovalID = 999 })}, []string{"a tombstone in project 4 names removal 999, which isn't there"}},
		{"an effect on what no thing is called", steps{put(table.Effects, effect("pet", model.Image{"name": &types.AttributeValueMemberS{Value: "a"}}))},
			[]string{"what is kept of a thing is none: …"}},
		{"an effect that keeps no star", steps{put(table.Effects, effect("star", model.Image{"star_id": &types.AttributeValueMemberS{Value: "a"}}))},
			[]string{"what is kept of a thing is none: …"}},
		{"an effect of which nothing is kept any more, or never was", steps{put(table.Effects, effect("star", nil)), put(table.Effects, effect("", nil))}, nil},
		{"a listed removal that there isn't", steps{put(table.RemovalsOf, model.RemovalOf{About: "user:26", RemovalID: 999})},
			[]string{"removal 999 is in the list of user:26, and isn't there or not of them"}},
		{"a removal in another's list", steps{put(table.RemovalsOf, model.RemovalOf{About: "user:26", RemovalID: 1})},
			[]string{"removal 1 is in the list of user:26, and isn't there or not of them"}},
		{"a removal that isn't listed", steps{drop(table.RemovalsOf, "team:7", 1004)}, []string{"removal 1004 isn't in the list of team:7"}},
		{"a deleted member of a project", steps{member(151, gone), project(151, func(p *model.Project) { p.UserCount++ })}, []string{"user 24 is removed and still in project 151"}},
		{"a deleted member of a team", steps{teamMember(7, gone), team(7, func(t *model.Team) { t.MemberCount++ })}, []string{"user 24 is removed and still in team 7"}},
		{"a deleted user's key", steps{put(table.Keys, model.APIKey{ID: 900, Prefix: "left", Kind: model.PersonalKey, UserID: &gone, OrganizationID: 1, Version: 1})},
			[]string{"user 24 is removed and key 900 still lives"}},
		{"a deleted user's permission", steps{onAgent(60, 161, gone)}, []string{"user 24 is removed and still has a permission on agent 60"}},
		{"a deleted user's agent", steps{onAgent(60, 161, gone), edit(table.AgentMembers, func(m *model.AgentMember) { m.Role = "owner" }, gone, 60), agent(60, func(a *model.Agent) { a.OwnerID = &gone })},
			[]string{"user 24 is removed and still has a permission on agent 60", "user 24 is removed and still owns agent 60"}},
		{"a deleted user's star", steps{put(table.Stars, model.Star{ID: 900, UserID: gone, AgentID: 21, ProjectID: 151})}, []string{"user 24 is removed and still has a star on agent 21"}},
		{"a deleted user's recent agents", steps{put(table.RecentAgents, model.Recents{UserID: gone, Version: 1})}, []string{"user 24 is removed and still has recent agents"}},
	}
}
