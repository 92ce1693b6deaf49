package access

// ActingRole is the role as which the caller acts on a team: their own, or that
// of their rank where it is higher (a global admin acts as owner, an application
// admin as workspace_admin). It is "" where they have neither, and on anything
// that isn't a team.
func ActingRole(c Caller, t Target) Role {
	w, here := waysTo(c, t)
	if !here || t.Kind != KindTeam && t.Kind != KindWorkspace {
		return ""
	}
	rank, _ := c.rank()
	if own := t.TeamRole; w[0].gives != 0 && (own == Owner || !rank.Admin()) {
		return own
	}
	return rank.asRole()
}

// CanAssign reports whether a caller acting as the given role may move a member
// of the team from one role to another; from is "" for a new member. Adding a
// viewer takes add_new_user_to_workspace; a role above viewer, or a change of
// role, takes modify_user_roles; and only an owner gives or takes owner,
// themselves included. That an owner remains is for the store to see to.
func CanAssign(acting, from, to Role) bool {
	switch {
	case to.Permissions() == 0:
		return false
	case from == Owner || to == Owner:
		return acting == Owner
	case from == to, from == "" && to == Viewer:
		return acting.Permissions().Has(AddNewUserToWorkspace)
	}
	return acting.Permissions().Has(ModifyUserRoles)
}

// CanRemove reports whether a caller acting as the given role may remove a member
// from the team; leaves is true where the member themself asks. An owner is never
// removed: ownership is passed on first.
func CanRemove(acting, member Role, leaves bool) bool {
	if member == Owner {
		return false
	}
	return leaves || acting.Permissions().Has(ModifyUserRoles)
}
