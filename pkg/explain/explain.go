// Package explain tells whether somebody may do something, now or at a past
// time, by which paths, and otherwise what was missing. The decision is that of
// package access; what it was made on is put together from the rows as they
// stand and from the audit log.
package explain

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
)

// Reason says what was missing. The vocabulary is closed.
type Reason string

// The reasons. Each of the first four stands alone; of the others there is one
// for each path that might have led to the resource.
const (
	UserNotYetCreated     Reason = "user_not_yet_created"
	UserInactive          Reason = "user_inactive"
	ResourceNotYetCreated Reason = "resource_not_yet_created"
	ResourceDeleted       Reason = "resource_deleted"

	NotAMember        Reason = "not_a_member"
	MembershipExpired Reason = "membership_expired"
	RoleTooLow        Reason = "role_too_low"
	NotInTeam         Reason = "not_in_team"       // that the project belongs to
	TeamRoleTooLow    Reason = "team_role_too_low" // in that team
	NoRank            Reason = "no_rank"
	RankTooLow        Reason = "rank_too_low"

	NoPermission      Reason = "no_permission" // of their own on the agent
	PermissionExpired Reason = "permission_expired"
	NotInProject      Reason = "not_in_project" // that the agent belongs to
	ProjectRoleTooLow Reason = "project_role_too_low"
	AccessLevelTooLow Reason = "access_level_too_low" // of the agent
)

// Answer tells whether it is allowed, and why or why not. Neither list is nil.
type Answer struct {
	Allowed       bool     `json:"allowed"`
	Paths         []string `json:"paths" doc:"Each path that allows it: direct, project:ID, team:ID, rank or access_level; most direct first"`
	DeniedBecause []Reason `json:"denied_because" enum:"user_not_yet_created,user_inactive,resource_not_yet_created,resource_deleted,not_a_member,membership_expired,role_too_low,not_in_team,team_role_too_low,no_rank,rank_too_low,no_permission,permission_expired,not_in_project,project_role_too_low,access_level_too_low" doc:"What was missing, for each path there might have been; [] where it is allowed"`
}

// Member is a membership as it was.
type Member struct {
	Role      string
	ExpiresOn *model.Time
}

// State is everything that a decision rests on, at one time.
type State struct {
	At     model.Time
	User   User
	Place  Place
	Own    *Member // permission on the agent; nil where they had none
	Member *Member // of the project or the team itself, or of the agent's project
	InTeam *Member // of the project's team
}

// User is an account as it was.
type User struct {
	ID, Organization int64
	Exists, Active   bool
	Rank             access.Rank
}

// Place is a project, a team, an organisation or an agent as it was.
type Place struct {
	Kind             access.Kind
	ID, Organization int64
	Exists, Deleted  bool
	Project          int64           // of an agent
	Team             int64           // of a project, or of an agent's; 0 for none
	Open             access.Openness // of an agent
}

// Explain answers whether the user may do what need names on the place.
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

// alone is the reason before which no path counts.
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

func (s State) target() access.Target {
	p := s.Place
	t := access.Target{Kind: p.Kind, ID: p.ID, Organization: p.Organization, Project: p.Project, Team: p.Team, Open: p.Open}
	if s.Own.live(s.At) {
		t.AgentRole = access.AgentRole(s.Own.Role)
	}
	switch {
	case p.Kind == access.KindProject || p.Kind == access.KindAgent:
		if s.Member.live(s.At) {
			t.ProjectRole = access.ProjectRole(s.Member.Role)
		}
		if s.InTeam.live(s.At) {
			t.TeamRole = access.Role(s.InTeam.Role)
		}
	case s.Member.live(s.At):
		t.TeamRole = access.Role(s.Member.Role)
	}
	return t
}

func (m *Member) live(at model.Time) bool { return m != nil && !model.Expired(m.ExpiresOn, at) }

// missing says of every path why it didn't lead there.
func (s State) missing() []Reason {
	var out []Reason
	switch s.Place.Kind {
	case access.KindAgent:
		out = append(out, s.Own.short(s.At, NoPermission, PermissionExpired, RoleTooLow),
			s.Member.short(s.At, NotInProject, MembershipExpired, ProjectRoleTooLow))
	case access.KindProject, access.KindTeam:
		out = append(out, s.Member.short(s.At, NotAMember, MembershipExpired, RoleTooLow))
	}
	if s.Place.Team != 0 {
		out = append(out, s.InTeam.short(s.At, NotInTeam, MembershipExpired, TeamRoleTooLow))
	}
	if s.User.Rank.Admin() {
		out = append(out, RankTooLow)
	} else {
		out = append(out, NoRank)
	}
	if s.Place.Kind == access.KindAgent {
		out = append(out, AccessLevelTooLow)
	}
	return out
}

func (m *Member) short(at model.Time, none, expired, low Reason) Reason {
	switch {
	case m == nil:
		return none
	case !m.live(at):
		return expired
	}
	return low
}
