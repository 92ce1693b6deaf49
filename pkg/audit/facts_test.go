package audit_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// row is one kind of change with what the log tells of it, as JSON.
type row struct {
	change                  audit.Change
	resource, before, after string
	decode                  func(model.Audit) (audit.Change, bool)
}

func told[T audit.Change](change T, resource, before, after string) row {
	return row{change, resource, before, after, func(a model.Audit) (audit.Change, bool) {
		c, ok := audit.Decode[T](a)
		return c, ok
	}}
}

func p[T any](v T) *T { return &v }

var end = model.At(time.Date(2026, 6, 1, 12, 0, 0, 123_000, time.UTC))

// rows has each kind of change at least once, with the JSON of its row: it never
// changes, since the log keeps what was ever written.
func rows() []row {
	agent := model.Agent{ID: 21, ProjectID: 151, AccessLevel: "private", ConfigHash: "aa", TypeID: 1, Version: 1}
	open := agent
	open.AccessLevel, open.PublicMode, open.Version = "public", p("view_only"), 2
	user := model.User{ID: 15, IsStaff: true, IsActive: true, Version: 3}
	inProject := model.ProjectMember{ID: 9, ProjectID: 151, UserID: 16, Role: "member", ExpiresOn: &end, Epoch: 2, Version: 1}
	admin := model.ProjectMember{ID: 9, ProjectID: 151, UserID: 16, Role: "admin", Epoch: 2, Version: 2}
	inTeam := model.TeamMember{ID: 8, TeamID: 7, UserID: 15, Role: "owner", Version: 1}
	onAgent := model.AgentMember{ID: 5, AgentID: 21, ProjectID: 151, UserID: 20, Role: "viewer", AgentEpoch: 4, Version: 1}
	project := model.Project{ID: 151, TeamID: p[int64](7), Version: 4}
	moved := model.Project{ID: 151, Version: 5}
	const member = `{"user:16":{"epoch":2,"expires_on":"2026-06-01T12:00:00.000123Z","id":9,"role":"member","version":1}}`
	const asAdmin = `{"user:16":{"epoch":2,"id":9,"role":"admin","version":2}}`
	return []row{
		told(audit.MembersChanged{In: model.KindProject.Ref(151), Members: audit.Members{16: audit.Became(audit.InProject(inProject), audit.InProject(admin))}}, "project:151", member, asAdmin),
		told(audit.MembersChanged{In: model.KindProject.Ref(151).User(16), Members: audit.Members{16: audit.Made(audit.InProject(inProject))}}, "project:151/user:16", `null`, member),
		told(audit.MembersChanged{In: model.KindTeam.Ref(7), Members: audit.Members{15: audit.Ended(audit.InTeam(inTeam))}}, "team:7", `{"user:15":{"epoch":0,"id":8,"role":"owner","version":1}}`, `null`),
		told(audit.MembersChanged{In: model.KindAgent.Ref(21), Members: audit.Members{20: audit.Made(audit.OnAgent(onAgent))}}, "agent:21", `null`, `{"user:20":{"epoch":4,"id":5,"project_epoch":0,"role":"viewer","version":1}}`),
		told(audit.ProjectChanged{Project: 151, State: audit.Made(audit.StateOfProject(project))}, "project:151", `null`, `{"is_deleted":false,"team":7,"version":4}`),
		told(audit.ProjectChanged{Project: 151, State: audit.Became(audit.StateOfProject(project), audit.StateOfProject(moved)), Renamed: p(false)}, "project:151",
			`{"is_deleted":false,"team":7,"version":4}`, `{"is_deleted":false,"renamed":false,"team":0,"version":5}`),
		told(audit.TeamChanged{Team: 7, State: audit.Made(audit.TeamState{})}, "team:7", `null`, `{"is_deleted":false}`),
		told(audit.TeamChanged{Team: 7, State: audit.Became(audit.TeamState{}, audit.TeamState{IsDeleted: true})}, "team:7", `{"is_deleted":false}`, `{"is_deleted":true}`),
		told(audit.TeamChanged{Team: 7, Renamed: p(true), ExternalIDChanged: p(false)}, "team:7", `null`, `{"external_id_changed":false,"renamed":true}`),
		told(audit.LeftToNobody{Place: model.KindTeam.Ref(7)}, "team:7", `null`, `{"ownerless":true}`),
		told(audit.OrganizationMade{Organization: 1, GlobalAdmin: 15}, "organization:1", `null`, `{"global_admin":15}`),
		told(audit.OrganizationEdited{Organization: 1, Domain: audit.Became("a.example", "b.example")}, "organization:1", `{"domain":"a.example"}`, `{"domain":"b.example","renamed":false}`),
		told(audit.DomainChanged{Organization: 1, State: audit.Made(audit.DomainState{Domain: "a.example", SignIn: p(true)})}, "organization:1", `null`, `{"domain":"a.example","sign_in":true}`),
		told(audit.DomainChanged{Organization: 1, State: audit.Became(audit.DomainState{Domain: "a.example", Proved: p(false)}, audit.DomainState{Domain: "a.example", Proved: p(true), SignIn: p(false)})},
			"organization:1", `{"domain":"a.example","proved":false}`, `{"domain":"a.example","proved":true,"sign_in":false}`),
		told(audit.AgentMade{Agent: 21, State: audit.StateOfAgent(agent)}, "agent:21", `null`, `{"access_level":"private","config_hash":"aa","is_deleted":false,"project":151,"public_mode":"","type":1,"version":1}`),
		told(audit.AgentEdited{Agent: 21, Renamed: true, Type: audit.Became[int64](1, 3)}, "agent:21", `{"type":1}`, `{"renamed":true,"type":3}`),
		told(audit.AgentEdited{Agent: 21, Described: true, ConfigHash: audit.Became("aa", "bb")}, "agent:21", `{"config_hash":"aa"}`, `{"config_hash":"bb","described":true}`),
		told(audit.VersionRestored{Agent: 21, ConfigHash: audit.Became("bb", "aa"), Restored: 1}, "agent:21", `{"config_hash":"bb"}`, `{"config_hash":"aa","restored":1}`),
		told(audit.AgentDeleted{Agent: 21}, "agent:21", `{"is_deleted":false}`, `{"is_deleted":true}`),
		told(audit.OwnerChanged{Agent: 21, Owner: audit.Became[int64](20, 0)}, "agent:21", `{"owner":20}`, `{"owner":0}`),
		told(audit.OpennessChanged{Agent: 21, Openness: audit.Became(audit.OpennessOf(agent), audit.OpennessOf(open))}, "agent:21",
			`{"access_level":"private","public_mode":"","version":1}`, `{"access_level":"public","public_mode":"view_only","version":2}`),
		told(audit.AliasesChanged{Agent: 21, Aliases: map[int64]audit.Turn[string]{41: audit.Became("support", "desk")}}, "agent:21", `{"agent_alias:41":"support"}`, `{"agent_alias:41":"desk"}`),
		told(audit.AgentTypeEdited{Organization: 1, Type: 3, Renamed: true}, "organization:1/agent_type:3", `null`, `{"described":false,"renamed":true}`),
		told(audit.ReviewWritten{Agent: 21, Review: 31, Rating: audit.Became[int64](0, 4)}, "agent:21/review:31", `{"rating":0}`, `{"rating":4}`),
		told(audit.ReviewDeleted{Agent: 21, Review: 31, Rating: 4, Author: 15}, "agent:21/review:31", `{"author":15,"rating":4}`, `null`),
		told(audit.AccountChanged{User: 15, Account: audit.Made(audit.AccountOf(user))}, "user:15", `null`, `{"is_active":true,"is_staff":true,"is_superuser":false,"version":3}`),
		told(audit.AccountChanged{User: 15, Account: audit.Became(audit.Activity(false, 3), audit.Activity(true, 4))}, "user:15", `{"is_active":false,"version":3}`, `{"is_active":true,"version":4}`),
		told(audit.AccountsChanged{In: model.KindOrganization.Ref(1), Accounts: map[int64]audit.Turn[audit.Account]{15: audit.Became(audit.GlobalRank(user), audit.Account{IsActive: p(false), Deleted: true, Version: 4})}},
			"organization:1", `{"user:15":{"is_active":true,"is_superuser":false,"version":3}}`, `{"user:15":{"deleted":true,"is_active":false,"version":4}}`),
		told(audit.ProfileChanged{User: 15, Email: audit.Made("x"), UserName: audit.Became("", "y")}, "user:15", `{"user_name":""}`, `{"email":"x","user_name":"y"}`),
		told(audit.ProfileChanged{User: 15, FirstName: audit.Became("a", "b"), LastName: audit.Became("c", "d"), ExternalID: audit.Became("e", "f")}, "user:15",
			`{"external_id":"e","first_name":"a","last_name":"c"}`, `{"external_id":"f","first_name":"b","last_name":"d"}`),
		told(audit.FirstSignIn{User: 15, KnownBy: "address"}, "user:15", `null`, `{"known_by":"address"}`),
		told(audit.NotificationSent{User: 15, Notification: 77}, "user:15", `null`, `{"notification_id":77}`),
		told(audit.KeyMade{Key: 2, Terms: audit.TermsOf(model.APIKey{Kind: "personal", Scope: "all", UserID: p[int64](15)})}, "api_key:2", `null`, `{"kind":"personal","scope":"all","user":15}`),
		told(audit.KeyRevoked{Key: 2, Terms: audit.TermsOf(model.APIKey{Kind: "service", Scope: "read", ProjectID: p[int64](151)})}, "api_key:2", `{"kind":"service","project":151,"scope":"read"}`, `{"revoked":true}`),
		told(audit.RevocationChanged{Key: 2, Revoked: audit.Became(false, true)}, "api_key:2", `{"revoked":false}`, `{"revoked":true}`),
		told(audit.KeysGiven{Of: model.KindTeam.Ref(7), Keys: map[int64]audit.Turn[string]{2: audit.Made("personal")}}, "team:7", `null`, `{"api_key:2":"personal"}`),
		told(audit.InviteMade{Invite: 9, Place: model.KindProject.Ref(151), Role: "member"}, "invite:9", `null`, `{"place":"project:151","role":"member"}`),
		told(audit.InviteRevoked{Invite: 9, Place: model.KindTeam.Ref(7), Role: "viewer", Status: "revoked"}, "invite:9", `{"place":"team:7","role":"viewer"}`, `{"status":"revoked"}`),
		told(audit.InviteChanged{Invite: 9, Status: audit.Became("pending", "revoked")}, "invite:9", `{"status":"pending"}`, `{"status":"revoked"}`),
		told(audit.InvitesChanged{Of: model.KindUser.Ref(15), Invites: map[int64]audit.Turn[string]{9: audit.Made("pending")}}, "user:15", `null`, `{"invite:9":"pending"}`),
		told(audit.Removed{Of: model.KindProject.Ref(151).User(16), Removal: 900, Epoch: 3}, "project:151/user:16", `null`, `{"epoch":3,"removal_id":900}`),
		told(audit.Removed{Of: model.KindTeam.Ref(7), Removal: 900}, "team:7", `null`, `{"removal_id":900}`),
		told(audit.Undone{Of: model.KindUser.Ref(15), Removal: 900}, "user:15", `{"removal_id":900}`, `null`),
		told(audit.Purged{Thing: model.KindUser.Ref(15)}, "user:15", `null`, `null`),
	}
}

