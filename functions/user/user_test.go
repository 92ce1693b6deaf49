package user_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func get(key, path string) fixture.Request {
	return fixture.Request{Method: "GET", Path: path, Key: key}
}

func post(key, path, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: path, Key: key, Body: body}
}

func put(key, path, body string) fixture.Request {
	return fixture.Request{Method: "PUT", Path: path, Key: key, Body: body}
}

func drop(key, path string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: path, Key: key}
}

// staff is an application admin with the key "staff".
func staff() fixture.Given {
	return fixture.All(fixture.Person(30, func(u *model.User) { u.IsStaff = true }), fixture.Key("staff", 30))
}

// alone makes user 1 the only global admin.
func alone() fixture.Given {
	return fixture.All(
		fixture.Change(table.Users, func(u *model.User) { u.IsStaff, u.IsSuperuser, u.GlobalAdminOf = false, false, nil }, int64(16)),
		fixture.Change(table.Organizations, func(o *model.Organization) { o.GlobalAdminCount = 1 }, int64(1)),
	)
}

func userRow(t *testing.T, s *fixture.System, id int64) (model.User, model.Organization) {
	t.Helper()
	rows := s.Rows(t.Context(), t)
	u, _ := table.Users.In(rows, id)
	o, _ := table.Organizations.In(rows, int64(1))
	return u, o
}

// holding gives a user something of what is erased with them: a project of their
// own, and an earlier removal that kept what they had.
func holding(user int64) fixture.Given {
	return fixture.All(fixture.Project(160, 0, "Their own"), fixture.Joins(160, user, "admin"),
		fixture.Removal(model.Removal{ID: 900, OrganizationID: 1, Kind: model.OfUser, UserIDs: []int64{user}, State: model.Undone, RemovedOn: model.At(fixture.Epoch), UndoUntil: model.At(fixture.Epoch), Version: 1}),
		fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.Effects.Put(tx, model.EffectRow{RemovalID: 900, UserID: user, Effect: model.Effect{Resource: "notification:1", Action: "delete"},
				Thing: "notification", Before: tx.Image(model.Notification{ID: 1, UserID: user, Title: "Personal", Version: 1})})
		}})
}

// erased demands that nothing personal is left of a user once what follows has
// happened, and that what they alone held is on the list of such things.
func erased(user int64) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		s.Pass(time.Second) // so that the log has what follows after the request
		s.Settle(t.Context(), t)
		u, _ := userRow(t, s, user)
		if u.Email != "" || u.FirstName != model.RemovedFirstName || len(u.AuditKey) > 0 || u.PendingOn != nil || u.DeletedOn == nil {
			t.Errorf("%+v", u)
		}
		rows := s.Rows(t.Context(), t)
		for _, e := range table.Effects.All(rows) {
			if e.UserID == user && e.Before != nil {
				t.Errorf("removal %d keeps %+v", e.RemovalID, e)
			}
		}
		for _, m := range table.ProjectMembers.All(rows) {
			if m.UserID == user {
				t.Errorf("%+v is left", m)
			}
		}
		for _, p := range table.Projects.All(rows) {
			if _, listed := table.Ownerless.In(rows, p.OrganizationID, model.OwnerlessProject, p.ID); p.ID == 160 && (!listed || p.AdminCount != 0) {
				t.Errorf("%+v, listed: %v", p, listed)
			}
		}
		fixture.Check(t, s)
	}
}

// Whoever made a place and has left it by themselves stands in the record of that
// by their address, until they are erased.
func TestErasedFromTheirOwnRemovals(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	const address = "user20@organization.com"
	s.Put(t, fixture.All(fixture.People(20, 20), fixture.Key("test", 20)))
	for _, r := range []fixture.Request{
		post("test.secret", "/api/project/", `{"project_name":"Own"}`),
		post("test.secret", "/api/project/1001/user", `{"user_ids":[15],"role":"admin"}`),
		drop("test.secret", "/api/project/1001/user/20"),
	} {
		if got := s.Do(t.Context(), r); got.Status >= 300 {
			t.Fatalf("%s: %d %s", r.Path, got.Status, got.Body)
		}
	}
	stands := func() (places []string) {
		for _, r := range table.Removals.All(s.Rows(t.Context(), t)) {
			if text := fmt.Sprintf("%+v", r); strings.Contains(text, address) {
				places = append(places, text)
			}
		}
		return places
	}
	if len(stands()) != 1 {
		t.Fatalf("left by themselves, they stand in %v", stands())
	}
	if got := s.Do(t.Context(), drop(demo.GlobalAdmin, "/api/user/20?purge=true")); got.Status != 200 {
		t.Fatal(got.Body)
	}
	erased(20)(t, s)
	if left := stands(); len(left) > 0 {
		t.Errorf("their address is left in %v", left)
	}
}

