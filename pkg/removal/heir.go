package removal

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// heirField is the place of the heir in a request.
const heirField = "query.transfer_to"

// Heir checks the heir of a removal from a project, 0 for nobody: another user than
// the leaver, who can reach the project. It refuses with a 404 that names the field
// and the project.
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

// takeOver notes that the heir of a removal becomes admin of a project in the same
// transaction, records the handover in r, and adds it to told for the audit log. With
// dry, a new membership gets no id.
func takeOver(ctx context.Context, s *store.Store, c *request.Request, r *model.Removal, p model.Project, heir int64, dry bool, told audit.Members) error {
	var was *model.ProjectMember
	if m, is := c.ProjectMember(p.ID, heir); is {
		was = &m
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
	told[heir] = audit.Made(audit.InProject(now))
	if was != nil {
		told[heir] = audit.Became(audit.InProject(*was), audit.InProject(now))
	}
	c.Notify(heir, model.NoticeRoleChanged, model.ProjectName(p.ID))
	return nil
}

func was(u model.User) model.UserWas {
	return model.UserWas{UserID: u.ID, IsActive: u.IsActive, RemovalID: u.RemovalID}
}
