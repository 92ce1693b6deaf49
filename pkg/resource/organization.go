package resource

import (
	"wardroom/pkg/access"
	"wardroom/pkg/table"
)

// Organization is the kind of organisations, of which a request reaches the caller's
// own alone. It has no memberships: its users belong to it by their own row.
var Organization = Kind{
	Kind: access.KindOrganization,
	Key:  func(id int64) table.Primary { return table.Organizations.Key(id) },
	Place: func(v *View, id int64) (Place, bool) {
		o, ok := table.Organizations.In(v.rows, id)
		return Place{ID: o.ID, Organization: o.ID, Title: o.OrgName, Stamp: o.Stamp}, ok && v.covers(o.ID)
	},
	RoleKeys:   func(_ *View, keys []table.Primary, _, _ int64) []table.Primary { return keys },
	MemberKeys: func(_, _, _ int64) []table.Primary { return nil },
	Member:     func(*View, int64, int64) (Member, bool) { return Member{}, false },
	Find: func(v *View, _ *Line, id, _ int64) (access.Target, bool) {
		return v.OrganizationTarget(), id == v.OrganizationID
	},
	Target: func(v *View, id, _ int64) (access.Target, bool) {
		return v.OrganizationTarget(), id == v.OrganizationID
	},
	Manage: access.ManageUsers,
	First:  func(*Line) (int64, Row) { return 0, nil },
	Path:   "/api/organization",
}

// OrganizationTarget returns the access target of the caller's organisation.
func (v *View) OrganizationTarget() access.Target {
	return access.Target{Kind: access.KindOrganization, ID: v.OrganizationID, Organization: v.OrganizationID}
}
