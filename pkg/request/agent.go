package request

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agentRoles adds the rows that tell what a user is on an agent: its project and
// their rows on both, and their row in the team that the agent's row names. That one
// may be late, so the project's own row, once it was read, names the team again.
func (k *known) agentRoles(keys []table.Primary, rows table.Rows, r access.Resource, id, user int64) []table.Primary {
	project := int64(0)
	if r.ByAlias {
		alias, ok := k.aliasIn(rows, id)
		if !ok {
			return keys
		}
		id, project = alias.AgentID, alias.ProjectID
		keys = append(keys, table.Agents.Key(id))
	}
	a, read := k.agentIn(rows, id)
	if read {
		project = a.ProjectID
	}
	if project != 0 {
		keys = append(keys, table.Projects.Key(project))
	}
	if user == 0 {
		return keys
	}
	keys = AgentRoles(keys, id, project, a.Team(), user)
	if p, ok := k.projectIn(rows, project); ok && p.Team() != 0 && p.Team() != a.Team() {
		keys = append(keys, table.TeamMembers.Key(p.Team(), user))
	}
	return keys
}

// AgentRoles adds the rows that tell what a user is on an agent: their permission on
// it, their membership of its project and the tombstone of an earlier one, and their
// membership of its team. What is 0 of these is none, or not known yet.
func AgentRoles(keys []table.Primary, agent, project, team, user int64) []table.Primary {
	keys = append(keys, table.AgentMembers.Key(user, agent))
	if project != 0 {
		keys = append(keys, table.ProjectMembers.Key(project, user), table.Tombstones.Key(project, user))
	}
	if team != 0 {
		keys = append(keys, table.TeamMembers.Key(team, user))
	}
	return keys
}

// findAgent is find for an agent, by its id or that of an alias.
func (c *Request) findAgent(r access.Resource, id int64) (access.Target, bool) {
	if r.ByAlias {
		alias, ok := c.known.aliasIn(c.rows, id)
		if !ok || alias.OrganizationID != c.Organization.ID {
			return access.Target{}, false
		}
		id = alias.AgentID
	}
	a, p, ok := c.AgentRow(id)
	if !ok {
		return access.Target{}, false
	}
	if c.Agent == nil {
		c.Agent, c.Project = &a, &p
	}
	return c.AgentTarget(a, p, c.Caller.User), true
}

// AgentRow returns an agent of the caller's organisation, as shown, and its
// project, if their rows were read and neither is deleted.
func (c *Request) AgentRow(id int64) (model.Agent, model.Project, bool) {
	a, ok := c.known.agentIn(c.rows, id)
	if !ok || a.IsDeleted || a.OrganizationID != c.Organization.ID {
		return a, model.Project{}, false
	}
	p, ok := c.known.projectIn(c.rows, a.ProjectID)
	return a.In(p), p, ok && !p.IsDeleted
}

// AgentMember returns a user's own permission on an agent, if its row was read.
// An expired one is returned too, and one that a removal from the project has
// ended but not yet deleted.
func (c *Request) AgentMember(agent, user int64) (model.AgentMember, bool) {
	return table.AgentMembers.In(c.rows, user, agent)
}

// Buried reports whether a permission on an agent was given before its user's last
// removal from the agent's project: it counts for nothing.
func (c *Request) Buried(m model.AgentMember) (model.Tombstone, bool) {
	tomb, ok := table.Tombstones.In(c.rows, m.ProjectID, m.UserID)
	return tomb, ok && tomb.Buries(m.Epoch)
}

// AgentTarget is an agent as a user's rows stand to it.
func (c *Request) AgentTarget(a model.Agent, p model.Project, user int64) access.Target {
	return c.agentIn(c.ProjectTarget(p, user), a, user)
}

// agentIn is an agent as a user's rows stand to it who stands so to its project.
func (c *Request) agentIn(t access.Target, a model.Agent, user int64) access.Target {
	t.Project, t.Kind, t.ID, t.Organization = t.ID, access.KindAgent, a.ID, a.OrganizationID
	t.Open = access.Openness{Level: access.AccessLevel(a.AccessLevel), Mode: access.PublicMode(a.Mode())}
	if user == 0 {
		return t
	}
	if m, ok := c.AgentMember(a.ID, user); ok && c.Live(m.ExpiresOn) {
		if _, gone := c.Buried(m); !gone {
			t.AgentRole = access.AgentRole(m.Role)
		}
	}
	return t
}

// AgentVisible reports whether somebody may know an agent, on which their rows
// were read.
func (c *Request) AgentVisible(who access.Caller, a model.Agent, p model.Project) bool {
	return access.Decide(who, c.AgentTarget(a, p, who.User), access.ViewAgent).Visible
}

// Sight is how somebody sees many agents whose rows were read. It looks once at
// what they are in each project.
type Sight struct {
	c        *Request
	who      access.Caller
	projects map[int64]seenProject
}

type seenProject struct {
	row    model.Project
	live   bool
	target access.Target
}

// SightOf returns how who sees agents by the rows that are read now.
func (c *Request) SightOf(who access.Caller) *Sight {
	return &Sight{c, who, make(map[int64]seenProject, 4)}
}

// Agent returns an agent as shown, and whether it is visible. Where it isn't, team
// is the one through which it might be, if what they are in it was read; 0 for none.
func (s *Sight) Agent(id int64) (a model.Agent, visible bool, team int64) {
	a, ok := table.Agents.In(s.c.rows, id)
	if !ok || a.IsDeleted || a.OrganizationID != s.c.Organization.ID {
		return a, false, 0
	}
	p, looked := s.projects[a.ProjectID]
	if !looked {
		p.row, p.live = store.LiveProject(s.c.rows, a.ProjectID)
		p.target = s.c.ProjectTarget(p.row, s.who.User)
		s.projects[a.ProjectID] = p
	}
	if !p.live {
		return a, false, 0
	}
	d := access.Decide(s.who, s.c.agentIn(p.target, a, s.who.User), access.ViewAgent)
	return a.In(p.row), d.Visible, p.row.Team()
}

// Acts reports whether the caller may do more with the line's agent than the
// line asks for.
func (c *Request) Acts(p access.Permission) bool {
	return access.Decide(c.Caller, c.AgentTarget(*c.Agent, *c.Project, c.Caller.User), p).Allowed
}

// upholdAgentMember puts conditions on the caller's own permission on an agent
// into the transaction: it is as it was, and no removal has come over it.
func (c *Request) upholdAgentMember(t access.Target, me int64) {
	table.AgentMembers.CheckIn(&c.Tx, c.rows, me, t.ID)
	store.Stays(&c.Tx, c.rows, t.Project, me)
}

// upholdOpenness puts the condition into it that the agent is still as open.
func (c *Request) upholdOpenness(t access.Target) {
	key := table.Agents.Key(t.ID)
	c.Tx.If(key, "$ = ?", "access_level", string(t.Open.Level))
	if t.Open.Mode != "" {
		c.Tx.If(key, "$ = ?", "public_mode", string(t.Open.Mode))
	}
}
