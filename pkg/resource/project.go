package resource

import (
	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Project is the kind of projects. A project may belong to a team.
var Project = Kind{
	Kind:   access.KindProject,
	Parent: &Team,
	Key:    func(id int64) table.Primary { return table.Projects.Key(id) },
	Place: func(v *View, id int64) (Place, bool) {
		p, ok := v.AnyProject(id)
		return Place{ID: p.ID, Organization: p.OrganizationID, Title: p.Name, Parent: p.Team(), Project: p.ID, PurgeOn: p.PendingOn, Stamp: p.Stamp}, ok && v.covers(p.OrganizationID)
	},
	RoleKeys: func(v *View, keys []table.Primary, id, user int64) []table.Primary {
		if user == 0 {
			return keys
		}
		keys = append(keys, table.ProjectMembers.Key(id, user))
		if p, ok := v.AnyProject(id); ok && p.Team() != 0 {
			keys = append(keys, table.TeamMembers.Key(p.Team(), user))
		}
		return keys
	},
	MemberKeys: func(id, _, user int64) []table.Primary { return []table.Primary{table.ProjectMembers.Key(id, user)} },
	Member: func(v *View, id, user int64) (Member, bool) {
		m, ok := v.ProjectMember(id, user)
		return Member{Role: m.Role, ExpiresOn: m.ExpiresOn, CreatedOn: m.CreatedOn}, ok
	},
	MemberAt: memberAt(table.ProjectMembers, "project_id"),
	Assign:   assignProject,
	Through:  func(t *access.Target, id int64) { t.Project = id },
	Find: func(v *View, l *Line, id, user int64) (access.Target, bool) {
		p, ok := v.AnyProject(id)
		if !ok || p.IsDeleted || p.OrganizationID != v.OrganizationID {
			return access.Target{}, false
		}
		if l.Project == nil {
			l.Project = &p
		}
		return v.ProjectTarget(p, user), true
	},
	Target: func(v *View, id, user int64) (access.Target, bool) {
		p, ok := v.AnyProject(id)
		return v.ProjectTarget(p, user), ok
	},
	Manage: access.ManageMembers,
	First: func(l *Line) (int64, Row) {
		if l.Project == nil {
			return 0, nil
		}
		return l.Project.ID, *l.Project
	},
	RequireTeam: func(tx *table.Tx, t access.Target) { requireTeam(tx, t.ID, t.Team) },
	Require: func(tx *table.Tx, v *View, id, user int64) {
		table.ProjectMembers.CheckIn(tx, v.rows, id, user)
	},
	Lacks:        Lacking{NotAMember, MembershipExpired, RoleTooLow},
	ParentIn:     audit.TeamOfProject,
	LacksThrough: Lacking{NotInProject, MembershipExpired, ProjectRoleTooLow},
	Lists: Lists{
		OfUser: listedIDs((*store.Store).ProjectsOfUser),
		Inside: []Inside{{&Team, listedIDs((*store.Store).ProjectsOfTeam)}},
	},
	Rows: rowsOf[model.Project]{table.Projects, "project_id"},
	Path: "/api/project",
}

// requireTeam puts the condition into a transaction that a project is of a team.
func requireTeam(tx *table.Tx, project, team int64) {
	tx.If(table.Projects.Key(project), "$ = ?", "team_id", team)
}

func assignProject(t *access.Target, role string) { t.ProjectRole = access.ProjectRole(role) }

// AnyProject returns a project whose row was read, deleted or not.
func (v *View) AnyProject(id int64) (model.Project, bool) {
	return lookAt(table.Projects, &v.last.project, v.last.project.ID, v.rows, id)
}

// ProjectMember returns a user's membership of a project, if its row was read,
// expired or not.
func (v *View) ProjectMember(project, user int64) (model.ProjectMember, bool) {
	return table.ProjectMembers.In(v.rows, project, user)
}

// ProjectTarget returns the access target of a project for a user, with the user's
// roles in it and in its team as far as their rows were read.
func (v *View) ProjectTarget(p model.Project, user int64) access.Target {
	t := access.Target{Kind: access.KindProject, ID: p.ID, Organization: p.OrganizationID, Team: p.Team()}
	if user == 0 {
		return t
	}
	if m, ok := v.ProjectMember(p.ID, user); ok && v.Live(m.ExpiresOn) {
		assignProject(&t, m.Role)
	}
	if t.Team != 0 {
		if m, ok := v.TeamMember(t.Team, user); ok {
			assignTeam(&t, m.Role)
		}
	}
	return t
}
