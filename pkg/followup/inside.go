package followup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// What belongs to a project for good follows it: when the project goes to another
// team, its things are listed there, and when it is deleted, they are, too. Each kind
// says how (Kind.Move, Kind.End).

// thingsAtOnce is how many things are looked at at a time. To move one is three rows:
// its own, and its place in two lists.
const thingsAtOnce = 30

// txMost is how many rows a transaction may have.
const txMost = 100

// txMargin is how much of the time must be left for one more transaction.
const txMargin = 500 * time.Millisecond

// endAction is the action in the audit log of deleting a thing with its project.
const endAction = "finish-project-deletion"

// tries is how often work begins anew that lost to another writer.
const tries = 10

// Both say that not everything in a project has followed it yet, and that who is
// called again goes on: errShort for want of time, errLate because an index is late
// or somebody else is at it.
var (
	errShort = errors.New("followup: no time for all of them to follow their project")
	errLate  = fmt.Errorf("followup: not all of them have followed their project: %w", table.ErrStale)
)

// inside are the kinds of which things belong to one of k for good. Only projects have
// such things.
func inside(k *resource.Kind) (kinds []*resource.Kind) {
	for _, in := range resource.Kinds() {
		if k == &resource.Project && in.Parent == k && in.EndsWithParent {
			kinds = append(kinds, in)
		}
	}
	return kinds
}

// FollowProject lets what is in a project follow a change of it that an audit row
// tells of, if it tells of one.
func FollowProject(ctx context.Context, s *store.Store, a model.Audit, now model.Time) error {
	p, told := audit.Decode[audit.ProjectChanged](a)
	for _, k := range inside(&resource.Project) {
		var err error
		switch {
		case told && p.Deleted():
			err = store.Again(ctx, tries, func() error { return endInside(ctx, s, k, p.Project, now) })
		case told && p.Moved() && k.Move != nil:
			err = store.Again(ctx, tries, func() error { return moveInside(ctx, s, k, p.Project) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveInside lets the rows of a project's things of a kind say the team that it has
// now. Each transaction holds the project to that team, so that of two moves the later
// one wins, whichever is followed first. It returns *table.Unreadable for things that
// can't be read, once the others have moved.
func moveInside(ctx context.Context, s *store.Store, k *resource.Kind, id int64) error {
	seen, most := 0, int64(0)
	var unread []error
	for from := int64(0); ; {
		page, err := thingsPage(ctx, s, k, id, from)
		if err != nil || page.project.ID == 0 || page.project.IsDeleted { // its deletion is a change of its own
			return err
		}
		unread = append(unread, page.unread...)
		seen += len(page.ids) + len(page.unread)
		var tx table.Tx
		for _, thing := range page.ids {
			k.Move(s, &tx, page.view, thing, page.project)
		}
		if err := commit(ctx, s, &tx); err != nil {
			return err
		}
		// One that was seen and has gone since doesn't stand for one that wasn't.
		most = max(most, counted(k, page.view, id))
		if from = page.last; from == 0 {
			if int64(seen) < most {
				return errLate
			}
			return errors.Join(unread...)
		}
	}
}

// endInside deletes the things of a kind in a project that was deleted, in as many
// transactions as it takes. It returns *table.Unreadable for things that can't be read,
// once the others have ended.
func endInside(ctx context.Context, s *store.Store, k *resource.Kind, id int64, now model.Time) error {
	var unread []error
	for from := int64(0); ; {
		page, err := thingsPage(ctx, s, k, id, from)
		if err != nil || !page.project.IsDeleted {
			return err
		}
		unread = append(unread, page.unread...)
		if err := endPage(ctx, s, k, page, now); err != nil {
			return err
		}
		if from = page.last; from == 0 {
			if int64(len(page.ids)+len(unread)) < counted(k, page.view, id) {
				return errLate
			}
			return errors.Join(unread...)
		}
	}
}

// endPage deletes the things of a page.
func endPage(ctx context.Context, s *store.Store, k *resource.Kind, page things, now model.Time) error {
	var tx table.Tx
	for _, thing := range page.ids {
		if tx.Len()+k.EndRows > txMost {
			if err := commit(ctx, s, &tx); err != nil {
				return err
			}
			tx = table.Tx{}
		}
		p := page.project
		told, err := k.End(ctx, s, &tx, page.view, thing, p.ModifiedBy, now)
		if err != nil {
			return err
		}
		s.RecordAudit(&tx, audit.Row(model.Audit{OrganizationID: p.OrganizationID, TS: now, Actor: model.System, Action: endAction}, told))
	}
	return commit(ctx, s, &tx)
}

// counted is how many things of a kind a project's row counts, 0 where it counts none
// of that kind.
func counted(k *resource.Kind, v *resource.View, project int64) int64 {
	if k.CountIn == nil {
		return 0
	}
	return k.CountIn(v, project)
}

// things are some of those of a kind in a project.
type things struct {
	project model.Project // 0 where there is none
	view    *resource.View
	ids     []int64 // of those that aren't deleted
	unread  []error // why others can't be read
	last    int64   // after which the index has more; 0 for none
}

// thingsPage reads a project and some of its things of a kind, after an id. It returns
// *table.Unreadable where the project itself can't be read.
func thingsPage(ctx context.Context, s *store.Store, k *resource.Kind, project, from int64) (page things, err error) {
	found, err := k.Lists.In(&resource.Project)(ctx, s, project, from, thingsAtOnce)
	if err != nil {
		return page, err
	}
	key := resource.Project.Key(project)
	keys := []table.Primary{key}
	for _, at := range found {
		keys = append(keys, k.Key(at.ID))
	}
	rows, err := s.Read(ctx, keys...)
	bad, only := table.UnreadableIn(err)
	if err != nil && !only {
		return page, err
	}
	for _, u := range bad {
		if u.Key == key {
			return page, u
		}
		page.unread = append(page.unread, u)
	}
	view := resource.NewView(0, model.Time{}, rows)
	page.view = &view
	page.project, _ = view.AnyProject(project)
	for _, at := range found {
		if place, ok := k.Place(&view, at.ID); ok && !place.IsDeleted {
			page.ids = append(page.ids, at.ID)
		}
	}
	if len(found) == thingsAtOnce {
		page.last = found[thingsAtOnce-1].ID
	}
	return page, nil
}

// commit writes what was noted. A race that was lost is one to be run again by
// whoever calls again, as is what there is no time left for.
func commit(ctx context.Context, s *store.Store, tx *table.Tx) error {
	if end, ok := ctx.Deadline(); tx.Len() > 0 && ok && time.Until(end) < txMargin {
		return errShort
	}
	return s.Commit(ctx, tx)
}
