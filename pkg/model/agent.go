package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Agent is an AI agent of a project. Its configuration (instructions, model) is in
// its AgentVersion rows; this row has what lists show, and counts.
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
	LastVersion  int64  `json:"-" dynamo:"last_version"`    // the last version of its configuration; a number is never used twice
	Epoch        int64  `json:"-" dynamo:"epoch,omitempty"` // raised by each end of a permission on it
	PendingShard *int64 `json:"-" dynamo:"pending_shard,omitempty"`
	PendingOn    *Time  `json:"-" dynamo:"pending_on,omitempty"`
	Version      int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (a Agent) RowVersion() int64 { return a.Version }

// Team is the id of its project's team, 0 for none. It may be outdated: the
// project's own row decides.
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

// In returns a as answers show it, with its project's team and its average rating.
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

// Hash returns the SHA-256, in hex, of the configuration's JSON as answers have it,
// without white space. Equal configurations have equal hashes.
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

// AgentVersion is one version of an agent's configuration. It never changes: an
// edit makes another version, and so does going back to an old one.
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

// Detail returns a with the given configuration.
func (a Agent) Detail(config AgentConfig) AgentDetail {
	return AgentDetail{Agent: a, Config: config, Ownerless: a.OwnerID == nil}
}

// AgentMember is a user's own permission on an agent. ProjectID is the agent's
// project, which never changes.
type AgentMember struct {
	ID         int64  `dynamo:"id"`
	AgentID    int64  `dynamo:"agent_id"`
	ProjectID  int64  `dynamo:"project_id"`
	UserID     int64  `dynamo:"user_id"`
	Role       string `dynamo:"role"`
	ExpiresOn  *Time  `dynamo:"expires_on,omitempty"`
	CreatedBy  string `dynamo:"created_by"`
	CreatedOn  Time   `dynamo:"created_on"`
	Epoch      int64  `dynamo:"epoch,omitempty"`       // the project's when it was given
	AgentEpoch int64  `dynamo:"agent_epoch,omitempty"` // the agent's when it was given
	Version    int64  `dynamo:"version"`
	Changed
}

// Modified returns m with its terms last changed by "by" at now.
func (m AgentMember) Modified(by string, now Time) AgentMember {
	m.Changed = Changed{by, &now}
	return m
}

// Stamp says who gave it and who changed its terms.
func (m AgentMember) Stamp() Stamp { return m.stamp(m.CreatedBy, m.CreatedOn) }

// Withdrawal records that a user's permission on an agent was taken back on its
// own, not by a removal: an undo of an earlier removal doesn't restore a
// permission from before.
type Withdrawal struct {
	AgentID int64 `dynamo:"agent_id"`
	UserID  int64 `dynamo:"user_id"`
	Epoch   int64 `dynamo:"epoch"` // the agent's, which the withdrawal raised
}

// Withdrew reports whether m was given before the withdrawal. The zero Withdrawal
// comes before every permission.
func (w Withdrawal) Withdrew(m AgentMember) bool { return m.AgentEpoch < w.Epoch }

// AgentUser is somebody who has a role on an agent, and by which path.
type AgentUser struct {
	ID         *int64 `json:"id" doc:"Id of the membership or permission that gives it; null for a rank and the access level"`
	Agent      int64  `json:"agent" doc:"Id of the agent"`
	User       User   `json:"user"`
	Permission string `json:"permission" enum:"viewer,editor,owner"`
	Source     string `json:"source" doc:"direct, project:ID, team:ID, rank or access_level"`
}

// TeamAgent lists an agent under its project's team, for the lists of the team's
// members.
type TeamAgent struct {
	TeamID    int64 `dynamo:"team_id"`
	AgentID   int64 `dynamo:"agent_id"`
	ProjectID int64 `dynamo:"project_id"`
}

// OpenAgent lists an agent that is open to its organisation, for users without a
// role on it.
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

// Access returns a's access level and mode.
func (a Agent) Access() AgentAccess {
	return AgentAccess{Agent: a.ID, AccessLevel: a.AccessLevel, PublicMode: a.PublicMode, Version: a.Version}
}

// AgentTypes are the agent types of an organisation that has edited one; others
// have no such row, and BuiltInAgentTypes.
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

// BuiltInAgentTypes are the types of an organisation that has edited none.
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

// ReservedAlias makes an alias unique in an organisation.
type ReservedAlias struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Alias          string `dynamo:"alias"`
	AliasID        int64  `dynamo:"alias_id"`
}

// Name returns the row that reserves a's name.
func (a Alias) Name() ReservedAlias {
	return ReservedAlias{OrganizationID: a.OrganizationID, Alias: a.Alias, AliasID: a.ID}
}
