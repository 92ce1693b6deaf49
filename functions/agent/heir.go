package agent

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
)

// wantMembers asks for users and their own permissions on the agent.
func wantMembers(f *request.Fetch, agent int64, users ...int64) {
	if a, ok := f.Agent(agent); ok {
		f.Rows(member.AgentMemberKeys(a, users...)...)
	}
}

// hand notes a new owner of an agent, with its other changes to and config, and returns
// the agent as it will be and the changes for the audit log.
func (h *handlers) hand(ctx context.Context, c *request.Request, from, to model.Agent, config *model.AgentVersion, heir int64) (model.Agent, []audit.Change, error) {
	if err := member.FinishEnded(ctx, h.store, c, from, heir); err != nil {
		return to, nil, err
	}
	m := member.NewAgentMember(c, from, *c.Project, heir, access.AgentOwner)
	was, is := c.AgentMember(from.ID, heir)
	var old *model.AgentMember
	if is {
		old, m = &was, was.Modified(c.Stamp, c.Now)
		m.Role, m.ExpiresOn = string(access.AgentOwner), nil
	} else {
		id, err := h.store.NewID(ctx, model.PermissionIDs)
		if err != nil {
			return to, nil, err
		}
		m.ID = id
	}
	to, m = h.store.HandOverAgent(&c.Tx, *c.Project, from, to, config, old, m)
	turn := audit.Made(audit.OnAgent(m))
	if is {
		turn = audit.Became(audit.OnAgent(was), audit.OnAgent(m))
	}
	c.Notify(heir, model.NoticeRoleChanged, model.AgentName(from.ID))
	return to, []audit.Change{
		audit.OwnerChanged{Agent: from.ID, Owner: audit.Became(from.Owner(), heir)},
		audit.MembersChanged{In: model.KindAgent.Ref(from.ID), Members: audit.Members{heir: turn}},
	}, nil
}

// active refuses an inactive user, by a 404 that names the field; 0 is nobody.
func active(c *request.Request, user int64, field string) error {
	if user == 0 || c.Active([]int64{user}) == nil {
		return nil
	}
	return fault.NotFound().On(field, "must be an active user of the organization")
}
