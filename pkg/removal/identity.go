package removal

import (
	"context"

	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// identities are by what deleted users were found: their addresses and the
// subjects that they sign in as are free again, so that the same people can come
// as new users.
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
		keys = append(keys, table.Emails.Key(u.OrganizationID, u.EmailKey))
		for _, b := range bound[u.ID] {
			keys = append(keys, table.Subjects.Key(b.SubjectKey))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var out []effect
	for _, id := range w.r.UserIDs {
		if e, any := w.frees(w.users[id], bound[id], rows); any {
			out = append(out, e)
		}
	}
	return out, nil
}

// frees is the effect on one user, if there is anything to free.
func (w *work) frees(u model.User, bound []model.Binding, rows table.Rows) (effect, bool) {
	var had model.Identity
	if e, ok := table.Emails.In(rows, u.OrganizationID, u.EmailKey); ok && e.UserID == u.ID {
		had.Email = &e
	}
	for _, b := range bound {
		if s, ok := table.Subjects.In(rows, b.SubjectKey); ok && s.UserID == u.ID {
			had.Subjects = append(had.Subjects, s)
		}
	}
	return effect{
		EffectRow: model.EffectRow{UserID: u.ID, Identity: &had, Effect: model.Effect{
			Resource: guard.UserName(u.ID) + "/identity", Action: "delete", Detail: "address and bindings to issuers are free"}},
		apply: func(tx *table.Tx) {
			if had.Email != nil {
				table.Emails.Delete(tx, *had.Email)
			}
			for _, s := range had.Subjects {
				table.Subjects.Delete(tx, s)
				table.Bindings.Delete(tx, model.Binding{UserID: s.UserID, IssuerKey: s.IssuerKey, SubjectKey: s.SubjectKey})
			}
		},
	}, had.Email != nil || len(had.Subjects) > 0
}

// identityKeys are the rows by which an undo looks whether all of it is free.
func identityKeys(i model.Identity) (keys []table.Primary) {
	if i.Email != nil {
		keys = append(keys, table.Emails.Key(i.Email.OrganizationID, i.Email.EmailKey))
	}
	for _, s := range i.Subjects {
		keys = append(keys, table.Subjects.Key(s.SubjectKey), table.Bindings.Key(s.UserID, s.IssuerKey))
	}
	return keys
}

// putIdentity gives a user back by what they were found, if all of it is free.
// Where it isn't, their account can't come back either.
func (u *undoing) putIdentity(e model.EffectRow) (put func(*table.Tx), there, ok bool) {
	i := *e.Identity
	if i.Email != nil {
		now, is := table.Emails.In(u.rows, i.Email.OrganizationID, i.Email.EmailKey)
		if is && now.UserID == e.UserID { // an undo that was cut off has put it back, and the rest with it
			return nil, true, true
		}
		ok = !is
	} else {
		ok = true
	}
	for _, s := range i.Subjects {
		now, is := table.Subjects.In(u.rows, s.SubjectKey)
		if is && now.UserID == e.UserID && i.Email == nil {
			return nil, true, true
		}
		ok = ok && !is
	}
	if !ok {
		u.taken[e.UserID] = true
		return nil, false, false
	}
	return func(tx *table.Tx) {
		if i.Email != nil {
			table.Emails.Create(tx, *i.Email)
		}
		for _, s := range i.Subjects {
			u.s.BindSubject(tx, s)
		}
	}, false, true
}
