package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// recentProjectList and recentAgentList are the images of a user's recent projects and
// agents, which are deleted with the user.
type (
	recentProjectList struct{ model.Recents }
	recentAgentList   struct{ model.Recents }
)

func (recentProjectList) thing() string { return "recent_projects" }
func (recentAgentList) thing() string   { return "recent_agents" }

func recentProjects(ctx context.Context, w *work) ([]effect, error) {
	return w.dropsRecents(ctx, table.Recents, "/recent", "recent projects", func(row model.Recents) image { return recentProjectList{row} })
}

func recentAgents(ctx context.Context, w *work) ([]effect, error) {
	return w.dropsRecents(ctx, table.RecentAgents, "/recent-agent", "recent agents", func(row model.Recents) image { return recentAgentList{row} })
}

func (w *work) dropsRecents(ctx context.Context, of *table.Entity[model.Recents], name, detail string, was func(model.Recents) image) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	keys := make([]table.Primary, 0, len(w.users))
	for _, u := range w.users {
		keys = append(keys, of.Key(u.ID))
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, row := range of.All(rows) {
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: row.UserID, Effect: model.Effect{Resource: model.UserName(row.UserID) + name, Action: "delete", Detail: detail}},
			before:    was(row),
			apply:     func(tx *table.Tx) { of.Delete(tx, row) },
		})
	}
	return out, err
}

func (recentProjectList) keys(user int64) []table.Primary {
	return []table.Primary{table.Recents.Key(user)}
}

func (recentAgentList) keys(user int64) []table.Primary {
	return []table.Primary{table.RecentAgents.Key(user)}
}

func (l recentProjectList) back(u *undoing, _ model.EffectRow) restoration {
	return u.recreates(table.Recents, l.Recents)
}

func (l recentAgentList) back(u *undoing, _ model.EffectRow) restoration {
	return u.recreates(table.RecentAgents, l.Recents)
}

// recreates restores a list where the user has none.
func (u *undoing) recreates(of *table.Entity[model.Recents], row model.Recents) restoration {
	if now, is := of.In(u.rows, row.UserID); is {
		return restoration{restored: now.Version == row.Version+1}
	}
	row.Version++
	return restoration{restored: true, put: func(tx *table.Tx) { of.Create(tx, row) }}
}
