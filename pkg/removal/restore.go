package removal

import (
	"context"
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// undoing is the state of an undo: the removal's effects, the present rows, and the
// writes planned so far.
type undoing struct {
	s    *store.Store
	r    model.Removal
	now  model.Time
	done []done
	rows table.Rows

	restored    []model.Effect
	notRestored []string
	taken       map[int64]bool // users whose address or sign-in somebody else has now

	puts     []func(*table.Tx)                   // restore effects after the removal's first transaction
	finals   []func(*table.Tx)                   // restore effects of that one
	members  audit.Members                       // restored memberships, for the undo's audit row
	accounts map[int64]audit.Turn[audit.Account] // restored accounts, likewise
	later    map[string]model.Removal            // by the name of a team membership: the last removal that ended a later one
}

// done is an effect that a removal has had, with its image.
type done struct {
	row   model.EffectRow
	image image // nil where there is none any more
	turn  int
	first bool // of the removal's first transaction
}

// restore plans the undo of a removal. effects are those that were carried out after
// its first transaction.
func restore(ctx context.Context, s *store.Store, r model.Removal, effects []model.EffectRow, now model.Time) (*undoing, error) {
	u := &undoing{s: s, r: r, now: now, notRestored: []string{}, restored: []model.Effect{}, taken: map[int64]bool{}, members: audit.Members{}, accounts: map[int64]audit.Turn[audit.Account]{}}
	for _, e := range effects {
		i, turn, err := imageOf(e)
		if err != nil {
			return nil, err
		}
		if e.Thing != "" || ends(e) { // else the effect kept its thing, or left it to nobody: nothing to restore
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

// ends reports whether an effect has ended something. One without an image was recorded
// before effects had images of one shape: it can't be restored, and is named so.
func ends(e model.EffectRow) bool {
	return e.Action == "delete" || e.Action == "revoke" || e.Action == "deactivate"
}

// look reads the rows that decide what can be restored.
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

// plan decides whether an effect can be undone, and notes the write in into. The
// effects of the removal's first transaction are undone in the undo's last one: access
// begins again with one write, as it ended. So one of these that is restored already
// wasn't restored by this undo, and is named as not restored.
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

// leave names a resource as not restored.
func (u *undoing) leave(resource string) { u.notRestored = append(u.notRestored, resource) }

// hasRestored reports whether a resource is restored by the undo, as planned so far.
func (u *undoing) hasRestored(resource string) bool {
	return slices.ContainsFunc(u.restored, func(e model.Effect) bool { return e.Resource == resource })
}

// user returns a user; ok is true where they may get things back: their account is
// active, or this undo restores it (returns).
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

// requireActive demands that the account of a user who gets something back is as the
// undo found it: active, or inactive where this undo restores it.
func (u *undoing) requireActive(tx *table.Tx, user int64) {
	_, returns, _ := u.user(user)
	tx.If(table.Users.Key(user), "$ = ?", "is_active", !returns)
}

// buried reports whether another removal from a project has voided a grant that the
// user got in the epoch: it is void until that one is undone. It is false for a grant
// outside of projects (nil).
func (u *undoing) buried(project *int64, user, epoch int64) bool {
	if project == nil {
		return false
	}
	stone, is := table.Tombstones.In(u.rows, *project, user)
	return is && stone.RemovalID != u.r.ID && stone.Buries(epoch)
}

// requireSameTombstone demands that the rows on which buried decided are unchanged.
func (u *undoing) requireSameTombstone(tx *table.Tx, project *int64, user int64) {
	if project != nil {
		store.RequireSameTombstone(tx, u.rows, *project, user)
	}
}

// told returns the changes of the undo's audit row beside audit.Undone.
func (u *undoing) told() []audit.Change {
	of := u.r.Resource()
	return []audit.Change{audit.MembersChanged{In: of, Members: u.members}, audit.AccountsChanged{In: of, Accounts: u.accounts}}
}