func TestSeveralAreErased(t *testing.T) {
	t.Parallel()
	s := fixture.New(t)
	s.Put(t, fixture.People(50, 51))
	if got := s.Do(t.Context(), drop(demo.GlobalAdmin, "/api/user/batch?user_ids=50,51&purge=true")); got.Status != 200 {
		t.Fatal(got.Body)
	}
	erased(50)(t, s)
	erased(51)(t, s)
}

func TestUsers(t *testing.T) {
	many := fixture.People(100, 105)
	fixture.Table(t, []fixture.Row{
		{Name: "any user sees all users of his organisation", Request: get(demo.ProjectMember, "/api/user"), Status: 200, Says: "Users found successfully.", Has: []string{`"id":1,`, `"id":7,`, `"id":15,`, fixture.User16}, Lacks: []string{"example.org"}},
		{Name: "in pages, by id", Given: many, First: []fixture.Request{get(demo.ProjectMember, "/api/user?limit=3")}, Request: get(demo.ProjectMember, "/api/user?limit=3&cursor="+fixture.Cursor), Status: 200, Has: []string{`"id":16,`, `"id":100,`, `"id":101,`}, Lacks: []string{`"id":102,`, `"id":15,`}},
		{Name: "only active ones", Given: fixture.Person(40, func(u *model.User) { u.IsActive = false }), Request: get(demo.ProjectMember, "/api/user?is_active=true"), Status: 200, Lacks: []string{`"is_active":false`}},
		{Name: "only inactive ones", Given: fixture.Person(40, func(u *model.User) { u.IsActive = false }), Request: get(demo.ProjectMember, "/api/user?is_active=false"), Status: 200, Has: []string{`"id":40,`}, Lacks: []string{`"is_active":true`}},
		{Name: "by address, whatever its case", Request: get(demo.ProjectMember, "/api/user?email=USER@example.com"), Status: 200, Data: `[` + fixture.User16 + `]`},
		{Name: "by an address nobody has", Request: get(demo.ProjectMember, "/api/user?email=nobody@example.com"), Status: 200, Data: `[]`},
		{Name: "by an address in another organisation", Request: get(demo.ProjectMember, "/api/user?email=other@example.org"), Status: 200, Data: `[]`},
		{Name: "a deleted user isn't listed", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: get(demo.GlobalAdmin, "/api/user"), Status: 200, Lacks: []string{"member@organization.com"}},
		{Name: "one user", Request: get(demo.ProjectMember, "/api/user/16"), Status: 200, Data: fixture.User16, Sends: map[string]string{"ETag": `"1"`}},
		{Name: "an unknown user", Request: get(demo.ProjectMember, "/api/user/99"), Status: 404, Code: "not_found", Says: "Record Not Found"},
		{Name: "another organisation's user", Request: get(demo.GlobalAdmin, "/api/user/90"), Status: 404, Code: "not_found"},
		{Name: "a deleted user isn't found", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: get(demo.GlobalAdmin, "/api/user/15"), Status: 404, Code: "not_found"},
		{Name: "a deactivated one is", First: []fixture.Request{put(demo.GlobalAdmin, "/api/user/15", `{"is_active":false}`)}, Request: get(demo.GlobalAdmin, "/api/user/15"), Status: 200, Has: []string{`"is_active":false`}},

		{Name: "an admin creates a user", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"New@organization.com","first_name":"New"}`), Status: 201, Says: "User created successfully.", Has: []string{`"id":1001`, `"email":"New@organization.com"`, `"is_active":true`, `"is_staff":false`}, Then: func(t *testing.T, s *fixture.System) {
			for _, a := range fixture.Audits(s.Rows(t.Context(), t)) {
				if a.Resource != "user:1001" || strings.Contains(fmt.Sprint(a.After), "organization.com") || a.After["is_active"] != true {
					t.Errorf("audit row %+v", a)
				}
			}
		}},
		{Name: "an application admin too, and another application admin", Given: staff(), Request: post("staff.secret", "/api/user/", `{"email":"new@organization.com","is_staff":true,"created_by":"somebody"}`), Status: 201, Has: []string{`"is_staff":true`}},
		{Name: "a plain user doesn't", Request: post(demo.ProjectAdmin, "/api/user", `{"email":"new@organization.com"}`), Status: 403, Code: "forbidden"},
		{Name: "an address in other letters is the same", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"USER@Example.com"}`), Status: 201, Has: []string{`"id":16`, `"url":`}},
		{Name: "a deleted user's address is free", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: post(demo.GlobalAdmin, "/api/user", `{"email":"member@organization.com"}`), Status: 201},
		{Name: "another organisation's address is free here", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"other@example.org"}`), Status: 201},
		{Name: "no address", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"nobody"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.email": ""}},
		{Name: "two addresses", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"a@b@c"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.email": ""}},
		{Name: "a control character in it", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"a\u0007@b.c"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.email": ""}},
		{Name: "too long an address", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"`+strings.Repeat("a", 250)+`@b.cc"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.email": ""}},
		{Name: "no rank above it is created", Request: post(demo.GlobalAdmin, "/api/user", `{"email":"a@b.c","is_superuser":true}`), Status: 400, Code: "invalid"},
	})
}

func TestEdit(t *testing.T) {
	twoSteps := []fixture.Request{put(demo.GlobalAdmin, "/api/user/15", `{"is_superuser":true}`)}
	fixture.Table(t, []fixture.Row{
		{Name: "himself: names", Request: put(demo.ProjectMember, "/api/user/15", `{"first_name":"A","last_name":"B"}`), Status: 200, Has: []string{`"first_name":"A"`, `"last_name":"B"`}, Sends: map[string]string{"ETag": `"2"`}, Then: func(t *testing.T, s *fixture.System) {
			for _, a := range fixture.Audits(s.Rows(t.Context(), t)) {
				if name, _ := a.After["first_name"].(string); name == "" || name == "A" || a.Resource != "user:15" {
					t.Errorf("audit row %+v", a)
				}
			}
		}},
		{Name: "himself as he is already", Request: put(demo.ProjectMember, "/api/user/15", `{"is_staff":false,"is_superuser":false,"is_active":true,"first_name":"Project"}`), Status: 200, Idle: true},
		{Name: "himself: no rank", Request: put(demo.ProjectMember, "/api/user/15", `{"is_staff":true}`), Status: 403, Code: "forbidden"},
		{Name: "himself: nobody ends his own account", Request: put(demo.GlobalAdmin, "/api/user/1", `{"is_active":false}`), Status: 409, Code: "self_delete"},
		{Name: "others' names take a rank", Request: put(demo.ProjectAdmin, "/api/user/15", `{"first_name":"A"}`), Status: 403, Code: "forbidden"},
		{Name: "an application admin makes another", Given: staff(), Request: put("staff.secret", "/api/user/15", `{"is_staff":true}`), Status: 200, Has: []string{`"is_staff":true`}},
		{Name: "but no global admin", Given: staff(), Request: put("staff.secret", "/api/user/15", `{"is_superuser":true}`), Status: 403, Code: "forbidden"},
		{Name: "himself neither", Given: staff(), Request: put("staff.secret", "/api/user/30", `{"is_superuser":true}`), Status: 403, Code: "forbidden"},
		{Name: "he never touches a global admin", Given: staff(), Request: put("staff.secret", "/api/user/16", `{"first_name":"A"}`), Status: 403, Code: "forbidden"},
		{Name: "a global admin makes another, who is counted", Request: twoSteps[0], Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if u, o := userRow(t, s, 15); !u.IsSuperuser || u.GlobalAdminOf == nil || o.GlobalAdminCount != 3 {
				t.Errorf("%+v of %d", u, o.GlobalAdminCount)
			}
		}},
		{Name: "global admins don't manage each other", Request: put(demo.GlobalAdmin, "/api/user/16", `{"is_superuser":false}`), Status: 403, Code: "forbidden"},
		{Name: "nor end each other's accounts", Request: put(demo.GlobalAdmin, "/api/user/16", `{"is_active":false}`), Status: 403, Code: "forbidden"},
		{Name: "one gives up the rank himself", Request: put(demo.GlobalAdmin, "/api/user/1", `{"is_superuser":false}`), Status: 200, Has: []string{`"is_superuser":false`, `"is_staff":true`}, Then: func(t *testing.T, s *fixture.System) {
			if u, o := userRow(t, s, 1); u.GlobalAdminOf != nil || o.GlobalAdminCount != 1 {
				t.Errorf("%+v of %d", u, o.GlobalAdminCount)
			}
		}},
		{Name: "the last one can't", Given: alone(), Request: put(demo.GlobalAdmin, "/api/user/1", `{"is_superuser":false}`), Status: 409, Code: "last_global_admin"},
		{Name: "an inactive user becomes no global admin", Request: put(demo.GlobalAdmin, "/api/user/15", `{"is_superuser":true,"is_active":false}`), Status: 409, Code: "bad_transition"},
		{Name: "If-Match of another version", Request: fixture.Request{Method: "PUT", Path: "/api/user/15", Key: demo.GlobalAdmin, Body: `{"first_name":"A"}`, Header: map[string][]string{"If-Match": {`"9"`}}}, Status: 412, Code: "version_mismatch"},
		{Name: "If-Match of this one", Request: fixture.Request{Method: "PUT", Path: "/api/user/15", Key: demo.GlobalAdmin, Body: `{"first_name":"A"}`, Header: map[string][]string{"If-Match": {`"1"`}}}, Status: 200},
		{Name: "deactivation ends the account at once", First: []fixture.Request{put(demo.GlobalAdmin, "/api/user/15", `{"is_active":false,"last_name":"Gone"}`)}, Request: get(demo.ProjectMember, "/api/user/me"), Status: 401, Code: "unauthorized"},
		{Name: "the last admin of a project can be deactivated", Request: put(demo.GlobalAdmin, "/api/user/7", `{"is_active":false}`), Status: 200},
		{Name: "a deleted user can't be edited", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: put(demo.GlobalAdmin, "/api/user/15", `{"is_active":true}`), Status: 404, Code: "not_found"},
		{Name: "a deleted user can't be added anywhere", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: post(demo.GlobalAdmin, "/api/project/151/user", `{"user_ids":[15]}`), Status: 404, Code: "not_found"},
	})
}

func TestDelete(t *testing.T) {
	idle := fixture.People(50, 52)
	fixture.Table(t, []fixture.Row{
		{Name: "a user is deleted", Request: drop(demo.GlobalAdmin, "/api/user/15"), Status: 200, Says: "User deleted successfully.", Has: []string{`"id":15`, `"is_active":false`}, Lacks: []string{"meta"}},
		{Name: "a preview says what it does, and does nothing", Request: drop(demo.GlobalAdmin, "/api/user/15?dry_run=true"), Status: 200, Has: []string{`"effects"`, `"removal_id":null`}, Idle: true},
		{Name: "user 16 is a global admin, whom nobody deletes", Request: drop(demo.GlobalAdmin, "/api/user/16"), Status: 403, Code: "forbidden"},
		{Name: "until he gives up that rank", First: []fixture.Request{put(demo.GlobalAdmin, "/api/user/15", `{"is_superuser":true}`), put(demo.ProjectMember, "/api/user/15", `{"is_superuser":false}`)}, Request: drop(demo.GlobalAdmin, "/api/user/15"), Status: 200},
		{Name: "nobody deletes himself", Request: drop(demo.GlobalAdmin, "/api/user/1"), Status: 409, Code: "self_delete"},
		{Name: "and erased at once, where a global admin says so", Given: holding(15), Request: drop(demo.GlobalAdmin, "/api/user/15?purge=true&report=true"), Status: 200, Has: []string{`"detail":"account, erased as soon as all of it is handed over"`}, Then: erased(15)},
		{Name: "what is a preview erases nobody", Request: drop(demo.GlobalAdmin, "/api/user/15?purge=true&dry_run=true"), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			s.Settle(t.Context(), t)
			if u, _ := userRow(t, s, 15); !u.IsActive || u.Email == "" {
				t.Errorf("%+v", u)
			}
		}},
		{Name: "an application admin erases nobody at once", Given: staff(), Request: drop("staff.secret", "/api/user/15?purge=true"), Status: 403, Code: "forbidden", Has: []string{`"reason":"rank"`}},
		{Name: "nor does a service key", Given: fixture.Key("service1", 0), Request: drop("service1.secret", "/api/user/15?purge=true"), Status: 403, Code: "forbidden", Has: []string{`"reason":"rank"`}},
		{Name: "an end that erases isn't undone", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15?purge=true")}, Request: post(demo.GlobalAdmin, "/api/removal/1001/undo", ""), Status: 409, Code: "bad_transition", Says: "The removal erases its users, which can't be undone: give back by hand what is missing"},
		{Name: "and says so in its record", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15?purge=true")}, Request: get(demo.GlobalAdmin, "/api/removal/1001"), Status: 200, Has: []string{`"undo_until":null`}},
		{Name: "another says until when", First: []fixture.Request{drop(demo.GlobalAdmin, "/api/user/15")}, Request: get(demo.GlobalAdmin, "/api/removal/1001"), Status: 200, Has: []string{`"undo_until":"2026-01-31T`}},
		{Name: "of a global admin nobody but that admin ends the account", Given: fixture.Person(20, func(u *model.User) { u.IsSuperuser = true; one := int64(1); u.GlobalAdminOf = &one }), Request: drop(demo.GlobalAdmin, "/api/user/20"), Status: 403, Code: "forbidden", Says: "A global admin's account is theirs alone: they give up the rank first."},
		{Name: "not even a plain user, who deletes nobody", Request: drop(demo.ProjectMember, "/api/user/15"), Status: 403, Code: "forbidden"},
		{Name: "the last admin of a project", Request: drop(demo.GlobalAdmin, "/api/user/7"), Status: 200},
		{Name: "an heir takes his places", Request: drop(demo.GlobalAdmin, "/api/user/7?transfer_to=1"), Status: 200},
		{Name: "an unknown heir", Request: drop(demo.GlobalAdmin, "/api/user/7?transfer_to=99"), Status: 404, Code: "not_found", Fields: map[string]string{"query.transfer_to": ""}},
		{Name: "If-Match of another version", Request: fixture.Request{Method: "DELETE", Path: "/api/user/15", Key: demo.GlobalAdmin, Header: map[string][]string{"If-Match": {`"9"`}}}, Status: 412, Code: "version_mismatch", Leases: true},

		{Name: "several at once, in the body", Given: idle, Request: fixture.Request{Method: "DELETE", Path: "/api/user/batch", Key: demo.GlobalAdmin, Body: `{"user_ids":[50,51,50]}`}, Status: 200, Says: "Users deleted successfully.", Has: []string{`"id":50`, `"id":51`}},
		{Name: "many have no version: If-Match means nothing", Given: idle, Request: fixture.Request{Method: "DELETE", Path: "/api/user/batch?user_ids=50,51", Key: demo.GlobalAdmin, Header: map[string][]string{"If-Match": {`"99"`}}}, Status: 200},
		{Name: "or in the query", Given: idle, Request: drop(demo.GlobalAdmin, "/api/user/batch?user_ids=50,51"), Status: 200, Has: []string{`"id":50`, `"id":51`}},
		{Name: "who is blocked is named, with the reason, and nobody goes", Given: idle, Request: drop(demo.GlobalAdmin, "/api/user/batch?user_ids=1,16,7,50"), Status: 409, Code: "blocked_ids", Has: []string{`{"user_id":1,"code":"self_delete"}`, `{"user_id":16,"code":"rank"}`}, Lacks: []string{`"user_id":50`, `"user_id":7`}},
		{Name: "an unknown one among them", Given: idle, Request: drop(demo.GlobalAdmin, "/api/user/batch?user_ids=50,99"), Status: 404, Code: "not_found"},
		{Name: "none", Request: drop(demo.GlobalAdmin, "/api/user/batch?user_ids="), Status: 400, Code: "invalid"},
		{Name: "91", Request: fixture.Request{Method: "DELETE", Path: "/api/user/batch", Key: demo.GlobalAdmin, Body: `{"user_ids":[1` + strings.Repeat(",1", 90) + `]}`}, Status: 400, Code: "invalid"},
		{Name: "90 fit into one transaction", Given: fixture.All(fixture.People(200, 229), fixture.People(230, 259), fixture.People(260, 289)), Request: fixture.Request{Method: "DELETE", Path: "/api/user/batch", Key: demo.GlobalAdmin, Body: `{"user_ids":` + numbers(200, 289) + `}`}, Status: 200},
	})
}

