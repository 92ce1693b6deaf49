package audit

import "wardroom/pkg/model"

// ProjectState is what the log says of a project: what Explain Access needs to tell
// later who could do what in it.
type ProjectState struct {
	Team      *int64 `fact:"team"` // 0 for none; nil where an older row doesn't tell
	IsDeleted bool   `fact:"is_deleted"`
	Version   int64  `fact:"version"`
}

// StateOfProject is that of a project's row.
func StateOfProject(p model.Project) ProjectState {
	team := p.Team()
	return ProjectState{Team: &team, IsDeleted: p.IsDeleted, Version: p.Version}
}

// ProjectChanged is that a project was made, edited or deleted.
type ProjectChanged struct {
	changed
	Project int64              `of:"project"`
	State   Turn[ProjectState] `fact:",inline"`
	Renamed *bool              `after:"renamed"` // told of an edit
}

// Deleted reports whether the project is deleted since.
func (c ProjectChanged) Deleted() bool { return c.State.To != nil && c.State.To.IsDeleted }

// Moved reports whether the project went to another team, or into one, or out of one.
func (c ProjectChanged) Moved() bool {
	from, to := c.State.From.parent(), c.State.To.parent()
	return from != nil && to != nil && from.ID != to.ID
}

// Parent is what a thing belonged to when it stood so.
type Parent struct{ ID, Version int64 }

// Standing says where the thing stood among all its states.
func (p Parent) Standing() model.Standing { return model.Standing{Version: p.Version} }

func (s *ProjectState) parent() *Parent {
	if s == nil || s.Team == nil {
		return nil
	}
	return &Parent{*s.Team, s.Version}
}

// TeamOfProject is what a row tells of the team that its project belonged to and
// belongs to.
func TeamOfProject(a model.Audit) Turn[Parent] {
	c, _ := Decode[ProjectChanged](a)
	return Turn[Parent]{c.State.From.parent(), c.State.To.parent()}
}

// TeamState is what the log says of a team.
type TeamState struct {
	IsDeleted bool `fact:"is_deleted"`
}

// TeamChanged is that a team was made, edited or deleted.
type TeamChanged struct {
	changed
	Team              int64           `of:"team"`
	State             Turn[TeamState] `fact:",inline"`
	Renamed           *bool           `after:"renamed"`             // told of an edit
	ExternalIDChanged *bool           `after:"external_id_changed"` // told of an edit by an identity provider
}

// LeftToNobody is that a project or a team has lost whoever was admin or owner of
// it last.
type LeftToNobody struct {
	changed
	Place model.Ref `of:"*"`
	_     always    `after:"ownerless"`
}

// OrganizationMade is that there is a new organisation, of one global admin.
type OrganizationMade struct {
	changed
	Organization int64 `of:"organization"`
	GlobalAdmin  int64 `after:"global_admin"`
}

// OrganizationEdited is that an organisation has another domain or another name.
type OrganizationEdited struct {
	changed
	Organization int64        `of:"organization"`
	Domain       Turn[string] `fact:"domain"`
	Renamed      bool         `after:"renamed"`
}

// DomainState is what the log says of a domain that an organisation claims.
type DomainState struct {
	Domain string `fact:"domain"`
	SignIn *bool  `fact:"sign_in"` // nil where that isn't what the change is about, as the next
	Proved *bool  `fact:"proved"`
}

// DomainChanged is that a domain was claimed, proved, given up, or is for something
// else.
type DomainChanged struct {
	changed
	Organization int64             `of:"organization"`
	State        Turn[DomainState] `fact:",inline"`
}
