package member

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// AgentMemberKeys are the keys of users, of their own permissions on an agent, and of
// their tombstones in its project.
func AgentMemberKeys(a model.Agent, users ...int64) []table.Primary {
	keys := make([]table.Primary, 0, 3*len(users))
	for _, u := range users {
		keys = append(keys, table.Users.Key(u), table.AgentMembers.Key(u, a.ID), table.Tombstones.Key(a.ProjectID, u))
	}
	return keys
}

// NewAgentMember returns a permission on an agent of project p that the caller gives,
// without an id, with the epochs of project and agent as they were read.
func NewAgentMember(c *request.Request, a model.Agent, p model.Project, user int64, role access.AgentRole) model.AgentMember {
	return model.AgentMember{AgentID: a.ID, ProjectID: p.ID, UserID: user, Role: string(role), CreatedBy: c.Stamp, CreatedOn: c.Now, Epoch: p.Epoch, AgentEpoch: a.Epoch, Version: 1}
}

// FinishEnded deletes the users' void permissions on an agent, by finishing the removals
// that voided them, so that new permissions can take their place. It returns
// table.ErrStale where there were any, since the rows have changed.
func FinishEnded(ctx context.Context, s *store.Store, c *request.Request, a model.Agent, users ...int64) error {
	settled := false
	for _, u := range users {
		m, ok := c.AgentMember(a.ID, u)
		if !ok {
			continue
		}
		tomb, gone := c.EndedByRemoval(m)
		if !gone {
			continue
		}
		done, err := removal.Finish(ctx, s, tomb.RemovalID, c.Now)
		if err == nil && done {
			err = removal.Drop(ctx, s, m, tomb, c.Now)
		}
		if err != nil {
			return err
		}
		settled = true
	}
	if settled {
		return table.ErrStale
	}
	return nil
}

// OwnerKeeps refuses (owner_permission) a change of an agent's permissions that would
// take or lower its owner's.
func OwnerKeeps(a model.Agent, user int64) error {
	if a.Owner() != user {
		return nil
	}
	return fault.New(fault.KindOwnerPermission, "The owner of an agent keeps their permission: make somebody else its owner first, by Edit Agent with owner")
}
