package store

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateAgent notes a new agent with its first configuration. owner is the
// permission of the user who made it, nil for a service key. The transaction
// demands that the project is still in its team and, with an owner, in owner's
// epoch: nobody was removed from it.
func (s *Store) CreateAgent(tx *table.Tx, p model.Project, a model.Agent, config model.AgentVersion, owner *model.AgentMember) {
	a.Version = 1
	table.Agents.Create(tx, a)
	table.AgentVersions.Create(tx, config)
	Enlist(tx, model.Agent{}, a)
	if owner != nil {
		createAgentMember(tx, a, *owner)
	}
	count(tx, p, "agent_count", 1)
}

// EditAgent notes a change of an agent's own fields; config is its new
// configuration, nil where it doesn't change. It returns the row as it will be.
func (s *Store) EditAgent(tx *table.Tx, from, to model.Agent, config *model.AgentVersion) model.Agent {
	to.Version = from.Version + 1
	table.Agents.Change(tx, from, to)
	if config != nil {
		table.AgentVersions.Create(tx, *config)
	}
	Enlist(tx, from, to)
	return to
}

// Enlist updates the lists of agents after a change: those of a team, those open to
// the organisation, and those without an owner. from is the zero Agent where to is
// new.
func Enlist(tx *table.Tx, from, to model.Agent) {
	ownsAgent(tx, from, to)
	was, is := listedTeam(from), listedTeam(to)
	if was != is && was != 0 {
		table.TeamAgents.Delete(tx, model.TeamAgent{TeamID: was, AgentID: from.ID, ProjectID: from.ProjectID})
	}
	if was != is && is != 0 {
		table.TeamAgents.Create(tx, model.TeamAgent{TeamID: is, AgentID: to.ID, ProjectID: to.ProjectID})
	}
	open := model.OpenAgent{OrganizationID: to.OrganizationID, AgentID: to.ID, ProjectID: to.ProjectID}
	switch was, is := isOpen(from), isOpen(to); {
	case is && !was:
		table.OpenAgents.Create(tx, open)
	case was && !is:
		table.OpenAgents.Delete(tx, open)
	}
}

// listedTeam is the team whose list has the agent, 0 for none.
func listedTeam(a model.Agent) int64 {
	if a.IsDeleted {
		return 0
	}
	return a.Team()
}

func isOpen(a model.Agent) bool {
	return a.ID != 0 && !a.IsDeleted && a.AccessLevel != string(access.Private)
}

// DeleteAgent notes the soft deletion of an agent: nobody sees it any more, it is
// in no list, its aliases are free again, and the sweeper finds it when its
// retention is over. from is the present row, and aliases must be all it has. It
// returns the row as deleted.
func (s *Store) DeleteAgent(tx *table.Tx, from model.Agent, aliases []model.Alias, by string, now model.Time) model.Agent {
	to := from
	to.Stamp = from.Modified(by, now)
	to.IsDeleted = true
	to.PendingShard, to.PendingOn = pending(from.ID, now.Add(Retention*hour))
	to.AliasCount = 0
	to = s.EditAgent(tx, from, to, nil)
	k := table.Agents.Key(from.ID)
	tx.If(k, "$ = ?", "alias_count", int64(len(aliases)))
	if from.TeamID == nil { // else deleting its TeamAgent row checks the team: a move leaves the version
		tx.If(k, "attribute_not_exists($)", "team_id")
	}
	for _, alias := range aliases {
		table.Aliases.Delete(tx, alias)
		table.AliasNames.Delete(tx, alias.Name())
	}
	tx.Add(table.Projects.Key(from.ProjectID), "agent_count", -1)
	return to
}

// LiveAgent returns the agent and its project among rows; false where one of them
// is missing or deleted. The agent is as answers show it.
func LiveAgent(rows table.Rows, id int64) (model.Agent, model.Project, bool) {
	a, ok := table.Agents.In(rows, id)
	if !ok || a.IsDeleted {
		return a, model.Project{}, false
	}
	p, ok := LiveProject(rows, a.ProjectID)
	return a.In(p), p, ok
}

// MoveAgent notes in an agent's row, and in the teams' lists, that its project p
// has gone to another team. That is no change of the agent to anybody who sees it,
// so its version is kept; the transaction fails where the row was changed
// meanwhile.
func (s *Store) MoveAgent(tx *table.Tx, from model.Agent, p model.Project) {
	to := from
	to.TeamID = p.TeamID
	table.Agents.Change(tx, from, to)
	Enlist(tx, from, to)
	live(tx, p)
}

