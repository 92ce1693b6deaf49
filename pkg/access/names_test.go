package access

import (
	"math/bits"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// agentas is the order of the permission enum, copied from workspaces.md.
const agentas = `read_system, view_application, edit_application, create_application, delete_application, create_app_variant, delete_app_variant, modify_variant_configurations, delete_application_variant, view_app_environment_deployment, edit_app_environment_deployment, create_app_environment_deployment, view_testset, edit_testset, create_testset, delete_testset, view_evaluation, run_evaluations, edit_evaluation, create_evaluation, delete_evaluation, deploy_application, view_workspace, edit_workspace, create_workspace, delete_workspace, modify_user_roles, add_new_user_to_workspace, edit_organization, delete_organization, add_new_user_to_organization`

// named ties every name to its constant, so that a constant put in the wrong
// place can't borrow its neighbour's name unseen.
var named = map[string]Permission{
	"read_system":      ReadSystem,
	"view_application": ViewApplication, "edit_application": EditApplication,
	"create_application": CreateApplication, "delete_application": DeleteApplication,
	"create_app_variant": CreateAppVariant, "delete_app_variant": DeleteAppVariant,
	"modify_variant_configurations":     ModifyVariantConfigurations,
	"delete_application_variant":        DeleteApplicationVariant,
	"view_app_environment_deployment":   ViewAppEnvironmentDeployment,
	"edit_app_environment_deployment":   EditAppEnvironmentDeployment,
	"create_app_environment_deployment": CreateAppEnvironmentDeployment,
	"view_testset":                      ViewTestset, "edit_testset": EditTestset,
	"create_testset": CreateTestset, "delete_testset": DeleteTestset,
	"view_evaluation": ViewEvaluation, "run_evaluations": RunEvaluations, "edit_evaluation": EditEvaluation,
	"create_evaluation": CreateEvaluation, "delete_evaluation": DeleteEvaluation,
	"deploy_application": DeployApplication,
	"view_workspace":     ViewWorkspace, "edit_workspace": EditWorkspace,
	"create_workspace": CreateWorkspace, "delete_workspace": DeleteWorkspace,
	"modify_user_roles": ModifyUserRoles, "add_new_user_to_workspace": AddNewUserToWorkspace,
	"edit_organization": EditOrganization, "delete_organization": DeleteOrganization,
	"add_new_user_to_organization": AddNewUserToOrganization,

	"view_team": ViewTeam, "create_project": CreateProject, "list_user_projects": ListUserProjects,
	"view_project": ViewProject, "edit_project": EditProject,
	"manage_members": ManageMembers, "delete_project": DeleteProject,
	"view_agent": ViewAgent, "edit_agent": EditAgent, "manage_agent": ManageAgent,
	"view_organization": ViewOrganization, "manage_users": ManageUsers, "manage_organization": ManageOrganization,
}

func TestTheThirtyOneStandInAgentasOrder(t *testing.T) {
	want := strings.Split(agentas, ", ")
	if len(want) != 31 {
		t.Fatalf("the list in this test has %d names", len(want))
	}
	if diff := cmp.Diff(want, Permissions()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryPermissionIsOneBitWithItsOwnName(t *testing.T) {
	var all Permission
	for name, p := range named {
		if bits.OnesCount64(uint64(p)) != 1 {
			t.Errorf("%s is %b", name, p)
		}
		if got := p.String(); got != name {
			t.Errorf("the constant of %q calls itself %q", name, got)
		}
		all |= p
	}
	if len(named) != known || bits.OnesCount64(uint64(all)) != known {
		t.Errorf("%d constants, %d names here, %d different bits", known, len(named), bits.OnesCount64(uint64(all)))
	}
}

func TestWardroomsOwnNamesNeverAppearInAgentasLists(t *testing.T) {
	if diff := cmp.Diff(strings.Split(agentas, ", "), Published(^Permission(0))); diff != "" {
		t.Error(diff)
	}
	if got := Published(ViewTeam | EditProject); got == nil || len(got) != 0 {
		t.Errorf("a set without Agenta's permissions lists %#v, want an empty list", got)
	}
}

func TestAPermissionSetReadsAsText(t *testing.T) {
	for want, p := range map[string]Permission{
		"none":                         0,
		"edit_project":                 EditProject,
		"edit_workspace, view_project": ViewProject | EditWorkspace,
		"read_system, bit 63":          ReadSystem | 1<<63,
	} {
		if got := p.String(); got != want {
			t.Errorf("%b reads %q, want %q", p, got, want)
		}
	}
}

func TestKindsRanksAndPathsReadAlikeEverywhere(t *testing.T) {
	for want, v := range map[string]interface{ String() string }{
		"project": KindProject, "team": KindTeam, "workspace": KindWorkspace, "agent": KindAgent, "organization": KindOrganization, "nothing": Kind(0),
		"user": User, "application_admin": ApplicationAdmin, "global_admin": GlobalAdmin,
		"direct": Path{Kind: Direct}, "project:151": Path{ViaProject, 151}, "team:7": Path{ViaTeam, 7},
		"rank": Path{Kind: ByRank}, "access_level": Path{Kind: ByAccessLevel}, "": Path{},
	} {
		if got := v.String(); got != want {
			t.Errorf("%#v reads %q, want %q", v, got, want)
		}
	}
}