func TestEachChangeIsToldAndReadInOneWay(t *testing.T) {
	for _, row := range rows() {
		a := audit.Row(model.Audit{OrganizationID: 1, TS: end, Actor: "user:7", Action: "x"}, row.change)
		if a.Resource != row.resource || text(t, a.Before) != row.before || text(t, a.After) != row.after {
			t.Errorf("%#v is told as %s, %s, %s", row.change, a.Resource, text(t, a.Before), text(t, a.After))
		}
		for where, a := range map[string]model.Audit{"as written": a, "as the table has it": kept(t, a), "beside another": beside(a)} {
			if c, ok := row.decode(a); !ok || !same(c, row.change) {
				t.Errorf("%s, %#v is read as %t\n%s", where, row.change, ok, cmp.Diff(row.change, c, everyField))
			}
		}
	}
}

var everyField = cmp.Exporter(func(reflect.Type) bool { return true })

func same(a, b audit.Change) bool { return cmp.Equal(a, b, everyField) }

func text(t *testing.T, facts map[string]any) string {
	t.Helper()
	b, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// kept is a row as the table gives it back.
func kept(t *testing.T, a model.Audit) (back model.Audit) {
	t.Helper()
	item, err := table.Audits.Item(a)
	if err == nil {
		err = dynamo.UnmarshalItem(item, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// beside is a row that tells other things too.
func beside(a model.Audit) model.Audit {
	if a.Before == nil && a.After == nil {
		return a
	}
	return audit.Also(a, audit.LeftToNobody{}, audit.OrganizationMade{GlobalAdmin: 15})
}

// A type that isn't among the rows above could be told in a way that isn't read.
func TestEachKindOfChangeIsAmongTheRows(t *testing.T) {
	known := map[string]bool{}
	for _, row := range rows() {
		known[reflect.TypeOf(row.change).Name()] = true
	}
	files, err := filepath.Glob("facts_*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok && isChange(s) && !known[spec.Name.Name] {
				t.Errorf("%s is a change that no row here tells", spec.Name.Name)
			}
			return false
		})
	}
}

func isChange(s *ast.StructType) bool {
	return slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
		name, ok := f.Type.(*ast.Ident)
		return ok && len(f.Names) == 0 && name.Name == "changed"
	})
}

