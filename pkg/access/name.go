package access

// ParsePermission reads one permission's name as it is sent; case and white
// space count.
func ParsePermission(s string) (Permission, bool) {
	for bit, name := range names {
		if name == s {
			return 1 << bit, true
		}
	}
	return 0, false
}

// Applicable is every permission that somebody can hold on a resource of the
// kind.
func Applicable(k Kind) Permission {
	switch k {
	case KindProject:
		return projectAll
	case KindTeam, KindWorkspace:
		return Owner.onTeam()
	case KindOrganization:
		return GlobalAdmin.onOrganization()
	case KindAgent:
		return AgentOwner.Permissions()
	}
	return 0
}
