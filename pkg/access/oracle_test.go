package access

import (
	"strconv"
	"strings"
)

// The oracle answers the same questions from the prose of access.md, with
// words in place of bits, lists in place of masks, and no line shared with the
// code: it reads plain facts and answers with plain words.

type facts struct {
	user, organization int64
	superuser, staff   bool
	service            bool
	boundProject       int64

	kind               string // "project", "team", "workspace", "organization", ""
	id                 int64
	targetOrganization int64
	projectsTeam       int64
	projectRole        string
	teamRole           string
}

type verdict struct {
	Visible, Allowed bool
	Path             string
	Granted          map[string]bool
	Ways             []string // every open path, in order
}

// teamWords is the roles table of workspaces.md, and what access.md says of
// teams beside it.
var teamWords = func() map[string][]string {
	words := map[string][]string{}
	for _, row := range sixRoles {
		words[string(row.role)] = append(strings.Fields(row.permissions), "view_team")
	}
	for _, role := range []string{"editor", "workspace_admin", "owner"} {
		words[role] = append(words[role], "create_project")
	}
	for _, role := range []string{"workspace_admin", "owner"} {
		words[role] = append(words[role], "list_user_projects")
	}
	return words
}()

// projectWho is the table of projects, action by action.
var projectWho = []struct {
	action       string
	direct, team []string
}{
	{"view_project", []string{"member", "admin"},
		[]string{"owner", "workspace_admin", "editor", "viewer", "evaluator", "deployment_manager"}},
	{"edit_project", []string{"admin"}, []string{"editor", "workspace_admin", "owner"}},
	{"manage_members", []string{"admin"}, []string{"workspace_admin", "owner"}},
	{"delete_project", []string{"admin"}, []string{"workspace_admin", "owner"}},
}

func oracle(f facts, need []string) verdict {
	v := verdict{Granted: map[string]bool{}}
	if f.service == (f.user > 0) {
		return v // neither a user nor a service key, or both
	}
	if f.organization < 1 || f.targetOrganization != f.organization {
		return v
	}
	if f.boundProject != 0 {
		if f.kind != "project" || f.id != f.boundProject {
			return v
		}
	}
	globalAdmin := !f.service && f.superuser
	applicationAdmin := !f.service && f.staff && !f.superuser
	if f.service && f.boundProject == 0 {
		applicationAdmin = true
	}

	type route struct {
		name  string
		words []string
	}
	var routes []route
	switch f.kind {
	case "project":
		direct, team, rank := route{name: "direct"}, route{name: "team:" + strconv.Itoa(int(f.projectsTeam))}, route{name: "rank"}
		for _, line := range projectWho {
			isBoundService := f.service && f.boundProject == f.id
			if isBoundService || (!f.service && among(line.direct, f.projectRole)) {
				direct.words = append(direct.words, line.action)
			}
			if !f.service && f.projectsTeam > 0 && among(line.team, f.teamRole) {
				team.words = append(team.words, line.action)
			}
			if globalAdmin || applicationAdmin {
				rank.words = append(rank.words, line.action)
			}
		}
		routes = []route{direct, team, rank}
	case "team", "workspace":
		if !f.service {
			routes = append(routes, route{"direct", teamWords[f.teamRole]})
		}
		if globalAdmin {
			routes = append(routes, route{"rank", teamWords["owner"]})
		}
		if applicationAdmin {
			routes = append(routes, route{"rank", teamWords["workspace_admin"]})
		}
	case "organization":
		if !f.service {
			routes = append(routes, route{"direct", []string{"view_organization"}})
		}
		if globalAdmin {
			routes = append(routes, route{"rank", []string{"view_organization", "manage_users", "manage_organization"}})
		}
		if applicationAdmin {
			routes = append(routes, route{"rank", []string{"view_organization", "manage_users"}})
		}
	default:
		return v
	}

	for _, r := range routes {
		for _, word := range r.words {
			v.Granted[word] = true
		}
		if len(r.words) > 0 {
			v.Ways = append(v.Ways, r.name)
		}
		all := len(need) > 0
		for _, word := range need {
			all = all && v.Granted[word]
		}
		if all && !v.Allowed {
			v.Allowed, v.Path = true, r.name
		}
	}
	v.Visible = f.kind == "workspace" || f.kind == "organization" || v.Granted["view_"+f.kind]
	return v
}

func among(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}
