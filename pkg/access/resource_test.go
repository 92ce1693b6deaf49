package access

import "testing"

func TestALineNamesItsResource(t *testing.T) {
	for _, row := range []struct{ got, want Resource }{
		{Project("project_id"), Resource{KindProject, "project_id", false}},
		{Team("team_id"), Resource{KindTeam, "team_id", false}},
		{Workspace("workspace_id"), Resource{KindWorkspace, "workspace_id", false}},
		{Team("team_id").IfGiven(), Resource{KindTeam, "team_id", true}},
	} {
		if row.got != row.want {
			t.Errorf("%+v, want %+v", row.got, row.want)
		}
	}
}