func numbers(first, last int) string {
	var ids []string
	for id := first; id <= last; id++ {
		ids = append(ids, fmt.Sprint(id))
	}
	return "[" + strings.Join(ids, ",") + "]"
}

func on(project, user int64, permission, more string) string {
	return fmt.Sprintf(`{"user_id":%d,"resource_type":"project","resource_id":%d,"permission":"%s"%s}`, user, project, permission, more)
}

func rank(user int64, permission, more string) string {
	return fmt.Sprintf(`{"user_id":%d,"resource_type":"organization","resource_id":1,"permission":"%s"%s}`, user, permission, more)
}

const path = "/api/user-permission"

func TestPermissions(t *testing.T) {
	given := fixture.All(fixture.People(20, 20), fixture.Key("test", 20))
	second := fixture.All(fixture.People(21, 21), fixture.Joins(151, 21, "admin"))
	staffed := []fixture.Request{post(demo.GlobalAdmin, path, rank(15, "application_admin", ""))}
	global := []fixture.Request{post(demo.GlobalAdmin, path, rank(15, "global_admin", ""))}
	end := `,"expires_on":"2026-01-01T01:00:00Z"`
	fixture.Table(t, []fixture.Row{
		{Name: "on a project: a membership", Given: given, Request: post(demo.ProjectAdmin, path, on(151, 20, "member", "")), Status: 201, Says: "User permission created successfully.", Has: []string{`"id":1001,"user":20,"resource_type":"project","resource_id":151,"permission":"member","expires_on":null,"is_deleted":false,"created_by":"lead@organization.com"`}},
		{Name: "it opens the project", Given: given, First: []fixture.Request{post(demo.ProjectAdmin, path, on(151, 20, "member", ""))}, Request: get("test.secret", "/api/project/151"), Status: 200},
		{Name: "one that has ended doesn't", Given: given, First: []fixture.Request{post(demo.ProjectAdmin, path, on(151, 20, "member", end))}, Later: time.Hour, Request: get("test.secret", "/api/project/151"), Status: 404, Code: "not_found"},
		{Name: "an admin's can't end", Given: given, Request: post(demo.ProjectAdmin, path, on(151, 20, "admin", end)), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": ""}},
		{Name: "nor lie in the past", Given: given, Request: post(demo.ProjectAdmin, path, on(151, 20, "member", `,"expires_on":"2025-01-01T00:00:00Z"`)), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": ""}},
		{Name: "who has one already", Request: post(demo.ProjectAdmin, path, on(151, 15, "admin", "")), Status: 409, Code: "duplicate"},
		{Name: "a member grants nothing", Given: given, Request: post(demo.ProjectMember, path, on(151, 20, "member", "")), Status: 403, Code: "forbidden"},
		{Name: "a stranger learns nothing", Given: given, Request: post("test.secret", path, on(151, 20, "member", "")), Status: 404, Code: "not_found"},
		{Name: "another organisation's project", Given: given, Request: post(demo.GlobalAdmin, path, on(9, 20, "member", "")), Status: 404, Code: "not_found"},
		{Name: "another organisation's user", Request: post(demo.GlobalAdmin, path, on(151, 90, "member", "")), Status: 404, Code: "not_found"},
		{Name: "a permission of another kind", Given: given, Request: post(demo.GlobalAdmin, path, on(151, 20, "viewer", "")), Status: 400, Code: "invalid", Fields: map[string]string{"body.permission": ""}},
		{Name: "an agent that there isn't", Given: given, Request: post(demo.GlobalAdmin, path, `{"user_id":20,"resource_type":"agent","resource_id":1,"permission":"viewer"}`), Status: 404, Code: "not_found"},
		{Name: "and no corpora", Given: given, Request: post(demo.GlobalAdmin, path, `{"user_id":20,"resource_type":"corpus","resource_id":1,"permission":"viewer"}`), Status: 404, Code: "not_found"},

		{Name: "on the organisation: a rank", Request: staffed[0], Status: 201, Has: []string{`"resource_type":"organization","resource_id":1,"permission":"application_admin"`}, Then: func(t *testing.T, s *fixture.System) {
			if u, _ := userRow(t, s, 15); !u.IsStaff || u.IsSuperuser {
				t.Errorf("%+v", u)
			}
		}},
		{Name: "the highest too", Request: global[0], Status: 201, Then: func(t *testing.T, s *fixture.System) {
			if u, o := userRow(t, s, 15); !u.IsSuperuser || o.GlobalAdminCount != 3 {
				t.Errorf("%+v of %d", u, o.GlobalAdminCount)
			}
		}},
		{Name: "an application admin grants no rank", Given: staff(), Request: post("staff.secret", path, rank(15, "application_admin", "")), Status: 403, Code: "forbidden"},
		{Name: "a rank can't end", Request: post(demo.GlobalAdmin, path, rank(15, "application_admin", end)), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": ""}},
		{Name: "who has a rank already", Request: post(demo.GlobalAdmin, path, rank(16, "global_admin", "")), Status: 409, Code: "duplicate"},

		{Name: "whoever manages the project sees it", Request: get(demo.ProjectAdmin, path+"/148"), Status: 200, Has: []string{`"id":148,"user":16`}, Sends: map[string]string{"ETag": `"1"`}},
		{Name: "its holder too", Request: get(demo.ProjectMember, path+"/147"), Status: 200, Has: []string{`"user":15`}},
		{Name: "another member not", Request: get(demo.ProjectMember, path+"/148"), Status: 403, Code: "forbidden"},
		{Name: "a stranger learns nothing of it", Given: given, Request: get("test.secret", path+"/148"), Status: 404, Code: "not_found"},
		{Name: "an unknown one", Request: get(demo.GlobalAdmin, path+"/987654"), Status: 404, Code: "not_found"},
		{Name: "a rank's holder sees it", First: staffed, Request: get(demo.ProjectMember, path+"/1001"), Status: 200, Has: []string{`"application_admin"`}},
		{Name: "who is no global admin doesn't", First: staffed, Request: get(demo.ProjectAdmin, path+"/1001"), Status: 403, Code: "forbidden"},

		{Name: "a member becomes admin", Request: put(demo.ProjectAdmin, path+"/147", `{"permission":"admin"}`), Status: 200, Has: []string{`"permission":"admin"`, `"modified_by":"lead@organization.com"`}, Sends: map[string]string{"ETag": `"2"`}},
		{Name: "the last admin can't be demoted", Request: put(demo.GlobalAdmin, path+"/146", `{"permission":"member"}`), Status: 409, Code: "last_project_admin"},
		{Name: "one of two can", Given: second, Request: put(demo.GlobalAdmin, path+"/146", `{"permission":"member"}`), Status: 200},
		{Name: "a membership gets an end", Request: put(demo.ProjectAdmin, path+"/147", `{"expires_on":"2026-01-01T01:00:00Z"}`), Status: 200, Has: []string{`"expires_on":"2026-01-01T01:00:00.000000Z"`}},
		{Name: "an admin's gets none", Request: put(demo.ProjectAdmin, path+"/146", `{"expires_on":"2026-01-01T01:00:00Z"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.expires_on": ""}},
		{Name: "what is so already", Request: put(demo.ProjectAdmin, path+"/147", `{"permission":"member","expires_on":null}`), Status: 200, Idle: true},
		{Name: "a member raises nobody", Request: put(demo.ProjectMember, path+"/147", `{"permission":"admin"}`), Status: 403, Code: "forbidden"},
		{Name: "a project's permission is no rank", Request: put(demo.GlobalAdmin, path+"/147", `{"permission":"global_admin"}`), Status: 400, Code: "invalid"},
		{Name: "If-Match of another version", Request: fixture.Request{Method: "PUT", Path: path + "/147", Key: demo.ProjectAdmin, Body: `{"permission":"admin"}`, Header: map[string][]string{"If-Match": {`"9"`}}}, Status: 412, Code: "version_mismatch"},
		{Name: "a rank is raised", First: staffed, Request: put(demo.GlobalAdmin, path+"/1001", `{"permission":"global_admin"}`), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			if u, o := userRow(t, s, 15); !u.IsSuperuser || u.IsStaff || o.GlobalAdminCount != 3 {
				t.Errorf("%+v of %d", u, o.GlobalAdminCount)
			}
		}},
		{Name: "nobody raises his own", First: staffed, Request: put(demo.ProjectMember, path+"/1001", `{"permission":"global_admin"}`), Status: 403, Code: "forbidden"},
		{Name: "another global admin's isn't lowered", First: global, Request: put(demo.GlobalAdmin, path+"/1001", `{"permission":"application_admin"}`), Status: 403, Code: "forbidden"},
		{Name: "one's own is", First: global, Request: put(demo.ProjectMember, path+"/1001", `{"permission":"application_admin"}`), Status: 200},

		{Name: "deleting it on a project is the removal", Request: drop(demo.ProjectAdmin, path+"/148"), Status: 200, Has: []string{`"id":148`}, Lacks: []string{"meta"}, Then: func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			tomb, ok := table.Tombstones.In(rows, int64(151), int64(16))
			if p, _ := table.Projects.In(rows, int64(151)); p.UserCount != 2 || !ok || tomb.RemovalID == 0 {
				t.Errorf("%+v, %+v", p, tomb)
			}
		}},
		{Name: "in a preview", Request: drop(demo.ProjectAdmin, path+"/148?dry_run=true"), Status: 200, Idle: true, Has: []string{`"effects"`, `"via":["team:7","rank"]`}},
		{Name: "anyone leaves by himself", Request: drop(demo.ProjectMember, path+"/147"), Status: 200},
		{Name: "the last admin stays", Request: drop(demo.GlobalAdmin, path+"/146"), Status: 409, Code: "last_project_admin"},
		{Name: "a member takes nobody out", Request: drop(demo.ProjectMember, path+"/148"), Status: 403, Code: "forbidden"},
		{Name: "a second time it is 404", First: []fixture.Request{drop(demo.ProjectAdmin, path+"/148")}, Request: drop(demo.ProjectAdmin, path+"/148"), Status: 404, Code: "not_found"},
		{Name: "deleting a rank takes it away", First: staffed, Request: drop(demo.GlobalAdmin, path+"/1001"), Status: 200, Then: func(t *testing.T, s *fixture.System) {
			_, granted := table.RankGrants.In(s.Rows(t.Context(), t), int64(15))
			if u, _ := userRow(t, s, 15); u.IsStaff || granted {
				t.Errorf("%+v, granted %t", u, granted)
			}
		}},
		{Name: "one gives up one's own", First: global, Request: drop(demo.ProjectMember, path+"/1001"), Status: 200},
		{Name: "another global admin's stays", First: global, Request: drop(demo.GlobalAdmin, path+"/1001"), Status: 403, Code: "forbidden"},
		{Name: "a rank that goes with the user's own flags takes the grant along", First: append(staffed, put(demo.GlobalAdmin, "/api/user/15", `{"is_staff":false}`)), Request: get(demo.GlobalAdmin, path+"/1001"), Status: 404, Code: "not_found"},
	})
}
