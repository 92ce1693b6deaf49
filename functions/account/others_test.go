package account_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// The ranks see and revoke the keys of those whose accounts they may manage.
func TestKeysOfOthers(t *testing.T) {
	with := func(g ...fixture.Given) fixture.Given {
		return fixture.All(append([]fixture.Given{
			fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("staf", 20), fixture.Key("serv", 0), fixture.Key("boun", 0, fixture.Bound(151)),
			fixture.Key("mine", 7, fixture.Bound(151)),
		}, g...)...)
	}
	list := func(key string, user int) fixture.Request {
		return fixture.Request{Method: http.MethodGet, Path: fmt.Sprint("/api/api-key?user_id=", user), Key: key}
	}
	revoke := func(key string, id int) fixture.Request { return drop(key, fmt.Sprint("/api/api-key/", id)) }
	listed := []string{`"prefix":"demoproj"`, `"prefix":"mine"`, `"user":7`}
	row := func(name string, r fixture.Request, status int, code string, has ...string) fixture.Row {
		return fixture.Row{Name: name, Given: with(), Request: r, Status: status, Code: code, Has: has}
	}
	fixture.Table(t, []fixture.Row{
		row("a global admin lists them", list(demo.GlobalAdmin, 7), 200, "", listed...),
		row("so does an application admin", list("staf.secret", 7), 200, "", listed...),
		row("and a service key", list("serv.secret", 7), 200, "", listed...),
		row("one's own are those alone", list(demo.ProjectAdmin, 7), 200, "", listed...),
		row("not those of a global admin", list("staf.secret", 1), 403, "forbidden"),
		row("nor as one's equal", list(demo.GlobalAdmin, 16), 403, "forbidden"),
		row("nor without a rank", list(demo.ProjectAdmin, 15), 403, "forbidden"),
		row("nor in another organisation: 404 before 403", list(demo.ProjectAdmin, 90), 404, "not_found"),
		row("nor by a key that is bound", list("boun.secret", 7), 404, "not_found"),
		row("a global admin revokes one", revoke(demo.GlobalAdmin, 2), 200, "", `"revoked_on":"2026`, `"user":7`),
		row("so does an application admin", revoke("staf.secret", 2), 200, "", `"revoked_on":"2026`),
		row("and a service key", revoke("serv.secret", 2), 200, "", `"revoked_on":"2026`),
		row("not that of a global admin", revoke("staf.secret", 1), 403, "forbidden"),
		row("nor without a rank, who doesn't know of it", revoke(demo.ProjectMember, 2), 404, "not_found"),
		row("nor in another organisation", revoke(demo.OtherOrganization, 2), 404, "not_found"),
		row("nor by a key that is bound", revoke("boun.secret", 2), 404, "not_found"),
		{Name: "nor twice", Given: with(), First: []fixture.Request{revoke(demo.GlobalAdmin, 2)}, Request: revoke(demo.GlobalAdmin, 2), Status: 404, Code: "not_found"},
	})
}

// A service key says what it is.
func TestServiceKeySaysWhatItIs(t *testing.T) {
	me := func(key string) fixture.Request {
		return fixture.Request{Method: http.MethodGet, Path: "/api/user/me", Key: key}
	}
	keys := fixture.All(fixture.Key("serv", 0), fixture.Key("boun", 0, fixture.Bound(151)))
	fixture.Table(t, []fixture.Row{
		{Name: "one that isn't bound is an application admin", Given: keys, Request: me("serv.secret"), Status: 200,
			Has: []string{`"id":0`, `"email":"key:serv"`, `"rank":"application_admin"`, `"service_key":{"id":`, `"kind":"service"`, `"projects":[]`}, Lacks: []string{`"meta"`}},
		{Name: "one that is bound is its project's admin", Given: keys, Request: me("boun.secret"), Status: 200,
			Has: []string{`"email":"key:boun"`, `"rank":"user"`, `"project":151`, `"projects":[{"id":151,"project_name":"`, `"role":"admin"`}},
		{Name: "a user is none", Given: keys, Request: me(demo.ProjectAdmin), Status: 200, Has: []string{`"service_key":null`, `"id":7`}},
	})
}

// A service key gives nobody a rank, and outlives who made it: whoever ends that
// account or lowers its rank is told which keys live on.
func TestServiceKeysOutliveTheirMakers(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("staf", 20), fixture.Person(21, func(*model.User) {})))
	do := func(key, method, path, body string, status int) string {
		t.Helper()
		got := s.Do(t.Context(), fixture.Request{Method: method, Path: path, Body: body, Key: key})
		if got.Status != status {
			t.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
		}
		return got.Body
	}
	made := do("staf.secret", "POST", "/api/api-key", `{"name":"Robot","kind":"service"}`, 201)
	_, secret, _ := strings.Cut(made, `"key":"`)
	secret, _, _ = strings.Cut(secret, `"`)
	second := do(secret, "POST", "/api/api-key", `{"name":"Robot's","kind":"service"}`, 201)
	do(demo.GlobalAdmin, "POST", "/api/api-key", `{"name":"Another's","kind":"service"}`, 201)
	names := make([]string, 0, 2)
	for _, k := range table.Keys.All(s.Rows(t.Context(), t)) {
		if k.Name == "Robot" || k.Name == "Robot's" {
			names = append(names, fmt.Sprint(k.ID))
		}
	}
	if len(names) != 2 {
		t.Fatal(second)
	}

	do(secret, "PUT", "/api/user/21", `{"is_staff":true}`, 403)
	do(secret, "POST", "/api/user", `{"email":"new@organization.com","is_staff":true}`, 403)
	do(secret, "POST", "/api/user-permission", `{"user_id":21,"resource_type":"organization","resource_id":1,"permission":"application_admin"}`, 403)
	do(secret, "PUT", "/api/user/20", `{"first_name":"Same rank"}`, 200)

	body := do(demo.GlobalAdmin, "DELETE", "/api/user/20?dry_run=true", "", 200)
	for _, id := range names {
		if !strings.Contains(body, `{"resource":"api_key:`+id+`","action":"keep","detail":"service key that the user made"}`) {
			t.Errorf("the end of the account doesn't name key %s: %s", id, body)
		}
	}
	if strings.Count(body, `"keep"`) != 2 {
		t.Errorf("it names others: %s", body)
	}
	body = do(demo.GlobalAdmin, "PUT", "/api/user/20", `{"is_staff":false}`, 200)
	if !strings.Contains(body, `"meta":{"warnings":["service_keys_left"],"service_keys":[`+strings.Join(names, ",")+`]}`) && !strings.Contains(body, `"service_keys":[`+names[1]+","+names[0]+`]`) {
		t.Errorf("the demotion doesn't warn: %s", body)
	}
	if body = do(demo.GlobalAdmin, "PUT", "/api/user/20", `{"first_name":"Other"}`, 200); strings.Contains(body, `"meta"`) {
		t.Errorf("nothing was demoted: %s", body)
	}
	do(secret, "GET", "/api/user/me", "", 200)
}
