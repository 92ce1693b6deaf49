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

	kind               string // "project", "team", "workspace", "organization", "agent", ""
	id                 int64
	targetOrganization int64
	agentsProject      int64
	projectsTeam       int64
	agentRole          string
	projectRole        string
	teamRole           string
	accessLevel, mode  string
}

type verdict struct {
	Visible, Allowed bool
	Path             string
	Granted          map[string]bool
	Ways             []string // every open path, in order
	As, AsBy         string   // the highest role on an agent, and the path to it
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

// agentWords is what the three roles on an agent may do, and agentAs who acts as
// which of them.
var (
	agentWords = map[string][]string{
		"viewer": {"view_agent"},
		"editor": {"view_agent", "edit_agent"},
		"owner":  {"view_agent", "edit_agent", "manage_agent"},
	}
	agentAs = map[string]map[string]string{
		"project": {"admin": "owner", "member": "viewer"},
		"team": {"owner": "owner", "workspace_admin": "owner", "editor": "editor",
			"viewer": "viewer", "evaluator": "viewer", "deployment_manager": "viewer"},
		"access level": {"organization": "viewer", "organization view_only": "viewer", "organization edit": "viewer",
			"organization Edit": "viewer", "public view_only": "viewer", "public edit": "editor"},
	}
)

func oracle(f facts, need []string) verdict {
	v := verdict{Granted: map[string]bool{}}
	if f.service == (f.user > 0) {
		return v // neither a user nor a service key, or both
	}
	if f.organization < 1 || f.targetOrganization != f.organization {
		return v
	}
	if f.boundProject != 0 {
		inside := f.kind == "project" && f.id == f.boundProject || f.kind == "agent" && f.agentsProject == f.boundProject
		if !inside {
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
	case "agent":
		project := agentAs["project"][f.projectRole]
		if f.service {
			if project = ""; f.boundProject != 0 {
				project = "owner"
			}
		}
		if !f.service {
			routes = append(routes, route{"direct", agentWords[f.agentRole]})
		}
		routes = append(routes, route{"project:" + strconv.Itoa(int(f.agentsProject)), agentWords[project]})
		if !f.service && f.projectsTeam > 0 {
			routes = append(routes, route{"team:" + strconv.Itoa(int(f.projectsTeam)), agentWords[agentAs["team"][f.teamRole]]})
		}
		if globalAdmin || applicationAdmin {
			routes = append(routes, route{"rank", agentWords["owner"]})
		}
		if !f.service {
			level := strings.TrimSpace(f.accessLevel + " " + f.mode)
			routes = append(routes, route{"access_level", agentWords[agentAs["access level"][level]]})
		}
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
	for _, role := range []string{"viewer", "editor", "owner"} {
		for i := len(routes) - 1; i >= 0 && f.kind == "agent"; i-- {
			if len(routes[i].words) >= len(agentWords[role]) {
				v.As, v.AsBy = role, routes[i].name
			}
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
