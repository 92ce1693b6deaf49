// Package check holds what must be true of every table at every moment, whatever
// was asked of it and whatever went wrong meanwhile: each row can be read and is
// as its entity writes it, what is counted is there, what names each other
// agrees. Tests ask after everything they do, and `admin check` asks of a stage.
package check

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Broken lists, in words, what isn't as it must be among the rows of a whole
// table. What is said of a row that can't be read may be followed by what misses
// it.
func Broken(rows table.Rows) []string {
	c := &checks{rows: make(table.Rows, len(rows))}
	for p, item := range rows {
		if err := table.Sound(p, item); err != nil {
			c.hold(false, "%v", err)
			continue
		}
		c.rows[p] = item
	}
	c.keys()
	c.people()
	c.projects()
	c.teams()
	c.agents()
	c.opinions()
	c.ids()
	c.removals()
	c.replays()
	slices.Sort(c.broken)
	return c.broken
}

type checks struct {
	rows   table.Rows
	broken []string
}

func (c *checks) hold(ok bool, format string, args ...any) {
	if !ok {
		c.broken = append(c.broken, fmt.Sprintf(format, args...))
	}
}

// keys: every row, written anew by its entity, is the same row, and has the
// keys of all its indexes.
func (c *checks) keys() {
	for p, item := range c.rows {
		again, err := table.Remake(item)
		if err != nil {
			c.hold(false, "%v: %v", p, err)
			continue
		}
		if !SameItem(again, item) {
			c.hold(false, "%v isn't as its entity writes it (- there, + anew):\n%s", p, cmp.Diff(Plain(item), Plain(again)))
		}
	}
}

// people: an address, a domain and its owner name each other, and the ranks are
// counted.
func (c *checks) people() {
	admins := map[int64]int64{}
	for _, u := range table.Users.All(c.rows) {
		if u.IsSuperuser && u.IsActive {
			admins[u.OrganizationID]++
		}
		if u.DeletedOn != nil && u.PendingOn == nil { // purged
			c.hold(u.Email == "" && u.EmailKey == "" && len(u.AuditKey) == 0, "user %d is purged and not erased", u.ID)
			continue
		}
		if u.DeletedOn != nil { // whose names are free
			continue
		}
		for _, n := range u.Provisioned() {
			row, ok := table.ProvisionedNames.In(c.rows, n.OrganizationID, n.Scope, n.NameKey)
			c.hold(ok && row == n, "user %d has no row of the name %s", u.ID, n.Scope)
		}
		e, ok := table.Emails.In(c.rows, u.OrganizationID, u.EmailKey)
		c.hold(ok && e.UserID == u.ID && u.EmailKey == model.AddressKey(u.Email), "user %d and the row of their address disagree", u.ID)
	}
	for _, e := range table.Emails.All(c.rows) {
		u, ok := table.Users.In(c.rows, e.UserID)
		c.hold(ok && (u.DeletedOn == nil || c.ending(u)) && u.EmailKey == e.EmailKey && u.OrganizationID == e.OrganizationID, "an address is kept to user %d, who hasn't it", e.UserID)
	}
	c.names()
	for _, o := range table.Organizations.All(c.rows) {
		c.hold(o.GlobalAdminCount == admins[o.ID], "organization %d counts %d global admins of %d", o.ID, o.GlobalAdminCount, admins[o.ID])
	}
	for _, d := range table.Domains.All(c.rows) {
		p, ok := table.Proofs.In(c.rows, d.Domain)
		c.hold((d.VerifiedOn != nil) == (ok && p.OrganizationID == d.OrganizationID), "organization %d and the proof of its domain disagree", d.OrganizationID)
	}
	for _, p := range table.Proofs.All(c.rows) {
		d, ok := table.Domains.In(c.rows, p.OrganizationID, p.Domain)
		c.hold(ok && d.VerifiedOn != nil, "a domain is proved to be organization %d's, which doesn't have it", p.OrganizationID)
	}
}

// names: what an identity provider calls a user or a group is kept to one that
// is called so, and to nobody who has it as an address.
func (c *checks) names() {
	for _, n := range table.ProvisionedNames.All(c.rows) {
		var has []model.ProvisionedName
		if n.Scope == model.ExternalGroups || n.Scope == model.GroupNames {
			if t, ok := store.LiveTeam(c.rows, n.HolderID); ok {
				has = t.Provisioned()
			}
		} else if u, ok := table.Users.In(c.rows, n.HolderID); ok && (u.DeletedOn == nil || c.ending(u)) {
			has = u.Provisioned()
		}
		c.hold(slices.Contains(has, n), "a name (%s) is kept to %d, who hasn't it", n.Scope, n.HolderID)
		if n.Scope == model.UserNames {
			_, taken := table.Emails.In(c.rows, n.OrganizationID, n.NameKey)
			c.hold(!taken, "the userName of user %d is an address", n.HolderID)
		}
	}
}