// requireNotDeleted demands that an agent is not deleted.
func requireNotDeleted(tx *table.Tx, agent int64) {
	tx.If(table.Agents.Key(agent), "$ = ?", "is_deleted", false)
}

// AddAgentMember notes a new permission on agent a, of an active user, and returns
// it as it will be. It demands that nobody was removed from the agent's project
// since m's epoch was read, and nobody lost a permission on the agent since a was.
func (s *Store) AddAgentMember(tx *table.Tx, a model.Agent, m model.AgentMember) model.AgentMember {
	m = createAgentMember(tx, a, m)
	within(tx, table.Agents.Key(a.ID), a.Epoch)
	requireNotDeleted(tx, m.AgentID)
	return m
}

func createAgentMember(tx *table.Tx, a model.Agent, m model.AgentMember) model.AgentMember {
	m.AgentEpoch, m.Version = a.Epoch, 1
	table.AgentMembers.Create(tx, m)
	RequireActive(tx, m.UserID)
	within(tx, table.Projects.Key(m.ProjectID), m.Epoch)
	return m
}

// RequireSameTombstone demands that the user's tombstone in a project is as in read:
// no removal from it was made or undone since, so their permissions on its agents
// are valid, or void, as before.
func RequireSameTombstone(tx *table.Tx, read table.Rows, project, user int64) {
	key := table.Tombstones.Key(project, user)
	if tomb, ok := table.Tombstones.At(read, key); ok {
		tx.If(key, "$ = ?", "removal_id", tomb.RemovalID)
	} else {
		tx.Absent(key)
	}
}

// ReturnAgentMember restores a permission on agent a, and returns it as it will be.
// It demands that nobody lost a permission on the agent since a was read, and that
// the user's Withdrawal is as in read.
func (s *Store) ReturnAgentMember(tx *table.Tx, a model.Agent, m model.AgentMember, read table.Rows) model.AgentMember {
	if w := table.Withdrawals.Key(a.ID, m.UserID); read[w] == nil {
		tx.Absent(w)
	} else {
		table.Withdrawals.CheckIn(tx, read, a.ID, m.UserID)
	}
	m.AgentEpoch, m.Version = a.Epoch, m.Version+1
	table.AgentMembers.Create(tx, m)
	within(tx, table.Agents.Key(a.ID), a.Epoch)
	requireNotDeleted(tx, m.AgentID)
	return m
}

// ChangeAgentMember notes new terms of a permission on agent a, whose owner must be
// the same still, and returns it as it will be.
func (s *Store) ChangeAgentMember(tx *table.Tx, a model.Agent, from, to model.AgentMember) model.AgentMember {
	to.Version = from.Version + 1
	table.AgentMembers.Change(tx, from, to)
	sameOwner(tx, a)
	return to
}

// WithdrawAgentMember is RemoveAgentMember for a permission that is taken back on
// its own, not by a removal: it notes the Withdrawal too.
func (s *Store) WithdrawAgentMember(tx *table.Tx, a model.Agent, m model.AgentMember) {
	s.RemoveAgentMember(tx, a, m)
	table.Withdrawals.Put(tx, model.Withdrawal{AgentID: a.ID, UserID: m.UserID, Epoch: max(a.Epoch, m.AgentEpoch) + 1})
}

// RemoveAgentMember notes the end of a permission on agent a, whose owner must be
// the same still.
func (s *Store) RemoveAgentMember(tx *table.Tx, a model.Agent, m model.AgentMember) {
	s.EndAgentMember(tx, m)
	sameOwner(tx, a)
}

// EndAgentMember is RemoveAgentMember without a condition on the agent's owner.
func (s *Store) EndAgentMember(tx *table.Tx, m model.AgentMember) {
	table.AgentMembers.Delete(tx, m)
	tx.Add(table.Agents.Key(m.AgentID), epochAttr, 1)
}

// sameOwner demands that an agent has the same owner as in a, so that whoever
// becomes its owner at the same time keeps an owner's permission.
func sameOwner(tx *table.Tx, a model.Agent) {
	if k := table.Agents.Key(a.ID); a.OwnerID == nil {
		tx.If(k, "attribute_not_exists($)", "owner_id")
	} else {
		tx.If(k, "$ = ?", "owner_id", *a.OwnerID)
	}
	requireNotDeleted(tx, a.ID)
}

