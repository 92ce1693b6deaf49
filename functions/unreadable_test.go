package functions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: http.MethodGet, Path: path, Key: key}
}

// What needs a row that can't be read is answered a mute 500, and the log names
// the row. Nothing is written.
func TestARowThatCannotBeReadFailsWhatNeedsIt(t *testing.T) {
	s := fixture.New(t)
	for _, tt := range []struct {
		says, attribute string
		row             table.Primary
		request         fixture.Request
		status          int
	}{
		{"the project asked for", "created_on", table.Projects.Key(int64(151)), get(demo.ProjectMember, "/api/project/151"), 500},
		{"by a stranger", "created_on", table.Projects.Key(int64(151)), get("", "/api/project/151"), 401},
		{"with a wrong key", "created_on", table.Projects.Key(int64(151)), get("demomemb.wrong", "/api/project/151"), 401},
		{"the key", "created_on", table.Keys.Key("demomemb"), get(demo.ProjectMember, "/api/team"), 500},
		{"the caller", "date_joined", table.Users.Key(int64(15)), get(demo.ProjectMember, "/api/team"), 500},
		{"the organisation", "created_on", table.Organizations.Key(int64(1)), get(demo.ProjectMember, "/api/team"), 500},
		{"the caller's role", "created_on", table.ProjectMembers.Key(int64(151), int64(15)), get(demo.ProjectMember, "/api/project/151"), 500},
		{"who is to be removed", "created_on", table.ProjectMembers.Key(int64(151), int64(16)), fixture.Request{Method: http.MethodDelete, Path: "/api/project/151/user/16", Key: demo.ProjectAdmin}, 500},
		{"the user to be added", "date_joined", table.Users.Key(int64(16)), fixture.Request{Method: http.MethodPost, Path: "/api/project/4/user", Key: demo.ProjectAdmin, Body: `{"user_ids":[16]}`}, 500},
		{"a member whom a group of SCIM is to have no more", "created_on", table.TeamMembers.Key(int64(7), int64(16)), fixture.Request{Method: http.MethodPut, Path: "/scim/v2/Groups/7", Key: demo.GlobalAdmin, Body: `{"displayName":"Core","members":[]}`}, 500},
		{"the agent", "created_on", table.Agents.Key(int64(21)), get(demo.ProjectAdmin, "/api/agent/21"), 500},
		{"the configuration of an agent", "created_on", table.AgentVersions.Key(int64(21), int64(2)), get(demo.ProjectAdmin, "/api/agent/21"), 500},
	} {
		t.Run(tt.says, func(t *testing.T) {
			mend := s.Spoil(t, tt.row, tt.attribute)
			defer mend()
			before := s.Rows(t.Context(), t)
			heard := s.Listen()
			got := s.Do(t.Context(), tt.request)
			if got.Status != tt.status {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			if strings.Contains(got.Body, tt.row.PK) || strings.Contains(got.Body, "read") {
				t.Errorf("the caller is told %s", got.Body)
			}
			if tt.status == http.StatusInternalServerError && !strings.Contains(heard(), tt.row.PK+" / "+tt.row.SK) {
				t.Errorf("the log doesn't name the row:\n%s", heard())
			}
			if strings.Contains(heard(), "panic") {
				t.Errorf("it panicked:\n%s", heard())
			}
			if !fixture.Same(before, s.Rows(t.Context(), t)) {
				t.Error("something was written")
			}
		})
	}
}

// A list that is shown leaves the row out, says so in the log, and goes on.
func TestAListGoesOnWithoutARowThatCannotBeRead(t *testing.T) {
	s := fixture.New(t)
	for _, tt := range []struct {
		says, attribute string
		row             table.Primary
		request         fixture.Request
		has, lacks      string
	}{
		{"projects", "created_on", table.Projects.Key(int64(4)), get(demo.ProjectAdmin, "/api/project"), `"id":151`, `"id":4,`},
		{"members of a project", "created_on", table.ProjectMembers.Key(int64(151), int64(16)), get(demo.ProjectMember, "/api/project/151/user"), `"id":147`, `"id":148`},
		{"members whose user can't be read", "date_joined", table.Users.Key(int64(16)), get(demo.ProjectMember, "/api/project/151/user"), `"id":147`, `"id":148`},
		{"users shown with a project", "date_joined", table.Users.Key(int64(16)), get(demo.ProjectMember, "/api/project/151"), `"id":15`, `"id":16`},
		{"memberships shown with a project", "created_on", table.ProjectMembers.Key(int64(151), int64(16)), get(demo.ProjectMember, "/api/project/151"), `"id":15`, `"id":16`},
		{"agents shown with a project", "created_on", table.Agents.Key(int64(21)), get(demo.ProjectMember, "/api/project/151"), `"id":15`, `"id":21`},
		{"members of a team", "created_on", table.TeamMembers.Key(int64(7), int64(16)), get(demo.ProjectMember, "/api/team/7/user"), `"id":72`, `"id":73`},
		{"users", "date_joined", table.Users.Key(int64(16)), get(demo.GlobalAdmin, "/api/user"), `"id":15`, `"id":16`},
		{"users of SCIM", "date_joined", table.Users.Key(int64(16)), get(demo.GlobalAdmin, "/scim/v2/Users"), `"id":"15"`, `"id":"16"`},
		{"groups of SCIM", "created_on", table.Teams.Key(int64(7)), get(demo.GlobalAdmin, "/scim/v2/Groups"), `"Resources":[`, `"id":"7"`},
		{"groups of SCIM by name", "created_on", table.Teams.Key(int64(7)), get(demo.GlobalAdmin, "/scim/v2/Groups?filter=displayName+eq+%22core%22"), `"Resources":[`, `"id":"7"`},
		{"members of a group of SCIM", "created_on", table.TeamMembers.Key(int64(7), int64(16)), get(demo.GlobalAdmin, "/scim/v2/Groups/7"), `"value":"15"`, `"value":"16"`},
		{"members in a list of SCIM's groups", "created_on", table.TeamMembers.Key(int64(7), int64(16)), get(demo.GlobalAdmin, "/scim/v2/Groups"), `"value":"15"`, `"value":"16"`},
		{"teams", "created_on", table.Teams.Key(int64(7)), get(demo.ProjectMember, "/api/team"), `"success":true`, `"id":7`},
		{"agents", "created_on", table.Agents.Key(int64(21)), get(demo.GlobalAdmin, "/api/agent"), `"success":true`, `"id":21`},
		{"agents of a list that can't be read", "project_id", table.TeamAgents.Key(int64(7), int64(21)), get(demo.ProjectAdmin, "/api/agent/team?team_id=7"), `"success":true`, `nothing`},
		{"versions of an agent", "created_on", table.AgentVersions.Key(int64(21), int64(1)), get(demo.ProjectAdmin, "/api/agent/21/version"), `"version":2`, `"version":1`},
		{"reviews", "created_on", table.Reviews.Key(int64(21), int64(31)), get(demo.ProjectAdmin, "/api/agent/21/review"), `"success":true`, `"id":31`},
		{"invitations", "created_on", table.Invites.Key(int64(3)), get(demo.ProjectAdmin, "/api/project/4/invite"), `"success":true`, `"id":3`},
		{"notifications", "created_on", table.Notifications.Key(int64(7), int64(1)), get(demo.ProjectAdmin, "/api/notification"), `"success":true`, `"id":1`},
		{"removals", "removed_on", table.Removals.Key(int64(1)), get(demo.ProjectAdmin, "/api/project/4/removal"), `"success":true`, `"id":1`},
		{"one's own places", "created_on", table.Projects.Key(int64(151)), get(demo.ProjectAdmin, "/api/user/me"), `"id":4,"project_name"`, `"id":151`},
		{"a workspace", "date_joined", table.Users.Key(int64(16)), get(demo.ProjectAdmin, "/api/workspaces/7"), `member@organization.com`, `user@example.com`},
	} {
		t.Run(tt.says, func(t *testing.T) {
			whole := s.Do(t.Context(), tt.request)
			if whole.Status != http.StatusOK || tt.lacks != "nothing" && !strings.Contains(whole.Body, tt.lacks) {
				t.Fatalf("even whole it is %d %s", whole.Status, whole.Body)
			}
			mend := s.Spoil(t, tt.row, tt.attribute)
			defer mend()
			heard := s.Listen()
			got := s.Do(t.Context(), tt.request)
			if got.Status != http.StatusOK || !strings.Contains(got.Body, tt.has) || strings.Contains(got.Body, tt.lacks) {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			if !strings.Contains(heard(), "left out") || !strings.Contains(heard(), tt.row.PK+" / "+tt.row.SK) {
				t.Errorf("the log doesn't name the row:\n%s", heard())
			}
		})
	}
}

// What somebody holds is never left out: a removal that needs a row that can't
// be read stays unfinished, every sweep fails at it, other removals end, the
// chain goes on, and once the row is mended the removal ends too.
func TestARemovalWaitsForARowThatCannotBeRead(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(
		fixture.People(20, 22), fixture.Joins(151, 20, "member"), fixture.Joins(151, 21, "member"),
		fixture.Key("leaver20", 20), fixture.Key("leaver21", 21),
	))
	mend := s.Spoil(t, table.Keys.Key("leaver20"), "created_on")
	for _, user := range []string{"20", "21"} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodDelete, Path: "/api/user/" + user, Key: demo.GlobalAdmin}); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	states := func() map[int64]string {
		out := map[int64]string{}
		for _, r := range table.Removals.All(s.Rows(t.Context(), t)) {
			if r.Kind == model.OfUser {
				out[r.UserIDs[0]] = r.State
			}
		}
		return out
	}
	f := s.Stream()
	rows := fixture.Audits(s.Rows(t.Context(), t))
	if done, err := f.Stream.Work(t.Context(), rows); done != len(rows) || err != nil {
		t.Errorf("of %d audit rows %d are done, %v", len(rows), done, err)
	}
	s.Pass(time.Hour)
	for range 2 {
		heard := s.Listen()
		report, err := f.Sweep.Run(t.Context())
		if report.Failed != 1 || err == nil || !strings.Contains(heard(), table.Keys.Key("leaver20").PK) {
			t.Errorf("%+v, %v; %s", report, err, heard())
		}
	}
	if got := states(); got[20] == model.Done || got[21] != model.Done {
		t.Errorf("the removals are %v", got)
	}
	if open, err := audit.Unsealed(t.Context(), s.Store, 1, model.At(s.Now())); len(open) > 0 || err != nil {
		t.Errorf("%d audit rows aren't sealed, %v", len(open), err)
	}
	mend()
	if report, err := f.Sweep.Run(t.Context()); report.Failed != 0 || err != nil {
		t.Errorf("%+v, %v", report, err)
	}
	if got := states(); got[20] != model.Done {
		t.Errorf("the removals are %v", got)
	}
	s.Settle(t.Context(), t)
	fixture.Check(t, s)
}

