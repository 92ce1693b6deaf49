package storetest

import (
	"fmt"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

func addresses(w *world) {
	again := w.user(50)
	again.Email = " user1@ORG.com" // the first user's, but for case and space
	w.refused("the same address", func(tx *table.Tx) { w.Store.CreateUser(tx, again) })
	if _, made := find(w, table.Users, again.ID); made {
		w.Error("the user is there, though their address isn't theirs")
	}
	again.OrganizationID = w.base + 500
	w.must(func(tx *table.Tx) { w.Store.CreateUser(tx, again) })
	if e, ok := table.Emails.At(w.rows(store.EmailKey(w.base, "USER1@org.com")), store.EmailKey(w.base, "user1@org.com")); !ok || e.UserID != w.base+1 {
		w.Errorf("the address leads to %v, %v", e, ok)
	}
}

func domains(w *world) {
	d := model.Domain{OrganizationID: w.base, Domain: fmt.Sprintf("d%d.example", w.base), Token: "t", VerifiedOn: &dawn, Stamp: model.Created("by", dawn)}
	w.must(func(tx *table.Tx) { w.Store.ClaimDomain(tx, d) })
	theirs := d
	theirs.OrganizationID, theirs.VerifiedOn = w.base+500, nil
	w.must(func(tx *table.Tx) { w.Store.ClaimDomain(tx, theirs) })
	theirs.Version = 1
	proved := theirs
	proved.VerifiedOn = &dawn
	w.refused("a domain that another has proved", func(tx *table.Tx) { w.Store.ChangeDomain(tx, theirs, proved) })
	d.Version = 1
	w.must(func(tx *table.Tx) { w.Store.DropDomain(tx, d) })
	w.must(func(tx *table.Tx) { w.Store.ChangeDomain(tx, theirs, proved) })
}

func names(w *world) {
	w.refused("the same name", w.creates(w.newProject(1, "Project")))
	w.refused("the same name in other letters", w.creates(w.newProject(1, "  pROJECT ")))
	if _, made := w.live(w.base + 1); made {
		w.Error("the project is there, though its name isn't its own")
	}
	w.must(w.creates(w.newProject(1, "Project 2")))
	alone := w.newProject(2, "Project")
	alone.TeamID = nil
	w.must(w.creates(alone))
	another := w.newProject(3, "Project")
	another.TeamID = nil
	w.refused("the same name without a team", w.creates(another))
}

// creates returns a write that creates a project, whose admin is the first user.
func (w *world) creates(p model.Project) func(*table.Tx) {
	m := w.member(1, access.ProjectAdmin)
	m.ID, m.ProjectID = p.ID+200, p.ID
	return func(tx *table.Tx) { w.Store.CreateProject(tx, p, []model.ProjectMember{m}) }
}

func freedNames(w *world) {
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	if _, there := w.live(w.base); there {
		w.Error("it is still there")
	}
	w.must(w.creates(w.newProject(1, "Project")))
	w.refused("deleted twice", func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.counts("after one was deleted and one made", 1, 1, 1, 1, 1)
	if !w.project.IsDeleted || w.project.ModifiedBy != "by" {
		w.Errorf("the row says %+v", w.project.Stamp)
	}
}

func movedNames(w *world) {
	renamed := w.project
	renamed.Name = "New"
	w.must(func(tx *table.Tx) { w.Store.EditProject(tx, w.project, renamed) })
	w.refresh()
	w.must(w.creates(w.newProject(1, "Project"))) // the old name
	w.refused("the new name", w.creates(w.newProject(2, "new")))
	respelled := w.project
	respelled.Name = "NEW"
	w.must(func(tx *table.Tx) { w.Store.EditProject(tx, w.project, respelled) }) // which is its own
	w.refresh()
	taken := w.project
	taken.Name = "project"
	w.refused("renamed to another's name", func(tx *table.Tx) { w.Store.EditProject(tx, w.project, taken) })
	w.counts("before it moves", 1, 1, 1, 1, 2)
	moved := w.project
	moved.TeamID = nil
	w.must(func(tx *table.Tx) { w.Store.EditProject(tx, w.project, moved) })
	w.counts("after it has moved out", 1, 1, 1, 1, 1)
	w.must(w.creates(w.newProject(3, "New")))
	back := w.project
	back.TeamID = &w.base
	w.refused("moved to where its name is taken", func(tx *table.Tx) { w.Store.EditProject(tx, w.project, back) })
	w.must(func(tx *table.Tx) {
		third, _ := w.live(w.base + 3)
		w.Store.DeleteProject(tx, third, "by", dawn)
	})
	w.must(func(tx *table.Tx) { w.Store.EditProject(tx, w.project, back) })
	w.counts("after it has moved back", 1, 1, 1, 1, 2)
	if got := fmt.Sprint(w.must2(w.Store.ProjectsOfTeam(w.Context(), w.base, 0, 10))); got != fmt.Sprint([]int64{w.base, w.base + 1}) {
		w.Error("the team's projects are ", got)
	}
}
