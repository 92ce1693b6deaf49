package request

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// AuthorKeys are the keys of the rows that Author needs.
func AuthorKeys(project, user int64) []table.Primary {
	return []table.Primary{table.Users.Key(user), table.ProjectMembers.Key(project, user), table.Tombstones.Key(project, user)}
}

// Author names a user as the author of something in a project. AuthorKeys must have
// been read. A user who was removed from the project and isn't a member again is named
// only to callers who manage it (manages); a deleted user, to nobody.
func (c *Request) Author(project, user int64, manages bool) model.UserRef {
	u, ok := c.UserRow(user)
	if !ok {
		return model.RemovedUser(user)
	}
	_, removed := table.Tombstones.In(c.Rows(), project, user)
	if _, member := c.ProjectMember(project, user); removed && !member && !manages {
		return model.RemovedUser(user)
	}
	return u.Ref()
}
