package audit

import "wardroom/pkg/model"

// ProjectState has the facts of a project by which Explain Access later tells who
// could do what in it.
type ProjectState struct {
	Team      *int64 `fact:"team"` // 0 for none; nil in older rows
	IsDeleted bool   `fact:"is_deleted"`
	Version   int64  `fact:"version"`
}

// StateOfProject returns the ProjectState of a project's row.
func StateOfProject(p model.Project) ProjectState {
	team := p.Team()
	return ProjectState{Team: &team, IsDeleted: p.IsDeleted, Version: p.Version}
}

// ProjectChanged records that a project was created, edited or deleted.
type ProjectChanged struct {
	changed
	Project int64              `of:"project"`
	State   Turn[ProjectState] `fact:",inline"`
	Renamed *bool              `after:"renamed"` // nil unless edited
}

// Deleted reports whether the change deleted the project.
func (c ProjectChanged) Deleted() bool { return c.State.To != nil && c.State.To.IsDeleted }

// Moved reports whether the project went to another team, into one, or out of one.
func (c ProjectChanged) Moved() bool {
	from, to := c.State.From.parent(), c.State.To.parent()
	return from != nil && to != nil && from.ID != to.ID
}

// Parent is the id of a thing's parent, 0 for none, at a version of the thing.
type Parent struct{ ID, Version int64 }

// Standing orders p among all states of the thing.
func (p Parent) Standing() model.Standing { return model.Standing{Version: p.Version} }

func (s *ProjectState) parent() *Parent {
	if s == nil || s.Team == nil {
		return nil
	}
	return &Parent{*s.Team, s.Version}
}

// TeamOfProject returns a project's team before and after the change of a row; nil
// where the row doesn't say.
func TeamOfProject(a model.Audit) Turn[Parent] {
	c, _ := Decode[ProjectChanged](a)
	return Turn[Parent]{c.State.From.parent(), c.State.To.parent()}
}

// TeamState has the facts of a team.
type TeamState struct {
	IsDeleted bool `fact:"is_deleted"`
}

// TeamChanged records that a team was created, edited or deleted.
type TeamChanged struct {
	changed
	Team              int64           `of:"team"`
	State             Turn[TeamState] `fact:",inline"`
	Renamed           *bool           `after:"renamed"`             // nil unless edited
	ExternalIDChanged *bool           `after:"external_id_changed"` // nil unless edited by an identity provider
}

// LeftToNobody records that a project has lost its last admin, or a team its last
// owner.
type LeftToNobody struct {
	changed
	Place model.Ref `of:"*"`
	_     always    `after:"ownerless"`
}

// OrganizationMade records that an organisation was created with one global admin.
type OrganizationMade struct {
	changed
	Organization int64 `of:"organization"`
	GlobalAdmin  int64 `after:"global_admin"`
}

// OrganizationEdited records a change of an organisation's domain or name.
type OrganizationEdited struct {
	changed
	Organization int64        `of:"organization"`
	Domain       Turn[string] `fact:"domain"`
	Renamed      bool         `after:"renamed"`
}

// DomainState has the facts of a domain that an organisation claims.
type DomainState struct {
	Domain string `fact:"domain"`
	SignIn *bool  `fact:"sign_in"` // nil where the change isn't about it; likewise Proved
	Proved *bool  `fact:"proved"`
}

// DomainChanged records that a domain was claimed, proved, given up, or its use for
// sign-in changed.
type DomainChanged struct {
	changed
	Organization int64             `of:"organization"`
	State        Turn[DomainState] `fact:",inline"`
}
