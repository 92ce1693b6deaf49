// Package governance is the Governance APIs.
package governance

import (
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group.
func APIs(s *store.Store) api.Group {
	h := &handlers{store: s}
	return api.Group{Name: "Governance APIs", Slug: "governance", Ops: []api.Op{
		api.GET("/api/project/{project_id}/removal", "List Removals Of Project", h.removals).
			Says("Removals found successfully.").Allow(access.ManageMembers, access.Project("project_id")).Fails(403, 404),
		api.GET("/api/removal", "List Removals", h.allRemovals).
			Says("Removals found successfully.").Anyone("The ranks find every removal of their organization; a project's admin those from the project, by project_id.").
			Allow(access.ManageMembers, access.Project("project_id").IfGiven()).Fails(403, 404),
		api.GET("/api/removal/{removal_id}", "Get Removal", h.removal).
			Says("Removal found successfully.").Anyone("Open to whoever may make such a removal: the ranks, a project's admins, who modifies the roles of a team.").Fails(403, 404),
		api.POST("/api/removal/{removal_id}/undo", "Undo Removal", h.undo).
			Says("Removal undone successfully.").Anyone("Open to whoever may make such a removal: the ranks, a project's admins, who modifies the roles of a team.").Fails(403, 404).Conflict(fault.KindBadTransition, fault.KindDuplicate, fault.KindUndoFirst),
		api.POST("/api/offboarding/plan", "Plan Offboarding", h.planOffboarding).Creates().
			Says("Offboarding planned successfully.").LeavesNoRow("A plan changes nothing; what is done by it leaves rows.").Allow(access.ManageUsers, access.OwnOrganization()).Users("user_id").Fails(403, 404).Conflict(fault.KindSelfDelete).
			About("Plans what becomes of everything a leaver holds. Only the plan is written."),
		api.POST("/api/offboarding/apply", "Apply Offboarding", h.applyOffboarding).Removes().
			Says("Offboarding applied successfully.").Allow(access.ManageUsers, access.OwnOrganization()).Fails(403, 404).Conflict(fault.KindPlanStale, fault.KindSelfDelete).
			About("Carries out a plan: the account ends at once, and everything held is handed over afterwards, as the removal that is answered tells. Once more it answers the same removal. plan_stale says that the leaver's rank or account, or an heir, has changed since the plan was made."),
		api.GET("/api/audit", "Audit Log", h.audit).
			Says("Audit rows found successfully.").Anyone("Needs `manage_users` on the organization; a project's admins may ask for what concerns the project, by resource.").Fails(403, 404),
		api.GET("/api/audit/verify", "Verify Audit Chain", h.verifyAudit).
			Says("Audit chain checked.").Allow(access.ManageUsers, access.OwnOrganization()).Fails(403),
		api.GET("/api/audit/checkpoint", "Audit Checkpoint", h.checkpoint).
			Says("Audit checkpoint signed.").Allow(access.ManageUsers, access.OwnOrganization()).Fails(403),
		api.GET("/api/access/explain", "Explain Access", h.explain).
			Says("Access explained successfully.").Anyone("Needs `manage_users` on the organization, unless the user asks about themselves; a project's admins may ask about the project and its agents.").Fails(403, 404).Conflict(fault.KindLimit),
		api.GET("/api/access/preview/user/{user_id}", "Preview User Access", h.preview).
			About("A page looks through as many places as limit says and shows those to which the user has access: it may have few rows, or none, and still a next_cursor.").
			Says("Access found successfully.").Allow(access.ManageUsers, access.OwnOrganization()).OrSelf("user_id").Fails(403, 404),
	}}
}

type handlers struct {
	store   *store.Store
	signers signers
}
