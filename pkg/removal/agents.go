package removal

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agentsOfProject are what people have of the project's agents: their permissions
// are deleted, and the agents they own go to an heir.
func agentsOfProject(ctx context.Context, w *work) ([]effect, error) {
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) {
		all, err := w.s.AllAgentsOfUser(ctx, u.ID)
		return slices.DeleteFunc(all, func(at store.Ref) bool { return at.Project != *w.r.ProjectID }), err
	})
	if err != nil {
		return nil, err
	}
	return w.leavesAgents(ctx, found)
}

// agentsOfAll are the same of all projects.
func agentsOfAll(ctx context.Context, w *work) ([]effect, error) {
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) {
		return w.s.AllAgentsOfUser(ctx, u.ID)
	})
	if err != nil {
		return nil, err
	}
	return w.leavesAgents(ctx, found)
}

// leavesAgents finds what becomes of the permissions that an index told of. An
// agent changes hands before its owner's permission is deleted, by which it is
// found: so it does wherever the work is cut off.
func (w *work) leavesAgents(ctx context.Context, found map[int64][]store.Ref) ([]effect, error) {
	heir := w.heir()
	var keys []table.Primary
	for user, agents := range found {
		for _, at := range agents {
			keys = append(keys, table.Agents.Key(at.Agent), table.AgentMembers.Key(user, at.Agent), table.Projects.Key(at.Project))
			if heir != 0 {
				keys = append(keys, table.Users.Key(heir), table.AgentMembers.Key(heir, at.Agent),
					table.ProjectMembers.Key(at.Project, heir), table.Tombstones.Key(at.Project, heir))
			}
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var members []model.AgentMember
	var owned []model.Agent
	on := make(map[int64]model.Agent, len(found))
	for _, m := range table.AgentMembers.All(rows) {
		if w.users[m.UserID].ID == 0 || w.r.Kind != model.OfUser && !w.ours(m.Epoch) { // the heir's, or a new one
			continue
		}
		a, _, live := store.LiveAgent(rows, m.AgentID)
		if !live { // it ends with the agent, and no undo could put it back
			continue
		}
		members, on[a.ID] = append(members, m), a
		if a.Owner() == m.UserID {
			owned = append(owned, a)
		}
	}
	h, err := w.heirs(ctx, owned, rows)
	if err != nil {
		return nil, err
	}
	var out []effect
	for _, m := range members {
		a := on[m.AgentID]
		if a.Owner() == m.UserID {
			out = append(out, w.handsOver(a, m.UserID, h))
		}
		out = append(out, w.endsPermission(a, m))
	}
	return out, nil
}

// endsPermission deletes a permission on agent a. Whose it is mustn't become its
// owner at the same time, by a request that began before they were removed;
// whoever is its owner isn't any more by then.
func (w *work) endsPermission(a model.Agent, m model.AgentMember) effect {
	name := model.AgentName(m.AgentID)
	return effect{
		EffectRow: model.EffectRow{UserID: m.UserID, AgentMember: &m, Effect: model.Effect{
			Resource: model.MemberName(name, m.UserID), Action: "delete", Detail: "permission as " + m.Role}},
		apply: func(tx *table.Tx) {
			if a.Owner() == m.UserID {
				w.s.EndAgentMember(tx, m)
			} else {
				w.s.RemoveAgentMember(tx, a, m)
			}
		},
		audit: w.audit(name, map[string]any{model.UserName(m.UserID): m.Facts()}, nil),
	}
}

// handsOver gives an agent to the heir in its project.
func (w *work) handsOver(a model.Agent, leaver int64, h heirsOfAgents) effect {
	name, heir := model.AgentName(a.ID), h.of[a.ProjectID]
	e := effect{heir: heir, EffectRow: model.EffectRow{
		UserID: leaver, Ownership: &model.Ownership{AgentID: a.ID, ProjectID: a.ProjectID}, Was: &model.Revision{Version: a.Version, ModifiedBy: a.ModifiedBy, ModifiedOn: a.ModifiedOn},
		Effect: model.Effect{Resource: name, Action: "transfer", Detail: "owner becomes nobody"},
	}}
	to := a
	to.Stamp = a.Modified(w.r.RemovedBy, w.at)
	before, after := map[string]any{"owner": leaver}, map[string]any{"owner": heir}
	e.audit = w.audit(name, before, after)
	if heir == 0 {
		to.OwnerID = nil
		e.warns = NoAdminLeft
		e.apply = func(tx *table.Tx) { w.s.EditAgent(tx, a, to, nil) }
		return e
	}
	e.Detail = "owner becomes " + model.UserName(heir)
	p, _ := table.Projects.In(h.rows, a.ProjectID)
	m := model.AgentMember{AgentID: a.ID, ProjectID: p.ID, UserID: heir, CreatedBy: w.r.RemovedBy, CreatedOn: w.at, Epoch: p.Epoch, AgentEpoch: a.Epoch, Version: 1}
	was, has := table.AgentMembers.In(h.rows, heir, a.ID)
	if has {
		e.Ownership.HeirWas = &was
		before[model.UserName(heir)] = was.Facts()
	}
	switch {
	case has && !buried(h.rows, was):
		if m = was; was.Role != string(access.AgentOwner) || was.ExpiresOn != nil {
			m = was.Modified(w.r.RemovedBy, w.at)
			m.Version++
		}
	default: // one that a removal of their own has ended is taken for none: another one comes in its place
		m.Version += was.Version
		e.named = func(id int64) {
			m.ID = id
			after[model.UserName(heir)] = m.Facts()
		}
	}
	m.Role, m.ExpiresOn = string(access.AgentOwner), nil
	after[model.UserName(heir)] = m.Facts()
	e.Ownership.Heir = &m
	e.audit.Notices = []model.Notice{{UserID: heir, Kind: model.NoticeRoleChanged, Resource: name}}
	e.apply = func(tx *table.Tx) {
		w.s.HandOverAgent(tx, p, a, to, nil, e.Ownership.HeirWas, m)
		table.ProjectMembers.CheckIn(tx, h.rows, a.ProjectID, heir) // which makes them the heir, if they are a member
	}
	return e
}

// heirsOfAgents are who becomes owner of the agents of each project, 0 for
// nobody, and what they are on these already.
type heirsOfAgents struct {
	of   map[int64]int64
	rows table.Rows
}

// buried reports whether a removal of a user from the project has ended their
// permission on one of its agents: it may still be there, and counts for nothing.
func buried(rows table.Rows, m model.AgentMember) bool {
	tomb, is := table.Tombstones.In(rows, m.ProjectID, m.UserID)
	return is && tomb.Buries(m.Epoch)
}

// heir is whom the removal names to become owner of agents, 0 for nobody.
func (w *work) heir() int64 {
	if w.r.AgentsTo == nil {
		return 0
	}
	return *w.r.AgentsTo
}

// heirs finds who becomes owner of agents: whom the removal names, if they can
// reach their project, else the project's oldest admin who isn't removed too.
// What the named one is on the agents and in their projects is among rows; their
// teams are looked at only where nothing else lets them in.
func (w *work) heirs(ctx context.Context, owned []model.Agent, rows table.Rows) (heirsOfAgents, error) {
	h := heirsOfAgents{make(map[int64]int64, len(owned)), rows}
	projects := make(map[int64]model.Project, len(owned))
	for _, a := range owned {
		projects[a.ProjectID], _ = table.Projects.In(rows, a.ProjectID)
	}
	if named, known := table.Users.In(rows, w.heir()); known {
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

// reached makes the named heir that of the projects that they can reach, and takes
// these away.
func (w *work) reached(ctx context.Context, h heirsOfAgents, named model.User, projects map[int64]model.Project) error {
	take := func() (teams []table.Primary) {
		for id, p := range projects {
			if w.reaches(h.rows, named, p) {
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
func (w *work) admins(ctx context.Context, h heirsOfAgents, projects map[int64]model.Project) error {
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

// reaches reports whether a user whose rows were read can see a project, and
// isn't removed too.
func (w *work) reaches(rows table.Rows, u model.User, p model.Project) bool {
	if u.OrganizationID != w.r.OrganizationID || slices.Contains(w.r.UserIDs, u.ID) {
		return false
	}
	t := access.Target{Kind: access.KindProject, ID: p.ID, Organization: p.OrganizationID, Team: p.Team()}
	if m, ok := table.ProjectMembers.In(rows, p.ID, u.ID); ok && !model.Expired(m.ExpiresOn, w.r.RemovedOn) {
		t.ProjectRole = access.ProjectRole(m.Role)
	}
	if m, ok := table.TeamMembers.In(rows, p.Team(), u.ID); ok {
		t.TeamRole = access.Role(m.Role)
	}
	return Ways(u, t).StillHasAccess
}

// membersPage is how many members of a project are looked at at a time.
const membersPage = 100

// oldestAdmin is the active admin of a project who has been a member for
// longest, those who are removed apart; 0 where there is none.
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

// keptAgents are the permissions on agents of the team's projects that stay: they
// are the people's own, and the report says so.
func keptAgents(ctx context.Context, w *work) ([]effect, error) {
	var projects []int64
	var found map[int64][]store.Ref
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		projects, err = store.Every(both, w.s.ProjectsOfTeam, *w.r.TeamID)
		return err
	})
	g.Go(func() (err error) {
		found, err = each(both, w, func(ctx context.Context, u model.User) ([]store.Ref, error) {
			return w.s.AllAgentsOfUser(ctx, u.ID)
		})
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	ofTeam := set(projects)
	var keys []table.Primary
	for user, agents := range found {
		for _, at := range agents {
			if ofTeam[at.Project] {
				keys = append(keys, table.Agents.Key(at.Agent), table.AgentMembers.Key(user, at.Agent), table.Projects.Key(at.Project), table.Tombstones.Key(at.Project, user))
			}
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, m := range table.AgentMembers.All(rows) {
		_, p, live := store.LiveAgent(rows, m.AgentID)
		if live && p.Team() == *w.r.TeamID && !model.Expired(m.ExpiresOn, w.r.RemovedOn) && !buried(rows, m) {
			out = append(out, effect{EffectRow: model.EffectRow{UserID: m.UserID, Effect: model.Effect{
				Resource: model.MemberName(model.AgentName(m.AgentID), m.UserID), Action: "keep", Detail: "direct permission as " + m.Role}}})
		}
	}
	return out, err
}

// recentAgents are the recent agents of a user, dropped when they are deleted.
func recentAgents(ctx context.Context, w *work) ([]effect, error) {
	return w.dropsRecents(ctx, table.RecentAgents, "/recent-agent", "recent agents", func(e *model.EffectRow, row *model.Recents) { e.RecentAgents = row })
}

// starred are the marks of a user on agents, dropped when they are deleted.
func starred(ctx context.Context, w *work) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) { return w.s.AllStarsOf(ctx, u.ID) })
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, stars := range found {
		for _, star := range stars {
			keys = append(keys, table.Stars.Key(user, star.Agent))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, row := range table.Stars.All(rows) {
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: row.UserID, Star: &row, Effect: model.Effect{
				Resource: model.UserName(row.UserID) + "/starred:" + strconv.FormatInt(row.AgentID, 10), Action: "delete", Detail: "starred agent"}},
			apply: func(tx *table.Tx) { table.Stars.Delete(tx, row) },
		})
	}
	return out, err
}
