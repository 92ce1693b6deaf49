package request

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// AuthorKeys are the rows that tell how somebody is named beside what they did in
// a project.
func AuthorKeys(project, user int64) []table.Primary {
	return []table.Primary{table.Users.Key(user), table.ProjectMembers.Key(project, user), table.Tombstones.Key(project, user)}
}

// Author names somebody beside what they did in a project, whose AuthorKeys were
// read. Who was taken out of the project and isn't back is named only to those
// who manage it, as manages says; who was deleted, to nobody.
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
