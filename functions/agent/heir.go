package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
)

// wantMembers asks for what users are on the agent themselves.
func wantMembers(f *request.Fetch, agent int64, users ...int64) {
	if a, ok := f.Agent(agent); ok {
		f.Rows(member.AgentMemberKeys(a, users...)...)
	}
}

// hand notes that somebody else owns an agent from now on, which is otherwise as
// to and config say, and what the audit log tells of it.
func (h *handlers) hand(ctx context.Context, c *request.Request, from, to model.Agent, config *model.AgentVersion, heir int64, before, after map[string]any) (model.Agent, error) {
	if err := member.FinishEnded(ctx, h.store, c, from, heir); err != nil {
		return to, err
	}
	m := member.NewAgentMember(c, from, *c.Project, heir, access.AgentOwner)
	was, is := c.AgentMember(from.ID, heir)
	var old *model.AgentMember
	if is {
		old, m = &was, was.Modified(c.Stamp, c.Now)
		m.Role, m.ExpiresOn = string(access.AgentOwner), nil
		before[model.UserName(heir)] = was.Facts()
	} else {
		id, err := h.store.NewID(ctx, model.PermissionIDs)
		if err != nil {
			return to, err
		}
		m.ID = id
	}
	to, m = h.store.HandOverAgent(&c.Tx, *c.Project, from, to, config, old, m)
	before[ownerFact], after[ownerFact] = from.Owner(), heir
	after[model.UserName(heir)] = m.Facts()
	c.Notify(heir, model.NoticeRoleChanged, model.AgentName(from.ID))
	return to, nil
}

// active refuses a user who is inactive (404 naming the field).
func active(c *request.Request, user int64, field string) error {
	if user == 0 || c.Active([]int64{user}) == nil {
		return nil
	}
	return fault.NotFound().On(field, "must be an active user of the organization")
}
