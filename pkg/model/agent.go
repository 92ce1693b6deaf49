package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Agent is an AI agent of a project. What it is told and how it answers is its
// configuration, which lies in its versions; the row holds what lists show, and
// counts.
type Agent struct {
	ID             int64    `json:"id" dynamo:"agent_id"`
	Name           string   `json:"name" dynamo:"name"`
	Description    string   `json:"description" dynamo:"description"`
	ProjectID      int64    `json:"project" dynamo:"project_id"`
	TeamID         *int64   `json:"team" dynamo:"team_id,omitempty" doc:"Id of its project's team, or null"`
	OrganizationID int64    `json:"organization" dynamo:"organization_id"`
	TypeID         int64    `json:"agent_type" dynamo:"agent_type" doc:"Id of its type"`
	OwnerID        *int64   `json:"owner" dynamo:"owner_id,omitempty" doc:"Id of the user who answers for it; null where nobody does"`
	AccessLevel    string   `json:"access_level" dynamo:"access_level" enum:"private,organization,public"`
	PublicMode     *string  `json:"public_mode" dynamo:"public_mode,omitempty" enum:"view_only,edit" doc:"What a public one is open for; else null"`
	LikeCount      int64    `json:"like_count" dynamo:"like_count"`
	DislikeCount   int64    `json:"dislike_count" dynamo:"dislike_count"`
	AverageRating  *float64 `json:"average_rating" dynamo:"-" doc:"Of the reviews that give a rating, from 1 to 5; null where none does"`
	ConfigVersion  int64    `json:"version" dynamo:"config_version" doc:"The version of its configuration that is in force"`
	ConfigHash     string   `json:"config_hash" dynamo:"config_hash" doc:"SHA-256 of that configuration, in hex"`
	Stamp
	ReviewCount  int64  `json:"-" dynamo:"review_count"`
	RatingCount  int64  `json:"-" dynamo:"rating_count"` // of the reviews that give one
	RatingSum    int64  `json:"-" dynamo:"rating_sum"`
	AliasCount   int64  `json:"-" dynamo:"alias_count"`
	LastVersion  int64  `json:"-" dynamo:"last_version"`    // of its configuration; one is never numbered twice
	Epoch        int64  `json:"-" dynamo:"epoch,omitempty"` // raised by each end of a permission on it
	PendingShard *int64 `json:"-" dynamo:"pending_shard,omitempty"`
	PendingOn    *Time  `json:"-" dynamo:"pending_on,omitempty"`
	Version      int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (a Agent) RowVersion() int64 { return a.Version }

// Team is the team that the row says its project belongs to, 0 for none. It may
// be late: the project's own row says it surely.
func (a Agent) Team() int64 {
	if a.TeamID == nil {
		return 0
	}
	return *a.TeamID
}

// Owner is the id of its owner, 0 for none.
func (a Agent) Owner() int64 {
	if a.OwnerID == nil {
		return 0
	}
	return *a.OwnerID
}

// Mode is the mode of a public agent, "" for others.
func (a Agent) Mode() string {
	if a.PublicMode == nil {
		return ""
	}
	return *a.PublicMode
}

// In returns a as shown, inside its project.
func (a Agent) In(p Project) Agent {
	a.TeamID = p.TeamID
	a.AverageRating = a.Average()
	return a
}

// Average is the mean of its ratings, nil where there are none.
func (a Agent) Average() *float64 {
	if a.RatingCount == 0 {
		return nil
	}
	mean := float64(a.RatingSum) / float64(a.RatingCount)
	return &mean
}

// AgentConfig is the configuration of an agent: its instructions, and the settings of
// its model.
type AgentConfig struct {
	Instructions string   `json:"instructions" dynamo:"instructions" maxLength:"8000"`
	Model        string   `json:"model" dynamo:"model" maxLength:"200" doc:"Empty for the default of the stage"`
	Temperature  *float64 `json:"temperature" dynamo:"temperature,omitempty" minimum:"0" maximum:"2" doc:"Null for the default of the model"`
	Starters     []string `json:"starters" dynamo:"starters" doc:"Questions that a new chat offers"`
}

// Hash names the configuration: the SHA-256, in hex, of its JSON as answers have
// it, without white space. Two agents that are configured alike have the same.
func (c AgentConfig) Hash() string {
	if c.Starters == nil {
		c.Starters = []string{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(c) // texts and numbers always encode
	sum := sha256.Sum256(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return hex.EncodeToString(sum[:])
}

// AgentVersion is one configuration that an agent had. It never changes: an edit
// makes another one, and so does going back to an old one.
type AgentVersion struct {
	AgentID       int64       `json:"-" dynamo:"agent_id"`
	ConfigVersion int64       `json:"version" dynamo:"config_version" doc:"Counts from 1"`
	Config        AgentConfig `json:"config" dynamo:"config"`
	ConfigHash    string      `json:"config_hash" dynamo:"config_hash" doc:"SHA-256 of config as it stands here, without white space, in hex"`
	Stamp
}

// AgentDetail is an agent with the configuration that is in force.
type AgentDetail struct {
	Agent
	Config    AgentConfig `json:"config"`
	Ownerless bool        `json:"ownerless,omitempty" doc:"True where it has no owner: the ranks manage it and may name one"`
}

// Detail is a with its configuration.
func (a Agent) Detail(config AgentConfig) AgentDetail {
	return AgentDetail{Agent: a, Config: config, Ownerless: a.OwnerID == nil}
}

// AgentMember is a user's own permission on an agent. Its project is that of the
// agent, which stays where it was made.
type AgentMember struct {
	ID         int64  `dynamo:"id"`
	AgentID    int64  `dynamo:"agent_id"`
	ProjectID  int64  `dynamo:"project_id"`
	UserID     int64  `dynamo:"user_id"`
	Role       string `dynamo:"role"`
	ExpiresOn  *Time  `dynamo:"expires_on,omitempty"`
	CreatedBy  string `dynamo:"created_by"`
	CreatedOn  Time   `dynamo:"created_on"`
	Epoch      int64  `dynamo:"epoch,omitempty"`       // of its project, in which it was given
	AgentEpoch int64  `dynamo:"agent_epoch,omitempty"` // of its agent, in which it was given
	Version    int64  `dynamo:"version"`
	Changed
}

// Modified returns m as by leaves it at now.
func (m AgentMember) Modified(by string, now Time) AgentMember {
	m.Changed = Changed{by, &now}
	return m
}

// Stamp says who made it and who changed its terms.
func (m AgentMember) Stamp() Stamp { return m.stamp(m.CreatedBy, m.CreatedOn) }

// Facts is what the audit log says of it: enough to tell later what it allowed.
func (m AgentMember) Facts() map[string]any {
	facts := facts(m.ID, m.Role, m.ExpiresOn, Standing{m.AgentEpoch, m.Version})
	facts[ProjectEpochFact] = m.Epoch
	return facts
}

// Withdrawal marks that a permission on an agent was taken back from a user by
// itself, not by a removal: an undo of an earlier removal doesn't give back what
// they had before.
type Withdrawal struct {
	AgentID int64 `dynamo:"agent_id"`
	UserID  int64 `dynamo:"user_id"`
	Epoch   int64 `dynamo:"epoch"` // of the agent, that it began
}

// Withdrew reports whether it came after m began. The zero one, of who never lost a
// permission so, came before any.
func (w Withdrawal) Withdrew(m AgentMember) bool { return m.AgentEpoch < w.Epoch }

// AgentUser is somebody who has a role on an agent, and by which path.
type AgentUser struct {
	ID         *int64 `json:"id" doc:"Id of the membership or permission that gives it; null for a rank and the access level"`
	Agent      int64  `json:"agent" doc:"Id of the agent"`
	User       User   `json:"user"`
	Permission string `json:"permission" enum:"viewer,editor,owner"`
	Source     string `json:"source" doc:"direct, project:ID, team:ID, rank or access_level"`
}

// TeamAgent says that an agent's project belongs to a team, for the lists of its
// members.
type TeamAgent struct {
	TeamID    int64 `dynamo:"team_id"`
	AgentID   int64 `dynamo:"agent_id"`
	ProjectID int64 `dynamo:"project_id"`
}

// OpenAgent says that an agent is open to its organisation, for the lists of
// those who have no role on it.
type OpenAgent struct {
	OrganizationID int64 `dynamo:"organization_id"`
	AgentID        int64 `dynamo:"agent_id"`
	ProjectID      int64 `dynamo:"project_id"`
}

// AgentAccess says who may use an agent without a role on it.
type AgentAccess struct {
	Agent       int64   `json:"agent" doc:"Id of the agent"`
	AccessLevel string  `json:"access_level" enum:"private,organization,public"`
	PublicMode  *string `json:"public_mode" enum:"view_only,edit" doc:"What a public one is open for; else null"`
	Version     int64   `json:"-"`
}

// RowVersion is what the ETag shows: the agent's.
func (a AgentAccess) RowVersion() int64 { return a.Version }

// Access is a's.
func (a Agent) Access() AgentAccess {
	return AgentAccess{Agent: a.ID, AccessLevel: a.AccessLevel, PublicMode: a.PublicMode, Version: a.Version}
}

// AgentTypes are the types of agents in an organisation that has edited one.
type AgentTypes struct {
	OrganizationID int64       `dynamo:"organization_id"`
	Types          []AgentType `dynamo:"types"`
	Version        int64       `dynamo:"version"`
}

// AgentType is a kind of agent.
type AgentType struct {
	ID          int64  `json:"id" dynamo:"id"`
	Name        string `json:"name" dynamo:"name"`
	Description string `json:"description" dynamo:"description"`
	Version     int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (t AgentType) RowVersion() int64 { return t.Version }

// BuiltInAgentTypes are those of an organisation that has edited none.
func BuiltInAgentTypes() []AgentType {
	return []AgentType{
		{ID: 1, Name: "assistant", Description: "Answers from its instructions and what its model knows.", Version: 1},
		{ID: 2, Name: "retrieval", Description: "Answers from the documents of its corpora, and cites them.", Version: 1},
		{ID: 3, Name: "workflow", Description: "Carries out steps, one after the other.", Version: 1},
	}
}

// Alias is another name of an agent, unique in its organisation.
type Alias struct {
	ID             int64  `json:"id" dynamo:"alias_id"`
	AgentID        int64  `json:"agent" dynamo:"agent_id" doc:"Id of the agent"`
	Alias          string `json:"alias" dynamo:"alias"`
	ProjectID      int64  `json:"-" dynamo:"project_id"`
	OrganizationID int64  `json:"-" dynamo:"organization_id"`
	Version        int64  `json:"-" dynamo:"version"`
	Stamp
}

// RowVersion is what the ETag shows.
func (a Alias) RowVersion() int64 { return a.Version }

// ReservedAlias keeps an alias to one agent of an organisation.
type ReservedAlias struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Alias          string `dynamo:"alias"`
	AliasID        int64  `dynamo:"alias_id"`
}

// Name returns the row that keeps a's name to it.
func (a Alias) Name() ReservedAlias {
	return ReservedAlias{OrganizationID: a.OrganizationID, Alias: a.Alias, AliasID: a.ID}
}
