package access

import "testing"

// The policy reads as sentences: who, what he wants, on what. Each row is taken
// from access.md; project 151 belongs to team 7 of organisation 1.

type rule struct {
	sentence string
	caller   Caller
	target   Target
	need     Permission
	want     string // the path that allows it, or "403", or "404"
}

func allow(sentence string, c Caller, need Permission, t Target, path string) rule {
	return rule{sentence, c, t, need, path}
}

func deny(sentence string, c Caller, need Permission, t Target) rule {
	return rule{sentence, c, t, need, "403"}
}

func hide(sentence string, c Caller, need Permission, t Target) rule {
	return rule{sentence, c, t, need, "404"}
}

const (
	none     ProjectRole = "" // no membership of the project
	stranger Role        = "" // no membership of the team
)

var (
	user        = Caller{User: 16, Organization: 1}
	appAdmin    = Caller{User: 2, Organization: 1, Rank: ApplicationAdmin}
	globalAdmin = Caller{User: 1, Organization: 1, Rank: GlobalAdmin}
	serviceKey  = Caller{Service: true, Organization: 1}
)

func boundTo(project int64, c Caller) Caller { c.BoundProject = project; return c }

// project is project 151 to a caller with these roles on it and in its team.
func project(own ProjectRole, team Role) Target {
	return Target{Kind: KindProject, ID: 151, Organization: 1, Team: 7, ProjectRole: own, TeamRole: team}
}

func team(own Role) Target {
	return Target{Kind: KindTeam, ID: 7, Organization: 1, TeamRole: own}
}

func workspace(own Role) Target {
	return Target{Kind: KindWorkspace, ID: 7, Organization: 1, TeamRole: own}
}

func teamless(t Target) Target { t.Team = 0; return t }
func foreign(t Target) Target  { t.Organization = 2; return t }

func check(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		d := Decide(r.caller, r.target, r.need)
		got := d.Path.String()
		switch {
		case !d.Visible:
			got = "404"
		case !d.Allowed:
			got = "403"
		}
		if got != r.want {
			t.Errorf("%s: %s, want %s", r.sentence, got, r.want)
		}
		if !d.Allowed && d.Path != (Path{}) || !d.Visible && (d.Allowed || d.Granted != 0) {
			t.Errorf("%s: a refusal that gives something: %+v", r.sentence, d)
		}
	}
}

func TestProjects(t *testing.T) {
	check(t, []rule{
		allow("a member views it", user, ViewProject, project(ProjectMember, stranger), "direct"),
		deny("a member doesn't edit it", user, EditProject, project(ProjectMember, stranger)),
		deny("a member manages no members", user, ManageMembers, project(ProjectMember, stranger)),
		deny("a member doesn't delete it", user, DeleteProject, project(ProjectMember, stranger)),
		allow("its admin edits it", user, EditProject, project(ProjectAdmin, stranger), "direct"),
		allow("its admin manages its members", user, ManageMembers, project(ProjectAdmin, stranger), "direct"),
		allow("its admin deletes it", user, DeleteProject, project(ProjectAdmin, stranger), "direct"),

		allow("the team's viewer views it", user, ViewProject, project(none, Viewer), "team:7"),
		allow("the team's evaluator views it", user, ViewProject, project(none, Evaluator), "team:7"),
		allow("the team's deployment_manager views it", user, ViewProject, project(none, DeploymentManager), "team:7"),
		deny("the team's viewer doesn't edit it", user, EditProject, project(none, Viewer)),
		deny("the team's evaluator doesn't edit it", user, EditProject, project(none, Evaluator)),
		deny("the team's deployment_manager doesn't edit it", user, EditProject, project(none, DeploymentManager)),
		allow("the team's editor edits it", user, EditProject, project(none, Editor), "team:7"),
		deny("the team's editor manages no members", user, ManageMembers, project(none, Editor)),
		deny("the team's editor doesn't delete it", user, DeleteProject, project(none, Editor)),
		allow("the team's workspace_admin edits it", user, EditProject, project(none, WorkspaceAdmin), "team:7"),
		allow("the team's workspace_admin manages its members", user, ManageMembers, project(none, WorkspaceAdmin), "team:7"),
		allow("the team's workspace_admin deletes it", user, DeleteProject, project(none, WorkspaceAdmin), "team:7"),
		allow("the team's owner manages its members", user, ManageMembers, project(none, Owner), "team:7"),
		allow("the team's owner deletes it", user, DeleteProject, project(none, Owner), "team:7"),

		allow("an application admin views it", appAdmin, ViewProject, project(none, stranger), "rank"),
		allow("an application admin manages its members", appAdmin, ManageMembers, project(none, stranger), "rank"),
		allow("an application admin deletes it", appAdmin, DeleteProject, project(none, stranger), "rank"),
		allow("a global admin deletes one without a team", globalAdmin, DeleteProject, teamless(project(none, stranger)), "rank"),

		allow("the most direct path is named: own role first", globalAdmin, ViewProject, project(ProjectMember, Owner), "direct"),
		allow("then the team", globalAdmin, EditProject, project(ProjectMember, Editor), "team:7"),
		allow("then the rank", globalAdmin, DeleteProject, project(ProjectMember, Editor), "rank"),
		allow("two rights are both needed: the path that completes them is named", user, ViewProject|EditProject, project(ProjectMember, Editor), "team:7"),
		deny("two rights are both needed", user, ViewProject|DeleteProject, project(ProjectMember, Editor)),

		hide("a user of the organisation without a path doesn't see it", user, ViewProject, project(none, stranger)),
		hide("a role in a team doesn't reach a project without team", user, ViewProject, teamless(project(none, Owner))),
		hide("an unknown role opens nothing", user, ViewProject, project("owner", "admin")),
		hide("another organisation's project isn't there for a global admin", globalAdmin, ViewProject, foreign(project(none, stranger))),
		hide("nor for one who has rows on it", user, ViewProject, foreign(project(ProjectAdmin, Owner))),
		deny("a permission for workspaces is none on a project", globalAdmin, EditWorkspace, project(ProjectAdmin, Owner)),
		deny("one for teams neither", globalAdmin, CreateProject, project(ProjectAdmin, Owner)),
		deny("what nobody named, nobody has", globalAdmin, 0, project(ProjectAdmin, Owner)),
		deny("an unknown permission nobody has", globalAdmin, 1<<63, project(ProjectAdmin, Owner)),
	})
}

