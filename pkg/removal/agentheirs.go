package removal

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// agentHeirs are the heirs of the agents of each project, by project id, 0 for nobody,
// and the rows of the roles that they have on these.
type agentHeirs struct {
	of   map[int64]int64
	rows table.Rows
}

// agentHeir is the heir of agents that the removal names, 0 for nobody.
func (w *work) agentHeir() int64 {
	if w.r.AgentsTo == nil {
		return 0
	}
	return *w.r.AgentsTo
}

// heirsOf finds the heirs of agents: the one whom the removal names, where they can
// reach the agent's project, else the project's oldest admin who isn't removed too.
// rows have the named heir's roles on the agents and in their projects; their team
// memberships are read only where they reach a project by nothing else. It returns
// ErrStale where the admin it found isn't one any more.
func (w *work) heirsOf(ctx context.Context, owned []model.Agent, rows table.Rows) (agentHeirs, error) {
	h := agentHeirs{make(map[int64]int64, len(owned)), rows}
	projects := make(map[int64]model.Project, len(owned))
	for _, a := range owned {
		projects[a.ProjectID], _ = table.Projects.In(rows, a.ProjectID)
	}
	if named, known := table.Users.In(rows, w.agentHeir()); known {
		if err := w.reached(ctx, h, named, projects); err != nil {
			return h, err
		}
	}
	if err := w.admins(ctx, h, projects); err != nil {
		return h, err
	}
	var keys []table.Primary
	for _, a := range owned {
		heir := h.of[a.ProjectID]
		if _, admins := projects[a.ProjectID]; admins && heir != 0 { // of the named one it was read
			keys = append(keys, table.AgentMembers.Key(heir, a.ID), table.Tombstones.Key(a.ProjectID, heir), table.ProjectMembers.Key(a.ProjectID, heir))
		}
	}
	members, err := w.s.Read(ctx, keys...)
	rows.Add(members)
	for id := range projects {
		if m, _ := table.ProjectMembers.In(rows, id, h.of[id]); err == nil && h.of[id] != 0 && m.Role != string(access.ProjectAdmin) {
			return h, table.ErrStale // not any more
		}
	}
	return h, err
}

// reached makes the named user the heir in the projects that they can reach, and
// deletes these from projects.
func (w *work) reached(ctx context.Context, h agentHeirs, named model.User, projects map[int64]model.Project) error {
	take := func() (teams []table.Primary) {
		for id, p := range projects {
			if w.reachesProject(h.rows, named, p) {
				h.of[id] = named.ID
				delete(projects, id)
			} else if p.Team() != 0 {
				teams = append(teams, table.TeamMembers.Key(p.Team(), named.ID))
			}
		}
		return teams
	}
	teams := take()
	if len(teams) == 0 {
		return nil
	}
	rows, err := w.s.Read(ctx, teams...)
	h.rows.Add(rows)
	take()
	return err
}

// admins makes the oldest admin of each project the heir there.
func (w *work) admins(ctx context.Context, h agentHeirs, projects map[int64]model.Project) error {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	var mu sync.Mutex
	for id := range projects {
		g.Go(func() error {
			admin, err := w.oldestAdmin(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			h.of[id] = admin
			return err
		})
	}
	return g.Wait()
}

// membersPage is the number of a project's members that are read at a time.
const membersPage = 100

// oldestAdmin is the active admin of a project who has been a member for longest and
// isn't removed too; 0 where there is none.
func (w *work) oldestAdmin(ctx context.Context, project int64) (int64, error) {
	var oldest model.ProjectMember
	for after := int64(0); ; {
		found, err := w.s.Members(ctx, project, after, membersPage)
		if err != nil {
			return 0, err
		}
		keys := make([]table.Primary, 0, 2*len(found))
		for _, f := range found {
			keys = append(keys, table.ProjectMembers.Key(project, f.User), table.Users.Key(f.User))
			after = f.ID
		}
		rows, err := w.s.Read(ctx, keys...)
		if err != nil {
			return 0, err
		}
		for _, m := range table.ProjectMembers.All(rows) {
			u, _ := table.Users.In(rows, m.UserID)
			if m.Role == string(access.ProjectAdmin) && u.IsActive && !slices.Contains(w.r.UserIDs, m.UserID) &&
				(oldest.ID == 0 || older(m, oldest)) {
				oldest = m
			}
		}
		if len(found) < membersPage {
			return oldest.UserID, nil
		}
	}
}

func older(a, b model.ProjectMember) bool {
	if !a.CreatedOn.Equal(b.CreatedOn) {
		return b.CreatedOn.After(a.CreatedOn)
	}
	return cmp.Less(a.ID, b.ID)
}
