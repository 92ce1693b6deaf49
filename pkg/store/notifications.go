package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateNotification notes a new, unread notification.
func (s *Store) CreateNotification(tx *table.Tx, n model.Notification) {
	n.Version, n.UnreadBy = 1, &n.UserID
	table.Notifications.Create(tx, n)
}

// ReadNotification notes that a notification was read, and returns it as it will
// be.
func (s *Store) ReadNotification(tx *table.Tx, from model.Notification, by string, now model.Time) model.Notification {
	to := from
	to.IsRead, to.ReadOn, to.UnreadBy, to.Stamp = true, &now, nil, from.Modified(by, now)
	to.Version++
	table.Notifications.Change(tx, from, to)
	return to
}

// NotificationsOf lists ids of a user's notifications after an id.
func (s *Store) NotificationsOf(ctx context.Context, user, from int64, n int) ([]int64, error) {
	return ids(table.Notifications, "notification_id")(table.Notifications.Query("gsi1", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// UnreadOf lists ids of a user's unread notifications after an id.
func (s *Store) UnreadOf(ctx context.Context, user, from int64, n int) ([]int64, error) {
	return ids(table.Notifications, "notification_id")(table.Notifications.Query("gsi2", user).AfterID(from).Limit(n).Keys(ctx, s.db))
}
