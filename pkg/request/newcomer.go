package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Newcomer is a caller without any credential whom the token of an invitation
// admitted. They get a key with the answer, the same in every try of the request.
type Newcomer struct {
	Invite int64       // the invitation that admitted them
	Rank   access.Rank // their rank when they were admitted

	key            int64 // the key's id; 0 before there is one
	prefix, secret string
}

// FirstKey notes a personal key for a Newcomer, and returns it, to be shown this once;
// "" for everybody else.
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

// Voucher is the caller's id where the link of an invitation of theirs alone admits
// users of a lower rank: they are a user with an unrestricted credential. It is nil
// for others, who would give away more than their credential can do.
func (c *Request) Voucher() *int64 {
	if c.User == nil || c.Caller.BoundProject != 0 || !c.Credential.Scope.Covers(access.KeyScope{Scope: access.ScopeAll}) {
		return nil
	}
	return &c.User.ID
}

// NeedsKey reports whether the link that the caller is shown for an invitation admits
// nobody of the rank by itself and no issuer signs people in: the invited person needs
// a key of their own. It depends on the caller alone, and reveals nothing about the
// invited address.
func (c *Request) NeedsKey(rank access.Rank) bool {
	return !c.Credential.SignsIn && (c.Voucher() == nil || c.Caller.Rank <= rank)
}

// HasArrived reports whether a user ever had a credential of their own.
func (c *Request) HasArrived(ctx context.Context, u model.User) (bool, error) {
	return c.store.HasArrived(ctx, u)
}