func TestTeams(t *testing.T) {
	check(t, []rule{
		allow("a viewer reads the team, though he lacks view_workspace", user, ViewTeam, team(Viewer), "direct"),
		allow("an evaluator reads the team", user, ViewTeam, team(Evaluator), "direct"),
		allow("a deployment_manager reads the team", user, ViewTeam, team(DeploymentManager), "direct"),
		deny("a viewer lacks view_workspace", user, ViewWorkspace, team(Viewer)),
		allow("an editor changes the team's name", user, EditWorkspace, team(Editor), "direct"),
		deny("a viewer doesn't change it", user, EditWorkspace, team(Viewer)),
		allow("an owner deletes the team", user, DeleteWorkspace, team(Owner), "direct"),
		deny("a workspace_admin doesn't delete it", user, DeleteWorkspace, team(WorkspaceAdmin)),
		allow("a workspace_admin adds members", user, AddNewUserToWorkspace, team(WorkspaceAdmin), "direct"),
		allow("a workspace_admin changes roles", user, ModifyUserRoles, team(WorkspaceAdmin), "direct"),
		deny("an editor adds no members", user, AddNewUserToWorkspace, team(Editor)),
		deny("an editor changes no roles", user, ModifyUserRoles, team(Editor)),
		allow("an editor creates projects in it", user, CreateProject, team(Editor), "direct"),
		allow("a workspace_admin creates projects in it", user, CreateProject, team(WorkspaceAdmin), "direct"),
		allow("an owner creates projects in it", user, CreateProject, team(Owner), "direct"),
		deny("a viewer creates none", user, CreateProject, team(Viewer)),
		deny("an evaluator creates none", user, CreateProject, team(Evaluator)),
		deny("a deployment_manager creates none", user, CreateProject, team(DeploymentManager)),
		allow("a workspace_admin lists another's projects in it", user, ListUserProjects, team(WorkspaceAdmin), "direct"),
		allow("an owner lists them", user, ListUserProjects, team(Owner), "direct"),
		deny("an editor doesn't", user, ListUserProjects, team(Editor)),

		allow("a global admin acts as owner of every team", globalAdmin, DeleteWorkspace, team(stranger), "rank"),
		allow("an application admin reads every team", appAdmin, ViewTeam, team(stranger), "rank"),
		allow("an application admin acts as workspace_admin", appAdmin, ModifyUserRoles, team(stranger), "rank"),
		allow("an application admin creates projects in every team", appAdmin, CreateProject, team(stranger), "rank"),
		allow("an application admin lists another's projects", appAdmin, ListUserProjects, team(stranger), "rank"),
		deny("an application admin doesn't delete a team", appAdmin, DeleteWorkspace, team(stranger)),
		deny("his own lower role doesn't help him to", appAdmin, DeleteWorkspace, team(Editor)),
		allow("unless he is its owner", appAdmin, DeleteWorkspace, team(Owner), "direct"),

		hide("a stranger of the organisation doesn't see a team", user, ViewTeam, team(stranger)),
		deny("but is refused a workspace", user, ViewTeam, workspace(stranger)),
		allow("a member reads the workspace", user, ViewTeam, workspace(Viewer), "direct"),
		deny("a member whose role is too low is refused", user, ModifyUserRoles, workspace(Editor)),
		allow("a workspace_admin may", user, ModifyUserRoles, workspace(WorkspaceAdmin), "direct"),
		allow("a global admin too", globalAdmin, ModifyUserRoles, workspace(stranger), "rank"),
		hide("another organisation's workspace isn't there", globalAdmin, ViewTeam, foreign(workspace(stranger))),
		hide("another organisation's team isn't there, rows or not", user, ViewTeam, foreign(team(Owner))),
		deny("a permission for projects is none on a team", globalAdmin, EditProject, team(Owner)),
		hide("a target of no kind isn't there", globalAdmin, ViewTeam, Target{ID: 7, Organization: 1, TeamRole: Owner}),
	})
}

