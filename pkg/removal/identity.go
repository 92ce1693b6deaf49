package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// identity is the image of the subjects that a user signed in as, which their deletion
// frees.
type identity struct {
	UserID   int64           `dynamo:"user_id"`
	Subjects []model.Subject `dynamo:"subjects,omitempty"`
}

func (identity) thing() string { return "identity" }

// namesAtOnce is the most users whose addresses and names the transaction that deletes
// them can free. For more users, the first effects free them.
const namesAtOnce = 20

// identities finds the subjects, addresses and names that deleted users still have, to
// free them, so that the same people can come back as new users.
func identities(ctx context.Context, w *work) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	bound, err := each(ctx, w, func(ctx context.Context, u model.User) ([]model.Binding, error) { return w.s.BindingsOf(ctx, u.ID) })
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for _, u := range w.users {
		if u.DeletedOn != nil {
			keys = append(keys, store.NameRows(u)...)
		}
		for _, b := range bound[u.ID] {
			keys = append(keys, table.Subjects.Key(b.SubjectKey))
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var out []effect
	for _, id := range w.r.UserIDs {
		if e, found := w.frees(w.users[id], bound[id], rows); found {
			out = append(out, e)
		}
	}
	return out, nil
}

// roomForSignIns is the number of rows of a transaction beyond which it frees no
// further user's subjects: these take two rows or a few more and a record, beside the
// audit row and the stored answer.
const roomForSignIns = 85

// freeSignIns carries out effects of identities in the removal's own transaction, as
// far as that has room, so that the same person can sign in as a new user at once. A
// sign-in meanwhile changes the user's version, and the request is decided anew.
func freeSignIns(s *store.Store, c *request.Request, r model.Removal, bound []effect) {
	for _, e := range bound {
		if c.Tx.Len() > roomForSignIns {
			return
		}
		(&work{s: s, r: r}).add(&c.Tx, e)
	}
}

// frees returns the effect on one user; false where there is nothing to free.
func (w *work) frees(u model.User, bound []model.Binding, rows table.Rows) (effect, bool) {
	had := identity{UserID: u.ID}
	for _, b := range bound {
		if s, ok := table.Subjects.In(rows, b.SubjectKey); ok && s.UserID == u.ID {
			had.Subjects = append(had.Subjects, s)
		}
	}
	named := u.DeletedOn != nil && store.NamesKept(rows, u)
	return effect{
		EffectRow: model.EffectRow{UserID: u.ID, Effect: model.Effect{
			Resource: model.UserName(u.ID) + "/identity", Action: "delete", Detail: "what the user was found by is free"}},
		before: had,
		apply: func(tx *table.Tx) {
			if named {
				store.FreeNames(tx, u)
			}
			for _, s := range had.Subjects {
				table.Subjects.Delete(tx, s)
				table.Bindings.Delete(tx, model.Binding{UserID: s.UserID, IssuerKey: s.IssuerKey, SubjectKey: s.SubjectKey})
			}
		},
	}, named || len(had.Subjects) > 0
}

func (i identity) keys(int64) (keys []table.Primary) {
	for _, s := range i.Subjects {
		keys = append(keys, table.Subjects.Key(s.SubjectKey), table.Bindings.Key(s.UserID, s.IssuerKey))
	}
	return keys
}

// back binds the user's subjects again, where all are free. Where one isn't, the
// account isn't restored either.
func (i identity) back(u *undoing, _ model.EffectRow) restoration {
	for _, s := range i.Subjects {
		switch now, is := table.Subjects.In(u.rows, s.SubjectKey); {
		case is && now.UserID == i.UserID: // an interrupted undo has restored them all
			return restoration{restored: true}
		case is:
			u.taken[i.UserID] = true
			return restoration{}
		}
	}
	return restoration{restored: true, put: func(tx *table.Tx) {
		for _, s := range i.Subjects {
			u.s.BindSubject(tx, s)
		}
	}}
}
