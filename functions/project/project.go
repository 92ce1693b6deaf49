// Package project is the Project APIs.
package project

import (
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/store"
)

// APIs declares the group, in sidebar order.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	project := access.Project("project_id")
	return api.Group{Name: "Project APIs", Slug: "project", Ops: []api.Op{
		api.POST("/api/project", "Create New Project", h.create).
			Says("Project created successfully.").Anyone().Allow(access.CreateProject, access.Team("team_id").IfGiven()).Users("user_ids").Creates().Fails(403, 404).Conflict(fault.KindDuplicate),
		api.GET("/api/project", "Get All Projects", h.list).
			Says("Projects found successfully.").Anyone().Fails(403, 404),
		api.GET("/api/project/{project_id}", "Get Project Details by ID", h.details).
			Says("Project found successfully.").Allow(access.ViewProject, project).Fails(404),
		api.PUT("/api/project/{project_id}", "Edit Project By ID", h.edit).
			Says("Project updated successfully.").Allow(access.EditProject, project).Fails(403, 404).Conflict(fault.KindDuplicate),
		api.DELETE("/api/project/{project_id}", "Delete Project By ID", h.delete).
			Says("Project deleted successfully.").Allow(access.DeleteProject, project).Fails(403, 404),
		api.POST("/api/project/{project_id}/recent", "Add Recent Project", h.addRecent).
			Says("Recent project added successfully.").LeavesNoRow(api.OwnList).Allow(access.ViewProject, project).Fails(403, 404),
		api.GET("/api/project/recent", "Get Recent Projects", h.recent).
			Says("Recent projects found successfully.").Anyone().Fails(403),
		api.POST("/api/project/details", "Fetch Project Details", h.fetch).
			Says("Projects found successfully.").Anyone().Reads(),
		api.POST("/api/project/{project_id}/user", "Add User to Project", h.add).
			Says("Users added to project successfully.").Allow(access.ManageMembers, project).Users("user_ids").Fails(403, 404).Conflict(fault.KindLastProjectAdmin),
		api.DELETE("/api/project/{project_id}/user/{user_id}", "Remove User from Project", h.remove).Removes().
			Says("Users removed from project successfully.").Allow(access.ManageMembers, project).OrSelf("user_id").Members("user_id").Fails(403, 404).Conflict(fault.KindLastProjectAdmin),
		api.GET("/api/team/{team_id}/user/{user_id}/project", "Get User Projects For Team", h.listOfUser).
			Says("Projects found successfully.").Allow(access.ListUserProjects, access.Team("team_id")).OrSelf("user_id").Users("user_id").Fails(403, 404),
		api.GET("/api/project/{project_id}/user", "List Project Members", h.members).
			Says("Project users found successfully.").Allow(access.ViewProject, project).Fails(404),
	}}
}

type handlers struct{ store *store.Store }
