package model

// Member is what every membership says, of a project or of a team.
type Member struct {
	ID    int64
	Place int64 // the project or team
	User  int64
	Role  string
	Standing
}

// Membership is a ProjectMember or a TeamMember, for what is the same of both.
type Membership[M any] interface {
	ProjectMember | TeamMember

	Member() Member
	Facts() map[string]any

	Numbered(id int64) M            // with that id
	At(s Standing) M                // begun or changed in that standing
	As(role string) M               // with that role, for good
	Modified(by string, now Time) M // with its terms changed by somebody
}

// Member is what m says as every membership does.
func (m ProjectMember) Member() Member {
	return Member{m.ID, m.ProjectID, m.UserID, m.Role, m.Standing()}
}

// Standing says where m stands among all memberships of its user in the project.
func (m ProjectMember) Standing() Standing { return Standing{m.Epoch, m.Version} }

// Numbered returns m with an id.
func (m ProjectMember) Numbered(id int64) ProjectMember {
	m.ID = id
	return m
}

// At returns m with a standing.
func (m ProjectMember) At(s Standing) ProjectMember {
	m.Epoch, m.Version = s.Epoch, s.Version
	return m
}

// As returns m with a role that doesn't expire.
func (m ProjectMember) As(role string) ProjectMember {
	m.Role, m.ExpiresOn = role, nil
	return m
}

// Member is what m says as every membership does.
func (m TeamMember) Member() Member { return Member{m.ID, m.TeamID, m.UserID, m.Role, m.Standing()} }

// Numbered returns m with an id.
func (m TeamMember) Numbered(id int64) TeamMember {
	m.ID = id
	return m
}

// At returns m with a standing.
func (m TeamMember) At(s Standing) TeamMember {
	m.Epoch, m.Version = s.Epoch, s.Version
	return m
}

// As returns m with a role. No membership of a team expires.
func (m TeamMember) As(role string) TeamMember {
	m.Role = role
	return m
}

// Modified returns m, since a membership of a team doesn't say who changed it.
func (m TeamMember) Modified(string, Time) TeamMember { return m }
