package resource

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Team is the kind of teams, and Workspace the same on Agenta's routes.
var (
	Team      = team(access.KindTeam)
	Workspace = team(access.KindWorkspace)
)

func team(as access.Kind) Kind {
	return Kind{
		Kind: as,
		Key:  func(id int64) table.Primary { return table.Teams.Key(id) },
		Place: func(v *View, id int64) (Place, bool) {
			t, ok := table.Teams.In(v.rows, id)
			return Place{ID: t.ID, Organization: t.OrganizationID, Title: t.Name, PurgeOn: t.PendingOn, Stamp: t.Stamp}, ok && v.covers(t.OrganizationID)
		},
		RoleKeys: func(_ *View, keys []table.Primary, id, user int64) []table.Primary {
			if user == 0 {
				return keys
			}
			return append(keys, table.TeamMembers.Key(id, user))
		},
		MemberKeys: func(id, _, user int64) []table.Primary { return []table.Primary{table.TeamMembers.Key(id, user)} },
		Member: func(v *View, id, user int64) (Member, bool) {
			m, ok := v.TeamMember(id, user)
			return Member{Role: m.Role, CreatedOn: m.CreatedOn}, ok
		},
		MemberAt: memberAt(table.TeamMembers, "team_id"),
		Assign:   assignTeam,
		Through:  func(t *access.Target, id int64) { t.Team = id },
		Find: func(v *View, l *Line, id, user int64) (access.Target, bool) {
			t, ok := store.LiveTeam(v.rows, id)
			if !ok || t.OrganizationID != v.OrganizationID {
				return access.Target{}, false
			}
			if l.Team == nil {
				l.Team = &t
			}
			return v.TeamTarget(t, user, as), true
		},
		Target: func(v *View, id, user int64) (access.Target, bool) {
			t, ok := table.Teams.In(v.rows, id)
			return v.TeamTarget(t, user, as), ok
		},
		Manage: access.ModifyUserRoles,
		First: func(l *Line) (int64, Row) {
			switch {
			case l.Team == nil:
				return 0, nil
			case as == access.KindWorkspace: // Agenta's clients send no versions
				return l.Team.ID, nil
			}
			return l.Team.ID, *l.Team
		},
		Require: func(tx *table.Tx, v *View, id, user int64) {
			table.TeamMembers.CheckIn(tx, v.rows, id, user)
		},
		RankAndRole:  true,
		Lacks:        Lacking{NotAMember, MembershipExpired, RoleTooLow},
		LacksThrough: Lacking{NotInTeam, MembershipExpired, TeamRoleTooLow},
		Lists:        Lists{OfUser: listedIDs((*store.Store).TeamsOfUser)},
		Rows:         rowsOf[model.Team]{table.Teams, "team_id"},
		Path:         "/api/team",
	}
}

func assignTeam(t *access.Target, role string) { t.TeamRole = access.Role(role) }

// TeamMember returns a user's membership of a team, if its row was read.
func (v *View) TeamMember(team, user int64) (model.TeamMember, bool) {
	return table.TeamMembers.In(v.rows, team, user)
}

// TeamTarget returns the access target of a team for a user, with their role in it if
// its row was read.
func (v *View) TeamTarget(t model.Team, user int64, as access.Kind) access.Target {
	target := access.Target{Kind: as, ID: t.ID, Organization: t.OrganizationID}
	if m, ok := v.TeamMember(t.ID, user); ok && user != 0 {
		assignTeam(&target, m.Role)
	}
	return target
}
