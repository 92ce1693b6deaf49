package access

// Role is a member's role in a team, which is Agenta's workspace. The value is
// stored and sent unchanged; any other value gives nothing.
type Role string

// The six roles.
const (
	Owner             Role = "owner"
	WorkspaceAdmin    Role = "workspace_admin"
	Editor            Role = "editor"
	Viewer            Role = "viewer"
	Evaluator         Role = "evaluator"
	DeploymentManager Role = "deployment_manager"
)

// The roles' shares of Agenta's permissions. The first three sets are the
// published ones; the three small roles are widened to the viewer's set, as
// Agenta itself did later.
const (
	ownerHolds = allPublished

	workspaceAdminHolds = ownerHolds &^ (DeleteWorkspace |
		EditOrganization | DeleteOrganization | AddNewUserToOrganization)

	editorHolds = workspaceAdminHolds &^ (DeleteTestset | DeleteEvaluation | DeleteApplication |
		CreateWorkspace | ModifyUserRoles | AddNewUserToWorkspace)

	viewerHolds = ReadSystem | ViewApplication | ViewAppEnvironmentDeployment | ViewTestset | ViewEvaluation

	evaluatorHolds = viewerHolds | RunEvaluations | CreateEvaluation

	deploymentManagerHolds = viewerHolds | DeployApplication
)

// Roles lists the six, in the published order.
func Roles() []Role {
	return []Role{Owner, WorkspaceAdmin, Editor, Viewer, Evaluator, DeploymentManager}
}

// ParseRole reads a role's name as it is sent; case and white space count.
func ParseRole(s string) (Role, bool) {
	r := Role(s)
	if r.Permissions() == 0 {
		return "", false
	}
	return r, true
}

// Description is the role's published description.
func (r Role) Description() string {
	switch r {
	case Owner:
		return "Can fully manage the workspace, including adding and removing members."
	case WorkspaceAdmin:
		return "Can manage workspace settings and members but cannot delete the workspace."
	case Editor:
		return "Can edit workspace content, but cannot manage members or roles."
	case Viewer:
		return "Can view the workspace content but cannot make changes."
	case Evaluator:
		return "Can evaluate models and provide feedback within the workspace."
	case DeploymentManager:
		return "Can manage model deployments within the workspace."
	}
	return ""
}

// Permissions returns the role's share of Agenta's 31 permissions: the published
// set, without Wardroom's own.
func (r Role) Permissions() Permission {
	switch r {
	case Owner:
		return ownerHolds
	case WorkspaceAdmin:
		return workspaceAdminHolds
	case Editor:
		return editorHolds
	case Viewer:
		return viewerHolds
	case Evaluator:
		return evaluatorHolds
	case DeploymentManager:
		return deploymentManagerHolds
	}
	return 0
}

// onTeam is what the role gives on its own team: the published set, and
// Wardroom's own permissions for teams. Every member sees the team, though the
// smaller roles lack view_workspace.
func (r Role) onTeam() Permission {
	p := r.Permissions()
	switch r {
	case Owner, WorkspaceAdmin:
		p |= ViewTeam | CreateProject | ListUserProjects
	case Editor:
		p |= ViewTeam | CreateProject
	case Viewer, Evaluator, DeploymentManager:
		p |= ViewTeam
	}
	return p
}

// onProject is what the role gives on a project of its team.
func (r Role) onProject() Permission {
	switch r {
	case Owner, WorkspaceAdmin:
		return projectAll
	case Editor:
		return ViewProject | EditProject
	case Viewer, Evaluator, DeploymentManager:
		return ViewProject
	}
	return 0
}

// A team is reached by a membership and by rank. A workspace is the same, except
// that everybody in the organisation may know that it exists.
var (
	teamRules      = rules{name: "team", all: Owner.onTeam(), view: ViewTeam, ways: waysToTeam}
	workspaceRules = rules{name: "workspace", all: Owner.onTeam(), ways: waysToTeam}
)

func waysToTeam(_ Caller, rank Rank, t Target) (w [maxWays]way) {
	w[0] = way{Path{Kind: Direct}, t.TeamRole.onTeam(), string(t.TeamRole)}
	w[1] = way{Path{Kind: ByRank}, rank.asRole().onTeam(), string(rank.asRole())}
	return w
}
