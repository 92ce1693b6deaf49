package functions_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/seed"
	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// What there is elsewhere than in project 151: names and ids that nothing else has.
const (
	elseTeam, elseProject, alone, elseAgent       = 771771, 772772, 773773, 774774
	elseKey, elseNotice, elseMember, elseTeammate = 775775, 776776, 777777, 778778
)

var elsewhereNames = regexp.MustCompile(`ELSEWHERE|771771|772772|773773|774774|775775|776776|777777|778778`)

// echoed are the ids that Fetch Project Details was asked for and doesn't know.
var echoed = regexp.MustCompile(`"not_found":\[[0-9,]*\]`)

// there are the values of inputs that name what is elsewhere.
var there = map[string]any{
	"project_id": elseProject, "project_ids": elseProject, "team_id": elseTeam, "workspace_id": elseTeam, "agent_id": elseAgent, "agent_ids": elseAgent,
	"agent": elseAgent, "key_id": elseKey, "notification_id": elseNotice, "permission_id": elseMember, "resource_id": elseProject,
	"resource": fmt.Sprint("project:", elseProject),
}

// boundWorld has a global admin who is somebody in project 151, in a team and in
// two projects elsewhere, with something of each kind there; and two keys that are
// bound to project 151, theirs and a service key.
func boundWorld(t *testing.T) *fixture.System {
	t.Helper()
	s := fixture.New(t)
	const user = 30
	at := model.At(fixture.Epoch)
	project := int64(elseProject)
	s.Put(t, fixture.All(
		fixture.Person(user, func(u *model.User) { u.IsSuperuser, u.GlobalAdminOf = true, &u.OrganizationID }),
		fixture.Team(elseTeam, "ELSEWHERE team"), fixture.Project(elseProject, elseTeam, "ELSEWHERE project"), fixture.Project(alone, 0, "ELSEWHERE alone"),
		fixture.Joins(151, user, "admin"), fixture.Joins(elseProject, user, "admin", func(m *model.ProjectMember) { m.ID = elseMember }),
		fixture.Joins(alone, user, "admin", func(m *model.ProjectMember) { m.ID = elseMember + 1 }),
		fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.TeamMembers.Put(tx, model.TeamMember{ID: elseTeammate, TeamID: elseTeam, UserID: user, Role: "owner", CreatedBy: "System", CreatedOn: at, Version: 1})
			tx.Add(table.Teams.Key(int64(elseTeam)), "member_count", 1)
			tx.Add(table.Teams.Key(int64(elseTeam)), "owner_count", 1)
			tx.Add(table.Organizations.Key(int64(1)), "global_admin_count", 1)
		}},
		fixture.Agent(elseAgent, elseProject, "ELSEWHERE agent", fixture.Open("organization", "")), fixture.OnAgent(elseAgent, user, "owner", func(m *model.AgentMember) { m.ID = 779779 }), fixture.Owns(elseAgent, user),
		fixture.Key("bnd", user, fixture.Bound(151)), fixture.Key("srv", 0, fixture.Bound(151)),
		fixture.Key("elsa", user, fixture.Bound(elseProject), func(k *model.APIKey) { k.ID, k.Name = elseKey, "ELSEWHERE key" }),
		fixture.Key("elsb", user, func(k *model.APIKey) { k.ID, k.Name = elseKey+1, "ELSEWHERE unbound" }),
		fixture.Given{func(tx *table.Tx, _ table.Rows) {
			told := func(id int64, about *int64, title string) {
				reader := int64(user)
				table.Notifications.Put(tx, model.Notification{ID: id, UserID: user, Title: title, Type: "info", ProjectID: about, UnreadBy: &reader, Version: 1, Stamp: model.Created("System", at)})
			}
			here := int64(151)
			told(elseNotice, &project, "ELSEWHERE told")
			told(elseNotice+1000, nil, "ELSEWHERE told by somebody")
			told(41, &here, "Told of the project")
			table.Recents.Put(tx, model.Recents{UserID: user, Version: 1, Entries: []model.Recent{{ID: 42, ProjectID: elseProject, LastUsedOn: at}, {ID: 43, ProjectID: 151, LastUsedOn: at}}})
			table.RecentAgents.Put(tx, model.Recents{UserID: user, Version: 1, Entries: []model.Recent{{ID: 44, ProjectID: elseProject, AgentID: elseAgent, LastUsedOn: at}}})
			table.Stars.Put(tx, model.Star{ID: 45, UserID: user, AgentID: elseAgent, ProjectID: elseProject, CreatedOn: at})
		}},
	))
	for _, r := range []fixture.Request{ // for the audit log, notifications and invitations
		{Method: "POST", Path: fmt.Sprintf("/api/project/%d/user", elseProject), Body: `{"user_ids":[15]}`},
		{Method: "POST", Path: fmt.Sprintf("/api/project/%d/invite", elseProject), Body: `{"email":"guest@example.com"}`},
		{Method: "DELETE", Path: fmt.Sprintf("/api/project/%d/user/15", elseProject)},
	} {
		r.Key = "elsb.secret"
		if got := s.Do(t.Context(), r); got.Status >= http.StatusBadRequest {
			t.Fatalf("%s: %d %s", r.Path, got.Status, got.Body)
		}
	}
	return s
}

