package removal

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// UserOptions are what an end of accounts may be asked.
type UserOptions struct {
	Options
	Delete bool        // they are hidden at once and purged in 30 days; otherwise their accounts only end
	Purge  bool        // with Delete: they are erased as soon as what they held is handed over
	Heirs  model.Heirs // who takes over; 0 for nobody
	Batch  bool        // whoever stands in the way is told in meta.blocked of a blocked_ids

	Edit func(*model.User) // what else the request changes of each of them; nil for nothing

	operator bool // whom no rank holds up
}

// Blocked is a user whose account can't be ended, and why.
type Blocked struct {
	UserID int64      `json:"user_id"`
	Code   fault.Kind `json:"code" enum:"self_delete,rank"`
}

// rankCode says in a list of blocked users that their rank protects them, which
// is a 403 where it is about one alone.
const rankCode fault.Kind = "rank"

// OfUsers notes the end of users' accounts, all of them or none, and tells what
// it does. It returns the users as they will be.
//
// It writes their rows and the record alone. From that transaction on they are let
// in nowhere and hold nothing; what they held, however much, is handed over
// afterwards (Finish), and so is what they came to hold up to that moment. Who is
// inactive already is changed only where they are now deleted.
//
// It refuses the caller (self_delete) and global admins (403), and to purge to
// anybody but a global admin (403).
func OfUsers(ctx context.Context, s *store.Store, c *request.Request, users []model.User, o UserOptions) ([]model.User, Report, error) {
	rows, _, report, err := ofUsers(ctx, s, c, users, o)
	return rows, report, err
}

// ofUsers is OfUsers with the removal as it is recorded; without an id where
// nothing was left to end.
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

// ending is the removal of those users whose accounts are still to be ended.
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

// refusal tells whose accounts can't be ended.
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

// blocks is what stands in the way of ending the account of u; "" for nothing.
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

// auditUsers notes the one audit row: of the user, or of the organisation where
// several go at once.
func auditUsers(c *request.Request, r model.Removal) {
	before, after := make(map[string]any, len(r.Users)), make(map[string]any, len(r.Users)+1)
	for _, u := range r.Users {
		row, _ := c.UserRow(u.UserID)
		before[model.UserName(u.UserID)] = map[string]any{"is_active": u.IsActive, model.VersionFact: row.Version}
		facts := map[string]any{"is_active": false, model.VersionFact: row.Version + 1}
		if r.Deletes {
			facts["deleted"] = true
		}
		after[model.UserName(u.UserID)] = facts
	}
	after["removal_id"] = r.ID
	resource := model.OrganizationName(c.Organization.ID)
	if len(r.UserIDs) == 1 {
		resource = model.UserName(r.UserIDs[0])
	}
	c.Audit(resource, before, after)
}
