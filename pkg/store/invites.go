package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// CreateInvite notes a new invitation. was is the present InviteOf of the address
// and place, nil for none, and old the invitation that it names: a pending one is
// revoked, so that only the newest token opens anything.
//
// It demands that nobody was removed from the place, whose row is at key (zero for
// an invitation to the organisation alone), since i's epoch was read, and that the
// address still belongs to ForUser; where it belongs to nobody, that no user was
// deleted since FreeIn.
//
// The row is deleted one retention after the invitation expires, whatever its state.
func (s *Store) CreateInvite(tx *table.Tx, key table.Primary, i model.Invite, was *model.InviteOf, old *model.Invite) {
	i.Version, i.Status = 1, model.InvitePending
	i.EmailKey = model.AddressKey(i.Email)
	i.OpenKey = &i.EmailKey
	if key != (table.Primary{}) {
		within(tx, key, i.Epoch)
	}
	address := table.Emails.Key(i.OrganizationID, i.EmailKey)
	switch {
	case i.ForUser == nil:
		within(tx, table.Organizations.Key(i.OrganizationID), i.FreeIn)
	case !slices.Contains(tx.Written(), address): // else they get it with this very transaction
		tx.If(address, "$ = ?", "user_id", *i.ForUser)
	}
	i.TTL = i.ExpiresOn.Add(Retention * hour).Std().Unix()
	table.Invites.Create(tx, i)
	of := model.InviteOf{Place: i.Place, EmailKey: i.EmailKey, InviteID: i.ID, TTL: i.TTL}
	if was == nil {
		table.InvitesOf.Create(tx, of)
		return
	}
	table.InvitesOf.Change(tx, *was, of)
	if old != nil && old.Status == model.InvitePending {
		endInvite(tx, *old, model.InviteRevoked, i.CreatedBy, i.CreatedOn)
	}
}

// RevokeInvite revokes a pending invitation, which must be the newest of its address
// and place, and returns it as it will be.
func (s *Store) RevokeInvite(tx *table.Tx, from model.Invite, by string, now model.Time) model.Invite {
	table.InvitesOf.Delete(tx, model.InviteOf{Place: from.Place, EmailKey: from.EmailKey, InviteID: from.ID})
	return endInvite(tx, from, model.InviteRevoked, by, now)
}

// AcceptInvite notes that an active user accepted a pending invitation, which must
// be the newest of its address and place.
func (s *Store) AcceptInvite(tx *table.Tx, from model.Invite, user model.User, now model.Time) {
	table.InvitesOf.Delete(tx, model.InviteOf{Place: from.Place, EmailKey: from.EmailKey, InviteID: from.ID})
	from.AcceptedBy, from.AcceptedOn = nil, nil
	to := ended(from, model.InviteAccepted, user.Email, now)
	to.AcceptedBy, to.AcceptedOn = &user.ID, &now
	table.Invites.Change(tx, from, to)
	RequireActive(tx, user.ID)
}

func endInvite(tx *table.Tx, from model.Invite, status, by string, now model.Time) model.Invite {
	to := ended(from, status, by, now)
	table.Invites.Change(tx, from, to)
	return to
}

func ended(i model.Invite, status, by string, now model.Time) model.Invite {
	i.Status, i.OpenKey, i.Stamp = status, nil, i.Modified(by, now)
	i.Version++
	return i
}

// InvitesTo lists ids of all invitations to a place ("project:151") after an id.
func (s *Store) InvitesTo(ctx context.Context, place string, from int64, n int) ([]int64, error) {
	return ids(table.Invites, "invite_id")(table.Invites.Query("gsi1", place).AfterID(from).Limit(n).Keys(ctx, s.db))
}

// OpenInvitesTo lists ids of all pending invitations to a place.
func (s *Store) OpenInvitesTo(ctx context.Context, place string) ([]int64, error) {
	return ids(table.Invites, "invite_id")(table.Invites.Query("gsi3", place).Keys(ctx, s.db))
}
