// Package user is the User APIs: accounts, ranks and permissions.
//
// Accounts obey rank: application admins never touch a global admin, and global
// admins don't manage each other. So nobody can delete or demote a global admin
// before they give up that rank themselves, and the last one can't.
package user

import (
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group, in sidebar order.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	organization := access.OwnOrganization()
	return api.Group{Name: "User APIs", Slug: "user", Ops: []api.Op{
		api.GET("/api/user", "Get All Users", h.list).
			Says("Users found successfully.").Allow(access.ViewOrganization, organization).Fails(403),
		api.POST("/api/user", "Create User", h.create).
			About("Where no issuer signs the user in, or the organization hasn't proved the domain of their address, they are invited: meta.url is the link for them where no mail brings it, good for 7 days, and whoever sends its token to Accept Project Invite gets their key. Repeated for a user who was never here it answers a new link, and the one before opens nothing any more; a repetition that names them otherwise is 409 duplicate, as any other user's address is.").
			Says("User created successfully.").Allow(access.ManageUsers, organization).Creates().Fails(403).Conflict(fault.KindDuplicate),
		api.GET("/api/user/{user_id}", "Get User By ID", h.user).
			Says("User found successfully.").Allow(access.ViewOrganization, organization).Users("user_id").Fails(403, 404),
		api.PUT("/api/user/{user_id}", "Edit User By ID", h.edit).Removes().
			About("Users change their own names and give up a rank of their own; the rest takes an admin rank. Nobody changes a global admin but that admin: application admins never touch global admins, and these don't manage each other. The last global admin can't give up the rank. is_active=false ends the account as deleting it does, but the user stays visible and can be reactivated.").
			Says("User updated successfully.").Allow(access.ManageUsers, organization).OrSelf("user_id").Users("user_id").Fails(403, 404).Conflict(fault.KindSelfDelete, fault.KindBadTransition, fault.KindLastGlobalAdmin),
		api.DELETE("/api/user/{user_id}", "Delete User by ID", h.delete).Removes().
			About("Nobody deletes their own account, and nobody a global admin, who must first give up that rank (Edit User By ID with is_superuser=false).").
			Says("User deleted successfully.").Allow(access.ManageUsers, organization).Users("user_id").Fails(403, 404).Conflict(fault.KindSelfDelete),
		api.POST("/api/user-permission", "Create User Permission", h.grant).
			Says("User permission created successfully.").Anyone("Whoever manages the members of a project grants roles in it, whoever manages an agent permissions on it, and a global admin the ranks of the organization.").Users("user_id").Creates().Fails(403, 404).Conflict(fault.KindDuplicate),
		api.GET("/api/user-permission/{permission_id}", "Get User Permission by ID", h.permission).
			Says("User permission found successfully.").Anyone("Open to its holder, and to whoever may grant it.").Fails(403, 404),
		api.PUT("/api/user-permission/{permission_id}", "Edit User Permission by ID", h.editPermission).
			Says("User permission updated successfully.").Anyone("Open to whoever may grant both; a rank of their own anybody may lower.").Fails(403, 404).Conflict(fault.KindLastProjectAdmin, fault.KindLastGlobalAdmin, fault.KindOwnerPermission),
		api.DELETE("/api/user-permission/{permission_id}", "Delete User Permission by ID", h.revoke).Removes().
			About("On a project it is Remove User from Project. On an agent the permission ends; its owner keeps theirs. On the organization it takes the rank away.").
			Says("User permission deleted successfully.").Anyone("Open to whoever may grant it, and to its holder.").Fails(403, 404).Conflict(fault.KindLastProjectAdmin, fault.KindLastGlobalAdmin, fault.KindOwnerPermission),
		api.DELETE("/api/user/batch", "Batch Delete Users", h.deleteBatch).Removes().
			About("All of them are deleted or none. Who stands in the way is named in meta.blocked with a code: self_delete or rank. What they held is handed over afterwards, however much it is. The removal is found by its id at once, and by the users it is of, where they are more than ten, some seconds later.").
			Says("Users deleted successfully.").Allow(access.ManageUsers, organization).Users("user_ids").Fails(403, 404).Conflict(fault.KindBlockedIDs),
	}}
}

type handlers struct{ store *store.Store }
