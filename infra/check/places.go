package check

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// projects checks that the counters equal the memberships, no admin expires, and each
// live project has its name and each name a live project. A deleted project may be half
// purged, with fewer rows than its counters say.
func (c *checks) projects() {
	users, admins := map[int64]int64{}, map[int64]int64{}
	for _, m := range table.ProjectMembers.All(c.rows) {
		users[m.ProjectID]++
		if m.Role == string(access.ProjectAdmin) {
			admins[m.ProjectID]++
			c.hold(m.ExpiresOn == nil, "the admin %d of project %d expires", m.UserID, m.ProjectID)
		}
	}
	names := 0
	for _, p := range table.Projects.All(c.rows) {
		c.hold(p.UserCount == users[p.ID] || p.IsDeleted && p.UserCount > users[p.ID], "project %d counts %d users of %d", p.ID, p.UserCount, users[p.ID])
		c.hold(p.IsDeleted || p.AdminCount == admins[p.ID], "project %d counts %d admins of %d", p.ID, p.AdminCount, admins[p.ID])
		name, ok := table.ProjectNames.At(c.rows, store.NameKey(p))
		if p.IsDeleted {
			c.hold(!ok || name.ProjectID != p.ID, "the deleted project %d keeps its name", p.ID)
			continue
		}
		names++
		c.hold(ok && name.ProjectID == p.ID, "project %d hasn't its name", p.ID)
	}
	n := len(table.ProjectNames.All(c.rows))
	c.hold(n == names, "%d names are kept for %d projects", n, names)
}

// teams checks that the counters equal the memberships and live projects, and that each
// team has the rows of its provisioned names.
func (c *checks) teams() {
	members, owners, projects := map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	for _, m := range table.TeamMembers.All(c.rows) {
		members[m.TeamID]++
		if m.Role == string(access.Owner) {
			owners[m.TeamID]++
		}
	}
	for _, p := range table.Projects.All(c.rows) {
		if !p.IsDeleted && p.Team() != 0 {
			projects[p.Team()]++
		}
	}
	for _, t := range table.Teams.All(c.rows) {
		for _, n := range t.Provisioned() {
			row, ok := table.ProvisionedNames.At(c.rows, store.Named(n))
			c.hold(t.IsDeleted || ok && row == n, "team %d has no row of the name %s", t.ID, n.Scope)
		}
		c.hold(t.MemberCount == members[t.ID] || t.IsDeleted && t.MemberCount > members[t.ID], "team %d counts %d members of %d", t.ID, t.MemberCount, members[t.ID])
		c.hold(t.IsDeleted || t.OwnerCount == owners[t.ID], "team %d counts %d owners of %d", t.ID, t.OwnerCount, owners[t.ID])
		c.hold(t.ProjectCount == projects[t.ID], "team %d counts %d projects of %d", t.ID, t.ProjectCount, projects[t.ID])
		c.hold(t.MemberCount <= store.MaxTeamMembers, "team %d has %d members", t.ID, t.MemberCount)
	}
}

// ownerless checks that each live project without an admin, and each live team or agent
// without an owner, is in the list of ownerless ones, and nothing deleted or missing. One
// that has an owner again may be listed: whoever lists them reads their rows.
func (c *checks) ownerless() {
	live := map[model.Ownerless]bool{}
	note := func(organization int64, of string, id int64, deleted, held bool) {
		row := model.Ownerless{OrganizationID: organization, Of: of, ID: id}
		live[row] = !deleted
		_, listed := table.Ownerless.In(c.rows, organization, of, id)
		c.hold(deleted || held || listed, "%s %d is ownerless, and isn't in the list of those", of, id)
	}
	for _, p := range table.Projects.All(c.rows) {
		note(p.OrganizationID, model.OwnerlessProject, p.ID, p.IsDeleted, p.AdminCount != 0)
	}
	for _, t := range table.Teams.All(c.rows) {
		note(t.OrganizationID, model.OwnerlessTeam, t.ID, t.IsDeleted, t.OwnerCount != 0)
	}
	for _, a := range table.Agents.All(c.rows) {
		note(a.OrganizationID, model.OwnerlessAgent, a.ID, a.IsDeleted, a.Owner() != 0)
	}
	for _, row := range table.Ownerless.All(c.rows) {
		is, there := live[row]
		c.hold(there, "%s %d is in the list of ownerless ones of organization %d, and isn't there", row.Of, row.ID, row.OrganizationID)
		c.hold(is || !there, "%s %d is in the list of ownerless ones, and is deleted", row.Of, row.ID)
	}
}
