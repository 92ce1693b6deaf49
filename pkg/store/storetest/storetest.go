// Package storetest tests the contract of a store, on any engine. Each test's name is a
// sentence of the contract.
package storetest

import (
	"testing"

	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Kept is a store to be tested, on an empty table.
type Kept struct {
	Store *store.Store
	Other *store.Store // the same rows, as another process sees them
	Table *table.DB
}

// Run tests a store by the contract.
func Run(t *testing.T, kept Kept) {
	for i, tt := range []struct {
		holds string
		test  func(*world)
	}{
		{"an address belongs to one user of an organisation", addresses},
		{"a domain is proved by one organisation", domains},
		{"a project's name belongs to one project of its team", names},
		{"a deleted project frees its name at once", freedNames},
		{"a renamed or moved project frees its old name", movedNames},
		{"a new project counts its members and is counted by its team", newProject},
		{"members and admins are counted as they come and go", projectCounts},
		{"who is a member, inactive or nowhere to be a member of can't be added", refusedMembers},
		{"an edit leaves counters alone and loses to another edit", edits},
		{"members and owners of a team are counted as they come and go", teamCounts},
		{"a team has at most 1,000 members", fullTeam},
		{"a team with projects can't be deleted", usedTeam},
		{"the last admin stays, unless they hand over", lastAdmin},
		{"of two admins who go at once one stays", twoAdmins},
		{"the last owner stays", lastOwner},
		{"of two owners who are demoted at once one stays", twoOwners},
		{"ids are unique, whoever takes them", uniqueIDs},
		{"ids of several sequences come together", idsTogether},
		{"a removal leaves a tombstone, which a new membership doesn't take away", tombstones},
		{"a list of recent projects is written by one at a time", recents},
		{"a large answer comes back as it was kept", replays},
		{"removals and what was deleted are found until they are worked through", pending},
		{"an audit row is never written again", audits},
		{"users and global admins are listed by id", userLists},
		{"teams are listed by id, of an organisation and of a user", teamLists},
		{"projects are listed by id, of an organisation, a team and a user", projectLists},
		{"members are listed by membership, and nobody who has gone", memberLists},
		{"keys are found by user and by the project they are bound to", keyLists},
		{"a transaction is all or nothing", wholes},
		{"a new agent has a configuration and an owner, and is counted by its project", newAgents},
		{"of two edits of an agent at once one stays", agentEdits},
		{"a version of an agent's configuration is never written twice", agentVersions},
		{"who owns an agent has the permission of an owner", agentOwners},
		{"nobody gets an agent who was removed from its project meanwhile", agentsOfLeavers},
		{"agents are listed by id, of an organisation, a project, a team and a user, and where they have moved", agentLists},
		{"who has a permission on an agent is listed by it, and nobody who had one", agentMemberLists},
		{"an alias belongs to one agent of an organisation", aliases},
		{"a renamed alias frees its old name, and a deleted agent all of its", freedAliases},
		{"an agent has at most 20 aliases", fullOfAliases},
		{"a user reviews an agent once, and all reviews are counted as they come and go", reviews},
		{"votes are counted as they come and go", votes},
	} {
		t.Run(tt.holds, func(t *testing.T) { tt.test(seed(t, kept, int64(i+1)*1000)) })
	}
}
