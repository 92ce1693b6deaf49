package account_test

import (
	"encoding/json"
	"slices"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func TestDomains(t *testing.T) {
	ask := func(key, method, path, body string) fixture.Request {
		return fixture.Request{Method: method, Path: "/api/organization/domain" + path, Key: key, Body: body}
	}
	add := func(body string) fixture.Request { return ask(demo.GlobalAdmin, "POST", "", body) }
	claimed := fixture.Given{func(tx *table.Tx, _ table.Rows) {
		table.Domains.Put(tx, model.Domain{OrganizationID: 1, Domain: "example.net", Token: "mine", Version: 1})
		table.Domains.Put(tx, model.Domain{OrganizationID: 2, Domain: "example.net", Token: "theirs", Version: 1})
		table.Domains.Put(tx, model.Domain{OrganizationID: 1, Domain: "example.org", Token: "late", Version: 1})
	}}
	fixture.Table(t, []fixture.Row{
		{Name: "those there are", Request: ask(demo.GlobalAdmin, "GET", "", ""), Status: 200, Has: []string{`[{"domain":"organization.com","verified_on":"2024-01-20T01:32:56.659642Z","txt_record":"wardroom-verification=local-only-domain","sign_in":false}]`}, Lacks: []string{"example.org"}},
		{Name: "page by page", Given: claimed, Request: ask(demo.GlobalAdmin, "GET", "?limit=1", ""), Status: 200, Has: []string{`"example.net"`, `next_cursor`}, Lacks: []string{"organization.com"}},
		{Name: "a new one proves nothing", Request: add(`{"domain":"B\u00fccher.Example","sign_in":true}`), Status: 200, Has: []string{`"domain":"xn--bcher-kva.example","verified_on":null,"txt_record":"wardroom-verification=`, `"sign_in":true`}},
		{Name: "added again, it is what it was", Given: claimed, Request: add(`{"domain":"EXAMPLE.net"}`), Status: 200, Has: []string{"=mine"}, Idle: true},
		{Name: "but for whether people sign in by it", Given: claimed, Request: add(`{"domain":"example.net","sign_in":true}`), Status: 200, Has: []string{"=mine", `"sign_in":true`}},
		{Name: "one that another has proved", Request: add(`{"domain":"example.org"}`), Status: 409, Code: "duplicate", Fields: map[string]string{"body.domain": ""}},
		{Name: "one that another only says is theirs", Request: add(`{"domain":"example.net"}`), Given: fixture.Given{func(tx *table.Tx, _ table.Rows) {
			table.Domains.Put(tx, model.Domain{OrganizationID: 2, Domain: "example.net", Token: "theirs", Version: 1})
		}}, Status: 200},
		{Name: "one of everybody's", Request: add(`{"domain":"GMail.com"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.domain": ""}},
		{Name: "what is none", Request: add(`{"domain":"exam ple.com"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.domain": ""}},
		{Name: "an address of the Internet Protocol", Request: add(`{"domain":"127.0.0.1"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.domain": ""}},
		{Name: "a part of one", Request: add(`{"domain":"com"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.domain": ""}},
		{Name: "the record isn't published", Given: claimed, Request: ask(demo.GlobalAdmin, "POST", "/example.net/verify", ""), Status: 409, Code: "bad_transition"},
		{Name: "another has proved it meanwhile", Given: claimed, Request: ask(demo.GlobalAdmin, "POST", "/example.org/verify", ""), Status: 409, Code: "duplicate"},
		{Name: "a proved one stays so", Request: ask(demo.GlobalAdmin, "POST", "/Organization.COM/verify", ""), Status: 200, Idle: true},
		{Name: "another organisation's", Request: ask(demo.GlobalAdmin, "POST", "/example.org/verify", ""), Status: 404, Code: "not_found"},
		{Name: "what is no domain at all", Request: ask(demo.GlobalAdmin, "DELETE", "/a@b", ""), Status: 404, Code: "not_found"},
		{Name: "one that is given up is free", First: []fixture.Request{ask(demo.OtherOrganization, "DELETE", "/example.org", "")}, Request: add(`{"domain":"example.org"}`), Status: 200},
		{Name: "given up", Request: ask(demo.GlobalAdmin, "DELETE", "/organization.com", ""), Status: 200, Has: []string{`[{"domain":"organization.com"`}, Then: func(t *testing.T, s *fixture.System) {
			rows := s.Rows(t.Context(), t)
			if len(table.Domains.All(rows)) != 1 || len(table.Proofs.All(rows)) != 1 {
				t.Error("it isn't gone")
			}
		}},
		{Name: "an application admin", Given: fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("staff", 20)), Request: ask("staff.secret", "GET", "", ""), Status: 403, Code: "forbidden"},
	})
}

// A domain is proved by what is published there, and by nothing else.
func TestDomainIsProved(t *testing.T) {
	s := fixture.New(t)
	do := func(method, path, body string, status int) string {
		t.Helper()
		got := s.Do(t.Context(), fixture.Request{Method: method, Path: "/api/organization/domain" + path, Key: demo.GlobalAdmin, Body: body})
		if got.Status != status {
			t.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
		}
		return got.Body
	}
	var added struct {
		Data struct {
			Record string `json:"txt_record"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(do("POST", "", `{"domain":"example.net"}`, 200)), &added); err != nil {
		t.Fatal(err)
	}
	for _, texts := range [][]string{nil, {"v=spf1 -all"}, {"wardroom-verification="}, {added.Data.Record + "x"}, {"x" + added.Data.Record}} {
		s.Zone["example.net"] = texts
		do("POST", "/example.net/verify", "", 409)
	}
	s.Zone["example.net"] = nil
	s.Zone["www.example.net"] = []string{added.Data.Record}
	do("POST", "/example.net/verify", "", 409)
	s.Zone["example.net"] = []string{"v=spf1 -all", added.Data.Record}
	do("POST", "/example.net/verify", "", 200)
	do("POST", "/example.net/verify", "", 200) // changes nothing
	rows := s.Rows(t.Context(), t)
	if p, ok := table.Proofs.In(rows, "example.net"); !ok || p.OrganizationID != 1 {
		t.Errorf("%+v, %t", p, ok)
	}
	var told []string
	for _, a := range fixture.Audits(rows) {
		told = append(told, a.Action)
	}
	if slices.Sort(told); !slices.Equal(told, []string{"add-domain", "verify-domain"}) {
		t.Errorf("the log tells of %v", told)
	}
	fixture.Check(t, s)
}
