package resource

// Reason says why something isn't allowed. The vocabulary is closed.
type Reason string

// The reasons of memberships, one for each path that might have led to a thing.
const (
	NotAMember        Reason = "not_a_member"
	MembershipExpired Reason = "membership_expired"
	RoleTooLow        Reason = "role_too_low"
	NotInTeam         Reason = "not_in_team"       // of the project
	TeamRoleTooLow    Reason = "team_role_too_low" // in that team
	NoPermission      Reason = "no_permission"     // of their own on the agent
	PermissionExpired Reason = "permission_expired"
	NotInProject      Reason = "not_in_project" // of the agent
	ProjectRoleTooLow Reason = "project_role_too_low"
)

// Lacking are the reasons why a user's role on a thing doesn't suffice.
type Lacking struct {
	None, Expired, TooLow Reason // without a role, with an expired one, with too low a one
}