// Random values of every kind come back as they were, whatever is left out of them.
func TestAnyChangeIsReadBack(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 3))
	for _, row := range rows() {
		for range 50 {
			v := reflect.New(reflect.TypeOf(row.change)).Elem()
			fill(random, v)
			c := v.Interface().(audit.Change)
			a := kept(t, audit.Row(model.Audit{OrganizationID: 1, TS: end}, c))
			if back, ok := row.decode(a); ok && !same(back, c) || !ok && len(a.Before)+len(a.After) > 0 {
				t.Fatalf("%#v is read as %t\n%s", c, ok, cmp.Diff(c, back, everyField))
			}
		}
	}
}

// fill sets whatever can be set to anything, and a pointer or map also to nothing.
func fill(random *rand.Rand, v reflect.Value) {
	switch v.Interface().(type) {
	case model.Time:
		v.Set(reflect.ValueOf(end.Add(time.Duration(random.IntN(1e9)) * time.Microsecond)))
		return
	case model.Ref:
		r := model.KindProject.Ref(random.Int64N(1 << 50))
		if random.IntN(2) == 0 {
			r = r.User(1 + random.Int64N(1<<50))
		}
		v.Set(reflect.ValueOf(r))
		return
	}
	switch v.Kind() {
	case reflect.Int64:
		v.SetInt(random.Int64N(1 << 53))
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "a", "user:1", "ä\"\\\n"}[random.IntN(4)])
	case reflect.Pointer:
		if random.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem())
		}
	case reflect.Map:
		for range random.IntN(3) {
			one := reflect.New(v.Type().Elem()).Elem()
			if fill(random, one); one.Field(0).IsNil() && one.Field(1).IsNil() {
				continue
			}
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			v.SetMapIndex(reflect.ValueOf(random.Int64N(1<<53)), one)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(random, v.Field(i))
			}
		}
	}
}

