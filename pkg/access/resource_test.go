package access

import "testing"

func TestALineNamesItsResource(t *testing.T) {
	for _, row := range []struct{ got, want Resource }{
		{Project("project_id"), Resource{Kind: KindProject, Field: "project_id"}},
		{Team("team_id"), Resource{Kind: KindTeam, Field: "team_id"}},
		{Workspace("workspace_id"), Resource{Kind: KindWorkspace, Field: "workspace_id"}},
		{Team("team_id").IfGiven(), Resource{Kind: KindTeam, Field: "team_id", Optional: true}},
		{Agent("agent_id"), Resource{Kind: KindAgent, Field: "agent_id"}},
		{AgentOfAlias("alias_id"), Resource{Kind: KindAgent, Field: "alias_id", ByAlias: true}},
	} {
		if row.got != row.want {
			t.Errorf("%+v, want %+v", row.got, row.want)
		}
	}
}
