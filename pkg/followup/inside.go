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

// The things of kinds that EndsWithParent follow their project: when it goes to another
// team, they are listed there, and when it is deleted, so are they. Each kind says how
// (Kind.Move, Kind.End).

// thingsAtOnce is the number of things that are read at a time. Moving one writes three
// rows: its own, and its entries in two lists.
const thingsAtOnce = 30

// txMost is the most rows of a transaction.
const txMost = 100

// txMargin is the time that must remain for one more transaction.
const txMargin = 500 * time.Millisecond

// endAction is the action in the audit log of deleting a thing with its project.
const endAction = "finish-project-deletion"

// tries is the number of tries of work that loses to other writers.
const tries = 10

// Both errors say that not all things of a project have followed it yet, and that the
// next call goes on: errShort for want of time, errLate because an index is late or
// another writer was at it.
var (
	errShort = errors.New("followup: no time for all of them to follow their project")
	errLate  = fmt.Errorf("followup: not all of them have followed their project: %w", table.ErrStale)
)

// inside returns the kinds whose things end with their parent of kind k.
func inside(k *resource.Kind) (kinds []*resource.Kind) {
	for _, in := range resource.Kinds() {
		if in.Parent == k && in.EndsWithParent {
			kinds = append(kinds, in)
		}
	}
	return kinds
}

// FollowProject makes the things in a project follow its move or deletion, if the audit
// row is of one.
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

// moveInside notes a project's present team in the rows of its things of a kind. Each
// transaction demands that this is still its team, so that of two moves the later one
// wins, whichever is followed first.
func moveInside(ctx context.Context, s *store.Store, k *resource.Kind, id int64) error {
	seen, most := int64(0), int64(0)
	for from := int64(0); ; {
		v, p, ids, last, err := thingsPage(ctx, s, k, id, from)
		if err = store.LeaveOut(ctx, err); err != nil || p.ID == 0 || p.IsDeleted { // a deletion is a change of its own
			return err
		}
		var tx table.Tx
		for _, thing := range ids {
			seen++
			k.Move(s, &tx, v, thing, p)
		}
		if err := commit(ctx, s, &tx); err != nil {
			return err
		}
		// The highest count: a thing that was seen and deleted since must not make up for
		// one that wasn't seen.
		most = max(most, counted(k, v, id))
		if from = last; last == 0 {
			if seen < most {
				return errLate
			}
			return nil
		}
	}
}

// endInside deletes the things of a kind in a deleted project, in as many transactions
// as it takes.
func endInside(ctx context.Context, s *store.Store, k *resource.Kind, id int64, now model.Time) error {
	for from := int64(0); ; {
		v, p, ids, last, err := thingsPage(ctx, s, k, id, from)
		if err != nil || !p.IsDeleted {
			return err
		}
		var tx table.Tx
		for _, thing := range ids {
			if tx.Len()+k.EndRows > txMost {
				if err := commit(ctx, s, &tx); err != nil {
					return err
				}
				tx = table.Tx{}
			}
			told, err := k.End(ctx, s, &tx, v, thing, p.ModifiedBy, now)
			if err != nil {
				return err
			}
			s.RecordAudit(&tx, audit.Row(model.Audit{OrganizationID: p.OrganizationID, TS: now, Actor: model.System, Action: endAction}, told))
		}
		if err := commit(ctx, s, &tx); err != nil {
			return err
		}
		if from = last; last == 0 {
			if int64(len(ids)) < counted(k, v, id) {
				return errLate
			}
			return nil
		}
	}
}

// counted is the number of things of a kind that a project's row counts, 0 where it
// doesn't count that kind.
func counted(k *resource.Kind, v *resource.View, project int64) int64 {
	if k.CountIn == nil {
		return 0
	}
	return k.CountIn(v, project)
}

// thingsPage reads a project and a page of its things of a kind, after an id. It returns
// the ids of those that aren't deleted, and the last id of the page, 0 where the index
// has no more. Where rows are unreadable, it returns the others and an error that
// table.UnreadableIn takes apart.
func thingsPage(ctx context.Context, s *store.Store, k *resource.Kind, project, from int64) (v *resource.View, p model.Project, ids []int64, last int64, err error) {
	list := k.Lists.In(&resource.Project)
	found, err := list(ctx, s, project, from, thingsAtOnce)
	if err != nil {
		return v, p, nil, 0, err
	}
	keys := []table.Primary{resource.Project.Key(project)}
	for _, at := range found {
		keys = append(keys, k.Key(at.ID))
	}
	rows, err := s.Read(ctx, keys...)
	if _, only := table.UnreadableIn(err); err != nil && !only {
		return v, p, nil, 0, err
	}
	all := resource.NewView(0, model.Time{}, rows)
	p, _ = all.AnyProject(project)
	for _, at := range found {
		if place, ok := k.Place(&all, at.ID); ok && !place.IsDeleted {
			ids = append(ids, at.ID)
		}
	}
	if len(found) == thingsAtOnce {
		last = found[thingsAtOnce-1].ID
	}
	return &all, p, ids, last, err
}

// commit commits tx, or returns errShort where there is no time for it.
func commit(ctx context.Context, s *store.Store, tx *table.Tx) error {
	if end, ok := ctx.Deadline(); tx.Len() > 0 && ok && time.Until(end) < txMargin {
		return errShort
	}
	return s.Commit(ctx, tx)
}
