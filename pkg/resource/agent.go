package resource

import (
	"context"
	"fmt"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Agent is the kind of agents. An agent's project never changes. A removal from the
// project voids a user's permissions on its agents at once, and deletes their rows
// later: see EndedByRemoval.
var Agent = Kind{
	Kind:   access.KindAgent,
	Parent: &Project,
	Key:    func(id int64) table.Primary { return table.Agents.Key(id) },
	Place: func(v *View, id int64) (Place, bool) {
		a, ok := v.AnyAgent(id)
		return Place{
			ID: a.ID, Organization: a.OrganizationID, Title: a.Name, Parent: a.ProjectID, Project: a.ProjectID, PurgeOn: a.PendingOn, Stamp: a.Stamp, Open: openness(a),
		}, ok && v.covers(a.OrganizationID)
	},
	RoleKeys: func(v *View, keys []table.Primary, id, user int64) []table.Primary {
		return v.agentRoleKeys(keys, id, 0, user)
	},
	LeadsFurther: func(v *View, id int64) bool { // after a move of the project that hasn't reached the agent yet
		a, _ := v.AnyAgent(id)
		p, _ := v.AnyProject(a.ProjectID)
		return p.Team() != a.Team()
	},
	MemberKeys: func(id, project, user int64) []table.Primary {
		keys := []table.Primary{table.AgentMembers.Key(user, id)}
		if project != 0 {
			keys = append(keys, table.Tombstones.Key(project, user))
		}
		return keys
	},
	Member: func(v *View, id, user int64) (Member, bool) {
		m, ok := v.AgentMember(id, user)
		_, ended := v.EndedByRemoval(m)
		return Member{Role: m.Role, ExpiresOn: m.ExpiresOn, CreatedOn: m.CreatedOn, Epoch: m.Epoch, Ended: ended}, ok
	},
	MemberAt: memberAt(table.AgentMembers, "agent_id"),
	Assign:   assignAgent,
	Find: func(v *View, l *Line, id, user int64) (access.Target, bool) {
		a, p, ok := v.AgentRow(id)
		if !ok {
			return access.Target{}, false
		}
		if l.Agent == nil {
			l.Agent, l.Project = &a, &p
		}
		return v.AgentTarget(a, p, user), true
	},
	Target: func(v *View, id, user int64) (access.Target, bool) {
		a, ok := v.AnyAgent(id)
		p, read := v.AnyProject(a.ProjectID)
		return v.AgentTarget(a, p, user), ok && read
	},
	Manage: access.ManageAgent,
	First: func(l *Line) (int64, Row) {
		if l.Agent == nil {
			return 0, nil
		}
		return l.Agent.ID, *l.Agent
	},
	Require: func(tx *table.Tx, v *View, id, user int64) {
		a, _ := v.AnyAgent(id)
		table.AgentMembers.CheckIn(tx, v.rows, user, id)
		store.RequireSameTombstone(tx, v.rows, a.ProjectID, user)
	},
	RequireTeam: func(tx *table.Tx, t access.Target) { requireTeam(tx, t.Project, t.Team) },
	RequireOpen: func(tx *table.Tx, t access.Target) {
		key := table.Agents.Key(t.ID)
		tx.If(key, "$ = ?", "access_level", string(t.Open.Level))
		if t.Open.Mode != "" {
			tx.If(key, "$ = ?", "public_mode", string(t.Open.Mode))
		}
	},
	HidesMembers:   true,
	Lacks:          Lacking{NoPermission, PermissionExpired, RoleTooLow},
	OpennessIn:     audit.OpennessOfAgent,
	EndsWithParent: true,
	End: func(ctx context.Context, s *store.Store, tx *table.Tx, v *View, id int64, by string, now model.Time) (audit.Change, error) {
		a, _ := v.AnyAgent(id)
		aliases, err := aliasesOf(ctx, s, a)
		if err == nil {
			s.DeleteAgent(tx, a, aliases, by, now)
		}
		return audit.AgentDeleted{Agent: id}, err
	},
	EndRows: 5 + 2*store.MaxAliases, // its own, two lists, an audit row, its project, and two for each alias
	Move: func(s *store.Store, tx *table.Tx, v *View, id int64, p model.Project) {
		if a, _ := v.AnyAgent(id); a.Team() != p.Team() {
			s.MoveAgent(tx, a, p)
		}
	},
	CountIn: func(v *View, project int64) int64 {
		p, _ := v.AnyProject(project)
		return p.AgentCount
	},
	Lists: Lists{
		OfUser: listed((*store.Store).AgentsOfUser),
		Inside: []Inside{{&Project, listed((*store.Store).AgentsOfProject)}, {&Team, listed((*store.Store).AgentsOfTeam)}},
		Open:   listed((*store.Store).OpenAgents),
	},
	Rows: rowsOf[model.Agent]{table.Agents, "agent_id"},
	Path: "/api/agent",
	Purge: func(ctx context.Context, s *store.Store, tx *table.Tx, id int64, n int) (bool, error) {
		threads, err := s.ThreadsWith(ctx, id, n)
		if err != nil {
			return false, err
		}
		members, err := s.AgentMembers(ctx, id, 0, n)
		for _, thread := range threads {
			tx.Drop(table.Threads.Key(thread))
		}
		for _, m := range members {
			tx.Drop(table.AgentMembers.Key(m.User, id))
		}
		return len(threads)+len(members) > 0, err
	},
}

// agentByAlias is Agent where a request names one by the id of one of its aliases.
var agentByAlias = func() Kind {
	k := Agent
	k.Key = func(id int64) table.Primary { return table.Aliases.Key(id) }
	k.LeadsFurther = func(*View, int64) bool { return true } // to its agent
	k.RoleKeys = func(v *View, keys []table.Primary, id, user int64) []table.Primary {
		alias, ok := v.alias(id)
		if !ok {
			return keys
		}
		return v.agentRoleKeys(append(keys, table.Agents.Key(alias.AgentID)), alias.AgentID, alias.ProjectID, user)
	}
	k.Find = func(v *View, l *Line, id, user int64) (access.Target, bool) {
		alias, ok := v.alias(id)
		if !ok || alias.OrganizationID != v.OrganizationID {
			return access.Target{}, false
		}
		return Agent.Find(v, l, alias.AgentID, user)
	}
	return k
}()

// aliasesOf reads an agent's aliases. It returns table.ErrStale where they aren't as
// many as the agent's row counts.
func aliasesOf(ctx context.Context, s *store.Store, a model.Agent) ([]model.Alias, error) {
	if a.AliasCount == 0 {
		return nil, nil
	}
	found, err := s.AliasesOf(ctx, a.ID, 0, store.MaxAliases)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Primary, len(found))
	for i, at := range found {
		keys[i] = table.Aliases.Key(at.ID)
	}
	rows, err := s.Read(ctx, keys...)
	aliases := table.Aliases.All(rows)
	if err == nil && int64(len(aliases)) != a.AliasCount {
		err = fmt.Errorf("resource: agent %d has other aliases than it counts: %w", a.ID, table.ErrStale)
	}
	return aliases, err
}

