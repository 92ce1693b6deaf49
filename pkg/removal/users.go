package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// UserOptions are the options of OfUsers.
type UserOptions struct {
	Options
	Delete bool        // they are hidden at once and purged in 30 days; otherwise their accounts only end
	Purge  bool        // with Delete: they are erased as soon as their things are handed over
	Heirs  model.Heirs // who take over; 0 for nobody
	Batch  bool        // users who can't be removed are listed in meta.blocked of a blocked_ids

	Edit func(*model.User) // makes the request's other changes of each user; nil for none

	operator bool // may end a global admin's account
}

// Blocked is a user whose account can't be ended, and why.
type Blocked struct {
	UserID int64      `json:"user_id"`
	Code   fault.Kind `json:"code" enum:"self_delete,rank"`
}

// rankCode is the code of a blocked user who is protected by their rank; of one user
// alone it is a 403.
const rankCode fault.Kind = "rank"

// OfUsers notes the end of users' accounts, all of them or none. It returns the users
// as they will be, and a report.
//
// It writes little more than their rows and the record. From that transaction on they
// have no access; Finish hands over everything that they have by then, however much.
// An inactive user is changed only where they are now deleted.
//
// It refuses the caller (self_delete) and global admins (403), and to purge to
// anybody but a global admin (403).
func OfUsers(ctx context.Context, s *store.Store, c *request.Request, users []model.User, o UserOptions) ([]model.User, Report, error) {
	rows, _, report, err := ofUsers(ctx, s, c, users, o)
	return rows, report, err
}

// ofUsers is OfUsers, and returns the recorded removal too; it has no id where no account
// had to be ended.
func ofUsers(ctx context.Context, s *store.Store, c *request.Request, users []model.User, o UserOptions) ([]model.User, model.Removal, Report, error) {
	report := Report{EffectiveAccess: model.EffectiveAccess{Via: []string{}}, Warnings: []string{}, Effects: []model.Effect{}}
	if o.Purge && c.Caller.ActingRank() != access.GlobalAdmin {
		return nil, model.Removal{}, report, fault.Forbidden(fault.ReasonRank)
	}
	if !o.operator {
		if err := refusal(c, users, o.Batch); err != nil {
			return nil, model.Removal{}, report, err
		}
	}
	r := ending(c, users, o)
	r.EffectiveAccess, r.Warnings = report.EffectiveAccess, report.Warnings
	if len(r.UserIDs) == 0 { // nothing is left to end
		if o.DryRun {
			c.Rehearse()
		}
		return users, r, report, nil
	}
	if !o.DryRun {
		var err error
		if r, err = record(ctx, s, c, r); err != nil {
			return nil, r, report, err
		}
		report.RemovalID = &r.ID
	}
	rows := make([]model.User, len(users))
	for i, u := range users {
		if rows[i] = u; slices.Contains(r.UserIDs, u.ID) {
			if o.Edit != nil {
				o.Edit(&rows[i])
			}
			rows[i] = s.Deactivate(&c.Tx, u, rows[i], r, c.Now)
			if o.Delete && len(r.UserIDs) <= namesAtOnce {
				store.FreeNames(&c.Tx, u)
			}
		}
	}
	if o.Reports() {
		var more []string
		var err error
		if report.Effects, more, err = among(c.Rows(), s, r).foresee(ctx); err != nil {
			return nil, r, report, err
		}
		report.Warnings = append(report.Warnings, more...)
	}
	if o.DryRun {
		c.Rehearse()
		return rows, r, report, nil
	}
	bound, err := identities(ctx, among(c.Rows(), s, r))
	if err != nil {
		return nil, r, report, err
	}
	if r.Deletes {
		s.FreeAddresses(&c.Tx, c.Organization)
	}
	s.RecordRemoval(&c.Tx, r)
	freeSignIns(s, c, r, bound)
	auditUsers(c, r)
	return rows, r, report, nil
}

// ending returns the removal of those users whose accounts haven't ended yet.
func ending(c *request.Request, users []model.User, o UserOptions) model.Removal {
	r := model.Removal{
		OrganizationID: c.Organization.ID, RemovedBy: c.Stamp, RemovedOn: c.Now, Kind: model.OfUser, Deletes: o.Delete, Purges: o.Delete && o.Purge,
		TransferTo: given(o.Heirs.TransferTo), ProjectsTo: o.Heirs.Projects, AgentsTo: given(o.Heirs.OfAgents()),
		Epoch: c.Organization.Epoch + 1, GiverID: c.Caller.User, GivesOwner: o.operator || c.Caller.ActingRank() == access.GlobalAdmin,
	}
	for _, u := range users {
		if u.IsActive || o.Delete && u.DeletedOn == nil {
			r.UserIDs = append(r.UserIDs, u.ID)
			r.Users = append(r.Users, was(u))
		}
	}
	return r
}

// refusal refuses users whose accounts can't be ended; nil for none.
func refusal(c *request.Request, users []model.User, batch bool) error {
	blocked := make([]Blocked, 0, len(users))
	for _, u := range users {
		switch code := blocks(c, u); {
		case code == "":
		case batch:
			blocked = append(blocked, Blocked{u.ID, code})
		case code == rankCode:
			return fault.OfGlobalAdmin()
		default:
			return fault.New(code, "Nobody ends their own account: another admin has to")
		}
	}
	if len(blocked) == 0 {
		return nil
	}
	f := fault.New(fault.KindBlockedIDs, "Some of the users can't be removed, so none was: leave out those in meta.blocked, or settle what blocks them")
	f.Meta = map[string]any{"blocked": blocked}
	return f
}

// blocks is the code of why the caller can't end the account of u; "" where they can.
// Nobody outranks a global admin, and global admins don't manage each other.
func blocks(c *request.Request, u model.User) fault.Kind {
	switch {
	case c.Caller.Is(u.ID):
		return fault.KindSelfDelete
	case u.IsSuperuser:
		return rankCode
	}
	return ""
}

// auditUsers notes the audit row: about the user, or about the organisation where
// several are removed at once.
func auditUsers(c *request.Request, r model.Removal) {
	accounts := make(map[int64]audit.Turn[audit.Account], len(r.Users))
	for _, u := range r.Users {
		row, _ := c.UserRow(u.UserID)
		ended := audit.Activity(false, row.Version+1)
		ended.Deleted = r.Deletes
		accounts[u.UserID] = audit.Became(audit.Activity(u.IsActive, row.Version), ended)
	}
	of := r.Resource()
	c.Record(audit.Removed{Of: of, Removal: r.ID}, audit.AccountsChanged{In: of, Accounts: accounts})
}
