package guard

import "strconv"

// Names of things in the audit log and in reports: "project:151",
// "project:151/user:16".

// ProjectName is what a project is called there.
func ProjectName(id int64) string { return named("project", id) }

// TeamName is what a team is called there.
func TeamName(id int64) string { return named("team", id) }

// AgentName is what an agent is called there.
func AgentName(id int64) string { return named("agent", id) }

// AliasName is what an alias of an agent is called there.
func AliasName(id int64) string { return named("agent_alias", id) }

// ReviewName is what a review of an agent is called there.
func ReviewName(agent, id int64) string { return AgentName(agent) + "/" + named("review", id) }

// AgentTypeName is what a type of agents is called there.
func AgentTypeName(organization, id int64) string {
	return OrganizationName(organization) + "/" + named("agent_type", id)
}

// UserName is what a user is called there.
func UserName(id int64) string { return named("user", id) }

// OrganizationName is what an organisation is called there.
func OrganizationName(id int64) string { return named("organization", id) }

// KeyName is what an API key is called there.
func KeyName(id int64) string { return named("api_key", id) }

// InviteName is what an invitation is called there.
func InviteName(id int64) string { return named("invite", id) }

// MemberName is what a user's membership is called there.
func MemberName(of string, user int64) string { return of + "/" + UserName(user) }

func named(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
