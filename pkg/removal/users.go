package removal

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// UserOptions are what a removal of users may be asked.
type UserOptions struct {
	Options
	Delete     bool   // they are hidden at once and purged in 30 days; otherwise their accounts only end
	TransferTo int64  // who takes over; 0 for nobody
	AgentsTo   int64  // who becomes owner of agents; 0 for TransferTo
	HeirField  string // where the request names him; "" for query.transfer_to
	Batch      bool   // whoever stands in the way is told in meta.blocked of a blocked_ids
	Held       *Held  // what was asked along with the request's rows; nil to ask now

	Edit func(*model.User) // what else the request changes of each of them; nil for nothing
}

// Blocked is a user who can't be removed, and why.
type Blocked struct {
	UserID int64      `json:"user_id"`
	Code   fault.Kind `json:"code" enum:"self_delete,rank,last_project_admin,last_team_owner"`
}

// rankCode says in a list of blocked users that their rank protects them, which
// is a 403 where it is about one alone.
const rankCode fault.Kind = "rank"

// room is how many rows phase 1 may write beside the caller's, the audit row and
// the stored answer.
const room = 97

// OfUsers notes the end of users' accounts, all of them or none, and tells what
// it does. It returns the users as they will be.
//
// From that transaction on they are let in nowhere, and they are no longer
// counted as admins or owners of anything; their memberships, keys and
// invitations end afterwards (Finish). Who is inactive already is counted
// nowhere, and is changed only where he is now deleted.
//
// It refuses the caller himself (self_delete), a global admin (403), the last
// admin or owner of something unless an heir takes his place
// (last_project_admin, last_team_owner), an heir who can't reach what he is to
// take over (404) and more than one transaction can hold (limit).
func OfUsers(ctx context.Context, s *store.Store, c *guard.Case, users []model.User, o UserOptions) ([]model.User, Report, error) {
	rows, _, report, err := ofUsers(ctx, s, c, users, o)
	return rows, report, err
}

// ofUsers is OfUsers with the removal as it is recorded; without an id where
// nothing was left to end.
func ofUsers(ctx context.Context, s *store.Store, c *guard.Case, users []model.User, o UserOptions) ([]model.User, model.Removal, Report, error) {
	var r model.Removal
	report := Report{EffectiveAccess: model.EffectiveAccess{Via: []string{}}, Warnings: []string{}, Effects: []model.Effect{}}
	held := o.Held
	if held == nil {
		held = &Held{}
	}
	active := make([]int64, 0, len(users))
	for _, u := range users {
		if u.IsActive {
			active = append(active, u.ID)
		}
	}
	if err := held.look(ctx, s, active); err != nil {
		return nil, r, report, err
	}
	posts, err := postsOf(ctx, c, held, active, o.TransferTo)
	if err != nil {
		return nil, r, report, err
	}
	if err := refusal(c, users, posts, o); err != nil {
		return nil, r, report, err
	}
	if err := suits(ctx, c, users, posts, o); err != nil {
		return nil, r, report, err
	}
	r = model.Removal{
		OrganizationID: c.Organization.ID, RemovedOn: c.Now, Kind: model.OfUser, Deletes: o.Delete, EffectiveAccess: report.EffectiveAccess, Warnings: report.Warnings,
		AgentsTo: given(cmp.Or(o.AgentsTo, o.TransferTo)),
	}
	for _, u := range users {
		if u.IsActive || o.Delete && u.DeletedOn == nil {
			r.UserIDs = append(r.UserIDs, u.ID)
			before := was(u)
			before.Edited = o.edits(u)
			r.Users = append(r.Users, before)
		}
	}
	if len(r.UserIDs) == 0 { // nothing is left to end
		if o.DryRun {
			c.Rehearse()
		}
		return users, r, report, nil
	}
	if !o.DryRun {
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
			rows[i] = s.Deactivate(&c.Tx, u, rows[i], r.ID, o.Delete, c.Now)
		}
	}
	if err := vacate(ctx, s, c, posts, &r, o); err != nil {
		return nil, r, report, err
	}
	s.RecordRemoval(&c.Tx, r)
	if c.Tx.Len() > room {
		return nil, r, report, fault.New(fault.KindLimit, "The change touches too many things at once: do it in parts")
	}
	if o.Reports() {
		if report.Effects, err = among(c.Rows(), s, r).list(ctx); err != nil {
			return nil, r, report, err
		}
	}
	if o.DryRun {
		c.Rehearse()
		return rows, r, report, nil
	}
	auditUsers(c, r)
	return rows, r, report, nil
}

// edits reports whether the request changes more of a user than that he is
// removed.
func (o UserOptions) edits(u model.User) bool {
	if o.Edit == nil {
		return false
	}
	to := u
	o.Edit(&to)
	return to.FirstName != u.FirstName || to.LastName != u.LastName || to.IsStaff != u.IsStaff || to.IsSuperuser != u.IsSuperuser || to.ExternalID != u.ExternalID || to.UserName != u.UserName || to.Email != u.Email
}