// ending reports whether the end of a user's account is still worked off.
func (c *checks) ending(u model.User) bool {
	if u.RemovalID == nil {
		return false
	}
	r, ok := table.Removals.In(c.rows, *u.RemovalID)
	return ok && r.PendingOn != nil
}

// projects: the counters are the memberships', every membership has its
// project, a live project has an admin if it ever had one by its members, and
// live projects and names belong to each other one to one. A deleted one may be
// purged at this moment, and has fewer rows than it counts.
func (c *checks) projects() {
	users, admins := map[int64]int64{}, map[int64]int64{}
	for _, m := range table.ProjectMembers.All(c.rows) {
		users[m.ProjectID]++
		if m.Role == string(access.ProjectAdmin) {
			admins[m.ProjectID]++
			c.hold(m.ExpiresOn == nil, "the admin %d of project %d expires", m.UserID, m.ProjectID)
		}
		_, ok := table.Projects.In(c.rows, m.ProjectID)
		c.hold(ok, "user %d is a member of project %d, which isn't there", m.UserID, m.ProjectID)
		_, ok = table.Users.In(c.rows, m.UserID)
		c.hold(ok, "project %d has the member %d, who isn't there", m.ProjectID, m.UserID)
	}
	names := 0
	for _, p := range table.Projects.All(c.rows) {
		c.hold(p.UserCount == users[p.ID] || p.IsDeleted && p.UserCount > users[p.ID], "project %d counts %d users of %d", p.ID, p.UserCount, users[p.ID])
		c.hold(p.IsDeleted || p.AdminCount == admins[p.ID], "project %d counts %d admins of %d", p.ID, p.AdminCount, admins[p.ID])
		c.hold(p.IsDeleted == (p.PendingOn != nil), "project %d is deleted without an end of its retention, or the other way round", p.ID)
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

// teams: the counters are those of the memberships and the live projects.
func (c *checks) teams() {
	members, owners, projects := map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	for _, m := range table.TeamMembers.All(c.rows) {
		members[m.TeamID]++
		if m.Role == string(access.Owner) {
			owners[m.TeamID]++
		}
		_, known := table.Users.In(c.rows, m.UserID)
		c.hold(known, "team %d has the member %d, who isn't there", m.TeamID, m.UserID)
		_, ok := table.Teams.In(c.rows, m.TeamID)
		c.hold(ok, "user %d is a member of team %d, which isn't there", m.UserID, m.TeamID)
		_, ok = access.ParseRole(m.Role)
		c.hold(ok, "user %d is a %q in team %d", m.UserID, m.Role, m.TeamID)
	}
	for _, p := range table.Projects.All(c.rows) {
		if p.IsDeleted || p.Team() == 0 {
			continue
		}
		projects[p.Team()]++
		team, ok := store.LiveTeam(c.rows, p.Team())
		c.hold(ok && team.OrganizationID == p.OrganizationID, "project %d belongs to team %d, which isn't there", p.ID, p.Team())
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
		c.hold(t.IsDeleted == (t.PendingOn != nil), "team %d is deleted without an end of its retention, or the other way round", t.ID)
	}
}

// ids: no id names two things of one sequence.
func (c *checks) ids() {
	permissions, recents := map[int64]string{}, map[int64]string{}
	claim := func(taken map[int64]string, id int64, by string) {
		c.hold(taken[id] == "", "%s and %s both have the id %d", taken[id], by, id)
		taken[id] = by
	}
	for _, m := range table.ProjectMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("project:%d/user:%d", m.ProjectID, m.UserID))
	}
	for _, m := range table.TeamMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("team:%d/user:%d", m.TeamID, m.UserID))
	}
	for _, m := range table.AgentMembers.All(c.rows) {
		claim(permissions, m.ID, fmt.Sprintf("agent:%d/user:%d", m.AgentID, m.UserID))
	}
	for _, of := range []*table.Entity[model.Recents]{table.Recents, table.RecentAgents} {
		for _, r := range of.All(c.rows) {
			seen := map[string]bool{}
			for _, e := range r.Entries {
				what := fmt.Sprintf("project:%d/agent:%d", e.ProjectID, e.AgentID)
				claim(recents, e.ID, fmt.Sprintf("recent:%d/%s", r.UserID, what))
				c.hold(!seen[what], "user %d has %s twice among their recent ones", r.UserID, what)
				seen[what] = true
			}
		}
	}
}

