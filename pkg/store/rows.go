package store

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Key is the primary key of a row. Keys are made here and in package table alone.
type Key = table.Primary

// ErrStale says that rows changed under a decision: decide again.
var ErrStale = table.ErrStale

// Unreadable is the error of a row that can't be decoded; see LeaveOut.
type Unreadable = table.Unreadable

// Row names one row, whether it exists or not: Key is for reading it, and In finds
// it among rows that were read.
type Row[T any] struct {
	Key
	of *table.Entity[T]
}

// In returns the row; false where it isn't among rows.
func (r Row[T]) In(rows table.Rows) (T, bool) { return r.of.At(rows, r.Key) }

func row[T any](of *table.Entity[T], values ...any) Row[T] { return Row[T]{of.Key(values...), of} }

// The rows that requests read. docs/schema.md describes them.

// User is a user's own row.
func User(id int64) Row[model.User] { return row(table.Users, id) }

// Email is the row that reserves an address for a user.
func Email(organization int64, email string) Row[model.Email] {
	return row(table.Emails, organization, model.AddressKey(email))
}

// RankGrant is the permission that gives a user their rank.
func RankGrant(user int64) Row[model.RankGrant] { return row(table.RankGrants, user) }

// APIKey is a key by its prefix.
func APIKey(prefix string) Row[model.APIKey] { return row(table.Keys, prefix) }

// KeyID is the row that leads from a key's id to its prefix.
func KeyID(id int64) Row[model.KeyID] { return row(table.KeyIDs, id) }

// Notification is one of a user's notifications.
func Notification(user, id int64) Row[model.Notification] {
	return row(table.Notifications, user, id)
}

// RecentProjects is a user's list of recent projects.
func RecentProjects(user int64) Row[model.Recents] { return row(table.Recents, user) }

// RecentAgents is a user's list of recent agents.
func RecentAgents(user int64) Row[model.Recents] { return row(table.RecentAgents, user) }

// Star is a user's star on an agent.
func Star(user, agent int64) Row[model.Star] { return row(table.Stars, user, agent) }

// Team is a team's own row.
func Team(id int64) Row[model.Team] { return row(table.Teams, id) }

// TeamMember is a user's membership of a team.
func TeamMember(team, user int64) Row[model.TeamMember] { return row(table.TeamMembers, team, user) }

// Project is a project's own row.
func Project(id int64) Row[model.Project] { return row(table.Projects, id) }

// ProjectMember is a user's membership of a project.
func ProjectMember(project, user int64) Row[model.ProjectMember] {
	return row(table.ProjectMembers, project, user)
}

// Tombstone is that of a user's last removal from a project.
func Tombstone(project, user int64) Row[model.Tombstone] {
	return row(table.Tombstones, project, user)
}

// Agent is an agent's own row.
func Agent(id int64) Row[model.Agent] { return row(table.Agents, id) }

// AgentMember is a user's own permission on an agent.
func AgentMember(user, agent int64) Row[model.AgentMember] {
	return row(table.AgentMembers, user, agent)
}

// AgentVersion is one version of an agent's configuration.
func AgentVersion(agent, version int64) Row[model.AgentVersion] {
	return row(table.AgentVersions, agent, version)
}

// AgentTypes are the agent types of an organisation that has edited one.
func AgentTypes(organization int64) Row[model.AgentTypes] {
	return row(table.AgentTypes, organization)
}

// Alias is an alias by its id.
func Alias(id int64) Row[model.Alias] { return row(table.Aliases, id) }

// AliasName says which alias has a name, in lower case.
func AliasName(organization int64, name string) Row[model.ReservedAlias] {
	return row(table.AliasNames, organization, name)
}

// Review is a review of an agent.
func Review(agent, id int64) Row[model.Review] { return row(table.Reviews, agent, id) }

// Reviewer says which review of an agent is a user's.
func Reviewer(agent, user int64) Row[model.Reviewer] { return row(table.Reviewers, agent, user) }

// Vote is a user's vote on an agent.
func Vote(agent, user int64) Row[model.Vote] { return row(table.Votes, agent, user) }

// Invite is an invitation.
func Invite(id int64) Row[model.Invite] { return row(table.Invites, id) }

// Domain is a domain that an organisation claims.
func Domain(organization int64, domain string) Row[model.Domain] {
	return row(table.Domains, organization, domain)
}

// Proof says which organisation has proved a domain.
func Proof(domain string) Row[model.Proof] { return row(table.Proofs, domain) }

// Removal is a removal of people.
func Removal(id int64) Row[model.Removal] { return row(table.Removals, id) }

// Offboarding is a plan of an offboarding.
func Offboarding(plan int64) Row[model.Offboarding] { return row(table.Plans, plan) }

// SealHead says where an organisation's audit chain ends.
func SealHead(organization int64) Row[model.SealHead] { return row(table.SealHeads, organization) }

// Checkpoint is the signed end of an organisation's chain with the number seq.
func Checkpoint(organization, seq int64) Row[model.Checkpoint] {
	return row(table.Checkpoints, organization, seq)
}