func assignAgent(t *access.Target, role string) { t.Role = role }

func openness(a model.Agent) access.Openness {
	return access.Openness{Level: access.AccessLevel(a.AccessLevel), Mode: access.PublicMode(a.Mode())}
}

// agentRoleKeys adds the keys of an agent's project and of the user's roles on both;
// project is 0 where only the agent's row, if it was read, names it. The team on the
// agent's row may be outdated, so the project's own row, once it was read, adds its
// team's.
func (v *View) agentRoleKeys(keys []table.Primary, id, project, user int64) []table.Primary {
	a, read := v.AnyAgent(id)
	if read {
		project = a.ProjectID
	}
	if project != 0 {
		keys = append(keys, table.Projects.Key(project))
	}
	if user == 0 {
		return keys
	}
	keys = AgentRoleKeys(keys, id, project, a.Team(), user)
	if p, ok := v.AnyProject(project); ok && p.Team() != 0 && p.Team() != a.Team() {
		keys = append(keys, table.TeamMembers.Key(p.Team(), user))
	}
	return keys
}

// AgentRoleKeys adds the keys of a user's roles on an agent: their permission on it,
// their membership of its project and the tombstone of an earlier one, and their
// membership of its team. project and team are 0 where there is none or it isn't
// known yet.
func AgentRoleKeys(keys []table.Primary, agent, project, team, user int64) []table.Primary {
	keys = append(keys, table.AgentMembers.Key(user, agent))
	if project != 0 {
		keys = append(keys, table.ProjectMembers.Key(project, user), table.Tombstones.Key(project, user))
	}
	if team != 0 {
		keys = append(keys, table.TeamMembers.Key(team, user))
	}
	return keys
}

