package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Newcomer is a caller without any credential, whom the token of an invitation
// let in. They get a key with the answer, which belongs to the request and not
// to one try of it.
type Newcomer struct {
	Invite int64       // that let them in
	Rank   access.Rank // as which they were let in

	key            int64 // id of the key; 0 before there is one
	prefix, secret string
}

// FirstKey notes a personal key for a caller whom an invitation alone let in,
// and returns it, to be shown this once. Everybody else has a credential: "".
func (c *Request) FirstKey(ctx context.Context) (string, error) {
	n := c.Credential.Newcomer
	if n == nil {
		return "", nil
	}
	if n.key == 0 {
		id, err := c.store.NewID(ctx, model.KeyIDs)
		if err != nil {
			return "", err
		}
		n.key = id
		n.prefix, n.secret = model.NewAPIKey()
	}
	u := *c.User
	c.store.CreateKey(&c.Tx, model.APIKey{
		ID: n.key, Prefix: n.prefix, Hash: model.HashSecret(n.secret), Name: "First key", Kind: model.PersonalKey, Scope: string(access.ScopeAll),
		UserID: &u.ID, OrganizationID: u.OrganizationID, Stamp: model.Created(c.Stamp, c.Now),
	})
	if p := table.Users.Key(u.ID); !c.Tx.Creates(p) {
		c.Tx.If(p, "attribute_not_exists($)", "arrived_on")
		c.Tx.If(p, "$ = ?", "is_staff", u.IsStaff)
		c.Tx.If(p, "$ = ?", "is_superuser", u.IsSuperuser)
		c.store.Arrive(&c.Tx, u, c.Now)
	}
	c.RecordAlso(audit.KeysGiven{Keys: map[int64]audit.Turn[string]{n.key: audit.Made(model.PersonalKey)}})
	return n.prefix + "." + n.secret, nil
}

// Voucher is the caller as one whose invitation lets somebody of a lower rank in
// by its link alone: a user with a credential that reaches all that they do. It
// is nil for others, who would give away more than they have in hand.
func (c *Request) Voucher() *int64 {
	if c.User == nil || c.Caller.BoundProject != 0 || !c.Credential.Scope.Covers(access.KeyScope{Scope: access.ScopeAll}) {
		return nil
	}
	return &c.User.ID
}

// NeedsKey reports whether the link of an invitation that the caller is shown lets
// nobody of a rank in by itself, though no issuer signs people in: whoever is
// invited accepts it with a key of their own. It is told of the caller, and tells
// nothing of the invited address.
func (c *Request) NeedsKey(rank access.Rank) bool {
	return !c.Credential.SignsIn && (c.Voucher() == nil || c.Caller.Rank <= rank)
}

// HasArrived reports whether a user ever had a credential of their own.
func (c *Request) HasArrived(ctx context.Context, u model.User) (bool, error) {
	return c.store.HasArrived(ctx, u)
}
