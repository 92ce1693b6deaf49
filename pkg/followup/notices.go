package followup

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// noticeWork is the name of Notify in markers.
const noticeWork = "notice"

// keepMarkers is how long a marker is kept: longer than any stream, dead letter or sweep
// delivers its row again.
const keepMarkers = 30 * 24 * time.Hour

// perTx is the number of notifications in one transaction, beside its marker.
const perTx = 90

// Notices are part of their change's audit row, so there is never a change without its
// notices, or the other way round, and no request waits for notifications.

// Notify creates the notifications of the audit rows' notices, in order, and returns how
// many rows from the first on are done. The notifications of a row, or of perTx of its
// notices, and a marker are one transaction, so that a row that is delivered twice
// changes nothing.
func Notify(ctx context.Context, s *store.Store, rows []model.Audit) (done int, err error) {
	known, err := readNotices(ctx, s, rows)
	if err != nil {
		return 0, err
	}
	for i, a := range rows {
		for part := 0; part*perTx < len(a.Notices); part++ {
			notices := a.Notices[part*perTx : min((part+1)*perTx, len(a.Notices))]
			if err := deliver(ctx, s, known, a, workOf(part), notices); err != nil {
				return i, err
			}
		}
	}
	return len(rows), nil
}

// workOf names a part of the work on one row.
func workOf(part int) string {
	if part == 0 {
		return noticeWork
	}
	return noticeWork + "-" + strconv.Itoa(part)
}

// readNotices reads the rows that the notifications' texts need, and the markers.
func readNotices(ctx context.Context, s *store.Store, rows []model.Audit) (table.Rows, error) {
	var keys []table.Primary
	for _, a := range rows {
		for i, n := range a.Notices {
			if i%perTx == 0 {
				keys = append(keys, table.Markers.Key(a.ID, workOf(i/perTx)))
			}
			keys = append(keys, table.Users.Key(n.UserID))
			if k, id := about(n); k != nil {
				keys = append(keys, k.Key(id))
			}
		}
	}
	if len(keys) == 0 {
		return table.Rows{}, nil
	}
	return s.ReadShown(ctx, keys...) // an unreadable row concerns one recipient, not the others
}

func deliver(ctx context.Context, s *store.Store, known table.Rows, a model.Audit, work string, notices []model.Notice) error {
	if _, done := table.Markers.In(known, a.ID, work); done {
		return nil
	}
	var tx table.Tx
	for _, n := range notices {
		u, ok := table.Users.In(known, n.UserID)
		if !ok || u.OrganizationID != a.OrganizationID {
			continue // gone meanwhile
		}
		id, err := s.NewID(ctx, model.NotificationIDs)
		if err != nil {
			return err
		}
		row := say(known, n)
		row.ID, row.UserID, row.Type, row.Stamp = id, n.UserID, n.Kind, model.Created("System", a.TS)
		s.CreateNotification(&tx, row)
	}
	table.Markers.Create(&tx, model.Marker{Work: work, AuditID: a.ID, TTL: a.TS.Add(keepMarkers).Std().Unix()})
	err := s.Commit(ctx, &tx)
	if !errors.Is(err, table.ErrStale) {
		return err
	}
	// Somebody else may have been at the same row, who then left the marker.
	rows, readErr := s.Read(ctx, table.Markers.Key(a.ID, work))
	if _, done := table.Markers.In(rows, a.ID, work); readErr == nil && !done {
		return fault.Unavailable(err)
	}
	return readErr
}

// about returns the kind and id of the thing that a notice is about; nil for a kind
// that people have no rights on.
func about(n model.Notice) (*resource.Kind, int64) {
	of := n.About()
	return resource.OfThing(of.Thing), of.ID
}

// say writes the text of a notice: "You were added to project Support." Its link is
// the thing's path, which answers 404 to a reader who may not see the thing any more.
func say(known table.Rows, n model.Notice) model.Notification {
	var row model.Notification
	kind, where := string(n.About().Kind), string(n.About().Kind)
	if k, id := about(n); k != nil {
		all := resource.NewView(0, model.Time{}, known)
		place, is := k.Place(&all, id)
		if is && place.Title != "" {
			where += " " + place.Title
		}
		if is && place.Project != 0 {
			row.ProjectID = &place.Project
		}
		row.Link = k.Address(id)
	}
	switch n.Kind {
	case model.NoticeAdded:
		row.Title, row.Message = "Added to "+article(kind), fmt.Sprintf("You were added to %s.", where)
	case model.NoticeRemoved:
		row.Title, row.Message = "Removed from "+article(kind), fmt.Sprintf("You were removed from %s.", where)
	case model.NoticeInvited:
		row.Title, row.Message = "Invited to "+article(kind), fmt.Sprintf("You were invited to %s.", where)
	default:
		row.Title, row.Message = "Role changed", fmt.Sprintf("Your role in %s was changed.", where)
	}
	return row
}

// article returns a word with its indefinite article.
func article(word string) string {
	if strings.ContainsAny(word[:min(1, len(word))], "aeiou") {
		return "an " + word
	}
	return "a " + word
}
