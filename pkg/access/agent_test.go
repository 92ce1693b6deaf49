package access

import "testing"

// What agent 21 of project 151 is to those without a role on it.
var (
	closed = Openness{Level: Private}
	view   = Openness{Level: Public, Mode: ViewOnly}
	edit   = Openness{Level: Public, Mode: EditMode}
	open   = Openness{Level: OpenToOrganization}
)

// agent is agent 21 to a caller with these roles on it, in its project and in
// the project's team.
func agent(own AgentRole, inProject ProjectRole, inTeam Role, to Openness) Target {
	return Target{Kind: KindAgent, ID: 21, Organization: 1, Project: 151, Team: 7, Role: string(own), ProjectRole: inProject, TeamRole: inTeam, Open: to}
}

func TestAgents(t *testing.T) {
	const nobody AgentRole = ""
	check(t, []rule{
		allow("a viewer uses it", user, ViewAgent, agent(AgentViewer, none, stranger, closed), "direct"),
		deny("a viewer doesn't edit it", user, EditAgent, agent(AgentViewer, none, stranger, closed)),
		allow("an editor edits it", user, EditAgent, agent(AgentEditor, none, stranger, closed), "direct"),
		deny("an editor doesn't manage it", user, ManageAgent, agent(AgentEditor, none, stranger, closed)),
		allow("an owner manages it", user, ManageAgent, agent(AgentOwner, none, stranger, closed), "direct"),

		allow("its project's member views it", user, ViewAgent, agent(nobody, ProjectMember, stranger, closed), "project:151"),
		deny("and doesn't edit it", user, EditAgent, agent(nobody, ProjectMember, stranger, closed)),
		allow("its project's admin owns it", user, ManageAgent, agent(nobody, ProjectAdmin, stranger, closed), "project:151"),
		allow("the team's editor edits it", user, EditAgent, agent(nobody, none, Editor, closed), "team:7"),
		deny("and doesn't manage it", user, ManageAgent, agent(nobody, none, Editor, closed)),
		allow("the team's viewer views it", user, ViewAgent, agent(nobody, none, Viewer, closed), "team:7"),
		allow("the team's evaluator views it", user, ViewAgent, agent(nobody, none, Evaluator, closed), "team:7"),
		deny("the team's deployment_manager doesn't edit it", user, EditAgent, agent(nobody, none, DeploymentManager, closed)),
		allow("the team's workspace_admin manages it, as he does its project", user, ManageAgent, agent(nobody, none, WorkspaceAdmin, closed), "team:7"),
		allow("so does the team's owner", user, ManageAgent, agent(nobody, none, Owner, closed), "team:7"),
		allow("an application admin owns it", appAdmin, ManageAgent, agent(nobody, none, stranger, closed), "rank"),
		allow("a global admin owns it", globalAdmin, ManageAgent, agent(nobody, none, stranger, closed), "rank"),

		hide("a private one isn't there for others", user, ViewAgent, agent(nobody, none, stranger, closed)),
		allow("one that is open to the organisation is", user, ViewAgent, agent(nobody, none, stranger, open), "access_level"),
		deny("to be viewed", user, EditAgent, agent(nobody, none, stranger, open)),
		allow("a public one, too", user, ViewAgent, agent(nobody, none, stranger, view), "access_level"),
		deny("to be viewed only", user, EditAgent, agent(nobody, none, stranger, view)),
		allow("or to be edited", user, EditAgent, agent(nobody, none, stranger, edit), "access_level"),
		deny("but not to be managed", user, ManageAgent, agent(nobody, none, stranger, edit)),
		hide("a public one of no mode is private", user, ViewAgent, agent(nobody, none, stranger, Openness{Level: Public})),
		hide("a level nobody knows opens nothing", user, ViewAgent, agent(nobody, none, stranger, Openness{Level: "world", Mode: EditMode})),
		hide("none reaches outside the organisation", globalAdmin, ViewAgent, foreign(agent(AgentOwner, ProjectAdmin, Owner, edit))),
		hide("a role of another kind of place is none", user, ViewAgent, agent("member", "viewer", "admin", closed)),
		hide("a team's role doesn't reach agents of a project without team", user, ViewAgent, teamless(agent(nobody, none, Owner, closed))),
		deny("a permission for projects is none on an agent", globalAdmin, EditProject, agent(AgentOwner, ProjectAdmin, Owner, edit)),

		allow("the most direct path is named", globalAdmin, ViewAgent, agent(AgentViewer, ProjectAdmin, Owner, edit), "direct"),
		allow("then the project", globalAdmin, EditAgent, agent(AgentViewer, ProjectAdmin, Owner, edit), "project:151"),
		allow("then the team", globalAdmin, EditAgent, agent(AgentViewer, ProjectMember, Owner, edit), "team:7"),
		allow("then the rank", globalAdmin, EditAgent, agent(AgentViewer, ProjectMember, Viewer, edit), "rank"),
		allow("and the access level last", user, EditAgent, agent(AgentViewer, ProjectMember, Viewer, edit), "access_level"),

		allow("a key bound to its project reaches it", boundTo(151, user), ManageAgent, agent(AgentOwner, none, stranger, closed), "direct"),
		hide("one bound to another doesn't, not even a global admin's", boundTo(4, globalAdmin), ViewAgent, agent(AgentOwner, ProjectAdmin, Owner, edit)),
		hide("nor one bound to a project that has the agent's number", boundTo(21, user), ViewAgent, agent(AgentOwner, none, stranger, closed)),
		allow("a service key bound to its project owns it", boundTo(151, serviceKey), ManageAgent, agent(nobody, none, stranger, closed), "project:151"),
		hide("one bound to another sees nothing, open or not", boundTo(4, serviceKey), ViewAgent, agent(nobody, none, stranger, edit)),
		allow("an unbound one is an application admin, whatever rows came along", serviceKey, ManageAgent, agent(AgentOwner, ProjectAdmin, Owner, edit), "rank"),
	})
}

func TestTheRoleOnAnAgentIsTheHighestOfAllPaths(t *testing.T) {
	const nobody AgentRole = ""
	for _, row := range []struct {
		sentence string
		caller   Caller
		target   Target
		role     AgentRole
		path     string
	}{
		{"his own", user, agent(AgentEditor, ProjectMember, Viewer, view), AgentEditor, "direct"},
		{"a higher one by the project", user, agent(AgentEditor, ProjectAdmin, Owner, view), AgentOwner, "project:151"},
		{"a higher one by the team", user, agent(AgentViewer, ProjectMember, Editor, edit), AgentEditor, "team:7"},
		{"a higher one by the rank", appAdmin, agent(AgentViewer, ProjectMember, Editor, edit), AgentOwner, "rank"},
		{"a higher one by the access level", user, agent(AgentViewer, ProjectMember, Viewer, edit), AgentEditor, "access_level"},
		{"of two alike the most direct", user, agent(AgentViewer, ProjectMember, Viewer, view), AgentViewer, "direct"},
		{"none", user, agent(nobody, none, stranger, closed), nobody, ""},
		{"none elsewhere", globalAdmin, foreign(agent(AgentOwner, ProjectAdmin, Owner, edit)), nobody, ""},
	} {
		if role, path := HighestRole(row.caller, row.target); AgentRole(role) != row.role || path.String() != row.path {
			t.Errorf("%s: %q by %q, want %q by %q", row.sentence, role, path, row.role, row.path)
		}
	}
}
