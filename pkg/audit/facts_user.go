package audit

import "wardroom/pkg/model"

// Account has the facts of an account; nil for those that a change isn't about.
type Account struct {
	IsStaff     *bool `fact:"is_staff"`
	IsSuperuser *bool `fact:"is_superuser"`
	IsActive    *bool `fact:"is_active"`
	Deleted     bool  `fact:"deleted,omitempty"`
	Version     int64 `fact:"version"`
}

// Standing orders a among all states of the account.
func (a Account) Standing() model.Standing { return model.Standing{Version: a.Version} }

// AccountOf returns all facts of a user's row.
func AccountOf(u model.User) Account {
	return Account{IsStaff: &u.IsStaff, IsSuperuser: &u.IsSuperuser, IsActive: &u.IsActive, Version: u.Version}
}

// Activity returns the fact whether an account is active.
func Activity(active bool, version int64) Account {
	return Account{IsActive: &active, Version: version}
}

// GlobalRank returns the facts that decide whether a user is an active global admin.
func GlobalRank(u model.User) Account {
	return Account{IsSuperuser: &u.IsSuperuser, IsActive: &u.IsActive, Version: u.Version}
}

// AccountChanged records that an account was created, reactivated, or has another
// rank.
type AccountChanged struct {
	changed
	User    int64         `of:"user"`
	Account Turn[Account] `fact:",inline"`
}

// AccountsChanged records changes of several accounts, or of one as a consequence of
// another change.
type AccountsChanged struct {
	changed
	In       model.Ref               `of:"*"` // the organisation, or the one user
	Accounts map[int64]Turn[Account] `fact:"user:"`
}

// AccountIn returns a user's account before and after the change of a row, by
// AccountsChanged or AccountChanged; nil where the row doesn't say.
func AccountIn(a model.Audit, user int64) (t Turn[Account]) {
	t.From, t.To = factIn[Account](a.Before, user), factIn[Account](a.After, user)
	if own, is := Decode[AccountChanged](a); is && own.User == user {
		if t.From == nil {
			t.From = own.Account.From
		}
		if t.To == nil {
			t.To = own.Account.To
		}
	}
	return t
}

// ProfileChanged records changes of a user's names and address, each text encrypted
// with the key of their personal data.
type ProfileChanged struct {
	changed
	User       int64        `of:"user"`
	Email      Turn[string] `fact:"email"`
	FirstName  Turn[string] `fact:"first_name"`
	LastName   Turn[string] `fact:"last_name"`
	ExternalID Turn[string] `fact:"external_id"`
	UserName   Turn[string] `fact:"user_name"`
}

// FirstSignIn records a user's first sign-in, and by what they were identified.
type FirstSignIn struct {
	changed
	User    int64  `of:"user"`
	KnownBy string `after:"known_by"`
}

// NotificationSent records that a user was sent a notification.
type NotificationSent struct {
	changed
	User         int64 `of:"user"`
	Notification int64 `after:"notification_id"`
}

// KeyTerms has the facts of an API key.
type KeyTerms struct {
	Kind    string `fact:"kind"`
	Scope   string `fact:"scope"`
	User    *int64 `fact:"user"`    // nil for a service key
	Project *int64 `fact:"project"` // the one it is bound to; nil for none
}

// TermsOf returns the facts of a key's row.
func TermsOf(k model.APIKey) KeyTerms { return KeyTerms{k.Kind, k.Scope, k.UserID, k.ProjectID} }

// KeyMade records that an API key was created.
type KeyMade struct {
	changed
	Key   int64    `of:"api_key"`
	Terms KeyTerms `after:",inline"`
}

// KeyRevoked records that somebody revoked a key.
type KeyRevoked struct {
	changed
	Key   int64    `of:"api_key"`
	Terms KeyTerms `before:",inline"`
	_     always   `after:"revoked"`
}

// RevocationChanged records that a removal revoked a key, or an undo restored it.
type RevocationChanged struct {
	changed
	Key     int64      `of:"api_key"`
	Revoked Turn[bool] `fact:"revoked"`
}

// KeysGiven records that the user or organisation of the row got keys, with the kind
// of each.
type KeysGiven struct {
	changed
	Of   model.Ref              `of:"*"`
	Keys map[int64]Turn[string] `fact:"api_key:"`
}

// InviteMade records that an invitation to a place was created.
type InviteMade struct {
	changed
	Invite int64     `of:"invite"`
	Place  model.Ref `after:"place"`
	Role   string    `after:"role"`
}

// InviteRevoked records that somebody revoked an invitation.
type InviteRevoked struct {
	changed
	Invite int64     `of:"invite"`
	Place  model.Ref `before:"place"`
	Role   string    `before:"role"`
	Status string    `after:"status"`
}

// InviteChanged records that a removal revoked an invitation, or an undo restored it.
type InviteChanged struct {
	changed
	Invite int64        `of:"invite"`
	Status Turn[string] `fact:"status"`
}

// InvitesChanged records changes of invitations of the row's user or to the row's
// place, with the status of each.
type InvitesChanged struct {
	changed
	Of      model.Ref              `of:"*"`
	Invites map[int64]Turn[string] `fact:"invite:"`
}
