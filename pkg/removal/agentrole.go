package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agentRole is the image of a user's own permission on an agent.
type agentRole struct{ model.AgentMember }

func (agentRole) thing() string { return "agent_role" }

// agentRoles finds the users' permissions on agents, or on those of the project they
// are removed from: the permissions are deleted, and the agents that they own go to an
// heir. Since an owned agent is found by its owner's permission, it changes hands
// before that is deleted, wherever the work is interrupted.
func agentRoles(ctx context.Context, w *work) ([]effect, error) {
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) {
		all, err := w.s.AllAgentsOfUser(ctx, u.ID)
		return slices.DeleteFunc(all, func(at store.Ref) bool { return w.r.ProjectID != nil && at.Project != *w.r.ProjectID }), err
	})
	if err != nil {
		return nil, err
	}
	rows, err := w.s.Read(ctx, w.agentKeys(found)...)
	if err != nil {
		return nil, err
	}
	var roles []model.AgentMember
	var owned []model.Agent
	on := make(map[int64]model.Agent, len(found))
	for _, m := range table.AgentMembers.All(rows) {
		if w.users[m.UserID].ID == 0 || !w.ours(m.Epoch) { // the heir's, or a new one
			continue
		}
		a, _, live := store.LiveAgent(rows, m.AgentID)
		if !live { // it ends with the agent, and no undo could put it back
			continue
		}
		roles, on[a.ID] = append(roles, m), a
		if a.Owner() == m.UserID {
			owned = append(owned, a)
		}
	}
	heirs, err := w.heirsOf(ctx, owned, rows)
	if err != nil {
		return nil, err
	}
	var out []effect
	for _, m := range roles {
		a := on[m.AgentID]
		if a.Owner() == m.UserID {
			out = append(out, w.handsOver(a, m.UserID, heirs))
		}
		out = append(out, w.endsRole(a, m))
	}
	return out, nil
}

// agentKeys are the keys of found agents, of the users' permissions on them, and of
// the named heir's roles there.
func (w *work) agentKeys(found map[int64][]store.Ref) (keys []table.Primary) {
	heir := w.agentHeir()
	for user, agents := range found {
		for _, at := range agents {
			keys = append(keys, table.Agents.Key(at.Agent), table.AgentMembers.Key(user, at.Agent), table.Projects.Key(at.Project))
			if heir != 0 {
				keys = append(keys, table.Users.Key(heir), table.AgentMembers.Key(heir, at.Agent),
					table.ProjectMembers.Key(at.Project, heir), table.Tombstones.Key(at.Project, heir))
			}
		}
	}
	return keys
}

// endsRole deletes a permission on agent a. Its user mustn't become the agent's owner
// meanwhile, by a request that began before the removal; where they own it already,
// handsOver comes first.
func (w *work) endsRole(a model.Agent, m model.AgentMember) effect {
	name := model.AgentName(m.AgentID)
	return effect{
		EffectRow: model.EffectRow{UserID: m.UserID, Effect: model.Effect{
			Resource: model.MemberName(name, m.UserID), Action: "delete", Detail: "permission as " + m.Role}},
		before: agentRole{m},
		apply: func(tx *table.Tx) {
			if a.Owner() == m.UserID {
				w.s.EndAgentMember(tx, m)
			} else {
				w.s.RemoveAgentMember(tx, a, m)
			}
		},
		tells: telling(audit.MembersChanged{In: model.KindAgent.Ref(m.AgentID), Members: audit.Members{m.UserID: audit.Ended(audit.OnAgent(m))}}),
	}
}

func (m agentRole) keys(user int64) []table.Primary {
	return agentRoleKeys(m.AgentID, m.ProjectID, user)
}

// agentRoleKeys are the keys of the rows that decide whether an undo may restore a
// permission on an agent.
func agentRoleKeys(agent, project, user int64) []table.Primary {
	return []table.Primary{
		table.Agents.Key(agent), table.AgentMembers.Key(user, agent), table.Projects.Key(project), table.Users.Key(user), table.Tombstones.Key(project, user),
		table.Withdrawals.Key(agent, user),
	}
}

// back restores a permission on an agent where the user hasn't got another one since,
// no later removal has voided it, and none of theirs was withdrawn. After a removal from
// the agent's project, it is void until the undo's last transaction drops the tombstone.
func (m agentRole) back(u *undoing, _ model.EffectRow) restoration {
	a, _, live := store.LiveAgent(u.rows, m.AgentID)
	if now, is := table.AgentMembers.In(u.rows, m.UserID, m.AgentID); is {
		return restoration{restored: live && now.ID == m.ID && now.Version == m.Version+1}
	}
	withdrawn, _ := table.Withdrawals.In(u.rows, m.AgentID, m.UserID)
	if !live || withdrawn.Withdrew(m.AgentMember) || u.buried(&m.ProjectID, m.UserID, m.Epoch) {
		return restoration{}
	}
	return restoration{restored: true, put: func(tx *table.Tx) {
		back := u.s.ReturnAgentMember(tx, a, m.AgentMember, u.rows)
		u.requireSameTombstone(tx, &m.ProjectID, m.UserID)
		u.requireActive(tx, m.UserID)
		u.record(tx, audit.MembersChanged{In: model.KindAgent.Ref(m.AgentID), Members: audit.Members{m.UserID: audit.Made(audit.OnAgent(back))}})
	}}
}

// keptAgentRoles are the users' own permissions on agents of the team's projects, which
// a removal from the team keeps, for its report.
func keptAgentRoles(ctx context.Context, w *work) ([]effect, error) {
	inTeam, found, err := withTeam(ctx, w, func(ctx context.Context) (map[int64][]store.Ref, error) {
		return each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) { return w.s.AllAgentsOfUser(ctx, u.ID) })
	})
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, agents := range found {
		for _, at := range agents {
			if inTeam[at.Project] {
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

// withTeam lists the projects of the removal's team, and calls list, at the same time.
func withTeam[T any](ctx context.Context, w *work, list func(ctx context.Context) (map[int64][]T, error)) (inTeam map[int64]bool, found map[int64][]T, err error) {
	inTeam = map[int64]bool{}
	g, both := concurrent.WithContext(ctx)
	g.Go(func() error {
		ids, err := store.Every(both, w.s.ProjectsOfTeam, *w.r.TeamID)
		for _, id := range ids {
			inTeam[id] = true
		}
		return err
	})
	g.Go(func() (err error) {
		found, err = list(both)
		return err
	})
	return inTeam, found, g.Wait()
}

// buried reports whether a removal of a user from the project has voided their
// permission on one of its agents, which may not be deleted yet.
func buried(rows table.Rows, m model.AgentMember) bool {
	tomb, is := table.Tombstones.In(rows, m.ProjectID, m.UserID)
	return is && tomb.Buries(m.Epoch)
}

// ownerRole is the role of an agent's owner.
const ownerRole = string(access.AgentOwner)
