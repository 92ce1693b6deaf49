package removal

import (
	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// place describes a kind of place with memberships M: projects or teams. Its leaders
// are a project's admins, a team's owners.
type place[M model.Membership[M]] struct {
	noun    string // "project" or "team", with which the names of its images begin
	leader  string // the role of a leader
	kind    model.Kind
	fact    func(M) audit.Membership // a membership for the audit log
	row     func(id int64) table.Primary
	members *table.Entity[M]
	ofUser  func(s *store.Store) lister

	// at returns the place whose row was read; false where it is missing or deleted.
	at func(rows table.Rows, id int64) (store.Place[M], bool)
	// joins returns a new membership, without role and id.
	joins func(id, user int64, by string, on model.Time) M

	// heir is the user who becomes leader where none remains, 0 for nobody.
	heir func(r model.Removal) int64
	// reach are the keys of the rows, beside the heir's own and their membership, that
	// takes needs.
	reach func(w *work, rows table.Rows, id, heir int64) []table.Primary
	// takes reports whether an heir may become leader of the place; their rows must have
	// been read.
	takes func(w *work, rows table.Rows, heir model.User, id int64) bool

	// tombstones says that a removal from the place leaves a tombstone.
	tombstones bool
	// later returns another removal, 0 where unknown, that has ended a later membership
	// than m, and whether there is one: an undo must not give back more than the user had
	// last.
	later func(u *undoing, m M) (removal int64, taken bool)
}

var projects = &place[model.ProjectMember]{
	noun: "project", leader: string(access.ProjectAdmin), kind: model.KindProject, fact: audit.InProject, members: table.ProjectMembers,
	row:    func(id int64) table.Primary { return table.Projects.Key(id) },
	ofUser: func(s *store.Store) lister { return s.ProjectsOfUser },
	at: func(rows table.Rows, id int64) (store.Place[model.ProjectMember], bool) {
		p, live := store.LiveProject(rows, id)
		p.ID = id
		return store.ProjectPlace(p), live
	},
	joins: func(id, user int64, by string, on model.Time) model.ProjectMember {
		return model.ProjectMember{ProjectID: id, UserID: user, CreatedBy: by, CreatedOn: on}
	},
	heir: model.Removal.ProjectHeir,
	reach: func(_ *work, rows table.Rows, id, heir int64) []table.Primary {
		p, _ := store.LiveProject(rows, id)
		return []table.Primary{table.TeamMembers.Key(p.Team(), heir)}
	},
	takes: func(w *work, rows table.Rows, heir model.User, id int64) bool {
		p, _ := store.LiveProject(rows, id)
		return w.reachesProject(rows, heir, p)
	},
	tombstones: true,
	later: func(u *undoing, m model.ProjectMember) (int64, bool) {
		stone, buried := table.Tombstones.In(u.rows, m.ProjectID, m.UserID)
		if buried && stone.RemovalID == u.r.ID {
			return 0, false
		}
		return stone.RemovalID, true
	},
}

var teams = &place[model.TeamMember]{
	noun: "team", leader: string(access.Owner), kind: model.KindTeam, fact: audit.InTeam, members: table.TeamMembers,
	row:    func(id int64) table.Primary { return table.Teams.Key(id) },
	ofUser: func(s *store.Store) lister { return s.TeamsOfUser },
	at: func(rows table.Rows, id int64) (store.Place[model.TeamMember], bool) {
		t, live := store.LiveTeam(rows, id)
		t.ID = id
		return store.TeamPlace(t), live
	},
	joins: func(id, user int64, by string, on model.Time) model.TeamMember {
		return model.TeamMember{TeamID: id, UserID: user, CreatedBy: by, CreatedOn: on}
	},
	heir: model.Removal.Heir,
	reach: func(w *work, _ table.Rows, id, _ int64) []table.Primary {
		return []table.Primary{table.TeamMembers.Key(id, w.r.GiverID)}
	},
	// Only an owner or a global admin may make an owner: naming an heir gives no more
	// than that.
	takes: func(w *work, rows table.Rows, heir model.User, id int64) bool {
		giver, _ := table.TeamMembers.In(rows, id, w.r.GiverID)
		t, _ := store.LiveTeam(rows, id)
		return (w.r.GivesOwner || giver.Role == string(access.Owner)) && w.reachesTeam(rows, heir, t)
	},
	later: func(u *undoing, m model.TeamMember) (int64, bool) {
		r, taken := u.later[model.MemberName(model.TeamName(m.TeamID), m.UserID)]
		return r.ID, taken
	},
}

// placesOf returns the kind of place of memberships M.
func placesOf[M model.Membership[M]]() *place[M] {
	for _, kind := range []any{projects, teams} {
		if p, is := kind.(*place[M]); is {
			return p
		}
	}
	panic("removal: a membership of no place")
}

// name is a place's name in the audit log and in effects.
func (p *place[M]) name(id int64) string { return p.kind.Ref(id).String() }

// told returns a membership's change for an audit row about its place.
func (p *place[M]) told(m M, turn audit.Turn[audit.Membership]) audit.MembersChanged {
	is := m.Member()
	return audit.MembersChanged{In: p.kind.Ref(is.Place), Members: audit.Members{is.User: turn}}
}

// memberName is a membership's name in the audit log and in effects.
func (p *place[M]) memberName(m M) string {
	is := m.Member()
	return model.MemberName(p.name(is.Place), is.User)
}
