package removal

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// invitation is the image of a pending invitation that a removal revoked.
type invitation struct {
	InviteID int64          `dynamo:"invite_id"`
	Was      model.Revision `dynamo:"was"`
}

func (invitation) thing() string { return "invitation" }

// placeInvitations finds the users' pending invitations to the removal's project or
// team.
func placeInvitations(ctx context.Context, w *work) ([]effect, error) {
	place := w.r.Place().String()
	keys := make([]table.Primary, 0, len(w.users))
	for _, u := range w.users {
		keys = append(keys, table.InvitesOf.Key(place, u.EmailKey))
	}
	rows, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var invites []int64
	for _, i := range table.InvitesOf.All(rows) {
		invites = append(invites, i.InviteID)
	}
	return w.revokesInvitations(ctx, invites)
}

// allInvitations finds all pending invitations to the users' addresses in the
// organisation.
func allInvitations(ctx context.Context, w *work) ([]effect, error) {
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]int64, error) {
		return w.s.OpenInvites(ctx, u.OrganizationID, u.EmailKey)
	})
	if err != nil {
		return nil, err
	}
	var invites []int64
	for _, some := range found {
		invites = append(invites, some...)
	}
	return w.revokesInvitations(ctx, invites)
}

func (w *work) revokesInvitations(ctx context.Context, ids []int64) ([]effect, error) {
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Invites.Key(id)
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, i := range table.Invites.All(rows) {
		if i.Status != model.InvitePending || !w.theirs(i) {
			continue
		}
		to := i
		to.Version++
		to.Stamp, to.Status, to.OpenKey = i.Modified(w.r.RemovedBy, w.r.RemovedOn), model.InviteRevoked, nil
		name := model.InviteName(i.ID)
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: w.invited(i), Effect: model.Effect{Resource: name, Action: "revoke", Detail: "pending invitation"}},
			before:    invitation{i.ID, model.RevisionOf(i.Version, i.Stamp)},
			apply:     func(tx *table.Tx) { table.Invites.Change(tx, i, to) },
			tells:     telling(audit.InviteChanged{Invite: i.ID, Status: audit.Became(i.Status, to.Status)}),
		})
	}
	return out, err
}

// theirs reports whether a pending invitation to a user's address is for that user and
// from before the removal. A deleted user's address may be another's by now, whose
// invitations aren't theirs.
func (w *work) theirs(i model.Invite) bool {
	switch {
	case w.r.Kind != model.OfUser:
		return w.before(i.Epoch)
	case i.ForUser != nil:
		return w.users[*i.ForUser].ID != 0
	}
	return !w.r.Deletes || w.before(i.FreeIn)
}

// invited is the removed user whose address an invitation has, 0 for none.
func (w *work) invited(i model.Invite) int64 {
	for _, u := range w.users {
		if u.EmailKey == i.EmailKey {
			return u.ID
		}
	}
	return 0
}

func (i invitation) keys(int64) []table.Primary {
	return []table.Primary{table.Invites.Key(i.InviteID)}
}

// follow returns the keys of the address's newest invitation to the same place and of
// the user's tombstone there.
func (i invitation) follow(rows table.Rows, user int64) (keys []table.Primary) {
	if row, ok := table.Invites.In(rows, i.InviteID); ok {
		keys = append(keys, table.InvitesOf.Key(row.Place, row.EmailKey))
		if row.ProjectID != nil {
			keys = append(keys, table.Tombstones.Key(*row.ProjectID, user))
		}
	}
	return keys
}

// back makes an invitation pending again, unless it was changed since, there is a newer
// one, or a later removal from its project.
func (i invitation) back(u *undoing, e model.EffectRow) restoration {
	now, is := table.Invites.In(u.rows, i.InviteID)
	if is && now.Status == model.InvitePending && now.Version == i.Was.Version+2 {
		return restoration{restored: true}
	}
	newest, named := table.InvitesOf.In(u.rows, now.Place, now.EmailKey)
	if !is || now.Status != model.InviteRevoked || now.Version != i.Was.Version+1 || named && newest.InviteID != now.ID || u.buried(now.ProjectID, e.UserID, now.Epoch) {
		return restoration{}
	}
	to := now
	to.Status, to.OpenKey, to.Version = model.InvitePending, &now.EmailKey, now.Version+1
	to.ModifiedBy, to.ModifiedOn = i.Was.ModifiedBy, i.Was.ModifiedOn
	return restoration{restored: true, put: func(tx *table.Tx) {
		table.Invites.Change(tx, now, to)
		u.requireSameTombstone(tx, now.ProjectID, e.UserID)
		if named {
			tx.If(table.InvitesOf.Key(now.Place, now.EmailKey), "$ = ?", "invite_id", now.ID)
		}
		u.record(tx, audit.InviteChanged{Invite: now.ID, Status: audit.Became(now.Status, to.Status)})
	}}
}
