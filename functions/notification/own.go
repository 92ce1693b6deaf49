package notification

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

type readIn struct {
	guard.In
	NotificationID int64 `path:"notification_id" example:"3"`

	row model.Notification
}

// Needs asks for the notification where the caller's own lie, so that another
// user's can't be found.
func (in *readIn) Needs(f *guard.Fetch) {
	if f.Caller != 0 {
		f.Rows(table.Notifications.Key(f.Caller, in.NotificationID))
	}
}

// Known refuses what isn't the caller's. A service key has nothing of its own,
// which is for the handler to say (403).
func (in *readIn) Known(_ context.Context, c *guard.Case) (err error) {
	var ok bool
	if in.row, ok = table.Notifications.In(c.Rows(), c.Caller.User, in.NotificationID); !ok && c.User != nil {
		err = fault.NotFound()
	}
	return err
}

// read notes that the notification was read. Repeated, it keeps the first time.
func (h *handlers) read(_ context.Context, in *readIn) (model.Notification, error) {
	c := in.Case()
	if _, err := c.Me(); err != nil || in.row.IsRead {
		return in.row, err
	}
	return h.store.ReadNotification(&c.Tx, in.row, c.Stamp, c.Now), nil
}

type listIn struct {
	guard.In
	api.Paging
	IsRead *bool `query:"is_read" doc:"Only those that were read, or only those that were not"`

	found []int64
}

// Needs asks for the caller's own.
func (in *listIn) Needs(f *guard.Fetch) {
	if f.Caller == 0 {
		return
	}
	list := f.Store().NotificationsOf
	if in.IsRead != nil && !*in.IsRead {
		list = f.Store().UnreadOf
	}
	guard.Ask(f, &in.found, func(ctx context.Context) ([]int64, error) { return list(ctx, f.Caller, in.AfterID(), in.Limit+1) })
}

// list shows the caller's own notifications, by id.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Notification], error) {
	c := in.Case()
	page := api.Page[model.Notification]{}
	me, err := c.Me()
	if err != nil {
		return page, err
	}
	found, next := api.Cut(in.Limit, in.found, api.NextID)
	page.Next = next
	keys := make([]table.Primary, len(found))
	for i, id := range found {
		keys[i] = table.Notifications.Key(me.ID, id)
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return page, err
	}
	for _, at := range keys {
		if n, ok := table.Notifications.At(c.Rows(), at); ok && (in.IsRead == nil || *in.IsRead == n.IsRead) {
			page.Items = append(page.Items, n)
		}
	}
	return page, nil
}
