package project_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Every form of a credential, and everything that is none.
func TestCredentials(t *testing.T) {
	sent := func(headers ...string) fixture.Request {
		r := get("", "/api/project/151")
		for i := 0; i < len(headers); i += 2 {
			if r.Header == nil {
				r.Header = http.Header{}
			}
			r.Header.Add(headers[i], headers[i+1])
		}
		return r
	}
	const a, o = "Authorization", "Ocp-Apim-Subscription-Key"
	yes := func(name string, headers ...string) fixture.Row {
		return fixture.Row{Name: name, Request: sent(headers...), Status: 200}
	}
	no := func(name string, headers ...string) fixture.Row {
		return fixture.Row{Name: name, Request: sent(headers...), Status: 401, Code: "unauthorized", Says: "Unauthorized", Has: []string{`"data":null`}}
	}
	unsent := func(name string, headers ...string) fixture.Row {
		row := no(name, headers...)
		row.Fields = map[string]string{"header.Authorization": "must be a key, as in ApiKey <key>, or a token, as in Bearer <token>"}
		return row
	}
	change := func(name string, edit func(*model.APIKey)) fixture.Row {
		row := no(name, a, "ApiKey "+demo.ProjectAdmin)
		row.Given = fixture.Change(table.Keys, edit, "demoproj")
		return row
	}
	at := func(d time.Duration) *model.Time {
		end := model.At(fixture.Epoch.Add(d))
		return &end
	}
	fixture.Table(t, []fixture.Row{
		yes("the subscription header", o, demo.ProjectAdmin),
		yes("ApiKey", a, "ApiKey "+demo.ProjectAdmin),
		yes("ApiKey, whatever its case", a, "apikey "+demo.ProjectAdmin),
		yes("the bare key", a, demo.ProjectAdmin),
		yes("Bearer with one dot", a, "Bearer "+demo.ProjectAdmin),
		yes("bearer", a, "bearer "+demo.ProjectAdmin),
		yes("one key in both headers", a, "Bearer "+demo.ProjectAdmin, o, demo.ProjectAdmin),
		no("two different keys", a, demo.ProjectAdmin, o, demo.GlobalAdmin),
		no("two different keys in one header", a, demo.ProjectAdmin, a, demo.GlobalAdmin),
		no("a key and a token", o, demo.ProjectAdmin, a, "Bearer aa.bb.cc"),
		no("a token, with two dots", a, "Bearer eyJhbGciOiJub25lIn0.e30.c2ln"),
		unsent("nothing"),
		no("an empty header", a, ""),
		no("an empty subscription header beside a key", o, "", a, demo.ProjectAdmin),
		no("a scheme alone", a, "ApiKey"),
		no("a scheme and a space", a, "Bearer "),
		unsent("another scheme", a, "Basic "+demo.ProjectAdmin),
		no("no dot", a, "ApiKey demoproj"),
		no("no secret", a, "ApiKey demoproj."),
		no("no prefix", a, "ApiKey .local-only-project-admin"),
		no("an unknown prefix", a, "ApiKey demonone.local-only-project-admin"),
		no("a wrong secret", a, "ApiKey demoproj.local-only-project-admi"),
		no("another key's secret", a, "ApiKey demoproj.local-only-global-admin"),
		no("another case of the secret", a, "ApiKey demoproj.LOCAL-ONLY-PROJECT-ADMIN"),
		no("another case of the prefix", a, "ApiKey DEMOPROJ.local-only-project-admin"),
		no("a prefix that looks into another key of the table", a, "ApiKey demoproj#.x"),
		no("a space in it", a, "ApiKey demoproj.local-only project-admin"),
		no("more behind it", a, "ApiKey "+demo.ProjectAdmin+" x"),
		no("8,000 characters", a, "ApiKey demoproj."+strings.Repeat("x", 8000)),
		no("not ASCII", a, "ApiKey démo.x"),
		change("revoked", func(k *model.APIKey) { k.RevokedOn = at(-time.Hour) }),
		change("expired", func(k *model.APIKey) { k.ExpiresOn = at(-time.Hour) }),
		change("expired this very instant", func(k *model.APIKey) { k.ExpiresOn = at(time.Millisecond) }),
		change("without a user, and no service key", func(k *model.APIKey) { k.UserID = nil }),
		change("of a user there is not", func(k *model.APIKey) { u := int64(99); k.UserID = &u }),
		change("of a user of another organisation", func(k *model.APIKey) { u := int64(90); k.UserID = &u }),
		change("of an organisation there is not", func(k *model.APIKey) { k.OrganizationID = 3 }),
		{Name: "not expired yet", Given: fixture.Change(table.Keys, func(k *model.APIKey) { k.ExpiresOn = at(2 * time.Millisecond) }, "demoproj"), Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 200},
		{Name: "an inactive user", Given: inactive(7), Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 401, Code: "unauthorized"},
		{Name: "an inactive user with a bad body: 401 before 400", Given: inactive(7), Request: add(demo.ProjectAdmin, `{"x":1`), Status: 401, Code: "unauthorized"},
		{Name: "an inactive user with a large body: 401 before 413", Given: inactive(7), Request: add(demo.ProjectAdmin, padded(2<<20)), Status: 401, Code: "unauthorized"},
		{Name: "an inactive user with another content type: 401 before 415", Given: inactive(7), Request: with(add(demo.ProjectAdmin, "x"), "Content-Type", "text/plain"), Status: 401, Code: "unauthorized"},
		{Name: "an inactive user with a rule broken that no schema tells", Given: inactive(7), Request: leave(demo.ProjectAdmin, "7?transfer_to=7"), Status: 401, Code: "unauthorized"},
		{Name: "a deleted organisation", Given: fixture.Change(table.Organizations, func(o *model.Organization) { o.IsDeleted = true }, 1), Request: get(demo.ProjectAdmin, "/api/project/151"), Status: 401, Code: "unauthorized"},
		{Name: "a deleted organisation's service key", Given: fixture.All(fixture.Key("test", 0), fixture.Change(table.Organizations, func(o *model.Organization) { o.IsDeleted = true }, 1)), Request: get("test.secret", "/api/project/151"), Status: 401, Code: "unauthorized"},
		{Name: "401 before 400", Request: fixture.Request{Method: "GET", Path: "/api/project/0"}, Status: 401, Code: "unauthorized"},
		{Name: "401 before 404", Request: fixture.Request{Method: "GET", Path: "/api/project/150", Key: "no.body"}, Status: 401, Code: "unauthorized"},
	})
}

