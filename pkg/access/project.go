package access

// ProjectRole is a member's own role in a project, stored and sent unchanged; any
// other value gives nothing.
type ProjectRole string

// The two roles of a project.
const (
	ProjectAdmin  ProjectRole = "admin"
	ProjectMember ProjectRole = "member"
)

const projectAll = ViewProject | EditProject | ManageMembers | DeleteProject

// ParseProjectRole reads a role's name as it is sent; case and white space
// count.
func ParseProjectRole(s string) (ProjectRole, bool) {
	r := ProjectRole(s)
	if r.Permissions() == 0 {
		return "", false
	}
	return r, true
}

// Permissions is what the role gives on its project.
func (r ProjectRole) Permissions() Permission {
	switch r {
	case ProjectAdmin:
		return projectAll
	case ProjectMember:
		return ViewProject
	}
	return 0
}

// projectRules: a project is reached by a membership, through its team, and by rank.
var projectRules = rules{
	name: "project", all: projectAll, view: ViewProject,
	project: func(t Target) int64 { return t.ID },
	ways: func(_ Caller, rank Rank, t Target) (w [maxWays]way) {
		w[0] = way{Path{Kind: Direct}, t.ProjectRole.Permissions(), string(t.ProjectRole)}
		if t.Team > 0 {
			w[1] = way{Path{Kind: ViaTeam, ID: t.Team}, t.TeamRole.onProject(), string(t.TeamRole)}
		}
		if rank.Admin() {
			w[2] = way{Path{Kind: ByRank}, projectAll, string(ProjectAdmin)}
		}
		return w
	},
}
