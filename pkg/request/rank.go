package request

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// FollowRank notes that a rank which was granted as a permission is what the
// user's rank becomes, or ends with it. Whoever changes the rank by the user's own
// row calls it; the case must have read the grant.
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
