package followup

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// noticeWork names this work in markers.
const noticeWork = "notice"

// keepMarkers is how long it is remembered that an audit row was worked through: longer
// than any stream, dead letter or sweep comes back to it.
const keepMarkers = 30 * 24 * time.Hour

// perTx is how many notifications one transaction makes beside its marker.
const perTx = 90

// Notices stand in the audit row of the change that they tell of, so a change and
// what people are told of it can't come apart, and no request waits for it.

// Notify tells people what the audit rows say they are to be told, in order,
// and returns how many rows from the start are done. Each row's notifications
// and a marker are one transaction, so that a row which comes twice changes
// nothing.
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

// readNotices reads what the texts need, and which rows were worked through before.
func readNotices(ctx context.Context, s *store.Store, rows []model.Audit) (table.Rows, error) {
	var keys []table.Primary
	for _, a := range rows {
		for i, n := range a.Notices {
			if i%perTx == 0 {
				keys = append(keys, table.Markers.Key(a.ID, workOf(i/perTx)))
			}
			keys = append(keys, table.Users.Key(n.UserID))
			if at, ok := row(n.About()); ok {
				keys = append(keys, at)
			}
		}
	}
	if len(keys) == 0 {
		return table.Rows{}, nil
	}
	return s.ReadShown(ctx, keys...) // that one can't be told is no reason not to tell the others
}

// row is the row of what a notice is about, where there can be one.
func row(about model.Ref) (table.Primary, bool) {
	switch about.Kind {
	case model.KindProject:
		return table.Projects.Key(about.ID), true
	case model.KindTeam:
		return table.Teams.Key(about.ID), true
	case model.KindOrganization:
		return table.Organizations.Key(about.ID), true
	case model.KindAgent:
		return table.Agents.Key(about.ID), true
	}
	return table.Primary{}, false
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
		title, message := say(known, n)
		s.CreateNotification(&tx, model.Notification{
			ID: id, UserID: n.UserID, Title: title, Message: message, Type: n.Kind, Link: link(n.About()), ProjectID: projectOf(known, n.About()), Stamp: model.Created("System", a.TS),
		})
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

// projectOf is the project that a notice is about, or that has its agent; nil for none.
func projectOf(known table.Rows, about model.Ref) *int64 {
	switch about.Kind {
	case model.KindProject:
		if p, is := table.Projects.In(known, about.ID); is {
			return &p.ID
		}
	case model.KindAgent:
		if a, is := table.Agents.In(known, about.ID); is {
			return &a.ProjectID
		}
	}
	return nil
}

// say words a notice: "You were added to project Support."
func say(known table.Rows, n model.Notice) (title, message string) {
	about := n.About()
	kind := string(about.Kind)
	where := kind
	if name := called(known, about); name != "" {
		where += " " + name
	}
	switch n.Kind {
	case model.NoticeAdded:
		return "Added to " + article(kind), fmt.Sprintf("You were added to %s.", where)
	case model.NoticeRemoved:
		return "Removed from " + article(kind), fmt.Sprintf("You were removed from %s.", where)
	case model.NoticeInvited:
		return "Invited to " + article(kind), fmt.Sprintf("You were invited to %s.", where)
	}
	return "Role changed", fmt.Sprintf("Your role in %s was changed.", where)
}

// called is what people call a thing; "" where its row isn't known.
func called(known table.Rows, about model.Ref) string {
	switch about.Kind {
	case model.KindProject:
		p, _ := table.Projects.In(known, about.ID)
		return p.Name
	case model.KindTeam:
		t, _ := table.Teams.In(known, about.ID)
		return t.Name
	case model.KindOrganization:
		o, _ := table.Organizations.In(known, about.ID)
		return o.OrgName
	case model.KindAgent:
		a, _ := table.Agents.In(known, about.ID)
		return a.Name
	}
	return ""
}

// link is where a notice's resource is read; once its reader may not see it any
// more, that answers 404.
func link(about model.Ref) string {
	switch about.Kind {
	case model.KindProject, model.KindTeam, model.KindAgent:
		return "/api/" + string(about.Kind) + "/" + strconv.FormatInt(about.ID, 10)
	case model.KindOrganization:
		return "/api/organization"
	}
	return ""
}

func article(kind string) string {
	if kind == string(model.KindOrganization) || kind == string(model.KindAgent) {
		return "an " + kind
	}
	return "a " + kind
}
