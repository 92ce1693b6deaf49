package functions_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/seed"
	"wardroom/pkg/api"
)

// formatted are the inputs of a format, each with what names it.
func formatted(t *testing.T, format string) map[string]func(value string) fixture.Request {
	t.Helper()
	out := map[string]func(string) fixture.Request{}
	for _, o := range seed.Operations(t) {
		for _, in := range o.Inputs() {
			if in.Format == format {
				out[o.Name+" "+in.In+"."+in.Name] = func(value string) fixture.Request { return place(t, o, in, value, false) }
			}
		}
	}
	return out
}

// refuses demands that a value of an input is refused by the name of that input:
// 400 where the envelope is ours, 422 on Agenta's routes.
func refuses(t *testing.T, s *fixture.System, at string, r fixture.Request) {
	t.Helper()
	r.Key = demo.GlobalAdmin
	got := s.Do(t.Context(), r)
	var body struct {
		Meta   struct{ Fields map[string]string }
		Detail json.RawMessage
	}
	_ = json.Unmarshal([]byte(got.Body), &body) // without names then
	_, field, _ := strings.Cut(at, " ")
	_, last, _ := strings.Cut(field, ".")
	named := got.Status == http.StatusBadRequest && body.Meta.Fields[field] != "" ||
		got.Status == http.StatusUnprocessableEntity && strings.Contains(string(body.Detail), `"`+last+`"`)
	if !named {
		t.Errorf("%s isn't refused by name: %s %s %s\n\t%d %s", at, r.Method, r.Path, r.Body, got.Status, got.Body)
	}
}

// A time is within the years 1970 to 9999 in UTC, wherever a request carries one:
// one that isn't could be written and never be read again.
func TestTimesAreBounded(t *testing.T) {
	s := fixture.New(t)
	base := s.Rows(t.Context(), t)
	inputs := formatted(t, "date-time")
	for at, of := range inputs {
		for _, beyond := range []string{"9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.9999995-00:01", "1970-01-01T00:00:00+00:01", "0001-01-01T00:00:00Z"} {
			refuses(t, s, at, of(beyond))
		}
	}
	if len(inputs) < 6 {
		t.Errorf("%d times are among the inputs only", len(inputs))
	}
	if !fixture.Same(base, s.Rows(t.Context(), t)) {
		t.Error("something was written")
	}
}

// notAddresses can't be anybody's address.
var notAddresses = []string{"", "nobody", "@example.com", "a@", "a b@example.com", "a@exa mple.com", "a@b@example.com", "a\u202e@example.com", "Name <a@example.com>"}

// What asks for somebody by an address that nobody can have is told so, and not
// that there is nobody.
func TestImpossibleAddresses(t *testing.T) {
	s := fixture.New(t)
	base := s.Rows(t.Context(), t)
	inputs := formatted(t, "email")
	queries := 0
	for at, of := range inputs {
		if strings.Contains(at, " query.") {
			queries++
		}
		for _, text := range notAddresses {
			refuses(t, s, at, of(text))
		}
	}
	if queries < 3 {
		t.Errorf("%d addresses are in queries only", queries)
	}
	for _, o := range seed.Operations(t) { // none is without its format
		for _, in := range o.Inputs() {
			name := in.Name[strings.LastIndex(in.Name, ".")+1:]
			if called := strings.Contains(strings.ToLower(name), "email") || strings.Contains(name, "address"); called && in.Format != "email" {
				t.Errorf("%s %s.%s: is it an address? Then its tag says so", o.Name, in.In, in.Name)
			}
		}
	}
	for _, filter := range []string{`emails.value eq "nobody"`, `emails eq "nobody"`, `emails[type eq "work"].value eq "a@"`} {
		o := seed.Operations(t)[slices.IndexFunc(seed.Operations(t), func(o seed.Operation) bool { return o.Name == "list-scim-users" })]
		r := place(t, o, api.Input{In: "query", Name: "filter"}, filter, false)
		r.Key = demo.GlobalAdmin
		if got := s.Do(t.Context(), r); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, "invalidFilter") {
			t.Errorf("%s: %d %s", filter, got.Status, got.Body)
		}
	}
	if !fixture.Same(base, s.Rows(t.Context(), t)) {
		t.Error("something was written")
	}
}
