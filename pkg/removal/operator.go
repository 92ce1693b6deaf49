package removal

import (
	"context"
	"errors"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// operatorsAction is the action of the command's audit row.
const operatorsAction = "end-account"

// Refusals of ByOperator.
var (
	ErrNobody     = errors.New("there is no such user, or they are deleted")
	ErrEnded      = errors.New("the account has ended already")
	ErrSuccessor  = errors.New("the successor must be another active user of the same organization")
	ErrNoRank     = errors.New("a successor is for the end of a global admin, whose rank they get")
	ErrLastOfRank = errors.New("this is the last global admin: name a successor, who gets the rank")
)

// ByOperator ends any account, also a global admin's, whose rank ends with it, and
// returns the removal. Everything that the user has is handed over as after any other
// end of an account, to the successor where one is named, who gets the rank. The last
// global admin of an organisation needs a successor. It refuses with the errors above.
func ByOperator(ctx context.Context, s *store.Store, user, successor int64, now model.Time) (r model.Removal, err error) {
	err = store.Again(ctx, maxLost, func() error {
		r, err = byOperator(ctx, s, user, successor, now)
		return err
	})
	return r, err
}

func byOperator(ctx context.Context, s *store.Store, user, successor int64, now model.Time) (model.Removal, error) {
	var none model.Removal
	people, err := s.Read(ctx, table.Users.Key(user), table.Users.Key(successor), table.RankGrants.Key(user), table.RankGrants.Key(successor))
	if err != nil {
		return none, err
	}
	u, ok := table.Users.In(people, user)
	switch {
	case !ok || u.DeletedOn != nil:
		return none, ErrNobody
	case !u.IsActive:
		return none, ErrEnded
	}
	rows, err := s.Read(ctx, table.Organizations.Key(u.OrganizationID))
	if err != nil {
		return none, err
	}
	place, ok := table.Organizations.In(rows, u.OrganizationID)
	if !ok {
		return none, ErrNobody
	}
	people.Add(rows)
	c := request.ByOperator(s, place, operatorsAction, people, now)
	follows, err := succeeds(c, u, successor)
	if err != nil {
		return none, err
	}
	o := UserOptions{Heirs: model.Heirs{TransferTo: successor}, operator: true}
	if u.IsSuperuser {
		o.Edit = func(u *model.User) { u.IsSuperuser = false }
	}
	ended, r, _, err := ofUsers(ctx, s, c, []model.User{u}, o)
	if err != nil {
		return none, err
	}
	store.CountGlobalAdmins(&c.Tx, u, ended[0])
	moveRank(c, u, ended[0])
	if follows != nil {
		to := *follows
		to.IsSuperuser = true
		moveRank(c, *follows, s.ChangeUser(&c.Tx, *follows, to))
	}
	return r, c.Commit(ctx)
}

// succeeds returns the row of the successor who gets the rank of u; nil where there is
// none, or the successor has it already.
func succeeds(c *request.Request, u model.User, successor int64) (*model.User, error) {
	if successor == 0 {
		if u.IsSuperuser && c.Organization.GlobalAdminCount <= 1 {
			return nil, ErrLastOfRank
		}
		return nil, nil //nolint:nilnil // nobody is no failure
	}
	to, ok := table.Users.In(c.Rows(), successor)
	switch {
	case !u.IsSuperuser:
		return nil, ErrNoRank
	case !ok || to.ID == u.ID || !to.IsActive || to.DeletedOn != nil || to.OrganizationID != u.OrganizationID:
		return nil, ErrSuccessor
	case to.IsSuperuser:
		return nil, nil //nolint:nilnil // likewise
	}
	c.Notify(to.ID, model.NoticeRoleChanged, model.OrganizationName(c.Organization.ID))
	return &to, nil
}

// moveRank notes the consequences of a change of a user's rank: on its RankGrant, and
// in the audit row.
func moveRank(c *request.Request, from, to model.User) {
	if from.IsSuperuser == to.IsSuperuser {
		return
	}
	c.FollowRank(from, to)
	c.RecordAlso(audit.AccountsChanged{In: model.KindUser.Ref(to.ID), Accounts: map[int64]audit.Turn[audit.Account]{to.ID: audit.Became(audit.GlobalRank(from), audit.GlobalRank(to))}})
}
