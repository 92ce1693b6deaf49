package model

import "strconv"

// Things have names in the audit log, in effects and in reports: "project:151",
// and inside another thing "project:151/user:16".

// ProjectName is the name of a project.
func ProjectName(id int64) string { return NameOf("project", id) }

// TeamName is the name of a team.
func TeamName(id int64) string { return NameOf("team", id) }

// AgentName is the name of an agent.
func AgentName(id int64) string { return NameOf("agent", id) }

// AliasName is the name of an alias of an agent.
func AliasName(id int64) string { return NameOf("agent_alias", id) }

// ReviewName is the name of a review of an agent.
func ReviewName(agent, id int64) string { return AgentName(agent) + "/" + NameOf("review", id) }

// AgentTypeName is the name of a type of agents.
func AgentTypeName(organization, id int64) string {
	return OrganizationName(organization) + "/" + NameOf("agent_type", id)
}

// UserName is the name of a user.
func UserName(id int64) string { return NameOf("user", id) }

// OrganizationName is the name of an organisation.
func OrganizationName(id int64) string { return NameOf("organization", id) }

// KeyName is the name of an API key.
func KeyName(id int64) string { return NameOf("api_key", id) }

// InviteName is the name of an invitation.
func InviteName(id int64) string { return NameOf("invite", id) }

// MemberName is the name of what a user has of a thing with the name of.
func MemberName(of string, user int64) string { return of + "/" + UserName(user) }

// NameOf is the name of a thing of a kind: "project:151".
func NameOf(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
