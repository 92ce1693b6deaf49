package removal

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// undoing is an undo as it stands: what the removal did, what is there now, and
// what is to be written.
type undoing struct {
	s    *store.Store
	r    model.Removal
	now  model.Time
	done []done
	rows table.Rows

	restored    []model.Effect
	notRestored []string
	taken       map[int64]bool // users whose address or sign-in somebody else has now

	puts   []func(*table.Tx)        // of what came after the removal's first transaction
	finals []func(*table.Tx)        // of that one
	told   map[string]any           // what the audit row tells beside
	later  map[string]model.Removal // the last removal that took a later membership of a team, by the name of that
}

// done is an effect of the removal, and by what it is put back.
type done struct {
	row   model.EffectRow
	image image // nil where nothing is kept of it any more
	turn  int
	first bool // it came with the removal's first transaction
}

// restore looks at everything a removal did, of which effects is what came after
// its first transaction, and plans how to put it back.
func restore(ctx context.Context, s *store.Store, r model.Removal, effects []model.EffectRow, now model.Time) (*undoing, error) {
	u := &undoing{s: s, r: r, now: now, notRestored: []string{}, restored: []model.Effect{}, taken: map[int64]bool{}, told: map[string]any{}}
	for _, e := range effects {
		i, turn, err := imageOf(e)
		if err != nil {
			return nil, err
		}
		if e.Thing != "" { // else it stays, or was left to nobody, which ends with the rest
			u.done = append(u.done, done{row: e, image: i, turn: turn})
		}
	}
	for _, e := range atOnce(r) {
		u.done = append(u.done, done{row: e.EffectRow, image: e.before, first: true})
	}
	if err := u.look(ctx); err != nil {
		return nil, err
	}
	for _, d := range u.done {
		if a, is := d.image.(account); is {
			a.names(u)
		}
	}
	for turn := range turns {
		for _, d := range u.done {
			if !d.first && d.turn == turn {
				u.plan(d, &u.puts)
			}
		}
	}
	for _, d := range u.done {
		if d.first {
			u.plan(d, &u.finals)
		}
	}
	return u, nil
}

// look reads the rows by which it is told what can be put back.
func (u *undoing) look(ctx context.Context) error {
	var keys []table.Primary
	for _, id := range u.r.UserIDs {
		keys = append(keys, table.Users.Key(id))
	}
	for _, d := range u.done {
		if d.image != nil {
			keys = append(keys, d.image.keys(d.row.UserID)...)
		}
	}
	var err error
	if u.rows, err = u.s.Read(ctx, keys...); err != nil {
		return err
	}
	keys = nil
	for _, d := range u.done {
		if f, is := d.image.(follower); is {
			keys = append(keys, f.follow(u.rows, d.row.UserID)...)
		}
	}
	more, err := u.s.Read(ctx, keys...)
	if err != nil {
		return err
	}
	u.rows.Add(more)
	return u.lookLater(ctx)
}

// plan decides whether something can be put back, and notes how. What a removal's
// first transaction did is put back in one transaction too, the last one: access
// begins again with one write, as it ended. So what of it is back already came back
// otherwise, and counts as not restored.
func (u *undoing) plan(d done, into *[]func(*table.Tx)) {
	var back restoration
	if _, _, ok := u.user(d.row.UserID); ok && d.image != nil {
		back = d.image.back(u, d.row)
	}
	switch {
	case back.silent:
	case back.restored && (back.put != nil || !d.first):
		detail := d.row.Detail
		if back.detail != "" {
			detail = back.detail
		}
		u.restored = append(u.restored, model.Effect{Resource: d.row.Resource, Action: "restore", Detail: detail})
		if back.put != nil {
			*into = append(*into, back.put)
		}
	default:
		u.leave(d.row.Resource)
		if r, is := d.image.(remainder); is {
			if put := r.remain(u); put != nil {
				*into = append(*into, put)
			}
		}
	}
}

// leave names something that isn't restored.
func (u *undoing) leave(resource string) { u.notRestored = append(u.notRestored, resource) }

// hasRestored reports whether something is put back, as far as the undo is planned.
func (u *undoing) hasRestored(resource string) bool {
	return slices.ContainsFunc(u.restored, func(e model.Effect) bool { return e.Resource == resource })
}

// user returns a user who may be given things back: now or by this undo their
// account is theirs as it was. returns says that it is by this undo.
func (u *undoing) user(id int64) (row model.User, returns, ok bool) {
	row, ok = table.Users.In(u.rows, id)
	if !ok || u.taken[id] {
		return row, false, false
	}
	if u.r.Kind == model.OfUser && !row.IsActive && row.RemovalID != nil && *row.RemovalID == u.r.ID {
		return row, true, true
	}
	return row, false, row.IsActive
}

// requireActive demands that the account of somebody who gets something back is still
// theirs as the undo found it: open, or ended where this undo opens it.
func (u *undoing) requireActive(tx *table.Tx, user int64) {
	_, returns, _ := u.user(user)
	tx.If(table.Users.Key(user), "$ = ?", "is_active", !returns)
}

// buried finds another removal from a project that has ended since what was given
// to a user in that epoch: it counts for nothing until that one is undone. Nothing
// without a project is ended so.
func (u *undoing) buried(project *int64, user, epoch int64) bool {
	if project == nil {
		return false
	}
	stone, is := table.Tombstones.In(u.rows, *project, user)
	return is && stone.RemovalID != u.r.ID && stone.Buries(epoch)
}

// requireSameTombstone demands that buried would still say what it said.
func (u *undoing) requireSameTombstone(tx *table.Tx, project *int64, user int64) {
	if project != nil {
		store.RequireSameTombstone(tx, u.rows, *project, user)
	}
}

// tells has the audit log tell what somebody is in a place again: in a row of its
// own where their account is back, else in that of the undo.
func (u *undoing) tells(tx *table.Tx, place string, user int64, facts map[string]any) {
	name := model.UserName(user)
	if u.r.Kind == model.OfUser {
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, place, nil, map[string]any{name: facts}))
	} else {
		u.told[name] = facts
	}
}
