package removal

import (
	"context"
	"errors"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// operatorsAction is what the audit log calls the command.
const operatorsAction = "end-account"

// What an operator can't do.
var (
	ErrNobody     = errors.New("there is no such user, or they are deleted")
	ErrEnded      = errors.New("the account has ended already")
	ErrSuccessor  = errors.New("the successor must be another active user of the same organization")
	ErrNoRank     = errors.New("a successor is for the end of a global admin, whose rank they get")
	ErrLastOfRank = errors.New("this is the last global admin: name a successor, who gets the rank")
)

// ByOperator ends any account, that of a global admin too, whose rank ends with
// it, and returns the removal. What the user held is handed over as after any
// other end of an account: to the successor, who gets the rank, where one is
// named. The last global admin of an organisation goes with a successor alone.
// It refuses with the errors above.
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

// succeeds is the row of a successor who gets the rank of u; nil where nobody
// does, or the successor has it already.
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

// moveRank notes what follows from a change of a user's rank: a granted one is
// what the rank now is, and the audit log tells of it.
func moveRank(c *request.Request, from, to model.User) {
	if from.IsSuperuser == to.IsSuperuser {
		return
	}
	c.FollowRank(from, to)
	facts := func(u model.User) map[string]any {
		return map[string]any{model.UserName(u.ID): map[string]any{"is_active": u.IsActive, "is_superuser": u.IsSuperuser, model.VersionFact: u.Version}}
	}
	c.AuditAlso(facts(from), facts(to))
}
