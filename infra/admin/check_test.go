package main

import (
	"bytes"
	"strings"
	"testing"

	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// The command names each row that can't be read or disagrees with the others,
// and changes nothing.
func TestCheck(t *testing.T) {
	s := fixture.New(t)
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"check"}, &out); err != nil || !strings.Contains(out.String(), "can be read, and agree") {
		t.Errorf("%v: %s", err, out.String())
	}
	s.Put(t, fixture.All(
		fixture.Change(table.Projects, func(p *model.Project) { p.UserCount++ }, int64(151)),
		fixture.Change(table.Users, func(u *model.User) { u.Email = "another@example.com" }, int64(16)),
		fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.Tombstones.Put(tx, model.Tombstone{ProjectID: 4, UserID: 16, RemovedOn: model.At(fixture.Epoch), RemovalID: 77})
			table.ProvisionedNames.Put(tx, model.ProvisionedName{OrganizationID: 1, Scope: model.UserNames, NameKey: "ada", HolderID: 15})
			table.ProvisionedNames.Put(tx, model.ProvisionedName{OrganizationID: 1, Scope: model.GroupNames, NameKey: "x", HolderID: 7})
			table.TeamAgents.Put(tx, model.TeamAgent{TeamID: 7, AgentID: 99, ProjectID: 4})
		}},
	))
	spoilt := table.Notifications.Key(int64(7), int64(1))
	s.Spoil(t, spoilt, "created_on")
	before := s.Rows(t.Context(), t)
	out.Reset()
	err := run(t.Context(), []string{"check"}, &out)
	if err == nil || !strings.Contains(err.Error(), "things are not as they must be") {
		t.Errorf("%v", err)
	}
	for _, names := range []string{
		spoilt.PK + " / " + spoilt.SK + " can't be read", "project 151 counts 4 users of 3", "user 16 and the row of",
		"names removal 77, which isn't there", "agent 99 is in the list of team 7",
		"a name (user_name) is kept to 15, who hasn't it", "a name (group_name) is kept to 7, who hasn't it",
	} {
		if !strings.Contains(out.String(), names) {
			t.Errorf("%q isn't said:\n%s", names, out.String())
		}
	}
	if !fixture.Same(before, s.Rows(t.Context(), t)) {
		t.Error("it wrote")
	}
}
