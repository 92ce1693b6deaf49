package removal

import (
	"context"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// unread are the notifications that nobody will read any more: they go with a
// deleted user.
func unread(ctx context.Context, w *work) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	found, err := places(ctx, w, w.s.UnreadOf)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, ids := range found {
		for _, id := range ids {
			keys = append(keys, table.Notifications.Key(user, id))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, n := range table.Notifications.All(rows) {
		if n.IsRead {
			continue
		}
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: n.UserID, Notification: &n, Effect: model.Effect{
				Resource: model.UserName(n.UserID) + "/notification:" + strconv.FormatInt(n.ID, 10), Action: "delete", Detail: "unread notification"}},
			apply: func(tx *table.Tx) { table.Notifications.Delete(tx, n) },
		})
	}
	return out, err
}

// putNotification puts one back where it was.
func (u *undoing) putNotification(n model.Notification) (put func(*table.Tx), there, ok bool) {
	if now, is := table.Notifications.In(u.rows, n.UserID, n.ID); is {
		return nil, true, now.Version == n.Version+1
	}
	n.Version++
	return func(tx *table.Tx) { table.Notifications.Create(tx, n) }, false, true
}