func TestARowTellsNoOtherChange(t *testing.T) {
	for what, told := range map[string]bool{
		"a removal of a row without one":      is[audit.Removed](audit.MembersChanged{In: model.KindTeam.Ref(7), Members: audit.Members{15: audit.Made(audit.Membership{})}}),
		"an undo of a removal's row":          is[audit.Undone](audit.Removed{Of: model.KindTeam.Ref(7), Removal: 900}),
		"a project of a team's row":           is[audit.ProjectChanged](audit.TeamChanged{Team: 7, State: audit.Made(audit.TeamState{})}),
		"an account of a part of a user":      is[audit.AccountChanged](audit.Removed{Of: model.KindUser.Ref(15).User(16), Removal: 1}),
		"a deletion of what isn't deleted":    is[audit.AgentDeleted](audit.AgentMade{Agent: 21}),
		"a review of a row of an agent":       is[audit.ReviewWritten](audit.AgentMade{Agent: 21}),
		"an agent of a row of its review":     is[audit.AgentEdited](audit.ReviewWritten{Agent: 21, Review: 31, Rating: audit.Made[int64](4)}),
		"members of a row without any":        is[audit.MembersChanged](audit.Removed{Of: model.KindTeam.Ref(7), Removal: 900}),
		"a revocation that was one only once": is[audit.KeyRevoked](audit.RevocationChanged{Key: 2, Revoked: audit.Became(true, false)}),
	} {
		if told {
			t.Errorf("%s is told", what)
		}
	}
	_, read := audit.Decode[audit.Removed](model.Audit{Resource: "team:7", After: map[string]any{"removal_id": "900"}})
	if read {
		t.Error("a removal is read from a text")
	}
}

