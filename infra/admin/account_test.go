package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// commanded is a system whose table the commands work on.
func commanded(t *testing.T) (*fixture.System, func(args string) (string, error)) {
	t.Helper()
	s := fixture.New(t)
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	return s, func(args string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), append([]string{"-stage", "local"}, strings.Fields(args)...), &out)
		// The system looks at its table again, which another's client has written to.
		if _, err := s.Client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &s.Table}); err != nil {
			t.Fatal(err)
		}
		return out.String(), err
	}
}

// The last global admin goes with a successor alone, who has the rank from then
// on and takes over what nobody else holds; the audit log says that it was the
// operator.
func TestEndAccount(t *testing.T) {
	s, admin := commanded(t)
	s.Put(t, fixture.All(fixture.Project(190, 0, "The leaver's"), fixture.Joins(190, 1, "admin"),
		fixture.Person(20, func(u *model.User) { u.IsActive = false }), fixture.Person(21, func(*model.User) {}), fixture.Key("heir", 21)))
	for _, u := range table.Users.All(s.Rows(t.Context(), t)) {
		if u.ID != 1 && u.OrganizationID == 1 && u.IsSuperuser { // while there is another, it takes no successor
			if _, err := admin(fmt.Sprint("end-account --user ", u.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Settle(t.Context(), t)
	before := s.Rows(t.Context(), t)
	for _, tt := range []struct{ name, args, says string }{
		{"nobody", "--user 987654", "no such user"},
		{"whose account has ended", "--user 20", "has ended already"},
		{"the last global admin", "--user 1", "last global admin"},
		{"with nobody as successor", "--user 1 --successor 987654", "successor must be"},
		{"with one who is inactive", "--user 1 --successor 20", "successor must be"},
		{"with one of another organization", "--user 1 --successor 90", "successor must be"},
		{"with the user", "--user 1 --successor 1", "another user"},
		{"a successor of nobody in particular", "--user 15 --successor 21", "for the end of a global admin"},
	} {
		if out, err := admin("end-account " + tt.args); err == nil || !strings.Contains(err.Error(), tt.says) || out != "" {
			t.Errorf("%s: %v %q, want %q", tt.name, err, out, tt.says)
		}
	}
	if !fixture.Same(before, s.Rows(t.Context(), t)) {
		t.Error("what was refused has written something")
	}

	out, err := admin("end-account --user 1 --successor 21")
	if err != nil || !strings.Contains(out, "user 1 of organization 1") {
		t.Fatal(out, err)
	}
	for _, tt := range []struct {
		key, path string
		status    int
	}{
		{demo.GlobalAdmin, "/api/user/1", 401},
		{"heir.secret", "/api/audit?actor=operator", 200},
		{"heir.secret", "/api/audit?actor=system", 200},
	} {
		if got := s.Do(t.Context(), fixture.Request{Method: "GET", Path: tt.path, Key: tt.key}); got.Status != tt.status {
			t.Errorf("%s: %d %s", tt.path, got.Status, got.Body)
		}
	}
	s.Settle(t.Context(), t)
	rows := s.Rows(t.Context(), t)
	for _, broken := range fixture.Broken(rows) {
		t.Error(broken)
	}
	o, _ := table.Organizations.In(rows, int64(1))
	gone, _ := table.Users.In(rows, int64(1))
	heir, _ := table.Users.In(rows, int64(21))
	post, _ := table.ProjectMembers.In(rows, int64(190), int64(21))
	if gone.IsActive || gone.IsSuperuser || !heir.IsSuperuser || o.GlobalAdminCount != 1 || post.Role != "admin" {
		t.Errorf("%+v\n%+v\n%+v, %d global admins", gone, heir, post, o.GlobalAdminCount)
	}
	got := s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/audit?actor=operator", Key: "heir.secret"})
	for _, says := range []string{`"action":"end-account"`, `"resource":"user:1"`, `"user:21":{"is_active":true,"is_superuser":true,"version":2}`, `"removal_id"`} {
		if !strings.Contains(got.Body, says) {
			t.Errorf("the log doesn't say %s: %s", says, got.Body)
		}
	}
	if _, err := admin("end-account --user 15"); err != nil { // who has no rank needs no successor
		t.Error(err)
	}
}

// A domain is proved on the operator's word, claimed before or not.
func TestProveDomain(t *testing.T) {
	s, admin := commanded(t)
	add := fixture.Request{Method: "POST", Path: "/api/organization/domain", Key: demo.GlobalAdmin, Body: `{"domain":"claimed.example","sign_in":true}`}
	if got := s.Do(t.Context(), add); got.Status != 200 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	for range 2 { // the second time there is nothing to do
		for _, domain := range []string{"claimed.example", "NEW.example"} {
			if out, err := admin("prove-domain --organization 1 --domain " + domain); err != nil || !strings.Contains(out, strings.ToLower(domain)+" is proved") {
				t.Errorf("%s: %q %v", domain, out, err)
			}
		}
	}
	rows := s.Rows(t.Context(), t)
	for _, domain := range []string{"claimed.example", "new.example"} {
		d, _ := table.Domains.In(rows, int64(1), domain)
		p, _ := table.Proofs.In(rows, domain)
		if d.VerifiedOn == nil || p.OrganizationID != 1 || d.SignIn != (domain == "claimed.example") {
			t.Errorf("%+v %+v", d, p)
		}
	}
	said := 0
	for _, a := range fixture.Audits(rows) {
		if a.Actor == "operator" && a.Action == "prove-domain" && a.Resource == "organization:1" {
			said++
		}
	}
	if said != 2 {
		t.Errorf("%d rows of the log tell of it", said)
	}
	s.Put(t, fixture.Change(table.Organizations, func(o *model.Organization) { o.IsDeleted = true }, 2))
	for _, tt := range []struct{ name, args, says string }{
		{"an organization that is deleted", "--organization 2 --domain some.example", "is deleted"},
		{"an organization that isn't there", "--organization 99 --domain some.example", "there is no organization 99"},
		{"another's", "--organization 2 --domain new.example", "proved already"},
	} {
		if _, err := admin("prove-domain " + tt.args); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}
