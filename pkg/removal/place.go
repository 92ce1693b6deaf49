package removal

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// place is a kind of place that people are members of, as M says: projects, which
// have admins, or teams, which have owners. Both are its leaders here.
type place[M model.Membership[M]] struct {
	noun    string // a word for it, which begins the names of its things
	leader  string // the role of a leader
	name    func(id int64) string
	row     func(id int64) table.Primary
	members *table.Entity[M]
	ofUser  func(s *store.Store) lister

	// at is a place as its row was read; false where it is deleted or not there.
	at func(rows table.Rows, id int64) (store.Place[M], bool)
	// joins is a new membership of it.
	joins func(id, user int64, by string, on model.Time) M

	// heir is who comes to lead it where no leader remains, 0 for nobody.
	heir func(r model.Removal) int64
	// reach are the rows, beside the heir's own and their membership, that tell whether
	// they can take it.
	reach func(w *work, rows table.Rows, id, heir int64) []table.Primary
	// takes reports whether an heir whose rows were read can take it.
	takes func(w *work, rows table.Rows, heir model.User, id int64) bool

	// tombstones says that whoever is taken out of it leaves a tombstone.
	tombstones bool
	// later is another removal that has taken a later membership than m, and whether
	// there is one: what an undo gave back would be more than what the user had last.
	later func(u *undoing, m M) (removal int64, taken bool)
}

var projects = &place[model.ProjectMember]{
	noun: "project", leader: string(access.ProjectAdmin), name: model.ProjectName, members: table.ProjectMembers,
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
	noun: "team", leader: string(access.Owner), name: model.TeamName, members: table.TeamMembers,
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
	// Only an owner or a global admin gives what an owner is: nobody gives more by
	// naming an heir.
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

// placesOf is the kind of place that an M is a membership of.
func placesOf[M model.Membership[M]]() *place[M] {
	for _, kind := range []any{projects, teams} {
		if p, is := kind.(*place[M]); is {
			return p
		}
	}
	panic("removal: a membership of no place")
}

// memberName is what the log and the effects call a membership.
func (p *place[M]) memberName(m M) string {
	is := m.Member()
	return model.MemberName(p.name(is.Place), is.User)
}
