package access

// Rank is a user's standing in their organisation. Ranks compare with <.
type Rank uint8

// The ranks, lowest first.
const (
	User             Rank = iota
	ApplicationAdmin      // is_staff
	GlobalAdmin           // is_superuser
)

// RankOf is the rank behind the two flags of a user; superuser outranks staff
// when both are set.
func RankOf(isStaff, isSuperuser bool) Rank {
	switch {
	case isSuperuser:
		return GlobalAdmin
	case isStaff:
		return ApplicationAdmin
	}
	return User
}

// Outranks reports whether r is strictly higher than other.
func (r Rank) Outranks(other Rank) bool { return r > other }

// Admin reports whether r is one of the two admin ranks.
func (r Rank) Admin() bool { return r == ApplicationAdmin || r == GlobalAdmin }

// String is the rank's name in permissions of the organisation.
func (r Rank) String() string {
	switch r {
	case ApplicationAdmin:
		return "application_admin"
	case GlobalAdmin:
		return "global_admin"
	}
	return "user"
}

// onOrganization is what the rank may do with the organisation itself.
func (r Rank) onOrganization() Permission {
	switch r {
	case ApplicationAdmin:
		return ViewOrganization | ManageUsers
	case GlobalAdmin:
		return ViewOrganization | ManageUsers | ManageOrganization
	}
	return 0
}

// asRole returns the role that the rank has on every team of the organisation.
func (r Rank) asRole() Role {
	switch r {
	case ApplicationAdmin:
		return WorkspaceAdmin
	case GlobalAdmin:
		return Owner
	}
	return ""
}

// organizationRules: every user reaches their organisation; a rank gives more on it.
var organizationRules = rules{
	name: "organization", all: GlobalAdmin.onOrganization(),
	ways: func(c Caller, rank Rank, _ Target) (w [maxWays]way) {
		if !c.Service {
			w[0] = way{Path{Kind: Direct}, ViewOrganization, User.String()}
		}
		w[1] = way{Path{Kind: ByRank}, rank.onOrganization(), rank.String()}
		return w
	},
}
