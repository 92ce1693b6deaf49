package access

import "testing"

func TestWhoGivesAndTakesRoles(t *testing.T) {
	const out Role = ""
	for _, row := range []struct {
		sentence         string
		acting, from, to Role
		want             bool
	}{
		{"an owner makes a member owner", Owner, Viewer, Owner, true},
		{"an owner brings in another owner", Owner, stranger, Owner, true},
		{"an owner demotes an owner", Owner, Owner, Viewer, true},
		{"a workspace_admin makes nobody owner, himself included", WorkspaceAdmin, WorkspaceAdmin, Owner, false},
		{"a workspace_admin brings in no owner", WorkspaceAdmin, stranger, Owner, false},
		{"a workspace_admin demotes no owner", WorkspaceAdmin, Owner, Viewer, false},
		{"a workspace_admin doesn't name owner even where it changes nothing", WorkspaceAdmin, Owner, Owner, false},
		{"a workspace_admin makes another workspace_admin", WorkspaceAdmin, Editor, WorkspaceAdmin, true},
		{"a workspace_admin demotes a workspace_admin", WorkspaceAdmin, WorkspaceAdmin, Viewer, true},
		{"a workspace_admin brings in a viewer", WorkspaceAdmin, stranger, Viewer, true},
		{"a workspace_admin brings in an evaluator", WorkspaceAdmin, stranger, Evaluator, true},
		{"an editor brings nobody in", Editor, stranger, Viewer, false},
		{"an editor changes no role", Editor, Viewer, Evaluator, false},
		{"an editor doesn't demote himself", Editor, Editor, Viewer, false},
		{"an editor may not even leave a role as it is", Editor, Viewer, Viewer, false},
		{"a viewer changes nothing", Viewer, Viewer, Editor, false},
		{"an evaluator changes nothing", Evaluator, stranger, Viewer, false},
		{"a deployment_manager changes nothing", DeploymentManager, stranger, Viewer, false},
		{"one without a role changes nothing", stranger, stranger, Viewer, false},
		{"nobody is given a role that doesn't exist", Owner, Viewer, "admin", false},
		{"taking a role away altogether isn't assigning", Owner, Viewer, out, false},
		{"a member with an unknown role is given a real one", Owner, "admin", Viewer, true},
	} {
		if got := CanAssign(row.acting, row.from, row.to); got != row.want {
			t.Errorf("%s: got %v", row.sentence, got)
		}
	}
}

func TestWhoTakesMembersOutOfATeam(t *testing.T) {
	const himself, another = true, false
	for _, row := range []struct {
		sentence       string
		acting, member Role
		who            bool
		want           bool
	}{
		{"an owner takes out a workspace_admin", Owner, WorkspaceAdmin, another, true},
		{"an owner takes out no owner", Owner, Owner, another, false},
		{"an owner doesn't take out himself", Owner, Owner, himself, false},
		{"a workspace_admin takes out another", WorkspaceAdmin, WorkspaceAdmin, another, true},
		{"a workspace_admin takes out himself", WorkspaceAdmin, WorkspaceAdmin, himself, true},
		{"a workspace_admin takes out no owner", WorkspaceAdmin, Owner, another, false},
		{"an editor takes out nobody", Editor, Viewer, another, false},
		{"an editor leaves", Editor, Editor, himself, true},
		{"a viewer leaves", Viewer, Viewer, himself, true},
		{"a viewer takes out nobody", Viewer, Viewer, another, false},
		{"one without a role takes out nobody", "", Viewer, another, false},
	} {
		if got := CanRemove(row.acting, row.member, row.who); got != row.want {
			t.Errorf("%s: got %v", row.sentence, got)
		}
	}
}

func TestTheRoleAsWhichOneActs(t *testing.T) {
	user := func(r Rank) Caller { return Caller{User: 16, Organization: 1, Rank: r} }
	bound := func(c Caller) Caller { c.BoundProject = 151; return c }
	service := Caller{Service: true, Organization: 1}
	team := func(r Role) Target { return Target{Kind: KindTeam, ID: 7, Organization: 1, TeamRole: r} }
	workspace, project, foreign := team(Editor), team(Editor), team(Editor)
	workspace.Kind, project.Kind, foreign.Organization = KindWorkspace, KindProject, 2
	for _, row := range []struct {
		sentence string
		caller   Caller
		target   Target
		want     Role
	}{
		{"a member acts as what he is", user(User), team(Evaluator), Evaluator},
		{"on a workspace as on a team", user(User), workspace, Editor},
		{"a stranger acts as nothing", user(User), team(""), ""},
		{"an unknown role is none", user(User), team("admin"), ""},
		{"an application admin acts as workspace_admin", user(ApplicationAdmin), team(""), WorkspaceAdmin},
		{"an application admin's own lower role doesn't lower him", user(ApplicationAdmin), team(Viewer), WorkspaceAdmin},
		{"an application admin who is owner acts as owner", user(ApplicationAdmin), team(Owner), Owner},
		{"a global admin acts as owner", user(GlobalAdmin), team(""), Owner},
		{"a global admin's own lower role doesn't lower him", user(GlobalAdmin), team(Editor), Owner},
		{"a service key acts as workspace_admin", service, team(""), WorkspaceAdmin},
		{"a service key has no membership", service, team(Owner), WorkspaceAdmin},
		{"a bound service key acts as nothing", bound(service), team(""), ""},
		{"a bound key of a global admin acts as nothing", bound(user(GlobalAdmin)), team(Owner), ""},
		{"a global admin acts as nothing elsewhere", user(GlobalAdmin), foreign, ""},
		{"nobody acts as a team role on a project", user(GlobalAdmin), project, ""},
		{"on nothing one acts as nothing", user(GlobalAdmin), Target{Organization: 1}, ""},
	} {
		if got := ActingRole(row.caller, row.target); got != row.want {
			t.Errorf("%s: got %q", row.sentence, got)
		}
	}
}