// refusal tells who of the users can't be removed.
func refusal(c *guard.Case, users []model.User, held posts, o UserOptions) error {
	blocked := make([]Blocked, 0, len(users))
	for _, u := range users {
		switch code := blocks(c, u, held, o.TransferTo != 0); {
		case code == "":
		case o.Batch:
			blocked = append(blocked, Blocked{u.ID, code})
		case code == rankCode:
			return fault.Forbidden(fault.ReasonRank)
		case code == fault.KindSelfDelete:
			return fault.New(code, "Nobody ends their own account: another admin has to")
		case code == fault.KindLastProjectAdmin:
			return fault.New(code, "The last admin of a project can't be removed: add ?transfer_to= with the id of a user who can reach it")
		default:
			return fault.New(code, "The last owner of a team can't be removed: add ?transfer_to= with the id of a user who can reach it")
		}
	}
	if len(blocked) == 0 {
		return nil
	}
	f := fault.New(fault.KindBlockedIDs, "Some of the users can't be removed, so none was: leave out those in meta.blocked, or settle what blocks them")
	f.Meta = map[string]any{"blocked": blocked}
	return f
}

// blocks is what stands in the way of removing u; "" for nothing. Nobody
// outranks a global admin, and his equals don't manage him.
func blocks(c *guard.Case, u model.User, held posts, heir bool) fault.Kind {
	switch {
	case c.Caller.Is(u.ID):
		return fault.KindSelfDelete
	case u.IsSuperuser:
		return rankCode
	case heir:
		return ""
	}
	for _, p := range held.projects {
		if p.last && slices.Contains(p.holders, u.ID) {
			return fault.KindLastProjectAdmin
		}
	}
	for _, t := range held.teams {
		if t.last && slices.Contains(t.holders, u.ID) {
			return fault.KindLastTeamOwner
		}
	}
	return ""
}

// suits refuses an heir who isn't an active user, goes himself, or can't reach a
// place that he is to take over.
func suits(ctx context.Context, c *guard.Case, users []model.User, held posts, o UserOptions) error {
	if o.TransferTo == 0 {
		return nil
	}
	if err := c.Read(ctx, held.teamsOfProjects(o.TransferTo)...); err != nil {
		return err
	}
	u, ok := c.UserRow(o.TransferTo)
	ok = ok && u.IsActive && !slices.ContainsFunc(users, func(leaver model.User) bool { return leaver.ID == u.ID })
	for _, p := range held.projects {
		ok = ok && (!p.last || Ways(u, c.ProjectTarget(p.place, u.ID)).StillHasAccess)
	}
	for _, t := range held.teams {
		ok = ok && (!t.last || Ways(u, c.TeamTarget(t.place, u.ID, access.KindTeam)).StillHasAccess)
	}
	if ok {
		return nil
	}
	field := o.HeirField
	if field == "" {
		field = heirField
	}
	return unreached(field)
}

// vacate takes the posts from their holders, in the counters, and gives them to
// the heir where they were the last.
func vacate(ctx context.Context, s *store.Store, c *guard.Case, held posts, r *model.Removal, o UserOptions) error {
	if o.TransferTo != 0 {
		r.TransferTo = &o.TransferTo
	}
	h := heirship{s: s, c: c, r: r, heir: o.TransferTo, dry: o.DryRun}
	for _, p := range held.projects {
		for _, u := range p.holders {
			r.Posts = append(r.Posts, model.Post{UserID: u, ProjectID: p.place.ID})
		}
		s.LoseAdmins(&c.Tx, p.place, int64(len(p.holders)))
		if p.last {
			if err := h.project(ctx, p.place); err != nil {
				return err
			}
		}
	}
	for _, t := range held.teams {
		for _, u := range t.holders {
			r.Posts = append(r.Posts, model.Post{UserID: u, TeamID: t.place.ID})
		}
		s.LoseOwners(&c.Tx, t.place, int64(len(t.holders)))
		if t.last {
			if err := h.team(ctx, t.place); err != nil {
				return err
			}
		}
	}
	return nil
}

// auditUsers notes the one audit row: of the user, or of the organisation where
// several go at once.
func auditUsers(c *guard.Case, r model.Removal) {
	before, after := make(map[string]any, len(r.Users)), make(map[string]any, len(r.Users)+1)
	for _, u := range r.Users {
		if !slices.Contains(r.UserIDs, u.UserID) { // the heir
			continue
		}
		before[guard.UserName(u.UserID)] = map[string]any{"is_active": u.IsActive}
		facts := map[string]any{"is_active": false}
		if r.Deletes {
			facts["deleted"] = true
		}
		after[guard.UserName(u.UserID)] = facts
	}
	after["removal_id"] = r.ID
	resource := guard.OrganizationName(c.Organization.ID)
	if len(r.UserIDs) == 1 {
		resource = guard.UserName(r.UserIDs[0])
	}
	c.Audit(resource, before, after)
}
