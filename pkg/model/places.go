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
	NameKey      string `json:"-" dynamo:"name_key,omitempty"`    // digest of the folded name, for an index
	ExternalID   string `json:"-" dynamo:"external_id,omitempty"` // what a provisioning client calls the group
	IsGroup      bool   `json:"-" dynamo:"is_group,omitempty"`    // a provisioning client has named it, as no other
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
	Epoch     int64  `dynamo:"epoch,omitempty"` // of the team, in which it began
	Version   int64  `dynamo:"version"`
}

// Standing says where m stands among all memberships of its user in the team.
func (m TeamMember) Standing() Standing { return Standing{m.Epoch, m.Version} }

// Facts is what the audit log says of the membership.
func (m TeamMember) Facts() map[string]any { return facts(m.ID, m.Role, nil, m.Standing()) }

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

// Facts is what the audit log says of the project: what Explain Access needs to
// tell later who could do what in it.
func (p Project) Facts() map[string]any {
	return map[string]any{"team": p.Team(), "is_deleted": p.IsDeleted, VersionFact: p.Version}
}

// Ownerless is a project without an admin, or a team or an agent without an owner.
// It leads to them: what counts is the thing's own row.
type Ownerless struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Of             string `dynamo:"ownerless_of"`
	ID             int64  `dynamo:"ownerless_id"`
}

// What may be ownerless.
const (
	OwnerlessProject = "project"
	OwnerlessTeam    = "team"
	OwnerlessAgent   = "agent"
)

// ReservedProjectName keeps a name to one project of a team, or of the organisation's
// team-less ones (NameScope 0). NameKey is a digest of the folded name, so that
// any name fits into a key.
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
	Epoch     int64  `dynamo:"epoch,omitempty"` // of the project, in which it began
	Version   int64  `dynamo:"version"`
	Changed
}

// Changed says who changed the terms of a membership last, if anybody did.
type Changed struct {
	ModifiedBy string `dynamo:"modified_by,omitempty"`
	ModifiedOn *Time  `dynamo:"modified_on,omitempty"`
}

// stamp returns the stamp of what by made and c changed.
func (c Changed) stamp(by string, on Time) Stamp {
	s := Created(by, on)
	if c.ModifiedOn != nil {
		s = s.Modified(c.ModifiedBy, *c.ModifiedOn)
	}
	return s
}

// Modified returns m as by leaves it at now.
func (m ProjectMember) Modified(by string, now Time) ProjectMember {
	m.Changed = Changed{by, &now}
	return m
}

// Stamp says who made it and who changed its terms.
func (m ProjectMember) Stamp() Stamp { return m.stamp(m.CreatedBy, m.CreatedOn) }

// Facts is what the audit log says of the membership: enough to tell later what
// it allowed.
func (m ProjectMember) Facts() map[string]any {
	return facts(m.ID, m.Role, m.ExpiresOn, m.Standing())
}

func facts(id int64, role string, end *Time, s Standing) map[string]any {
	facts := map[string]any{"id": id, "role": role, EpochFact: s.Epoch, VersionFact: s.Version}
	if end != nil {
		facts["expires_on"] = end.String()
	}
	return facts
}

// ProjectUser is a member as the documented routes show them.
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

// ProjectDetail is a project with its people, and what the caller is in it.
type ProjectDetail struct {
	Project
	Users  []ProjectUser `json:"users" doc:"At most the first 200"`
	Agents []AgentRef    `json:"agents" doc:"At most the first 200"`
	MyRole *string       `json:"my_role" enum:"member,admin" doc:"The caller's own membership role; null where a team or a rank lets them in"`

	Ownerless bool `json:"ownerless,omitempty" doc:"True where it has no admin of its own: the ranks manage it and may name one"`
}
