package request

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// FollowRank notes the change of a user's RankGrant, if there is one, when their rank
// changes on their own row: it becomes the new rank, or ends. The grant's row must
// have been read.
func (c *Request) FollowRank(from, to model.User) {
	is := access.RankOf(to.IsStaff, to.IsSuperuser)
	g, granted := table.RankGrants.In(c.Rows(), to.ID)
	if !granted || is == access.RankOf(from.IsStaff, from.IsSuperuser) {
		return
	}
	permission := ""
	if is.Admin() {
		permission = is.String()
	}
	c.store.ChangeRankGrant(&c.Tx, g, permission, c.Stamp, c.Now)
}
