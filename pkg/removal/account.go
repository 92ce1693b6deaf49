package removal

import (
	"slices"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// account is the image of a user's account before the removal that ended it.
type account struct{ model.UserWas }

func (account) thing() string { return "account" }

// accountBefore returns the image of a user's account that a removal's record has.
func accountBefore(r model.Removal, user int64) account {
	if i := slices.IndexFunc(r.Users, func(w model.UserWas) bool { return w.UserID == user }); i >= 0 {
		return account{r.Users[i]}
	}
	return account{model.UserWas{UserID: user}}
}

// accountEffect describes the end of an account.
func accountEffect(r model.Removal, user int64) model.Effect {
	e := model.Effect{Resource: model.UserName(user), Action: "delete"}
	switch {
	case r.Purges:
		e.Detail = "account, erased as soon as all of it is handed over"
	case r.Deletes:
		e.Detail = "account, purged 30 days later"
	default:
		e.Action, e.Detail = "deactivate", "account"
	}
	return e
}

func (account) keys(user int64) []table.Primary { return []table.Primary{table.Users.Key(user)} }

// follow returns the keys of the rows that reserve the address and names of a deleted
// user, which others may have by now.
func (account) follow(rows table.Rows, user int64) []table.Primary {
	if row, ok := table.Users.In(rows, user); ok && row.DeletedOn != nil {
		return store.NameRows(row)
	}
	return nil
}

// back restores the account, where it is still as the removal left it.
func (a account) back(u *undoing, _ model.EffectRow) restoration {
	row, returns, _ := u.user(a.UserID)
	if !returns {
		return restoration{}
	}
	return restoration{restored: true, detail: "account", put: func(tx *table.Tx) {
		to := u.s.Reinstate(tx, row, a.UserWas)
		u.accounts[a.UserID] = audit.Made(audit.Activity(to.IsActive, to.Version))
	}}
}

// names reserves a deleted user's address and names again before anything else, so
// that they are theirs while the undo goes on. Where others have them by now, the user
// gets nothing back.
func (a account) names(u *undoing) {
	row, returns, _ := u.user(a.UserID)
	switch {
	case !returns || row.DeletedOn == nil, store.NamesKept(u.rows, row):
	case store.NamesTaken(u.rows, row):
		u.taken[a.UserID] = true
	default:
		u.puts = append(u.puts, func(tx *table.Tx) { store.KeepNames(tx, row) })
	}
}