// A key's scope only ever cuts, and its refusal comes after 404.
func TestScopes(t *testing.T) {
	scoped := func(user int64, scope string, groups ...string) fixture.Given {
		return fixture.Key("test", user, func(k *model.APIKey) {
			k.Scope, k.Groups = scope, map[string]string{}
			for i := 0; i < len(groups); i += 2 {
				k.Groups[groups[i]] = groups[i+1]
			}
		})
	}
	const key = "test.secret"
	fixture.Table(t, []fixture.Row{
		{Name: "read-only reads", Given: scoped(7, "read_only"), Request: get(key, "/api/project/151"), Status: 200},
		{Name: "read-only doesn't write", Given: scoped(7, "read_only"), Request: leave(key, "16"), Status: 403, Code: "forbidden"},
		{Name: "read-only doesn't let one leave either", Given: scoped(15, "read_only"), Request: leave(key, "15"), Status: 403, Code: "forbidden"},
		{Name: "read-only doesn't preview a write", Given: scoped(7, "read_only"), Request: leave(key, "16?dry_run=true"), Status: 403, Code: "forbidden"},
		{Name: "read-only creates nothing", Given: scoped(7, "read_only"), Request: create(key, `{"project_name":"New"}`), Status: 403, Code: "forbidden"},
		{Name: "404 before that", Given: scoped(7, "read_only"), Request: leave(key, "1"), Status: 404, Code: "not_found"},
		{Name: "and for an unknown project", Given: scoped(7, "read_only"), Request: fixture.Request{Method: "PUT", Path: "/api/project/150", Key: key, Body: `{}`}, Status: 404, Code: "not_found"},
		{Name: "read-only opens nothing", Given: scoped(90, "all"), Request: get(key, "/api/project/151"), Status: 401, Code: "unauthorized"},
		{Name: "restricted to reading projects: reads", Given: scoped(7, "restricted", "project", "read"), Request: get(key, "/api/project/151"), Status: 200},
		{Name: "restricted to reading projects: a POST that reads", Given: scoped(7, "restricted", "project", "read"), Request: fetch(key, `{"project_ids":[151]}`), Status: 200},
		{Name: "restricted to reading projects: doesn't write", Given: scoped(7, "restricted", "project", "read"), Request: edit(key, `{"description":"X"}`), Status: 403, Code: "forbidden"},
		{Name: "restricted to writing projects: writes", Given: scoped(7, "restricted", "project", "write"), Request: edit(key, `{"description":"X"}`), Status: 200},
		{Name: "restricted to writing projects: no teams", Given: scoped(7, "restricted", "project", "write"), Request: get(key, "/api/team/7"), Status: 403, Code: "forbidden"},
		{Name: "restricted to writing projects: 404 before that", Given: scoped(7, "restricted", "project", "write"), Request: get(key, "/api/team/8"), Status: 404, Code: "not_found"},
		{Name: "restricted to none", Given: scoped(7, "restricted", "project", "none", "workspace", "write"), Request: get(key, "/api/project/151"), Status: 403, Code: "forbidden"},
		{Name: "restricted, no group named", Given: scoped(7, "restricted"), Request: get(key, "/api/project"), Status: 403, Code: "forbidden"},
		{Name: "an unknown scope", Given: scoped(7, "everything"), Request: get(key, "/api/project/151"), Status: 403, Code: "forbidden"},
		{Name: "write in a group gives no right", Given: scoped(15, "restricted", "project", "write"), Request: edit(key, `{"description":"X"}`), Status: 403, Code: "forbidden"},

		{Name: "a bound personal key in its project", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: leave(key, "16"), Status: 200},
		{Name: "a bound personal key elsewhere", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: get(key, "/api/project/4"), Status: 404, Code: "not_found"},
		{Name: "a bound personal key on a team", Given: fixture.Key("test", 7, fixture.Bound(151)), Request: get(key, "/api/team/7"), Status: 404, Code: "not_found"},
		{Name: "a bound personal key gives its user no more than he has", Given: fixture.Key("test", 15, fixture.Bound(151)), Request: leave(key, "16"), Status: 403, Code: "forbidden"},
		{Name: "a bound personal key lets its user leave", Given: fixture.Key("test", 15, fixture.Bound(151)), Request: leave(key, "15"), Status: 200},
		{Name: "but not another project", Given: fixture.All(fixture.Key("test", 15, fixture.Bound(151)), fixture.Joins(4, 15, "member")), Request: fixture.Request{Method: "DELETE", Path: "/api/project/4/user/15", Key: key}, Status: 404, Code: "not_found"},
		{Name: "a bound service key is its project's admin", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: leave(key, "16"), Status: 200},
		{Name: "it deletes it too", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: remove(key, ""), Status: 200, Has: []string{`"modified_by":"key:test"`}},
		{Name: "elsewhere there is nothing", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: get(key, "/api/project/4"), Status: 404, Code: "not_found"},
		{Name: "an unbound service key is an application admin", Given: fixture.Key("test", 0), Request: leave(key, "16"), Status: 200},
		{Name: "but of its own organisation", Given: fixture.Key("test", 0), Request: get(key, "/api/project/9"), Status: 404, Code: "not_found"},
		{Name: "a service key that may read", Given: scoped(0, "read_only"), Request: leave(key, "16"), Status: 403, Code: "forbidden"},
	})
}
