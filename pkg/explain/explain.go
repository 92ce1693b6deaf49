// Package explain tells whether a user may do something, now or at a past time, by
// which paths, and otherwise what is missing. It reconstructs the state that a
// decision rests on from the present rows and the audit log; package access decides.
package explain

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/table"
)

// Reason says what is missing.
type Reason = resource.Reason

// The reasons that don't depend on the thing's kind; each of the first four is given
// alone. Package resource has those of memberships.
const (
	UserNotYetCreated     Reason = "user_not_yet_created"
	UserInactive          Reason = "user_inactive"
	ResourceNotYetCreated Reason = "resource_not_yet_created"
	ResourceDeleted       Reason = "resource_deleted"

	NoRank            Reason = "no_rank"
	RankTooLow        Reason = "rank_too_low"
	AccessLevelTooLow Reason = "access_level_too_low"
)

// Answer tells whether it is allowed, and why or why not. Both lists are never nil.
type Answer struct {
	Allowed       bool     `json:"allowed"`
	Paths         []string `json:"paths" doc:"Each path that allows it: direct, project:ID, team:ID, rank or access_level; most direct first"`
	DeniedBecause []Reason `json:"denied_because" enum:"user_not_yet_created,user_inactive,resource_not_yet_created,resource_deleted,not_a_member,membership_expired,role_too_low,not_in_team,team_role_too_low,no_rank,rank_too_low,no_permission,permission_expired,not_in_project,project_role_too_low,access_level_too_low" doc:"What was missing, for each path there might have been; [] where it is allowed"`
}

// Question asks what a user may do with a thing.
type Question struct {
	User  model.User
	Kind  *resource.Kind
	ID    int64
	Today *resource.View // with the present rows of the thing, its parents, and the user's roles on them
	// Read reads rows that Today lacks: those of former parents.
	Read func(ctx context.Context, keys ...table.Primary) (table.Rows, error)
}

// State is everything that a decision rests on, as it was at one time.
type State struct {
	At     model.Time
	User   User
	Place  Place
	Levels []Level // the thing, its parent, and so on
}

// User is an account in a State.
type User struct {
	ID, Organization int64
	Exists, Active   bool
	Rank             access.Rank
}

// Place is the thing in a State.
type Place struct {
	Kind             *resource.Kind
	ID, Organization int64
	Exists, Deleted  bool
	Open             access.Openness
}

// Level is the user's role on one thing in a State; Member is nil for none.
type Level struct {
	Kind   *resource.Kind
	ID     int64
	Member *Member
}

// Member is a membership in a State, expired or not.
type Member struct {
	Role      string
	ExpiresOn *model.Time
}

// Explain answers whether the user has the permissions of need on the place.
func (s State) Explain(need access.Permission) Answer {
	out := Answer{Paths: []string{}, DeniedBecause: []Reason{}}
	if alone := s.alone(); alone != "" {
		out.DeniedBecause = append(out.DeniedBecause, alone)
		return out
	}
	who, target := s.caller(), s.target()
	out.Allowed = access.Decide(who, target, need).Allowed
	if !out.Allowed {
		out.DeniedBecause = s.missing()
		return out
	}
	for path, gives := range access.Paths(who, target) {
		if gives.Has(need) {
			out.Paths = append(out.Paths, path.String())
		}
	}
	return out
}

// alone is the reason that rules out every path, "" for none.
func (s State) alone() Reason {
	switch {
	case !s.User.Exists:
		return UserNotYetCreated
	case !s.Place.Exists:
		return ResourceNotYetCreated
	case s.Place.Deleted:
		return ResourceDeleted
	case !s.User.Active:
		return UserInactive
	}
	return ""
}

func (s State) caller() access.Caller {
	return access.Caller{User: s.User.ID, Organization: s.User.Organization, Rank: s.User.Rank}
}

// target returns the access target of the place for the user.
func (s State) target() access.Target {
	p := s.Place
	t := access.Target{Kind: p.Kind.Kind, ID: p.ID, Organization: p.Organization, Open: p.Open}
	for i, l := range s.Levels {
		if i > 0 {
			l.Kind.Through(&t, l.ID)
		}
		if l.Member.live(s.At) {
			l.Kind.Assign(&t, l.Member.Role)
		}
	}
	return t
}

func (m *Member) live(at model.Time) bool { return m != nil && !model.Expired(m.ExpiresOn, at) }

// missing returns the reason of every path why it doesn't allow it.
func (s State) missing() []Reason {
	var out []Reason
	for i, l := range s.Levels {
		lacks := l.Kind.Lacks
		if i > 0 {
			lacks = l.Kind.LacksThrough
		}
		out = append(out, l.Member.lacks(s.At, lacks))
	}
	if s.User.Rank.Admin() {
		out = append(out, RankTooLow)
	} else {
		out = append(out, NoRank)
	}
	if s.Place.Kind.OpennessIn != nil {
		out = append(out, AccessLevelTooLow)
	}
	return out
}

func (m *Member) lacks(at model.Time, l resource.Lacking) Reason {
	switch {
	case m == nil:
		return l.None
	case !m.live(at):
		return l.Expired
	}
	return l.TooLow
}

// Now returns the present state, by the rows of q.Today.
func Now(q Question, now model.Time) State {
	u := q.User
	s := State{At: now, Place: q.place(now), User: User{
		ID: u.ID, Organization: u.OrganizationID, Exists: !u.DateJoined.After(now),
		Active: u.IsActive, Rank: access.RankOf(u.IsStaff, u.IsSuperuser),
	}}
	for k, id := q.Kind, q.ID; k != nil && k.Assign != nil && id != 0; {
		l := Level{Kind: k, ID: id}
		if m, ok := k.Member(q.Today, id, u.ID); ok && !m.Ended {
			l.Member = &Member{m.Role, m.ExpiresOn}
		}
		s.Levels = append(s.Levels, l)
		row, _ := k.Place(q.Today, id)
		k, id = k.Parent, row.Parent
	}
	return s
}

// place returns the thing as it was at a time, by its present row; its openness is
// the present one. Deletion is final and the last change of a row, so a deleted row's
// ModifiedOn is when it was deleted. A thing is deleted with its parent.
func (q Question) place(at model.Time) Place {
	row, _ := q.Kind.Place(q.Today, q.ID)
	p := Place{Kind: q.Kind, ID: q.ID, Organization: row.Organization, Open: row.Open, Exists: !row.CreatedOn.After(at)}
	for k, id := q.Kind, q.ID; k != nil && id != 0; {
		row, _ := k.Place(q.Today, id)
		p.Deleted = p.Deleted || row.IsDeleted && !row.ModifiedOn.After(at)
		k, id = k.Parent, row.Parent
	}
	return p
}
