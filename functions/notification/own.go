package notification

import (
	"context"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type readIn struct {
	request.In
	NotificationID int64 `path:"notification_id" example:"3"`

	row model.Notification
}

// Load asks for the notification by a key of the caller's own, so that another user's
// can't be found.
func (in *readIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		f.Rows(store.Notification(f.Caller, in.NotificationID).Key)
	}
}

// Resolve refuses (404) a notification that isn't the caller's or that their key may not
// see. It leaves service keys, which have none, to the handler (403).
func (in *readIn) Resolve(_ context.Context, c *request.Request) (err error) {
	var ok bool
	if in.row, ok = store.Notification(c.Caller.User, in.NotificationID).In(c.Rows()); c.User != nil && !(ok && in.row.VisibleFrom(c.Caller.BoundProject)) {
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

	found []store.Ref
}

// list lists a user's notifications, by id, without those that a key that is bound to a
// project may not see.
func (in *listIn) list(s *store.Store, user int64) list.Of[model.Notification] {
	l := list.Of[model.Notification]{
		Find: list.IDs(s.NotificationsOf, user),
		Rows: func(_ *request.Request, at store.Ref) []store.Key {
			return []store.Key{store.Notification(user, at.ID).Key}
		},
		Show: func(c *request.Request, at store.Ref) (model.Notification, bool) {
			n, ok := store.Notification(user, at.ID).In(c.Rows())
			return n, ok && (in.IsRead == nil || *in.IsRead == n.IsRead) && n.VisibleFrom(c.Caller.BoundProject)
		},
		Fill: true,
	}
	if in.IsRead != nil && !*in.IsRead {
		l.Find = list.IDs(s.UnreadOf, user)
	}
	return l
}

// Load asks for the caller's own.
func (in *listIn) Load(f *request.Fetch) {
	if f.Caller != 0 {
		in.list(f.Store(), f.Caller).Find.Ask(f, in.Paging, &in.found)
	}
}

// list shows the caller's own notifications, by id.
func (h *handlers) list(ctx context.Context, in *listIn) (api.Page[model.Notification], error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return api.Page[model.Notification]{}, err
	}
	return in.list(h.store, me.ID).Page(ctx, c, in.Paging, in.found)
}
