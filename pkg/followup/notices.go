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
			if at, ok := place(n.Resource); ok {
				keys = append(keys, at)
			}
		}
	}
	if len(keys) == 0 {
		return table.Rows{}, nil
	}
	return s.ReadShown(ctx, keys...) // that one can't be told is no reason not to tell the others
}

// place is the row of what a notice is about.
func place(resource string) (table.Primary, bool) {
	kind, digits, _ := strings.Cut(resource, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return table.Primary{}, false
	}
	switch kind {
	case "project":
		return table.Projects.Key(id), true
	case "team":
		return table.Teams.Key(id), true
	case "organization":
		return table.Organizations.Key(id), true
	case "agent":
		return table.Agents.Key(id), true
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
			ID: id, UserID: n.UserID, Title: title, Message: message, Type: n.Kind, Link: link(n.Resource), ProjectID: project(known, n.Resource), Stamp: model.Created("System", a.TS),
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

// project is the project that a notice is about, nil where it is none.
func project(known table.Rows, resource string) *int64 {
	kind, _, _ := strings.Cut(resource, ":")
	at, ok := place(resource)
	switch {
	case ok && kind == "project":
		if p, is := table.Projects.At(known, at); is {
			return &p.ID
		}
	case ok && kind == "agent":
		if a, is := table.Agents.At(known, at); is {
			return &a.ProjectID
		}
	}
	return nil
}

// say words a notice: "You were added to project Support."
func say(known table.Rows, n model.Notice) (title, message string) {
	kind, name := named(known, n.Resource)
	where := kind
	if name != "" {
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

func named(known table.Rows, resource string) (kind, name string) {
	kind, _, _ = strings.Cut(resource, ":")
	at, ok := place(resource)
	if !ok {
		return kind, ""
	}
	switch kind {
	case "project":
		p, _ := table.Projects.At(known, at)
		name = p.Name
	case "team":
		t, _ := table.Teams.At(known, at)
		name = t.Name
	case "organization":
		o, _ := table.Organizations.At(known, at)
		name = o.OrgName
	case "agent":
		a, _ := table.Agents.At(known, at)
		name = a.Name
	}
	return kind, name
}

// link is where a notice's resource is read; once its reader may not see it any
// more, that answers 404.
func link(resource string) string {
	kind, id, _ := strings.Cut(resource, ":")
	switch kind {
	case "project", "team", "agent":
		return "/api/" + kind + "/" + id
	case "organization":
		return "/api/organization"
	}
	return ""
}

func article(kind string) string {
	if kind == "organization" || kind == "agent" {
		return "an " + kind
	}
	return "a " + kind
}