// AnyAgent returns an agent whose row was read, deleted or not.
func (v *View) AnyAgent(id int64) (model.Agent, bool) {
	return lookAt(table.Agents, &v.last.agent, v.last.agent.ID, v.rows, id)
}

func (v *View) alias(id int64) (model.Alias, bool) {
	return lookAt(table.Aliases, &v.last.alias, v.last.alias.ID, v.rows, id)
}

// AgentRow returns an agent of the caller's organisation, as answers show it, and
// its project; false unless both rows were read and neither is deleted.
func (v *View) AgentRow(id int64) (model.Agent, model.Project, bool) {
	a, ok := v.AnyAgent(id)
	if !ok || a.IsDeleted || a.OrganizationID != v.OrganizationID {
		return a, model.Project{}, false
	}
	p, ok := v.AnyProject(a.ProjectID)
	return a.In(p), p, ok && !p.IsDeleted
}

// AgentMember returns a user's own permission on an agent, if its row was read.
// An expired one is returned too, and one that a removal from the project has
// ended but not yet deleted.
func (v *View) AgentMember(agent, user int64) (model.AgentMember, bool) {
	return table.AgentMembers.In(v.rows, user, agent)
}

// EndedByRemoval reports whether a permission on an agent was given before its
// user's last removal from the agent's project, and so is void. The tombstone is
// that removal's.
func (v *View) EndedByRemoval(m model.AgentMember) (model.Tombstone, bool) {
	tomb, ok := table.Tombstones.In(v.rows, m.ProjectID, m.UserID)
	return tomb, ok && tomb.Buries(m.Epoch)
}

// AgentTarget returns the access target of an agent of project p for a user, with
// the user's roles on both as far as their rows were read.
func (v *View) AgentTarget(a model.Agent, p model.Project, user int64) access.Target {
	return v.agentTargetIn(v.ProjectTarget(p, user), a, user)
}

// agentTargetIn is AgentTarget with the project's target t at hand.
func (v *View) agentTargetIn(t access.Target, a model.Agent, user int64) access.Target {
	t.Project, t.Kind, t.ID, t.Organization = t.ID, access.KindAgent, a.ID, a.OrganizationID
	t.Open = openness(a)
	if user == 0 {
		return t
	}
	if m, ok := v.AgentMember(a.ID, user); ok && v.Live(m.ExpiresOn) {
		if _, ended := v.EndedByRemoval(m); !ended {
			assignAgent(&t, m.Role)
		}
	}
	return t
}

// AgentVisible reports whether a caller may know that an agent exists, by their rows
// that were read.
func (v *View) AgentVisible(who access.Caller, a model.Agent, p model.Project) bool {
	return access.Decide(who, v.AgentTarget(a, p, who.User), access.ViewAgent).Visible
}

// Sight decides on the visibility of many agents to one caller. It finds the
// caller's role in each project once.
type Sight struct {
	v        *View
	who      access.Caller
	projects map[int64]seenProject
}

type seenProject struct {
	row    model.Project
	live   bool
	target access.Target
}

// SightOf returns the Sight of who, by the rows that were read so far.
func (v *View) SightOf(who access.Caller) *Sight {
	if v.last.sight == nil || v.last.sight.who != who || v.last.sight.v != v {
		v.last.sight = &Sight{v, who, make(map[int64]seenProject, 4)}
	}
	return v.last.sight
}

// Agent returns an agent as answers show it, and whether it is visible. team is that
// of its project, 0 for none: where the agent isn't visible, it may be once the
// caller's membership of that team is read.
func (s *Sight) Agent(id int64) (a model.Agent, visible bool, team int64) {
	a, ok := table.Agents.In(s.v.rows, id)
	if !ok || a.IsDeleted || a.OrganizationID != s.v.OrganizationID {
		return a, false, 0
	}
	p, looked := s.projects[a.ProjectID]
	if !looked {
		p.row, p.live = store.LiveProject(s.v.rows, a.ProjectID)
		p.target = s.v.ProjectTarget(p.row, s.who.User)
		s.projects[a.ProjectID] = p
	}
	if !p.live {
		return a, false, 0
	}
	d := access.Decide(s.who, s.v.agentTargetIn(p.target, a, s.who.User), access.ViewAgent)
	return a.In(p.row), d.Visible, p.row.Team()
}
