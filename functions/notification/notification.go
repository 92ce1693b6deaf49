// Package notification is the Notification APIs.
package notification

import (
	"wardroom/pkg/api"
	"wardroom/pkg/store"
)

// APIs declares the group, in sidebar order.
func APIs(s *store.Store) api.Group {
	h := &handlers{s}
	return api.Group{Name: "Notification APIs", Slug: "notification", Ops: []api.Op{
		api.POST("/api/notification/user/{user_id}", "Send Notification To User", h.send).
			Says("Notification sent successfully.").
			Anyone("Open to both admin ranks to anybody, to a project's admins to its members.").Users("user_id").Creates().Fails(403, 404),
		api.PUT("/api/notification/{notification_id}/read", "Read Notification By ID", h.read).
			Says("Notification read successfully.").LeavesNoRow(api.OwnList).Anyone("Open to whom it was sent.").Fails(403, 404),
		api.GET("/api/notification", "List Notifications", h.list).
			Says("Notifications found successfully.").Anyone().Fails(403),
	}}
}

type handlers struct{ store *store.Store }
