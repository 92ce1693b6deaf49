package check

import (
	"fmt"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// ids checks that no two rows of a sequence have the same id.
func (c *checks) ids() {
	permissions, recents := map[int64]string{}, map[int64]string{}
	claim := func(taken map[int64]string, id int64, by string) {
		c.hold(taken[id] == "", "%s and %s both have the id %d", taken[id], by, id)
		taken[id] = by
	}
	for _, m := range table.ProjectMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("project:%d/user:%d", m.ProjectID, m.UserID))
	}
	for _, m := range table.TeamMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("team:%d/user:%d", m.TeamID, m.UserID))
	}
	for _, m := range table.AgentMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("agent:%d/user:%d", m.AgentID, m.UserID))
	}
	for _, of := range []*table.Entity[model.Recents]{table.Recents, table.RecentAgents} {
		for _, r := range of.All(c.rows) {
			seen := map[string]bool{}
			for _, e := range r.Entries {
				what := fmt.Sprintf("project:%d/agent:%d", e.ProjectID, e.AgentID)
				claim(recents, e.ID, fmt.Sprintf("recent:%d/%s", r.UserID, what))
				c.hold(!seen[what], "user %d has %s twice among their recent ones", r.UserID, what)
				seen[what] = true
			}
		}
	}
}
