package access

import (
	"math/bits"
	"strconv"
	"strings"
)

// Permission is a set of rights, one bit each; the zero value is no right.
type Permission uint64

// The 31 permissions of Agenta, in the order of its published enumeration. The
// organisation ones are published with the owner's role and open nothing here:
// a role in a team reaches no further than its team.
const (
	ReadSystem Permission = 1 << iota
	ViewApplication
	EditApplication
	CreateApplication
	DeleteApplication
	CreateAppVariant
	DeleteAppVariant
	ModifyVariantConfigurations
	DeleteApplicationVariant
	ViewAppEnvironmentDeployment
	EditAppEnvironmentDeployment
	CreateAppEnvironmentDeployment
	ViewTestset
	EditTestset
	CreateTestset
	DeleteTestset
	ViewEvaluation
	RunEvaluations
	EditEvaluation
	CreateEvaluation
	DeleteEvaluation
	DeployApplication
	ViewWorkspace
	EditWorkspace // also: change a team's name and description
	CreateWorkspace
	DeleteWorkspace       // also: delete a team
	ModifyUserRoles       // also: remove a team's members
	AddNewUserToWorkspace // also: add a viewer to a team
	EditOrganization
	DeleteOrganization
	AddNewUserToOrganization

	published = iota // how many of the constants are Agenta's
)

// Wardroom's own permissions, for what Agenta has no word for. Corpora, chat and
// analytics will continue this list; bits are never stored, so the order may
// change.
const (
	ViewTeam         Permission = 1 << (published + iota) // on a team: see it, its members and that it exists
	CreateProject                                         // on a team: put a project into it
	ListUserProjects                                      // on a team: see which of its projects another user reaches
	ViewProject                                           // on a project: see it, its members and that it exists
	EditProject                                           // on a project: change its name, description, team
	ManageMembers                                         // on a project: add, change, remove members
	DeleteProject                                         // on a project: delete it

	ViewAgent   // on an agent: see and use it, and that it exists
	EditAgent   // on an agent: change what it is and how it works, and its aliases
	ManageAgent // on an agent: its users, who else may use it, who owns it, and its end

	ViewOrganization   // on the organisation: see it and its users
	ManageUsers        // on the organisation: whatever both admin ranks may do to accounts, keys and the audit log
	ManageOrganization // on the organisation: change its own fields and give the highest rank

	known = published + iota // how many permissions there are
)

const allPublished = Permission(1)<<published - 1

var names = [known]string{
	"read_system",
	"view_application", "edit_application", "create_application", "delete_application",
	"create_app_variant", "delete_app_variant", "modify_variant_configurations", "delete_application_variant",
	"view_app_environment_deployment", "edit_app_environment_deployment", "create_app_environment_deployment",
	"view_testset", "edit_testset", "create_testset", "delete_testset",
	"view_evaluation", "run_evaluations", "edit_evaluation", "create_evaluation", "delete_evaluation",
	"deploy_application",
	"view_workspace", "edit_workspace", "create_workspace", "delete_workspace",
	"modify_user_roles", "add_new_user_to_workspace",
	"edit_organization", "delete_organization", "add_new_user_to_organization",

	"view_team", "create_project", "list_user_projects",
	"view_project", "edit_project", "manage_members", "delete_project",
	"view_agent", "edit_agent", "manage_agent",
	"view_organization", "manage_users", "manage_organization",
}

// Has reports whether p includes every right of q.
func (p Permission) Has(q Permission) bool { return p&q == q }

// String names the rights of p for messages and documents, Wardroom's own
// included: "edit_project", "view_team, edit_workspace".
func (p Permission) String() string {
	if p == 0 {
		return "none"
	}
	return strings.Join(p.list(), ", ")
}

// Published names those rights of p that Agenta knows, in Agenta's order; never
// nil, so that it is [] on the wire.
func Published(p Permission) []string { return (p & allPublished).list() }

// Permissions names all 31 permissions of Agenta, in Agenta's order.
func Permissions() []string { return allPublished.list() }

func (p Permission) list() []string {
	out := make([]string, 0, bits.OnesCount64(uint64(p)))
	for rest := uint64(p); rest != 0; rest &= rest - 1 {
		bit := bits.TrailingZeros64(rest)
		if bit < known {
			out = append(out, names[bit])
		} else {
			out = append(out, "bit "+strconv.Itoa(bit))
		}
	}
	return out
}
