package removal

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// invitation is a pending invitation that was revoked.
type invitation struct {
	InviteID int64          `dynamo:"invite_id"`
	Was      model.Revision `dynamo:"was"`
}

func (invitation) thing() string { return "invitation" }

// placeInvitations are the pending ones to the project or the team that people are
// taken out of.
func placeInvitations(ctx context.Context, w *work) ([]effect, error) {
	place := w.r.Place()
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

// allInvitations are all pending ones to a user, by the address in the organisation.
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
			audit:     w.audit(name, map[string]any{"status": i.Status}, map[string]any{"status": to.Status}),
		})
	}
	return out, err
}

// theirs reports whether a pending invitation to a user's address is for that user,
// and from before the removal. The address of who is deleted may be another's by
// now: what is for that one stays.
func (w *work) theirs(i model.Invite) bool {
	switch {
	case w.r.Kind != model.OfUser:
		return w.before(i.Epoch)
	case i.ForUser != nil:
		return w.users[*i.ForUser].ID != 0
	}
	return !w.r.Deletes || w.before(i.FreeIn)
}

// invited is the user whose address an invitation is to.
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

// follow leads to the newest invitation of the address to the same place, and to the
// tombstone of the project.
func (i invitation) follow(rows table.Rows, user int64) (keys []table.Primary) {
	if row, ok := table.Invites.In(rows, i.InviteID); ok {
		keys = append(keys, table.InvitesOf.Key(row.Place, row.EmailKey))
		if row.ProjectID != nil {
			keys = append(keys, table.Tombstones.Key(*row.ProjectID, user))
		}
	}
	return keys
}

// back makes an invitation pending again, unless there is a newer one, or a later
// removal from its project.
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
		u.s.RecordAudit(tx, *entry(u.r, undoAction, u.now, e.Resource, map[string]any{"status": now.Status}, map[string]any{"status": to.Status}))
	}}
}
