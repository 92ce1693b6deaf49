package notification

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type readIn struct {
	request.In
	NotificationID int64 `path:"notification_id" example:"3"`

	row model.Notification
}

// Load asks for the notification where the caller's own lie, so that another
// user's can't be found.
func (in *readIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.Notification(f.Caller, in.NotificationID).Key)
	}
}

// Resolve refuses what isn't the caller's, and to a key that is bound to a project
// what isn't about that. A service key has nothing of its own, which is for the
// handler to say (403).
func (in *readIn) Resolve(_ context.Context, c *request.Request) (err error) {
	var ok bool
	if in.row, ok = store.Notification(c.Caller.User, in.NotificationID).In(c.Rows()); c.User != nil && !(ok && in.row.Within(c.Caller.BoundProject)) {
		err = fault.NotFound()
	}
	return err
}

// read notes that the notification was read. Repeated, it keeps the first time.
func (h *handlers) read(_ context.Context, in *readIn) (model.Notification, error) {
	c := in.Request()
	if _, err := c.Me(); err != nil || in.row.IsRead {
		return in.row, err
	}
	return h.store.ReadNotification(&c.Tx, in.row, c.Stamp, c.Now), nil
}

type listIn struct {
	request.In
	api.Paging
	IsRead *bool `query:"is_read" doc:"Only those that were read, or only those that were not"`

	found []int64
}

// Load asks for the caller's own.
func (in *listIn) Load(f *request.Fetch) {
	if f.Caller == 0 {
		return
	}
	list := in.lists(f.Store())
	request.Ask(f, &in.found, func(ctx context.Context) ([]int64, error) { return list(ctx, f.Caller, in.AfterID(), in.Limit+1) })
}

// lists is the list that the question is put to.
func (in *listIn) lists(s *store.Store) func(ctx context.Context, user, from int64, n int) ([]int64, error) {
	if in.IsRead != nil && !*in.IsRead {
		return s.UnreadOf
	}
	return s.NotificationsOf
}

// list shows the caller's own notifications, by id; a key that is bound to a project
// those that are about it.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Notification], error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return api.Page[model.Notification]{}, err
	}
	return api.Fill(ctx, in.Paging, in.found, func(id int64) int64 { return id },
		func(ctx context.Context, after int64) ([]int64, error) {
			return in.lists(h.store)(ctx, me.ID, after, in.Limit+1)
		},
		func(ctx context.Context, found []int64) (func(int64) (model.Notification, bool), error) {
			keys := make([]store.Key, len(found))
			for i, id := range found {
				keys[i] = store.Notification(me.ID, id).Key
			}
			err := c.ReadShown(ctx, keys...)
			return func(id int64) (model.Notification, bool) {
				n, ok := store.Notification(me.ID, id).In(c.Rows())
				return n, ok && (in.IsRead == nil || *in.IsRead == n.IsRead) && n.Within(c.Caller.BoundProject)
			}, err
		})
}
