package user

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// findOnAgent is find for a permission on an agent. It answers 404 for one that a
// removal has voided.
func (in *named) findOnAgent(ctx context.Context, c *request.Request) error {
	keys := []store.Key{
		store.User(in.at.User).Key, store.AgentMember(in.at.User, in.at.Agent).Key, store.Project(in.at.Project).Key,
		store.ProjectMember(in.at.Project, in.at.User).Key, store.Tombstone(in.at.Project, in.at.User).Key,
	}
	if me := c.Caller.User; me != 0 {
		keys = append(keys, store.ProjectMember(in.at.Project, me).Key, store.Tombstone(in.at.Project, me).Key)
	}
	themselves := c.Caller.Is(in.at.User) && c.Caller.BoundProject == 0
	if err := in.held.agent(ctx, c, in.at.Agent, themselves, keys...); err != nil {
		return err
	}
	u, known := c.UserRow(in.at.User)
	m, ok := c.AgentMember(in.at.Agent, in.at.User)
	if _, gone := c.EndedByRemoval(m); !ok || gone || m.ID != in.PermissionID || !known || u.DeletedOn != nil {
		return fault.NotFound()
	}
	in.held.user, in.held.onAgent = u, &m
	return nil
}

// agent finds the agent of a permission, and reads the rows along in the same trip. It
// answers 404 where the caller may not know the agent, unless the permission is their
// own (themselves).
func (h *held) agent(ctx context.Context, c *request.Request, id int64, themselves bool, along ...store.Key) error {
	t, ok, err := c.Reach(ctx, access.Agent(""), id, along...)
	if err != nil {
		return err
	}
	h.target = t
	if !ok || !themselves && !access.Decide(c.Caller, t, access.ViewAgent).Visible {
		return fault.NotFound()
	}
	return nil
}

func grantOnAgent(ctx context.Context, h *handlers, in *grantIn) (model.UserPermission, error) {
	c, user := in.Request(), in.Body.UserID
	if err := c.Require(access.ManageAgent, in.held.target); err != nil {
		return model.UserPermission{}, err
	}
	a := *c.Agent
	if _, is := c.AgentMember(a.ID, user); is {
		if err := member.FinishEnded(ctx, h.store, c, a, user); err != nil {
			return model.UserPermission{}, err
		}
		return model.UserPermission{}, duplicate()
	}
	id, err := h.store.NewID(ctx, model.PermissionIDs)
	if err != nil {
		return model.UserPermission{}, err
	}
	m := member.NewAgentMember(c, a, *c.Project, user, access.AgentRole(in.Body.Permission))
	m.ID, m.ExpiresOn = id, in.Body.ExpiresOn
	m = h.store.AddAgentMember(&c.Tx, a, m)
	c.Notify(user, model.NoticeAdded, model.AgentName(a.ID))
	c.Record(audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{user: audit.Made(audit.OnAgent(m))}})
	return held{user: in.held.user, onAgent: &m}.shown(), nil
}

func (h *handlers) editOnAgent(c *request.Request, in *editPermissionIn) (model.UserPermission, error) {
	if err := in.held.manage(c); err != nil {
		return model.UserPermission{}, err
	}
	a, was := *c.Agent, *in.held.onAgent
	m := was
	asked, err := in.terms(c, onAgent, &m.Role, &m.ExpiresOn)
	if err != nil || !asked {
		return in.held.shown(), err
	}
	if err := member.OwnerKeeps(a, m.UserID); err != nil {
		return model.UserPermission{}, err
	}
	m = h.store.ChangeAgentMember(&c.Tx, a, was, m.Modified(c.Stamp, c.Now))
	if m.Role != was.Role {
		c.Notify(m.UserID, model.NoticeRoleChanged, model.AgentName(a.ID))
	}
	c.Record(audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{m.UserID: audit.Became(audit.OnAgent(was), audit.OnAgent(m))}})
	return held{user: in.held.user, onAgent: &m}.shown(), nil
}

func (h *handlers) revokeOnAgent(ctx context.Context, c *request.Request, in *revokeIn) (removal.Report, error) {
	a, m := *c.Agent, *in.held.onAgent
	if team := c.Project.Team(); in.Reports() && team != 0 {
		if err := c.Read(ctx, store.TeamMember(team, m.UserID).Key); err != nil {
			return removal.Report{}, err
		}
	}
	rest := c.AgentTarget(a, *c.Project, m.UserID)
	rest.Role = ""
	report := removal.Report{
		EffectiveAccess: removal.Ways(in.held.user, rest), Warnings: []string{},
		Effects: []model.Effect{{Resource: model.MemberName(model.AgentName(a.ID), m.UserID), Action: "delete", Detail: "permission as " + m.Role}},
	}
	if err := in.held.manage(c); err != nil {
		return report, err
	}
	if err := member.OwnerKeeps(a, m.UserID); err != nil {
		return report, err
	}
	if in.DryRun {
		c.Rehearse()
	}
	h.store.WithdrawAgentMember(&c.Tx, a, m)
	c.Notify(m.UserID, model.NoticeRemoved, model.AgentName(a.ID))
	c.Record(audit.MembersChanged{In: model.KindAgent.Ref(a.ID), Members: audit.Members{m.UserID: audit.Ended(audit.OnAgent(m))}})
	return report, nil
}
