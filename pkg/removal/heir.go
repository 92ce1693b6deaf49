package removal

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// heirField is where a request names the heir.
const heirField = "query.transfer_to"

// Heir finds the user to whom things go, 0 for nobody. They must be able to reach
// the project and not be the one who leaves it; otherwise it is 404
// naming them and the place.
func Heir(c *request.Request, p model.Project, leaver, heir int64) error {
	if heir == 0 {
		return nil
	}
	u, ok := c.UserRow(heir)
	if !ok || heir == leaver || !Ways(u, c.ProjectTarget(p, heir)).StillHasAccess {
		return fault.NotFound().On(heirField, "must be another user who can reach "+model.ProjectName(p.ID))
	}
	return nil
}

// takeOver notes that the heir of a removal becomes admin of a project in the
// same transaction, records what they were, and adds it to what the audit log
// tells. Where dry says so, no id is leased.
func takeOver(ctx context.Context, s *store.Store, c *request.Request, r *model.Removal, p model.Project, heir int64, dry bool, before, after map[string]any) error {
	var was *model.ProjectMember
	if m, is := c.ProjectMember(p.ID, heir); is {
		was, before[model.UserName(heir)] = &m, m.Facts()
	}
	at := store.ProjectPlace(p)
	now := projects.successor(at, was, heir, c.Stamp, c.Now)
	if was == nil && !dry {
		id, err := s.NewID(ctx, model.PermissionIDs)
		if err != nil {
			return err
		}
		now = now.Numbered(id)
	}
	now = at.HandOver(&c.Tx, was, now)
	r.Handovers = append(r.Handovers, model.Handover{Heir: &now, Was: was})
	after[model.UserName(heir)] = now.Facts()
	c.Notify(heir, model.NoticeRoleChanged, model.ProjectName(p.ID))
	return nil
}

func was(u model.User) model.UserWas {
	return model.UserWas{UserID: u.ID, IsActive: u.IsActive, RemovalID: u.RemovalID}
}
