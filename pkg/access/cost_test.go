package access

import "testing"

// costly are the decisions that take the longest way: every path open, the
// right found on the last.
var costly = []struct {
	name   string
	caller Caller
	target Target
	need   Permission
}{
	{"project-all-paths", appAdmin, project(ProjectMember, DeploymentManager), DeleteProject},
	{"project-by-team", user, project("", DeploymentManager), ViewProject},
	{"project-refused", user, project(ProjectMember, Evaluator), DeleteProject},
	{"project-by-bound-key", boundTo(151, user), project(ProjectAdmin, ""), ManageMembers},
	{"agent-all-paths", appAdmin, agent(AgentViewer, ProjectMember, DeploymentManager, view), ManageAgent},
	{"agent-by-access-level", user, agent("", "", "", edit), EditAgent},
	{"team-all-paths", globalAdmin, team(DeploymentManager), DeleteWorkspace},
	{"workspace-stranger", user, workspace(""), ViewTeam},
}

func TestDecidingAllocatesNothing(t *testing.T) {
	scope := KeyScope{ScopeRestricted, map[string]Grant{"project": GrantRead}}
	for _, c := range costly {
		for what, f := range map[string]func(){
			"Decide":     func() { kept.decision = Decide(c.caller, c.target, c.need) },
			"ActingRole": func() { kept.role = ActingRole(c.caller, c.target) },
			"CanAssign":  func() { kept.yes = CanAssign(c.target.TeamRole, Viewer, Editor) },
			"HighestRole": func() {
				var role string
				role, kept.decision.Path = HighestRole(c.caller, c.target)
				kept.yes = role != ""
			},
			"Permits": func() { kept.yes = scope.Permits("project", true) },
			"Paths": func() {
				for path, gives := range Paths(c.caller, c.target) {
					kept.decision.Path, kept.decision.Granted = path, gives
				}
			},
		} {
			if n := testing.AllocsPerRun(1000, f); n != 0 {
				t.Errorf("%s, %s: %v allocations", c.name, what, n)
			}
		}
	}
}

// kept holds results, so that the calls that made them aren't dropped.
var kept struct {
	decision Decision
	role     Role
	yes      bool
}

func BenchmarkDecide(b *testing.B) {
	for _, c := range costly {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				kept.decision = Decide(c.caller, c.target, c.need)
			}
		})
	}
}
