package ledger

// reach is how far an operation has to look, in round trips one after the
// other, for up to 100 rows. The numbers are those of docs/decisions.md.
type reach int

const (
	nowhere  reach = 0
	ping     reach = 1
	oneRow   reach = 2
	byTeam   reach = 3 // a project, whose team may open it; a member of a team by his address
	people   reach = 4 // a list, or details with their people
	writing  reach = 1 // and one more, which writes
	leasing  reach = 1 // when a block of ids is used up
	repeated reach = 1 // for a given Idempotency-Key
)

// names that a user of SCIM claims are looked for when it is known which of them
// are new.
const names reach = 1

// whatIsLeft of a removal, in the seconds until it is worked off, takes three
// trips one after the other: whose it is, what the indexes say of them, and that
// read again.
const whatIsLeft reach = 3

// limits are written by hand, and an operation without one fails.
var limits = map[string]reach{
	"create-new-project":         byTeam + writing,
	"get-all-projects":           people,
	"get-project-details-by-id":  byTeam, // two, where its members are few
	"edit-project-by-id":         byTeam + writing,
	"delete-project-by-id":       byTeam + writing,
	"add-recent-project":         byTeam + writing,
	"get-recent-projects":        people,
	"fetch-project-details":      people,
	"add-user-to-project":        byTeam + writing,
	"remove-user-from-project":   byTeam + writing,
	"get-user-projects-for-team": people,
	"list-project-members":       people,

	"get-recent-agents":                       people,
	"add-to-recent-agents":                    byTeam + writing,
	"delete-recent-agent":                     byTeam + writing,
	"get-starred-agents":                      people,
	"delete-starred-agents":                   people + writing, // reads what may be shown of them
	"get-agents-by-team-or-user-team":         people,
	"create-a-review-for-an-agent":            byTeam + writing,
	"get-agent-reviews":                       people,
	"update-an-agent-review":                  byTeam + writing,
	"delete-an-agent-review":                  byTeam + writing,
	"create-agent-chat":                       byTeam + writing,
	"get-agent-ratings":                       byTeam,
	"toggle-rating":                           byTeam + writing,
	"create-agent-alias":                      byTeam + writing,
	"get-all-agent-alias":                     people,
	"update-agent-alias":                      byTeam + writing,
	"get-agent-access-level":                  byTeam,
	"update-agent-access-level":               byTeam + writing,
	"get-all-agents-by-project":               people,
	"get-agent-types":                         oneRow,
	"update-agent-type":                       oneRow + writing,
	"get-user-agent-or-user-agent-permission": people,
	"list-agents":                             people,
	"create-agent":                            byTeam + writing,
	"get-agent":                               byTeam,
	"edit-agent":                              byTeam + writing,
	"delete-agent":                            byTeam + writing, // its aliases are found by an index, and read again
	"add-user-to-agent":                       byTeam + writing,
	"remove-user-from-agent":                  byTeam + writing,
	"star-agent":                              byTeam + writing,
	"delete-agent-alias":                      byTeam + writing,
	"get-agent-by-alias":                      people, // the name, the alias, the agent, its team
	"list-agent-versions":                     people,
	"get-agent-version":                       byTeam,
	"restore-agent-version":                   byTeam + writing,

	"get-all-users":                people,
	"create-user":                  oneRow + writing + leasing, // and the id of an invitation
	"get-user-by-id":               oneRow,
	"edit-user-by-id":              people + writing, // what a user holds, where his account ends
	"delete-user-by-id":            people + writing,
	"batch-delete-users":           people + writing,
	"create-user-permission":       byTeam + writing,
	"get-user-permission-by-id":    people, // an index, the row, the team
	"edit-user-permission-by-id":   people + writing,
	"delete-user-permission-by-id": people + byTeam + writing, // and what else leads the person to projects, as Remove User from Project asks

	"who-am-i":          people,
	"get-organization":  oneRow,
	"edit-organization": oneRow + writing,
	"list-domains":      oneRow,
	"add-domain":        oneRow + writing,
	"delete-domain":     oneRow + writing,
	"verify-domain":     oneRow + writing,

	"list-teams":                 people,
	"create-team":                oneRow + writing,
	"get-team":                   oneRow,
	"edit-team":                  oneRow + writing,
	"delete-team":                oneRow + writing,
	"list-team-members":          people,
	"add-user-to-team":           oneRow + writing,
	"remove-user-from-team":      byTeam + writing, // looks for what else leads the person to projects
	"list-workspaces":            people,
	"list-workspace-roles":       oneRow,
	"list-workspace-permissions": oneRow,
	"get-workspace":              people,
	"assign-role-to-user":        byTeam + writing,
	"unassign-role-from-user":    byTeam + writing,
	"remove-user-from-workspace": people + writing,
	"list-organizations":         people,

	"list-scim-users":                  people + writing, // keeps where its page ends
	"search-scim-users":                people + writing, // keeps where its page ends
	"search-scim":                      people + writing,
	"create-scim-user":                 oneRow + names + writing,
	"get-scim-user":                    oneRow,
	"replace-scim-user":                oneRow + names + writing,
	"patch-scim-user":                  byTeam + writing, // looks for what he holds
	"delete-scim-user":                 byTeam + writing,
	"list-scim-groups":                 people + writing, // keeps where its page ends
	"create-scim-group":                oneRow + names + writing + leasing,
	"get-scim-group":                   oneRow,
	"replace-scim-group":               oneRow + names + byTeam + writing, // looks for what else leads those who leave to projects
	"patch-scim-group":                 oneRow + names + byTeam + writing,
	"delete-scim-group":                oneRow + writing,
	"discover-scim":                    oneRow,
	"get-scim-service-provider-config": oneRow,
	"list-scim-resource-types":         oneRow,
	"get-scim-resource-type":           oneRow,
	"list-scim-schemas":                oneRow,
	"get-scim-schema":                  oneRow,
	"list-removals-of-project":         people,
	"list-removals":                    people, // one more, and a question, for each page of which nothing is asked for
	"get-removal":                      people,
	"undo-removal":                     people + oneRow + writing,                      // what the removal did names the rows to look at, and those the newest invitations
	"plan-offboarding":                 people + byTeam + writing,                      // all that he holds, and what follows from it
	"apply-offboarding":                oneRow + people + 2*writing + people + writing, // looks, takes two places, looks again, ends the account; a further place is one trip more, or three
	"explain-access":                   byTeam,                                         // in the past, also one more for each page of the log
	"preview-user-access":              people,
	"invite-user-to-workspace":         byTeam + writing,
	"resend-workspace-invitation":      byTeam + writing,
	"accept-workspace-invitation":      oneRow + writing,

	"send-notification-to-user": byTeam + writing,
	"read-notification-by-id":   oneRow + writing,
	"list-notifications":        people,

	"list-api-keys":          people,
	"create-api-key":         byTeam + writing,
	"revoke-api-key":         byTeam + writing, // found by an index, and read again
	"list-project-invites":   people,
	"invite-user-to-project": byTeam + writing,
	"revoke-project-invite":  oneRow + writing,
	"accept-project-invite":  byTeam + writing,

	"audit-log":          people,
	"verify-audit-chain": 6 + oneRow, // the ends, the checkpoints, the batches, the rows, the people; more for every further 400 rows, until its time is over
	"audit-checkpoint":   byTeam + writing,

	"health":                ping,
	"openapi":               nowhere,
	"sign-in-configuration": nowhere,
}

// limit is the most round trips that a usage may take.
func (u usage) limit() (reach, bool) {
	l, ok := limits[u.operation]
	if u.whole {
		l = people + writing
	}
	return l + u.further, ok
}