// removals: each has its one audit row; those from projects have left a
// tombstone; and nobody taken out is still in by the same membership.
func (c *checks) removals() {
	audits := map[int64]int{}
	for _, a := range table.Audits.All(c.rows) {
		if id, ok := model.Integer(a.After["removal_id"]); ok && a.Actor != removal.Actor {
			audits[id]++
		}
		c.hold(a.Actor != "" && a.Action != "" && a.Resource != "" && a.Outcome == "success", "an audit row says too little: %+v", a)
	}
	for _, r := range table.Removals.All(c.rows) {
		c.hold(audits[r.ID] == 1 || r.ID <= demo.LastID, "removal %d has %d audit rows", r.ID, audits[r.ID])
		c.hold(r.State != model.Revoked || r.PendingOn != nil, "removal %d is not done and not pending", r.ID)
		if r.State == model.Undone {
			continue
		}
		c.hold(r.State != model.Done || r.PendingOn == nil, "removal %d is done and pending", r.ID)
		if r.Kind == model.OfUser && r.State == model.Done {
			c.gone(r)
		}
		for _, m := range r.ProjectMembers {
			tomb, ok := table.Tombstones.In(c.rows, m.ProjectID, m.UserID)
			c.hold(ok && tomb.Epoch >= r.Epoch, "removal %d left no tombstone", r.ID)
			now, ok := table.ProjectMembers.In(c.rows, m.ProjectID, m.UserID)
			c.hold(!ok || now.ID != m.ID, "user %d was taken out of project %d and is still in it", m.UserID, m.ProjectID)
		}
		for _, m := range r.TeamMembers {
			now, ok := table.TeamMembers.In(c.rows, m.TeamID, m.UserID)
			c.hold(!ok || now.ID != m.ID, "user %d was taken out of team %d and is still in it", m.UserID, m.TeamID)
		}
	}
	for _, tomb := range table.Tombstones.All(c.rows) {
		_, ok := table.Removals.In(c.rows, tomb.RemovalID)
		p, _ := table.Projects.In(c.rows, tomb.ProjectID)
		c.hold(0 < tomb.Epoch && tomb.Epoch <= p.Epoch, "a tombstone in project %d is of epoch %d, and the project in %d", tomb.ProjectID, tomb.Epoch, p.Epoch)
		c.hold(ok, "a tombstone in project %d names removal %d, which isn't there", tomb.ProjectID, tomb.RemovalID)
	}
}

// gone: nothing is left of what users had whose removal is done, unless they
// are back.
func (c *checks) gone(r model.Removal) {
	left := func(user int64) bool {
		u, ok := table.Users.In(c.rows, user)
		return ok && slices.Contains(r.UserIDs, user) && u.RemovalID != nil && *u.RemovalID == r.ID
	}
	for _, m := range table.ProjectMembers.All(c.rows) {
		c.hold(!left(m.UserID), "user %d is removed and still in project %d", m.UserID, m.ProjectID)
	}
	for _, m := range table.TeamMembers.All(c.rows) {
		c.hold(!left(m.UserID), "user %d is removed and still in team %d", m.UserID, m.TeamID)
	}
	for _, k := range table.Keys.All(c.rows) {
		c.hold(k.UserID == nil || !left(*k.UserID) || !k.Live(r.RemovedOn), "user %d is removed and key %d still lives", number64(k.UserID), k.ID)
	}
	for _, m := range table.AgentMembers.All(c.rows) {
		_, _, live := store.LiveAgent(c.rows, m.AgentID)
		c.hold(!live || !left(m.UserID), "user %d is removed and still has a permission on agent %d", m.UserID, m.AgentID)
	}
	for _, a := range table.Agents.All(c.rows) {
		_, _, live := store.LiveAgent(c.rows, a.ID)
		c.hold(!live || !left(a.Owner()), "user %d is removed and still owns agent %d", a.Owner(), a.ID)
	}
	if !r.Deletes {
		return
	}
	for _, s := range table.Stars.All(c.rows) {
		c.hold(!left(s.UserID), "user %d is removed and still has a star on agent %d", s.UserID, s.AgentID)
	}
	for _, row := range table.RecentAgents.All(c.rows) {
		c.hold(!left(row.UserID), "user %d is removed and still has recent agents", row.UserID)
	}
}

func number64(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

// replays: a stored answer is a success, whole, and ends by itself.
func (c *checks) replays() {
	for _, r := range table.Replays.All(c.rows) {
		body := r.Body
		for i := range r.Parts {
			p, ok := table.ReplayParts.In(c.rows, r.PartsID, i)
			c.hold(ok, "the answer of %s lacks its part %d", r.Operation, i)
			body = append(body, p.Body...)
			c.hold(p.TTL >= r.TTL, "part %d of the answer of %s ends before it", i, r.Operation)
		}
		c.hold(json.Valid(body) || r.Status == http.StatusNoContent && len(body) == 0, "the answer kept of %s is no JSON: %.100s", r.Operation, body)
		c.hold(r.Status >= 200 && r.Status < 300, "%s keeps a %d", r.Operation, r.Status)
		c.hold(len(r.Fingerprint) == 64 && len(r.KeyDigest) == 64 && strings.Contains(r.Principal, ":"), "the answer of %s is kept for nobody in particular", r.Operation)
		c.hold(r.TTL == r.ExpiresOn.Std().Unix(), "the answer of %s doesn't end when it says", r.Operation)
	}
}
