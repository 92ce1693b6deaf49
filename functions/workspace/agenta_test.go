package workspace_test

import (
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// What Agenta's routes publish of three roles, from its own reference.
const (
	ownerRole = `{"role_name":"owner","role_description":"Can fully manage the workspace, including adding and removing members.","permissions":[
		"read_system","view_application","edit_application","create_application","delete_application","create_app_variant","delete_app_variant","modify_variant_configurations","delete_application_variant",
		"view_app_environment_deployment","edit_app_environment_deployment","create_app_environment_deployment","view_testset","edit_testset","create_testset","delete_testset",
		"view_evaluation","run_evaluations","edit_evaluation","create_evaluation","delete_evaluation","deploy_application","view_workspace","edit_workspace","create_workspace","delete_workspace",
		"modify_user_roles","add_new_user_to_workspace","edit_organization","delete_organization","add_new_user_to_organization"]}`
	viewerRole = `{"role_name":"viewer","role_description":"Can view the workspace content but cannot make changes.","permissions":["read_system","view_application","view_app_environment_deployment","view_testset","view_evaluation"]}`
	editorRole = `{"role_name":"editor","role_description":"Can edit workspace content, but cannot manage members or roles.","permissions":[
		"read_system","view_application","edit_application","create_application","create_app_variant","delete_app_variant","modify_variant_configurations","delete_application_variant",
		"view_app_environment_deployment","edit_app_environment_deployment","create_app_environment_deployment","view_testset","edit_testset","create_testset",
		"view_evaluation","run_evaluations","edit_evaluation","create_evaluation","deploy_application","view_workspace","edit_workspace"]}`
)

// workspace is team 7 as Agenta shows it, with these of its members.
func workspace(members ...string) string {
	return `{"id":"7","name":"Core","organization":"1","created_at":"2024-01-22T09:10:00.000000Z","updated_at":"2024-01-22T09:10:00.000000Z","description":"Demo team","type":"default","members":[` + strings.Join(members, ",") + `]}`
}

func shown(id, email, joined, role string) string {
	return `{"user":{"id":"` + id + `","email":"` + email + `","username":"` + email + `","status":"member","created_at":"` + joined + `"},"roles":[` + role + `]}`
}

var (
	seven   = shown("7", "lead@organization.com", "2024-01-22T09:02:11.402117Z", ownerRole)
	fifteen = shown("15", "member@organization.com", "2024-01-29T14:45:02.008261Z", viewerRole)
	sixteen = shown("16", "user@example.com", "2024-01-30T17:23:41.663281Z", editorRole)
)

const (
	refused    = `{"detail":"You do not have permission to perform this action. Please contact your Organization Owner"}`
	noTeam     = `{"detail":"Workspace not found."}`
	noUser     = `{"detail":"User not found."}`
	noPairing  = `{"detail":"Workspace does not belong to the organization."}`
	badRole    = `{"detail":"Workspace role is invalid."}`
	noPath     = `{"detail":"Not Found"}`
	noMethod   = `{"detail":"Method Not Allowed"}`
	nobody     = `{"detail":"Unauthorized"}`
	badID      = `{"detail":[{"loc":["path","workspace_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`
	noEmail    = `{"detail":[{"loc":["query","email"],"msg":"field required","type":"value_error.missing"}]}`
	badEmail   = `{"detail":[{"loc":["query","email"],"msg":"value is not a valid email address","type":"value_error.email"}]}`
	noEmailIn  = `{"detail":[{"loc":["body","email"],"msg":"field required","type":"value_error.missing"}]}`
	badEmailIn = `{"detail":[{"loc":["body","email"],"msg":"value is not a valid email address","type":"value_error.email"}]}`
)

// says is a row of Agenta's dialect: a request and the whole answer.
func says(name string, given fixture.Given, r fixture.Request, status int, body string) fixture.Row {
	return fixture.Row{Name: name, Given: given, Request: r, Status: status, Body: body}
}

func TestWorkspaces(t *testing.T) {
	older := fixture.All(fixture.Team(8, "Second"), fixture.JoinsTeam(8, 7, "viewer"), fixture.Change(table.Teams, func(t *model.Team) { t.CreatedOn = model.At(fixture.Epoch.AddDate(-9, 0, 0)) }, 8))
	core, second := `{"id":"7","name":"Core","description":"Demo team","type":"default"}`, `{"id":"8","name":"Second","description":"","type":"default"}`
	organization := func(workspaces string) string {
		return `[{"id":"1","name":"Organization Name","description":"","owner":"1","owner_id":"1","type":"default","workspaces":[` + workspaces + `],"members":["1","7","15","16"]}]`
	}
	var rows []fixture.Row
	for _, path := range []string{"/api/workspaces", "/api/workspaces/", "/workspaces", "/workspaces/"} {
		rows = append(rows, says("the list at "+path, nil, get(demo.ProjectMember, path), 200, `[`+core+`]`))
	}
	for _, path := range []string{"/api/workspaces/7", "/api/workspaces/7/", "/workspaces/7", "/workspaces/7/"} {
		rows = append(rows, says("one at "+path, nil, get(demo.ProjectMember, path), 200, workspace(seven, fifteen, sixteen)))
	}
	for _, path := range []string{"/api/organizations", "/api/organizations/", "/organizations", "/organizations/"} {
		rows = append(rows, says("organizations at "+path, nil, get(demo.ProjectMember, path), 200, organization(`"7"`)))
	}
	for _, path := range []string{"/api/workspaces/roles", "/workspaces/roles/"} {
		rows = append(rows, says("roles at "+path, nil, get(demo.ProjectMember, path), 200, `[
			{"role_name":"owner","role_description":"Can fully manage the workspace, including adding and removing members."},
			{"role_name":"workspace_admin","role_description":"Can manage workspace settings and members but cannot delete the workspace."},
			{"role_name":"editor","role_description":"Can edit workspace content, but cannot manage members or roles."},
			{"role_name":"viewer","role_description":"Can view the workspace content but cannot make changes."},
			{"role_name":"evaluator","role_description":"Can evaluate models and provide feedback within the workspace."},
			{"role_name":"deployment_manager","role_description":"Can manage model deployments within the workspace."}]`))
	}
	for _, path := range []string{"/api/workspaces/permissions", "/workspaces/permissions/"} {
		all := ownerRole[strings.Index(ownerRole, "[") : len(ownerRole)-1]
		rows = append(rows, says("permissions at "+path, nil, get(demo.ProjectMember, path), 200, all))
	}
	rows = append(rows,
		says("the oldest first", older, get(demo.ProjectAdmin, "/workspaces"), 200, `[`+second+`,`+core+`]`),
		says("an admin rank lists his own alone", nil, get(demo.GlobalAdmin, "/workspaces"), 200, `[]`),
		says("but sees any", nil, get(demo.GlobalAdmin, "/workspaces/7"), 200, workspace(seven, fifteen, sixteen)),
		says("an application admin too", staff(), get("test.secret", "/workspaces/7"), 200, workspace(seven, fifteen, sixteen)),
		says("reading takes membership, not view_workspace", member("evaluator"), get("test.secret", "/workspaces/roles"), 200, ""),
		fixture.Row{Name: "an evaluator reads one", Given: member("evaluator"), Request: get("test.secret", "/workspaces/7"), Status: 200, Has: []string{`"role_name":"evaluator"`, `"create_evaluation"`}},
		fixture.Row{Name: "a deployment manager reads one", Given: member("deployment_manager"), Request: get("test.secret", "/workspaces/7"), Status: 200, Has: []string{`"role_name":"deployment_manager"`}},
		says("a service key is in none", fixture.Key("test", 0), get("test.secret", "/workspaces"), 200, `[]`),
		says("of the caller's workspaces alone", stranger(), get("test.secret", "/organizations"), 200, strings.Replace(organization(""), `"16"]`, `"16","20"]`, 1)),
		says("the other organisation lists itself", nil, get(demo.OtherOrganization, "/organizations"), 200, `[{"id":"2","name":"Other Organization","description":"","owner":"90","owner_id":"90","type":"default","workspaces":["9"],"members":["90"]}]`),

		says("no credentials", nil, get("", "/workspaces"), 401, nobody),
		says("bad credentials", nil, get("demoproj.wrong", "/api/workspaces/7"), 401, nobody),
		says("a colleague without a role", stranger(), get("test.secret", "/workspaces/7"), 403, refused),
		says("an unknown one", nil, get(demo.GlobalAdmin, "/workspaces/8"), 404, noTeam),
		says("another organisation's", nil, get(demo.GlobalAdmin, "/workspaces/9"), 404, noTeam),
		says("a bound key reaches none", fixture.Key("test", 7, fixture.Bound(151)), get("test.secret", "/workspaces/7"), 404, noTeam),
		says("an id that is no decimal", nil, get(demo.ProjectAdmin, "/workspaces/abc"), 422, badID),
		says("the id 0", nil, get(demo.ProjectAdmin, "/workspaces/0"), 422, badID),
		says("the id 07", nil, get(demo.ProjectAdmin, "/workspaces/07"), 422, badID),
		says("the id +7", nil, get(demo.ProjectAdmin, "/workspaces/+7"), 422, badID),
		says("the id -7", nil, get(demo.ProjectAdmin, "/workspaces/-7"), 422, badID),
		says("an id of 2^53", nil, get(demo.ProjectAdmin, "/workspaces/9007199254740992"), 422, badID),
		says("401 before 422", nil, get("", "/workspaces/abc"), 401, nobody),
		says("unknown query parameters are ignored", nil, get(demo.ProjectMember, "/workspaces/7?x=1&x=2"), 200, workspace(seven, fifteen, sixteen)),
		says("an unknown path", nil, get("", "/workspaces/7/members"), 404, noPath),
		says("an unknown path under /api", nil, get("", "/api/organizations/1/x"), 404, noPath),
		says("two slashes", nil, get("", "/workspaces//7"), 404, noPath),
		says("a dot segment", nil, get("", "/api/workspaces/./7"), 404, noPath),
		says("an encoded slash", nil, get("", "/workspaces%2F7"), 404, ""),
		fixture.Row{Name: "another method, before 401", Request: fixture.Request{Method: "POST", Path: "/workspaces/7"}, Status: 405, Body: noMethod, Sends: map[string]string{"Allow": "GET, HEAD"}},
		fixture.Row{Name: "another method under /api", Request: fixture.Request{Method: "GET", Path: "/api/workspaces/7/users/"}, Status: 405, Body: noMethod, Sends: map[string]string{"Allow": "DELETE"}},
		says("a key that may not read them", fixture.Key("test", 7, func(k *model.APIKey) { k.Scope, k.Groups = "restricted", map[string]string{"project": "write"} }), get("test.secret", "/workspaces"), 403, refused),
	)
	fixture.Table(t, rows)
}