// One removal whose own row can't be read keeps no other waiting.
func TestARemovalThatCannotBeReadHarmsItselfAlone(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.People(20, 21), fixture.Joins(151, 20, "member"), fixture.Joins(151, 21, "member")))
	for _, user := range []string{"20", "21"} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodDelete, Path: "/api/project/151/user/" + user, Key: demo.ProjectAdmin}); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	var bad, good int64
	for _, r := range table.Removals.All(s.Rows(t.Context(), t)) {
		if r.ID > demo.LastID && r.UserIDs[0] == 20 {
			bad = r.ID
		} else if r.ID > demo.LastID {
			good = r.ID
		}
	}
	mend := s.Spoil(t, table.Removals.Key(bad), "removed_on")
	s.Pass(time.Hour)
	heard := s.Listen()
	if report, err := s.Stream().Sweep.Run(t.Context()); report.Failed != 1 || report.Removals != 1 || err == nil {
		t.Errorf("%+v, %v", report, err)
	}
	if !strings.Contains(heard(), table.Removals.Key(bad).PK) {
		t.Errorf("the log doesn't name it:\n%s", heard())
	}
	if r, _ := table.Removals.In(s.Rows(t.Context(), t), good); r.State != model.Done {
		t.Errorf("the other one is %s", r.State)
	}
	mend()
	s.Settle(t.Context(), t)
	fixture.Check(t, s)
}

