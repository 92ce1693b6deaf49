package model

// Team is a team, which Agenta's routes call a workspace: one thing, two views.
type Team struct {
	ID             int64  `json:"id" dynamo:"team_id"`
	Name           string `json:"team_name" dynamo:"team_name"`
	Description    string `json:"description" dynamo:"description"`
	Type           string `json:"type" dynamo:"team_type"`
	OrganizationID int64  `json:"organization" dynamo:"organization_id"`
	MemberCount    int64  `json:"member_count" dynamo:"member_count"`
	Stamp
	NameKey      string `json:"-" dynamo:"name_key,omitempty"`    // FoldKey of the name, for an index
	ExternalID   string `json:"-" dynamo:"external_id,omitempty"` // the provisioning client's id of the group
	IsGroup      bool   `json:"-" dynamo:"is_group,omitempty"`    // a provisioning client has named it, uniquely
	OwnerCount   int64  `json:"-" dynamo:"owner_count"`
	ProjectCount int64  `json:"-" dynamo:"project_count"`
	Epoch        int64  `json:"-" dynamo:"epoch,omitempty"` // raised by each removal of people from it
	PendingShard *int64 `json:"-" dynamo:"pending_shard,omitempty"`
	PendingOn    *Time  `json:"-" dynamo:"pending_on,omitempty"`
	Version      int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (t Team) RowVersion() int64 { return t.Version }

// TeamDetail is a team as it is shown by itself.
type TeamDetail struct {
	Team
	Ownerless bool `json:"ownerless,omitempty" doc:"True where it has no owner: the ranks manage it and may name one"`
}

// TeamMember is a user's membership of a team, with their role there.
type TeamMember struct {
	ID        int64  `dynamo:"id"`
	TeamID    int64  `dynamo:"team_id"`
	UserID    int64  `dynamo:"user_id"`
	Role      string `dynamo:"role"`
	CreatedBy string `dynamo:"created_by"`
	CreatedOn Time   `dynamo:"created_on"`
	Epoch     int64  `dynamo:"epoch,omitempty"` // the team's when it began
	Version   int64  `dynamo:"version"`
}

// Standing orders m among all memberships of its user in the team.
func (m TeamMember) Standing() Standing { return Standing{m.Epoch, m.Version} }

// TeamUser is a member as a team's routes show them.
type TeamUser struct {
	ID   int64  `json:"id"`
	User User   `json:"user"`
	Role string `json:"role" enum:"owner,workspace_admin,editor,viewer,evaluator,deployment_manager"`
}

// Project is a body of work with members; it may belong to a team.
type Project struct {
	ID             int64  `json:"id" dynamo:"project_id"`
	Name           string `json:"project_name" dynamo:"project_name"`
	Description    string `json:"description" dynamo:"description"`
	TeamID         *int64 `json:"team" dynamo:"team_id,omitempty" doc:"Id of its team, or null"`
	OrganizationID int64  `json:"organization" dynamo:"organization_id"`
	UserCount      int64  `json:"user_count" dynamo:"user_count"`
	AgentCount     int64  `json:"agent_count" dynamo:"agent_count"`
	Stamp
	AdminCount   int64  `json:"-" dynamo:"admin_count"`
	Epoch        int64  `json:"-" dynamo:"epoch,omitempty"` // raised by each removal of people from it
	PendingShard *int64 `json:"-" dynamo:"pending_shard,omitempty"`
	PendingOn    *Time  `json:"-" dynamo:"pending_on,omitempty"`
	Version      int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (p Project) RowVersion() int64 { return p.Version }

// Team returns the id of the project's team, 0 for none.
func (p Project) Team() int64 {
	if p.TeamID == nil {
		return 0
	}
	return *p.TeamID
}

// Ownerless lists a project without an admin, or a team or an agent without an
// owner. It only leads to the thing, whose own row decides.
type Ownerless struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Of             string `dynamo:"ownerless_of"`
	ID             int64  `dynamo:"ownerless_id"`
}

// The kinds of things that may be ownerless.
const (
	OwnerlessProject = "project"
	OwnerlessTeam    = "team"
	OwnerlessAgent   = "agent"
)

// ReservedProjectName makes a project's name unique in its team, or among the
// organisation's projects without a team (NameScope 0). NameKey is a digest of the
// folded name, so that any name fits into a key.
type ReservedProjectName struct {
	OrganizationID int64  `dynamo:"organization_id"`
	NameScope      int64  `dynamo:"name_scope"`
	NameKey        string `dynamo:"name_key"`
	ProjectID      int64  `dynamo:"project_id"`
}

// ProjectMember is a user's own membership of a project.
type ProjectMember struct {
	ID        int64  `dynamo:"id"`
	ProjectID int64  `dynamo:"project_id"`
	UserID    int64  `dynamo:"user_id"`
	Role      string `dynamo:"role"`
	ExpiresOn *Time  `dynamo:"expires_on,omitempty"`
	CreatedBy string `dynamo:"created_by"`
	CreatedOn Time   `dynamo:"created_on"`
	Epoch     int64  `dynamo:"epoch,omitempty"` // the project's when it began
	Version   int64  `dynamo:"version"`
	Changed
}

// Changed says who changed the terms of a membership last, if anybody did.
type Changed struct {
	ModifiedBy string `dynamo:"modified_by,omitempty"`
	ModifiedOn *Time  `dynamo:"modified_on,omitempty"`
}

// stamp returns the stamp of a thing made by "by", with c as its last change.
func (c Changed) stamp(by string, on Time) Stamp {
	s := Created(by, on)
	if c.ModifiedOn != nil {
		s = s.Modified(c.ModifiedBy, *c.ModifiedOn)
	}
	return s
}

// Modified returns m with its terms last changed by "by" at now.
func (m ProjectMember) Modified(by string, now Time) ProjectMember {
	m.Changed = Changed{by, &now}
	return m
}

// Stamp says who made m and who changed its terms.
func (m ProjectMember) Stamp() Stamp { return m.stamp(m.CreatedBy, m.CreatedOn) }

// ProjectUser is a member as the documented routes show them, without their role.
type ProjectUser struct {
	ID   int64 `json:"id" doc:"Id of the membership"`
	User User  `json:"user"`
}

// ProjectMemberUser is a member with their role, as the list of members shows them.
type ProjectMemberUser struct {
	ID        int64  `json:"id" doc:"Id of the membership"`
	User      User   `json:"user"`
	Role      string `json:"role" enum:"member,admin"`
	ExpiresOn *Time  `json:"expires_on"`
}

// AgentRef names an agent inside a project's details.
type AgentRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// ProjectDetail is a project with its members and agents, and the caller's role.
type ProjectDetail struct {
	Project
	Users  []ProjectUser `json:"users" doc:"At most the first 200"`
	Agents []AgentRef    `json:"agents" doc:"At most the first 200"`
	MyRole *string       `json:"my_role" enum:"member,admin" doc:"The caller's own membership role; null where a team or a rank lets them in"`

	Ownerless bool `json:"ownerless,omitempty" doc:"True where it has no admin of its own: the ranks manage it and may name one"`
}
