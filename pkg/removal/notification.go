package removal

import (
	"context"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// notification is the image of an unread notification, which is deleted with its user.
type notification struct{ model.Notification }

func (notification) thing() string { return "notification" }

// unreadNotifications finds the unread notifications of deleted users.
func unreadNotifications(ctx context.Context, w *work) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	found, err := listAll(ctx, w, w.s.UnreadOf)
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
			EffectRow: model.EffectRow{UserID: n.UserID, Effect: model.Effect{
				Resource: model.UserName(n.UserID) + "/notification:" + strconv.FormatInt(n.ID, 10), Action: "delete", Detail: "unread notification"}},
			before: notification{n},
			apply:  func(tx *table.Tx) { table.Notifications.Delete(tx, n) },
		})
	}
	return out, err
}

func (n notification) keys(user int64) []table.Primary {
	return []table.Primary{table.Notifications.Key(user, n.ID)}
}

func (n notification) back(u *undoing, _ model.EffectRow) restoration {
	if now, is := table.Notifications.In(u.rows, n.UserID, n.ID); is {
		return restoration{restored: now.Version == n.Version+1}
	}
	row := n.Notification
	row.Version++
	return restoration{restored: true, put: func(tx *table.Tx) { table.Notifications.Create(tx, row) }}
}