// What a purge erases is never left out either.
func TestAPurgeWaitsForARowThatCannotBeRead(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.Project(160, 0, "Bad"), fixture.Project(161, 0, "Good")))
	for _, id := range []string{"160", "161"} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodDelete, Path: "/api/project/" + id, Key: demo.GlobalAdmin}); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	s.Settle(t.Context(), t)
	bad := table.Projects.Key(int64(160))
	mend := s.Spoil(t, bad, "created_on")
	s.Pass(31 * 24 * time.Hour)
	heard := s.Listen()
	if report, err := s.Stream().Sweep.Run(t.Context()); report.Failed != 1 || report.Purged != 1 || err == nil || !strings.Contains(heard(), bad.PK) {
		t.Errorf("%+v, %v", report, err)
	}
	mend()
	if report, err := s.Stream().Sweep.Run(t.Context()); report.Failed != 0 || report.Purged != 1 || err != nil {
		t.Errorf("%+v, %v", report, err)
	}
}

// An audit row that can't be read is sealed as it lies there: the sweep that
// finds it tells of it, seals it with the others, and isn't kept from moving on.
func TestTheChainGoesOnOverARowThatCannotBeRead(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.NewLog())
	for _, name := range []string{"a", "b", "c"} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodPut, Path: "/api/project/151", Key: demo.ProjectAdmin, Body: `{"project_name":"` + name + `"}`}); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	all := fixture.Audits(s.Rows(t.Context(), t))
	bad := table.Audits.Key(int64(1), all[1].TS.String(), all[1].ID)
	s.Spoil(t, bad, "outcome")
	s.Pass(time.Hour)
	heard := s.Listen()
	if report, err := s.Stream().Sweep.Run(t.Context()); report.Failed != 1 || report.Rows != len(all) || err == nil || !strings.Contains(heard(), bad.SK) {
		t.Errorf("%+v, %v", report, err)
	}
	if report, err := s.Stream().Sweep.Run(t.Context()); report.Failed != 0 || report.Done() != 0 || err != nil {
		t.Errorf("the next sweep: %+v, %v", report, err)
	}
	verdict, err := audit.Verify(t.Context(), s.Store, 1, 0, 0, model.At(s.Now()), nil)
	if err != nil || !verdict.OK || verdict.Checked != int64(len(all)) || verdict.Unsealed != 0 {
		t.Errorf("%+v, %v", verdict, err)
	}
	list := s.Do(t.Context(), get(demo.GlobalAdmin, "/api/audit?resource=project:151"))
	if n := strings.Count(list.Body, `"action"`); list.Status != http.StatusOK || n != len(all)-1 {
		t.Errorf("%d changes are shown: %d %s", n, list.Status, list.Body)
	}
}
