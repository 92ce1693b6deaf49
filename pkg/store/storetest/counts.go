package storetest

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// must2 returns the ids of a read that has to succeed.
func (w *world) must2(ids []int64, err error) []int64 {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

func newProject(w *world) {
	p := w.newProject(1, "Second")
	var members []model.ProjectMember
	for n := int64(1); n <= 5; n++ {
		m := w.member(n, access.ProjectMember)
		m.ID, m.ProjectID = p.ID+200+n, p.ID
		members = append(members, m)
	}
	members[0].Role, members[1].Role = string(access.ProjectAdmin), string(access.ProjectAdmin)
	w.must(func(tx *table.Tx) { w.Store.CreateProject(tx, p, members) })
	if got, _ := w.live(p.ID); got.UserCount != 5 || got.AdminCount != 2 || got.Version != 1 {
		w.Errorf("%+v", got)
	}
	w.counts("with a second project", 1, 1, 1, 1, 2)
	nowhere := w.newProject(2, "Third")
	team := w.base + 500
	nowhere.TeamID = &team
	w.refused("of a team that isn't there", w.creates(nowhere))
	gone := w.team
	gone.IsDeleted = true
	w.must(func(tx *table.Tx) { table.Teams.Put(tx, gone) })
	w.refused("of a team that is deleted", w.creates(w.newProject(2, "Third")))
}

func projectCounts(w *world) {
	member, admin := w.member(2, access.ProjectMember), w.member(3, access.ProjectAdmin)
	w.must(func(tx *table.Tx) {
		store.ProjectPlace(w.project).Add(tx, member)
		store.ProjectPlace(w.project).Add(tx, admin)
	})
	w.counts("two added at once", 3, 2, 1, 1, 1)
	member, _ = find(w, table.ProjectMembers, w.base, member.UserID)
	promoted := member
	promoted.Role = string(access.ProjectAdmin)
	w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Change(tx, member, promoted) })
	w.counts("one promoted", 3, 3, 1, 1, 1)
	w.refused("promoted twice", func(tx *table.Tx) { store.ProjectPlace(w.project).Change(tx, member, promoted) })
	promoted, _ = find(w, table.ProjectMembers, w.base, member.UserID)
	w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Change(tx, promoted, member) })
	w.counts("and demoted", 3, 2, 1, 1, 1)
	w.refused("removed as they were", func(tx *table.Tx) { store.RemoveMember(tx, w.project, promoted, false, w.tombstone(2)) })
	member, _ = find(w, table.ProjectMembers, w.base, member.UserID)
	w.must(func(tx *table.Tx) { store.RemoveMember(tx, w.project, member, false, w.tombstone(2)) })
	w.counts("and removed", 2, 2, 1, 1, 1)
	w.refused("removed twice", func(tx *table.Tx) { store.RemoveMember(tx, w.project, member, false, w.tombstone(2)) })
	w.counts("once", 2, 2, 1, 1, 1)
}

func refusedMembers(w *world) {
	w.refused("who is there", func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(1, access.ProjectMember)) })
	u := w.user(2)
	u.IsActive = false
	w.must(func(tx *table.Tx) { table.Users.Put(tx, u) })
	for _, role := range []access.ProjectRole{access.ProjectMember, access.ProjectAdmin} {
		w.refused("an inactive user", func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(2, role)) })
	}
	w.refused("a user who isn't", func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(99, access.ProjectMember)) })
	w.refused("an inactive member of a team", func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(2, access.Viewer)) })
	w.counts("nobody was added", 1, 1, 1, 1, 1)
	moved := w.project
	other := w.base + 500
	moved.TeamID = &other
	w.refused("to a project that has moved", func(tx *table.Tx) { store.ProjectPlace(moved).Add(tx, w.member(3, access.ProjectMember)) })
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.refused("to a project that is deleted", func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(3, access.ProjectMember)) })
	w.must(func(tx *table.Tx) { w.Store.DeleteTeam(tx, w.read(), "by", dawn) })
	w.refused("to a team that is deleted", func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(3, access.Viewer)) })
}

// read returns the team's present row.
func (w *world) read() model.Team {
	w.Helper()
	w.refresh()
	return w.team
}

func edits(w *world) {
	was, one, two := w.project, w.project, w.project
	one.Description, two.Description = "one", "two"
	w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(2, access.ProjectMember)) })
	w.oneOf(
		func(tx *table.Tx) { w.Store.EditProject(tx, was, one) },
		func(tx *table.Tx) { w.Store.EditProject(tx, was, two) },
	)
	w.counts("the edit knew of one member", 2, 1, 1, 1, 1)
	if w.project.Version != was.Version+1 {
		w.Errorf("version %d after %d", w.project.Version, was.Version)
	}
	team, renamed := w.team, w.team
	renamed.Name = "Sales"
	w.must(func(tx *table.Tx) { w.Store.EditTeam(tx, team, renamed) })
	w.refused("a team edited twice", func(tx *table.Tx) { w.Store.EditTeam(tx, team, renamed) })
}

func teamCounts(w *world) {
	viewer := w.teamMember(2, access.Viewer)
	w.must(func(tx *table.Tx) {
		store.TeamPlace(w.team).Add(tx, viewer)
		store.TeamPlace(w.team).Add(tx, w.teamMember(3, access.Owner))
	})
	w.counts("a viewer and an owner added", 1, 1, 3, 2, 1)
	w.refused("added twice", func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, viewer) })
	viewer.Version = 1
	owner := viewer
	owner.Role = string(access.Owner)
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, viewer, owner) })
	w.counts("the viewer made an owner", 1, 1, 3, 3, 1)
	owner, _ = find(w, table.TeamMembers, w.base, owner.UserID)
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, owner, viewer) })
	w.counts("and a viewer again", 1, 1, 3, 2, 1)
	viewer, _ = find(w, table.TeamMembers, w.base, viewer.UserID)
	before := w.team
	w.must(func(tx *table.Tx) { store.RemoveTeamMember(tx, before, viewer) })
	w.counts("and removed", 1, 1, 2, 2, 1)
	after, _ := find(w, table.Teams, w.base)
	w.refused("removed twice", func(tx *table.Tx) { store.RemoveTeamMember(tx, after, viewer) })
	other, _ := find(w, table.TeamMembers, w.base, w.base+3)
	w.refused("removed by who read the team in another epoch", func(tx *table.Tx) { store.RemoveTeamMember(tx, before, other) })
}

func fullTeam(w *world) {
	nearly := w.team
	nearly.MemberCount = store.MaxTeamMembers - 1
	w.must(func(tx *table.Tx) { table.Teams.Put(tx, nearly) })
	w.refused("two more than one", func(tx *table.Tx) {
		store.TeamPlace(w.team).Add(tx, w.teamMember(2, access.Viewer))
		store.TeamPlace(w.team).Add(tx, w.teamMember(3, access.Viewer))
	})
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(2, access.Viewer)) })
	w.refused("one more", func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(3, access.Viewer)) })
}

func usedTeam(w *world) {
	w.refused("with a project", func(tx *table.Tx) { w.Store.DeleteTeam(tx, w.team, "by", dawn) })
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.must(func(tx *table.Tx) { w.Store.DeleteTeam(tx, w.read(), "by", dawn) })
	if _, there := store.LiveTeam(w.rows(table.Teams.Key(w.base)), w.base); there {
		w.Error("it is still there")
	}
}