// A key that is bound to a project is told of nothing elsewhere and changes nothing
// there, whatever it asks for and whatever its owner is there: by each operation
// there is, as its sample says and with each id in it naming something elsewhere.
func TestBoundKeys(t *testing.T) {
	t.Parallel()
	var swept, answered sync.Map // operations
	t.Run("by group", func(t *testing.T) {
		byGroup(t, func(t *testing.T, operations []seed.Operation) { sweep(t, operations, &swept, &answered) })
	})
	if asked, did := size(&swept), size(&answered); asked < 60 || did < 40 {
		t.Errorf("%d operations swept, of which %d did something", asked, did)
	} else {
		t.Log(asked, "operations swept,", did, "did something")
	}
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// sweep asks the operations of a group.
func sweep(t *testing.T, operations []seed.Operation, swept, answered *sync.Map) {
	s := boundWorld(t)
	base := s.Rows(t.Context(), t)
	ask := func(at, key string, r fixture.Request) {
		r.Key = key + ".secret"
		r.Path = strings.ReplaceAll(r.Path, "{self}", "30")
		r.Body = strings.ReplaceAll(r.Body, "{self}", "30")
		got := s.Do(t.Context(), r)
		swept.Store(at, true)
		if got.Status < http.StatusMultipleChoices {
			answered.Store(at, true)
		}
		if got.Status >= http.StatusInternalServerError {
			t.Errorf("%s by %s: %d %s", at, key, got.Status, got.Body)
		}
		if found := elsewhereNames.FindString(echoed.ReplaceAllString(got.Body, "")); found != "" {
			t.Errorf("%s by %s tells of %s\n\t%s %s %s\n\t%d %s", at, key, found, r.Method, r.Path, r.Body, got.Status, got.Body)
		}
		now := s.Rows(t.Context(), t)
		if fixture.Same(base, now) {
			return
		}
		for p := range union(base, now) {
			before, after := rowText(base, p), rowText(now, p)
			if before != after && (elsewhereNames.MatchString(p.PK+p.SK) || !slices.Equal(elsewhereNames.FindAllString(before, -1), elsewhereNames.FindAllString(after, -1))) {
				t.Errorf("%s by %s changes %v\n\t%s %s %s\n\t- %s\n\t+ %s", at, key, p, r.Method, r.Path, r.Body, before, after)
			}
		}
		s.Restore(t.Context(), t, base)
		s.Fresh()
	}
	for _, o := range operations {
		if o.IsPublic {
			continue
		}
		for _, key := range []string{"bnd", "srv"} {
			ask(o.Name, key, o.Sample)
			if o.Name != "get-user-agent-or-user-agent-permission" && // whose pages are made of the people of the project
				slices.ContainsFunc(o.Inputs(), func(in api.Input) bool { return in.Name == "cursor" }) {
				walksOn(t, s, o, key)
			}
			for _, in := range o.Inputs() {
				name := in.Name[strings.LastIndex(in.Name, ".")+1:]
				if value, ok := there[name]; ok {
					ask(o.Name, key, place(t, o, in, value, false))
					if in.List {
						ask(o.Name, key, place(t, o, in, value, true))
					}
				}
			}
		}
	}
	for name, v := range variants {
		id, _, _ := strings.Cut(name, "/")
		for _, o := range operations {
			if o.Name == id {
				ask(id, "bnd", instead(o.Sample, v))
			}
		}
	}
}

// walksOn demands of a list that each of its pages shows something, if only one
// thing: a page of nothing that goes on would tell how much is behind it.
func walksOn(t *testing.T, s *fixture.System, o seed.Operation, key string) {
	t.Helper()
	path, _, _ := strings.Cut(o.Sample.Path, "?")
	for cursor, page := "", 0; page < 50; page++ {
		r := fixture.Request{Method: o.Method, Path: path + "?limit=1", Key: key + ".secret"}
		if cursor != "" {
			r.Path += "&cursor=" + cursor
		}
		got := s.Do(t.Context(), r)
		var body struct {
			Data []json.RawMessage
			Meta struct {
				Next string `json:"next_cursor"`
			}
		}
		if got.Status != http.StatusOK || json.Unmarshal([]byte(got.Body), &body) != nil || body.Meta.Next == "" {
			return
		}
		if len(body.Data) == 0 {
			t.Errorf("%s by %s: page %d shows nothing and goes on: %s", o.Name, key, page+1, got.Body)
			return
		}
		cursor = body.Meta.Next
	}
}

func union(a, b table.Rows) map[table.Primary]bool {
	all := make(map[table.Primary]bool, len(a))
	for _, rows := range []table.Rows{a, b} {
		for p := range rows {
			all[p] = true
		}
	}
	return all
}

func rowText(rows table.Rows, p table.Primary) string {
	item, ok := rows[p]
	if !ok {
		return ""
	}
	text, _ := json.Marshal(item) // maps and texts always marshal
	return string(text)
}
