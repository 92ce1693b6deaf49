package access

// AgentRole is a user's own role on an agent, stored and sent unchanged; any other
// value gives nothing. The roles are nested: an owner may do what an editor may, and
// an editor what a viewer may.
type AgentRole string

// The three roles of an agent.
const (
	AgentViewer AgentRole = "viewer"
	AgentEditor AgentRole = "editor"
	AgentOwner  AgentRole = "owner"
)

// Permissions is what the role gives on its agent.
func (r AgentRole) Permissions() Permission {
	switch r {
	case AgentOwner:
		return ViewAgent | EditAgent | ManageAgent
	case AgentEditor:
		return ViewAgent | EditAgent
	case AgentViewer:
		return ViewAgent
	}
	return 0
}

// onAgent returns the role that a member of a project has on its agents.
func (r ProjectRole) onAgent() AgentRole {
	switch r {
	case ProjectAdmin:
		return AgentOwner
	case ProjectMember:
		return AgentViewer
	}
	return ""
}

// onAgent returns the role that a member of a team has on the agents of its
// projects: an admin of the team manages its projects, and so owns their agents.
func (r Role) onAgent() AgentRole {
	switch r {
	case Owner, WorkspaceAdmin:
		return AgentOwner
	case Editor:
		return AgentEditor
	case Viewer, Evaluator, DeploymentManager:
		return AgentViewer
	}
	return ""
}

// AccessLevel says who may use an agent without a role on it, stored and sent
// unchanged; any other value opens nothing. None reaches outside the organisation.
type AccessLevel string

// The access levels.
const (
	Private            AccessLevel = "private"      // nobody
	OpenToOrganization AccessLevel = "organization" // every user of it may view
	Public             AccessLevel = "public"       // the same, or edit, as the mode says
)

// PublicMode says what a public agent is open for; any other value opens
// nothing.
type PublicMode string

// The modes of a public agent.
const (
	ViewOnly PublicMode = "view_only"
	EditMode PublicMode = "edit"
)

// Openness is an agent's access level, with its mode where it is public.
type Openness struct {
	Level AccessLevel
	Mode  PublicMode
}

// onAgent returns the role that everybody in the organisation has on an open agent.
func (o Openness) onAgent() AgentRole {
	switch {
	case o.Level == OpenToOrganization, o.Level == Public && o.Mode == ViewOnly:
		return AgentViewer
	case o.Level == Public && o.Mode == EditMode:
		return AgentEditor
	}
	return ""
}

// agentRules: an agent is reached by a role on it, through its project, through the
// project's team, by rank, and by its access level.
var agentRules = rules{
	name: "agent", all: AgentOwner.Permissions(), view: ViewAgent,
	project: func(t Target) int64 { return t.Project },
	ways: func(_ Caller, rank Rank, t Target) (w [maxWays]way) {
		w[0] = asAgent(Path{Kind: Direct}, AgentRole(t.Role))
		w[1] = asAgent(Path{Kind: ViaProject, ID: t.Project}, t.ProjectRole.onAgent())
		if t.Team > 0 {
			w[2] = asAgent(Path{Kind: ViaTeam, ID: t.Team}, t.TeamRole.onAgent())
		}
		if rank.Admin() {
			w[3] = asAgent(Path{Kind: ByRank}, AgentOwner)
		}
		w[4] = asAgent(Path{Kind: ByAccessLevel}, t.Open.onAgent())
		return w
	},
}

// asAgent returns the path with the role and permissions that it gives on an agent.
func asAgent(p Path, r AgentRole) way { return way{p, r.Permissions(), string(r)} }
