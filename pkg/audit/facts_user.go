package audit

import "wardroom/pkg/model"

// Account is what the log says of an account, as far as the change is about it.
type Account struct {
	IsStaff     *bool `fact:"is_staff"`
	IsSuperuser *bool `fact:"is_superuser"`
	IsActive    *bool `fact:"is_active"`
	Deleted     bool  `fact:"deleted,omitempty"`
	Version     int64 `fact:"version"`
}

// Standing says where it stands among all states of the account.
func (a Account) Standing() model.Standing { return model.Standing{Version: a.Version} }

// AccountOf is all of it, of a user's row.
func AccountOf(u model.User) Account {
	return Account{IsStaff: &u.IsStaff, IsSuperuser: &u.IsSuperuser, IsActive: &u.IsActive, Version: u.Version}
}

// Activity is an account as far as it was ended or begins again.
func Activity(active bool, version int64) Account {
	return Account{IsActive: &active, Version: version}
}

// GlobalRank is an account as far as it may be a global admin's.
func GlobalRank(u model.User) Account {
	return Account{IsSuperuser: &u.IsSuperuser, IsActive: &u.IsActive, Version: u.Version}
}

// AccountChanged is that an account was made, or has another rank, or may be used
// again.
type AccountChanged struct {
	changed
	User    int64         `of:"user"`
	Account Turn[Account] `fact:",inline"`
}

// AccountsChanged is the same of several, or what follows for an account from
// another change.
type AccountsChanged struct {
	changed
	In       model.Ref               `of:"*"` // the organisation, or the one user
	Accounts map[int64]Turn[Account] `fact:"user:"`
}

// AccountIn is what a row tells of a user's account: under their name, and in one
// that is about them alone also without it.
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

// ProfileChanged is how a user is called and found, each text encrypted with the key
// of their personal data.
type ProfileChanged struct {
	changed
	User       int64        `of:"user"`
	Email      Turn[string] `fact:"email"`
	FirstName  Turn[string] `fact:"first_name"`
	LastName   Turn[string] `fact:"last_name"`
	ExternalID Turn[string] `fact:"external_id"`
	UserName   Turn[string] `fact:"user_name"`
}

// FirstSignIn is that a user came in for the first time, and by what they were known.
type FirstSignIn struct {
	changed
	User    int64  `of:"user"`
	KnownBy string `after:"known_by"`
}

// NotificationSent is that somebody was sent a notification.
type NotificationSent struct {
	changed
	User         int64 `of:"user"`
	Notification int64 `after:"notification_id"`
}

// KeyTerms is what the log tells of an API key.
type KeyTerms struct {
	Kind    string `fact:"kind"`
	Scope   string `fact:"scope"`
	User    *int64 `fact:"user"`    // nil of a service key
	Project *int64 `fact:"project"` // the one it reaches; nil for all
}

// TermsOf are those of a key's row.
func TermsOf(k model.APIKey) KeyTerms { return KeyTerms{k.Kind, k.Scope, k.UserID, k.ProjectID} }

// KeyMade is that there is a new API key.
type KeyMade struct {
	changed
	Key   int64    `of:"api_key"`
	Terms KeyTerms `after:",inline"`
}

// KeyRevoked is that somebody revoked a key.
type KeyRevoked struct {
	changed
	Key   int64    `of:"api_key"`
	Terms KeyTerms `before:",inline"`
	_     always   `after:"revoked"`
}

// RevocationChanged is that a key was revoked with what its user had, or opens again.
type RevocationChanged struct {
	changed
	Key     int64      `of:"api_key"`
	Revoked Turn[bool] `fact:"revoked"`
}

// KeysGiven is that whoever the row is about got keys, with the kind of each.
type KeysGiven struct {
	changed
	Of   model.Ref              `of:"*"`
	Keys map[int64]Turn[string] `fact:"api_key:"`
}

// InviteMade is that somebody was invited to a place.
type InviteMade struct {
	changed
	Invite int64     `of:"invite"`
	Place  model.Ref `after:"place"`
	Role   string    `after:"role"`
}

// InviteRevoked is that somebody took an invitation back.
type InviteRevoked struct {
	changed
	Invite int64     `of:"invite"`
	Place  model.Ref `before:"place"`
	Role   string    `before:"role"`
	Status string    `after:"status"`
}

// InviteChanged is that an invitation ended with what its user had, or may be
// accepted again.
type InviteChanged struct {
	changed
	Invite int64        `of:"invite"`
	Status Turn[string] `fact:"status"`
}

// InvitesChanged is what became of invitations of the user, or to the place, that the
// row is about, with the status of each.
type InvitesChanged struct {
	changed
	Of      model.Ref              `of:"*"`
	Invites map[int64]Turn[string] `fact:"invite:"`
}
