package access

// AgentRole is a user's own role on an agent, stored and sent as it stands; any
// other value gives nothing. The roles are nested: an owner may do what an
// editor may, and an editor what a viewer may.
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

// onAgent is what the role gives on an agent of its project.
func (r ProjectRole) onAgent() Permission {
	switch r {
	case ProjectAdmin:
		return AgentOwner.Permissions()
	case ProjectMember:
		return AgentViewer.Permissions()
	}
	return 0
}

// onAgent is what the role gives on an agent in a project of its team: whoever
// manages the project as an admin of the team owns its agents, too.
func (r Role) onAgent() Permission {
	switch r {
	case Owner, WorkspaceAdmin:
		return AgentOwner.Permissions()
	case Editor:
		return AgentEditor.Permissions()
	case Viewer, Evaluator, DeploymentManager:
		return AgentViewer.Permissions()
	}
	return 0
}

// AccessLevel says who may use an agent without a role on it, stored and sent
// as it stands; any other value opens nothing. None reaches outside the
// organisation.
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

func (o Openness) permissions() Permission {
	switch {
	case o.Level == OpenToOrganization, o.Level == Public && o.Mode == ViewOnly:
		return AgentViewer.Permissions()
	case o.Level == Public && o.Mode == EditMode:
		return AgentEditor.Permissions()
	}
	return 0
}

// Who has a role on an agent, the members of its project and of the project's
// team, the ranks, and those to whom it is open reach it.
var agentRules = rules{
	name: "agent", all: AgentOwner.Permissions(), view: ViewAgent,
	project: func(t Target) int64 { return t.Project },
	ways: func(_ Caller, rank Rank, t Target) (w [maxWays]way) {
		w[0] = way{Path{Kind: Direct}, t.AgentRole.Permissions()}
		w[1] = way{Path{Kind: ViaProject, ID: t.Project}, t.ProjectRole.onAgent()}
		if t.Team > 0 {
			w[2] = way{Path{Kind: ViaTeam, ID: t.Team}, t.TeamRole.onAgent()}
		}
		if rank.Admin() {
			w[3] = way{Path{Kind: ByRank}, AgentOwner.Permissions()}
		}
		w[4] = way{Path{Kind: ByAccessLevel}, t.Open.permissions()}
		return w
	},
}

// RoleOnAgent is the highest role that the caller has on an agent over all
// paths, and the most direct path that gives it; "" where they have none.
func RoleOnAgent(c Caller, t Target) (role AgentRole, path Path) {
	if t.Kind != KindAgent {
		return "", Path{}
	}
	w, _ := waysTo(c, t)
	for _, r := range [...]AgentRole{AgentOwner, AgentEditor, AgentViewer} {
		for i := range w {
			if w[i].gives.Has(r.Permissions()) {
				return r, w[i].path
			}
		}
	}
	return "", Path{}
}