// HandOverAgent notes that heir owns an agent from now on, with an owner's
// permission; was is their present permission, nil for none. An expired one is
// renewed; an heir with another id replaces one that a removal has made void. It
// demands that nobody was removed from the agent's project p since it was read.
// config is as in EditAgent. It returns both rows as they will be.
func (s *Store) HandOverAgent(tx *table.Tx, p model.Project, from, to model.Agent, config *model.AgentVersion, was *model.AgentMember, heir model.AgentMember) (model.Agent, model.AgentMember) {
	to.OwnerID = &heir.UserID
	to = s.EditAgent(tx, from, to, config)
	switch {
	case was == nil:
		heir = createAgentMember(tx, from, heir)
		within(tx, table.Agents.Key(from.ID), from.Epoch)
	case was.ID != heir.ID || was.Role != heir.Role || was.ExpiresOn != nil:
		heir.AgentEpoch, heir.Version = was.AgentEpoch, was.Version+1
		table.AgentMembers.Change(tx, *was, heir)
		RequireActive(tx, heir.UserID)
	default:
		heir = *was
		table.AgentMembers.Check(tx, *was)
		RequireActive(tx, heir.UserID)
	}
	within(tx, table.Projects.Key(p.ID), p.Epoch)
	return to, heir
}

// EditAgentTypes notes an organisation's types of agents; from is the row as it
// was read, with Version 0 where there was none.
func (s *Store) EditAgentTypes(tx *table.Tx, from, to model.AgentTypes) {
	to.Version = from.Version + 1
	write(tx, table.AgentTypes, from, to, from.Version == 0)
}

// AgentsOfOrganization lists an organisation's agents after an id.
func (s *Store) AgentsOfOrganization(ctx context.Context, organization, from int64, n int) ([]Ref, error) {
	return refs(table.Agents, "gsi1", "agent_id", Ref{})(table.Agents.Query("gsi1", organization).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AgentsOfProject lists a project's agents after an id.
func (s *Store) AgentsOfProject(ctx context.Context, project, from int64, n int) ([]Ref, error) {
	return refs(table.Agents, "gsi2", "agent_id", Ref{Project: project})(table.Agents.Query("gsi2", project).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AgentsOfTeam lists the agents of a team's projects after an id, strongly
// consistent.
func (s *Store) AgentsOfTeam(ctx context.Context, team, from int64, n int) ([]Ref, error) {
	return listed(ctx, s, table.TeamAgents, "agent_id", func(a model.TeamAgent) int64 { return a.ProjectID }, team, from, n)
}

// AgentsOfUser lists the agents that a user has a permission on themselves, after
// an id, strongly consistent.
func (s *Store) AgentsOfUser(ctx context.Context, user, from int64, n int) ([]Ref, error) {
	return listed(ctx, s, table.AgentMembers, "agent_id", func(m model.AgentMember) int64 { return m.ProjectID }, user, from, n)
}

// AllAgentsOfUser is AgentsOfUser to the end.
func (s *Store) AllAgentsOfUser(ctx context.Context, user int64) ([]Ref, error) {
	return Every(ctx, s.AgentsOfUser, user)
}

// OpenAgents lists the agents that are open to their organisation, after an id,
// strongly consistent.
func (s *Store) OpenAgents(ctx context.Context, organization, from int64, n int) ([]Ref, error) {
	return listed(ctx, s, table.OpenAgents, "agent_id", func(a model.OpenAgent) int64 { return a.ProjectID }, organization, from, n)
}

// AgentMembers lists the permissions on an agent, with their users, after an id.
func (s *Store) AgentMembers(ctx context.Context, agent, from int64, n int) ([]Ref, error) {
	return refs(table.AgentMembers, "gsi1", "id", Ref{})(table.AgentMembers.Query("gsi1", agent).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// AgentVersions reads the configurations of an agent, oldest first, after a
// position, and returns the position of the next page, "" at the end. It omits and
// logs unreadable ones.
func (s *Store) AgentVersions(ctx context.Context, agent int64, after string, n int) ([]model.AgentVersion, string, error) {
	versions, next, err := table.AgentVersions.Query("", agent).After(after).Limit(n).Values(ctx, s.db)
	return versions, next, outcome(LeaveOut(ctx, err))
}
