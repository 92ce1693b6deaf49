package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sixRoles is the table of workspaces.md written out, every set as its own
// list: none is derived from another, as they are in the code.
var sixRoles = []struct {
	role        Role
	description string
	size        int // as workspaces.md counts it
	permissions string
}{
	{"owner", "Can fully manage the workspace, including adding and removing members.", 31, `
		read_system
		view_application edit_application create_application delete_application
		create_app_variant delete_app_variant modify_variant_configurations delete_application_variant
		view_app_environment_deployment edit_app_environment_deployment create_app_environment_deployment
		view_testset edit_testset create_testset delete_testset
		view_evaluation run_evaluations edit_evaluation create_evaluation delete_evaluation
		deploy_application
		view_workspace edit_workspace create_workspace delete_workspace
		modify_user_roles add_new_user_to_workspace
		edit_organization delete_organization add_new_user_to_organization`},
	{"workspace_admin", "Can manage workspace settings and members but cannot delete the workspace.", 27, `
		read_system
		view_application edit_application create_application delete_application
		create_app_variant delete_app_variant modify_variant_configurations delete_application_variant
		view_app_environment_deployment edit_app_environment_deployment create_app_environment_deployment
		view_testset edit_testset create_testset delete_testset
		view_evaluation run_evaluations edit_evaluation create_evaluation delete_evaluation
		deploy_application
		view_workspace edit_workspace create_workspace
		modify_user_roles add_new_user_to_workspace`},
	{"editor", "Can edit workspace content, but cannot manage members or roles.", 21, `
		read_system
		view_application edit_application create_application
		create_app_variant delete_app_variant modify_variant_configurations delete_application_variant
		view_app_environment_deployment edit_app_environment_deployment create_app_environment_deployment
		view_testset edit_testset create_testset
		view_evaluation run_evaluations edit_evaluation create_evaluation
		deploy_application
		view_workspace edit_workspace`},
	{"viewer", "Can view the workspace content but cannot make changes.", 5, `
		read_system view_application view_app_environment_deployment view_testset view_evaluation`},
	{"evaluator", "Can evaluate models and provide feedback within the workspace.", 7, `
		read_system view_application view_app_environment_deployment view_testset view_evaluation
		run_evaluations create_evaluation`},
	{"deployment_manager", "Can manage model deployments within the workspace.", 6, `
		read_system view_application view_app_environment_deployment view_testset view_evaluation
		deploy_application`},
}

func TestTheSixRolesAreThePublishedOnes(t *testing.T) {
	var order []Role
	for _, want := range sixRoles {
		order = append(order, want.role)
		set := map[string]bool{}
		for _, name := range strings.Fields(want.permissions) {
			set[name] = true
		}
		if len(set) != want.size {
			t.Errorf("%s: this test lists %d permissions, workspaces.md counts %d", want.role, len(set), want.size)
		}
		var inOrder []string
		for _, name := range strings.Split(agentas, ", ") {
			if set[name] {
				inOrder = append(inOrder, name)
			}
		}
		if diff := cmp.Diff(inOrder, Published(want.role.Permissions())); diff != "" {
			t.Errorf("%s: %s", want.role, diff)
		}
		if extra := want.role.Permissions() &^ allPublished; extra != 0 {
			t.Errorf("%s holds %s, which Agenta doesn't know", want.role, extra)
		}
		if got := want.role.Description(); got != want.description {
			t.Errorf("%s: %q", want.role, got)
		}
	}
	if diff := cmp.Diff(order, Roles()); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheNamesThemselvesAreRoles(t *testing.T) {
	for _, r := range Roles() {
		if got, ok := ParseRole(string(r)); !ok || got != r {
			t.Errorf("%s isn't read back: %q, %v", r, got, ok)
		}
	}
	for _, s := range []string{"", "Owner", " owner", "owner ", "admin", "member", "workspaceadmin", "global_admin"} {
		if got, ok := ParseRole(s); ok || got != "" {
			t.Errorf("%q is read as the role %q", s, got)
		}
		if r := Role(s); r.Permissions() != 0 || r.Description() != "" || r.onTeam() != 0 || r.onProject() != 0 {
			t.Errorf("%q is no role but gives something", s)
		}
	}
}

func TestAProjectHasTwoRoles(t *testing.T) {
	for s, want := range map[string]bool{"admin": true, "member": true, "": false, "Admin": false, "owner": false, "viewer": false} {
		if got, ok := ParseProjectRole(s); ok != want || (ok && string(got) != s) {
			t.Errorf("%q is read as %q, %v", s, got, ok)
		}
	}
}
