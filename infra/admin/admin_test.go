package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/table"
)

// The key that is shown opens the new organisation, and nothing of others.
func TestCreateOrganization(t *testing.T) {
	s := fixture.New(t)
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	args := func(domain string) []string {
		return []string{"-stage", "dev", "create-organization", "--name", "New", "--domain", domain, "--email", "first@" + domain}
	}
	var out strings.Builder
	if err := run(t.Context(), args("new.example"), &out); err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`shown this once: (\S+)`).FindStringSubmatch(out.String())
	if key == nil {
		t.Fatalf("no key in %q", out.String())
	}
	for _, tt := range []struct {
		r      fixture.Request
		status int
	}{
		{fixture.Request{Method: "POST", Path: "/api/project", Key: key[1], Body: `{"project_name":"First"}`}, 201},
		{fixture.Request{Method: "GET", Path: "/api/organizations", Key: key[1]}, 200},
		{fixture.Request{Method: "GET", Path: "/api/project/151", Key: key[1]}, 404},
		{fixture.Request{Method: "GET", Path: "/api/project", Key: key[1] + "x"}, 401},
	} {
		if got := s.Do(t.Context(), tt.r); got.Status != tt.status {
			t.Errorf("%s %s: %d %s, want %d", tt.r.Method, tt.r.Path, got.Status, got.Body, tt.status)
		}
	}
	if err := run(t.Context(), args("NEW.example"), &out); err == nil || !strings.Contains(err.Error(), "proved already") {
		t.Errorf("the same domain twice: %v", err)
	}
	rows := s.Rows(t.Context(), t)
	for _, u := range table.Users.All(rows) {
		if u.ID <= demo.LastID {
			continue
		}
		by := slices.DeleteFunc(table.Audits.All(rows), func(a model.Audit) bool {
			return a.OrganizationID != u.OrganizationID || a.Actor != request.Operator || a.Action != "create-organization"
		})
		if o, _ := table.Organizations.In(rows, u.OrganizationID); len(by) != 1 || o.CreatedBy != request.Operator {
			t.Errorf("%+v is told of by %+v", o, by)
		}
	}
	fixture.Check(t, s)
}

// Of many runs for one domain exactly one makes an organisation.
func TestOneDomainOneOrganization(t *testing.T) {
	s := fixture.New(t)
	f := founding{"Raced", "raced.example", "first@raced.example"}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = f.carryOut(t.Context(), s.Store) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, errDomain) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d runs made an organization, want 1", won)
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, args, says string }{
		{"no name", "--domain a.example --email a@a.example", "--name"},
		{"no domain", "--name A --email a@a.example", "--domain"},
		{"no dot", "--name A --domain localhost --email a@a.example", "--domain"},
		{"no address", "--name A --domain a.example", "--email"},
		{"not an address", "--name A --domain a.example --email a", "--email"},
		{"a name beside it", "--name A --domain a.example --email B<a@a.example>", "--email"},
		{"too much", "--name A --domain a.example --email a@a.example more", "unexpected"},
	} {
		if _, err := parse(silent("create-organization"), strings.Fields(tt.args)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}