func is[T audit.Change](c audit.Change) bool {
	_, ok := audit.Decode[T](audit.Row(model.Audit{}, c))
	return ok
}

func TestRemovalIsMadeBySomebody(t *testing.T) {
	a := audit.Row(model.Audit{Actor: "user:7"}, audit.Removed{Of: model.KindTeam.Ref(7), Removal: 900})
	if id, made := audit.RemovalMade(a); id != 900 || !made {
		t.Error(id, made)
	}
	a.Actor = model.System
	if _, made := audit.RemovalMade(a); made {
		t.Error("what came of a removal is taken for another one")
	}
}

// One row is found by the one person whom it is about, and tells what else was
// changed.
func TestRowOfSeveralChanges(t *testing.T) {
	a := audit.Row(model.Audit{ID: "A", Actor: "user:7"}, audit.Removed{Of: model.KindTeam.Ref(7), Removal: 900},
		audit.MembersChanged{In: model.KindTeam.Ref(7), Members: audit.Members{16: audit.Ended(audit.Membership{ID: 1}), 100: audit.Made(audit.Membership{ID: 2})}})
	if a.ID != "A" || a.Outcome != "success" || a.About != "team:7" || a.Person != "user:100" {
		t.Errorf("%+v", a)
	}
	for user, want := range map[int64]audit.Turn[audit.Membership]{16: audit.Ended(audit.Membership{ID: 1}), 100: audit.Made(audit.Membership{ID: 2}), 15: {}} {
		if d := cmp.Diff(want, audit.MemberIn(kept(t, a), user)); d != "" {
			t.Errorf("user %s: %s", strconv.FormatInt(user, 10), d)
		}
	}
	if m := a.Mentions(); len(m) != 1 || m[0].Person != "user:16" {
		t.Errorf("%+v", m)
	}
}

// An account is told under its name, and by itself where the row is about it alone.
func TestAccountIn(t *testing.T) {
	account := audit.Account{IsActive: p(false), Version: 4}
	for what, row := range map[string]struct {
		change audit.Change
		user   int64
		want   *audit.Account
	}{
		"its own row":       {audit.AccountChanged{User: 15, Account: audit.Made(account)}, 15, &account},
		"a row of several":  {audit.AccountsChanged{In: model.KindOrganization.Ref(1), Accounts: map[int64]audit.Turn[audit.Account]{15: audit.Made(account)}}, 15, &account},
		"another's own row": {audit.AccountChanged{User: 16, Account: audit.Made(account)}, 15, nil},
		"another's of them": {audit.AccountsChanged{In: model.KindOrganization.Ref(1), Accounts: map[int64]audit.Turn[audit.Account]{15: audit.Made(account)}}, 1, nil},
	} {
		got := audit.AccountIn(kept(t, audit.Row(model.Audit{OrganizationID: 1, TS: end}, row.change)), row.user)
		if d := cmp.Diff(audit.Turn[audit.Account]{To: row.want}, got); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
}

// What an older version has written is read as far as it tells.
func TestOlderRows(t *testing.T) {
	a := model.Audit{Resource: "project:151", Before: map[string]any{"is_deleted": false}, After: map[string]any{"is_deleted": true}}
	if c, ok := audit.Decode[audit.ProjectChanged](a); !ok || !c.Deleted() || c.Moved() {
		t.Errorf("%+v, %t", c, ok)
	}
	a = model.Audit{Resource: "project:151", After: map[string]any{"user:16": map[string]any{"role": "member"}}}
	if m := audit.MemberIn(a, 16); m.To == nil || m.To.Role != "member" || m.To.Standing().Known() {
		t.Errorf("%+v", m)
	}
	a = model.Audit{Resource: "project:151", Before: map[string]any{"user:16": nil}}
	if m := audit.MemberIn(a, 16); m.Named() {
		t.Errorf("%+v", m)
	}
}
