package model

// Member has the fields that memberships of projects and of teams share.
type Member struct {
	ID    int64
	Place int64 // the project or team
	User  int64
	Role  string
	Standing
}

// Membership is a ProjectMember or a TeamMember, for code that treats both alike.
// Its methods return changed copies.
type Membership[M any] interface {
	ProjectMember | TeamMember

	Member() Member

	Numbered(id int64) M            // with the id
	At(s Standing) M                // with the epoch and version
	As(role string) M               // with the role, not to expire
	Modified(by string, now Time) M // with who changed its terms, and when
}

// Member returns the fields that all memberships share.
func (m ProjectMember) Member() Member {
	return Member{m.ID, m.ProjectID, m.UserID, m.Role, m.Standing()}
}

// Standing orders m among all memberships of its user in the project.
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

// Member returns the fields that all memberships share.
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
