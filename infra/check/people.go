package check

import (
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// people checks that a user and the rows of their address and provisioned names agree,
// that global admins are counted and in their index, and that a purged user's personal
// data are erased.
func (c *checks) people() {
	admins := map[int64]int64{}
	for _, u := range table.Users.All(c.rows) {
		if u.IsSuperuser && u.IsActive {
			admins[u.OrganizationID]++
		}
		c.hold((u.GlobalAdminOf != nil) == u.IsSuperuser && (u.GlobalAdminOf == nil || *u.GlobalAdminOf == u.OrganizationID), "user %d is a global admin: %v, and the index of those says otherwise", u.ID, u.IsSuperuser)
		c.hold(u.DeletedOn == nil || !u.IsSuperuser, "user %d is deleted, and a global admin", u.ID)
		if u.DeletedOn != nil && u.PendingOn == nil { // purged
			c.hold(u.Email == "" && u.EmailKey == "" && len(u.AuditKey) == 0, "user %d is purged and not erased", u.ID)
			continue
		}
		if u.DeletedOn != nil { // their names are free
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
	for _, o := range table.Organizations.All(c.rows) {
		c.hold(o.GlobalAdminCount == admins[o.ID], "organization %d counts %d global admins of %d", o.ID, o.GlobalAdminCount, admins[o.ID])
	}
}

// names checks that a provisioned name belongs to a user or group that has it, and that
// a userName is nobody's address.
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

// signIns checks that a subject of an issuer and the user who signs in by it name each
// other, and that a deleted user has none.
func (c *checks) signIns() {
	for _, s := range table.Subjects.All(c.rows) {
		u, ok := table.Users.In(c.rows, s.UserID)
		c.hold(ok && (u.DeletedOn == nil || c.ending(u)) && u.OrganizationID == s.OrganizationID, "a subject signs in as user %d of organization %d, who isn't there", s.UserID, s.OrganizationID)
		b, ok := table.Bindings.In(c.rows, s.UserID, s.IssuerKey)
		c.hold(ok && b.SubjectKey == s.SubjectKey, "a subject signs in as user %d, who isn't bound to it", s.UserID)
	}
	for _, b := range table.Bindings.All(c.rows) {
		s, ok := table.Subjects.In(c.rows, b.SubjectKey)
		c.hold(ok && s.UserID == b.UserID && s.IssuerKey == b.IssuerKey, "user %d is bound to a subject that doesn't lead to them", b.UserID)
	}
}

// domains checks that a proved domain belongs to one organisation.
func (c *checks) domains() {
	for _, d := range table.Domains.All(c.rows) {
		p, ok := table.Proofs.In(c.rows, d.Domain)
		c.hold((d.VerifiedOn != nil) == (ok && p.OrganizationID == d.OrganizationID), "organization %d and the proof of its domain disagree", d.OrganizationID)
	}
	for _, p := range table.Proofs.All(c.rows) {
		d, ok := table.Domains.In(c.rows, p.OrganizationID, p.Domain)
		c.hold(ok && d.VerifiedOn != nil, "a domain is proved to be organization %d's, which doesn't have it", p.OrganizationID)
	}
}

// ending reports whether the removal that ends a user's account is pending.
func (c *checks) ending(u model.User) bool {
	if u.RemovalID == nil {
		return false
	}
	r, ok := table.Removals.In(c.rows, *u.RemovalID)
	return ok && r.PendingOn != nil
}