func TestKeys(t *testing.T) {
	bound, elsewhere := boundTo(151, user), boundTo(4, user)
	check(t, []rule{
		allow("a key bound to the project has its user's own rights there", bound, ViewProject, project(ProjectMember, stranger), "direct"),
		deny("and no more", bound, EditProject, project(ProjectMember, stranger)),
		allow("those by his team among them", bound, EditProject, project(none, Editor), "team:7"),
		allow("and those by his rank", boundTo(151, globalAdmin), DeleteProject, project(none, stranger), "rank"),
		hide("nothing, where its user has none", bound, ViewProject, project(none, stranger)),
		hide("another project isn't there for it", elsewhere, ViewProject, project(ProjectAdmin, Owner)),
		hide("not for a global admin's either", boundTo(4, globalAdmin), ViewProject, project(ProjectAdmin, Owner)),
		hide("nor its project's team", bound, ViewTeam, team(Owner)),
		hide("nor a workspace, not even as a refusal", bound, ViewTeam, workspace(Owner)),
		hide("nor a team with the project's number", boundTo(7, user), ViewTeam, team(Owner)),

		allow("a service key bound to the project is its admin", boundTo(151, serviceKey), DeleteProject, project(none, stranger), "direct"),
		hide("and nothing elsewhere", boundTo(4, serviceKey), ViewProject, project(none, stranger)),
		hide("nor on teams", boundTo(151, serviceKey), ViewTeam, team(stranger)),
		hide("nor in another organisation", boundTo(151, serviceKey), ViewProject, foreign(project(none, stranger))),
		allow("an unbound service key is an application admin", serviceKey, DeleteProject, project(none, stranger), "rank"),
		allow("on teams too", serviceKey, ModifyUserRoles, team(stranger), "rank"),
		deny("and no more than that", serviceKey, DeleteWorkspace, team(stranger)),
		deny("a member's rows aren't the key's", serviceKey, DeleteWorkspace, team(Owner)),
		allow("nor its path", serviceKey, ViewProject, project(ProjectAdmin, Owner), "rank"),
		deny("a rank set on a service key isn't looked at", Caller{Service: true, Organization: 1, Rank: GlobalAdmin}, DeleteWorkspace, team(stranger)),
		hide("nor on a bound one's other projects", Caller{Service: true, Organization: 1, Rank: GlobalAdmin, BoundProject: 4}, ViewProject, project(none, stranger)),

		hide("nobody is nobody", Caller{Organization: 1, Rank: GlobalAdmin}, ViewProject, project(ProjectAdmin, Owner)),
		hide("a key of a user and of a service at once is nobody's", Caller{User: 1, Service: true, Organization: 1}, ViewProject, project(none, stranger)),
		hide("without an organisation there is nothing", Caller{User: 1, Rank: GlobalAdmin}, ViewProject, Target{Kind: KindProject, ID: 1}),
	})
}

func TestOneIsOneselfOnlyAsAUser(t *testing.T) {
	for _, row := range []struct {
		sentence string
		caller   Caller
		id       int64
		want     bool
	}{
		{"a user is himself", user, 16, true},
		{"not another", user, 15, false},
		{"his bound key is he", boundTo(151, user), 16, true},
		{"a service key is no user", serviceKey, 0, false},
		{"nor with a number", Caller{User: 16, Service: true}, 16, false},
	} {
		if got := row.caller.Is(row.id); got != row.want {
			t.Errorf("%s: %v", row.sentence, got)
		}
	}
}

func TestEveryPathIsNamed(t *testing.T) {
	const all = "view_project, edit_project, manage_members, delete_project"
	for _, row := range []struct {
		sentence string
		caller   Caller
		target   Target
		want     string
	}{
		{"after his own row is gone, team and rank are left", appAdmin, project(none, Editor),
			"team:7 view_project, edit_project; rank " + all + "; "},
		{"the most direct stands first", user, project(ProjectMember, Viewer), "direct view_project; team:7 view_project; "},
		{"a bound service key has one path", boundTo(151, serviceKey), project(none, stranger), "direct " + all + "; "},
		{"another organisation's project has none", user, foreign(project(ProjectAdmin, Owner)), ""},
	} {
		got := ""
		for path, gives := range Paths(row.caller, row.target) {
			got += path.String() + " " + gives.String() + "; "
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.sentence, got, row.want)
		}
	}
	for range Paths(globalAdmin, project(ProjectAdmin, Owner)) {
		break // Stopping early is the caller's right.
	}
}
