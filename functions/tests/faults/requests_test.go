package faults_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// asked is a request that a test plays in many ways.
type asked struct {
	name string
	fixture.Request
	again bool // it may carry an Idempotency-Key
	large bool // it needs the team whose answer is large
	steps bool // it is done in steps, and may end between two of them
}

// requests are one of each operation, from the samples, and some that take
// other paths through the same operations. A new operation is in them by its
// sample.
func requests(t *testing.T) []asked {
	t.Helper()
	groups := functions.All(nil)
	samples, err := events.Of(groups)
	if err != nil {
		t.Fatal(err)
	}
	again := map[string]bool{}
	for _, g := range groups {
		for _, o := range g.Ops {
			again[o.ID()] = o.TakesIdempotencyKey()
		}
	}
	var out []asked
	for _, s := range samples {
		e := s.Event
		r := fixture.Request{Method: e.Method, Path: e.Path, Header: http.Header{}}
		if q := url.Values(e.Queries).Encode(); q != "" {
			r.Path += "?" + q
		}
		for name, value := range e.Headers {
			r.Header.Set(name, value)
		}
		if e.Body != nil {
			r.Body = *e.Body
		}
		if s.Operation == "revoke-api-key" { // and not the one it is asked with
			r.Path = "/api/api-key/550"
		}
		out = append(out, asked{s.Operation, r, again[s.Operation], false, s.Operation == "apply-offboarding"})
	}
	return append(out, []asked{
		{"an heir takes over", fixture.Request{Method: "DELETE", Path: "/api/project/4/user/7?transfer_to=15", Key: demo.GlobalAdmin}, true, false, false},
		{"an admin leaves with a report", fixture.Request{Method: "DELETE", Path: "/api/project/152/user/7?report=true", Key: demo.ProjectAdmin}, true, false, false},
		{"add many admins", fixture.Request{Method: "POST", Path: "/api/project/151/user", Key: demo.ProjectAdmin, Body: `{"role":"admin","user_ids":` + list(301, 312) + `}`}, true, false, false},
		{"rename and move", fixture.Request{Method: "PUT", Path: "/api/project/151", Key: demo.GlobalAdmin, Body: `{"project_name":"Desk","team_id":12}`}, false, false, false},
		{"delete an empty team", fixture.Request{Method: "DELETE", Path: "/api/team/12", Key: demo.ProjectAdmin}, true, false, false},
		{"add many owners", fixture.Request{Method: "POST", Path: "/api/team/7/user", Key: demo.ProjectAdmin, Body: `{"role":"owner","user_ids":` + list(301, 312) + `}`}, true, false, false},
		{"remove many from a team", fixture.Request{Method: "DELETE", Path: "/api/team/13/user?report=true", Key: demo.GlobalAdmin, Body: `{"user_ids":` + list(402, 405) + `}`}, true, false, false},
		{"an answer in pieces", fixture.Request{Method: "DELETE", Path: "/api/team/13/user", Key: demo.GlobalAdmin, Body: `{"user_ids":` + list(402, 424) + `}`}, true, true, false},
		{"a service key adds", fixture.Request{Method: "POST", Path: "/api/project/151/user", Key: "service1.secret", Body: `{"user_ids":[301]}`}, true, false, false},
	}...)
}

func list(first, last int) string {
	ids := make([]string, 0, last-first+1)
	for id := first; id <= last; id++ {
		ids = append(ids, strconv.Itoa(id))
	}
	return "[" + strings.Join(ids, ",") + "]"
}

// with returns r with an Idempotency-Key, where it may have one.
func (r asked) with(key string) fixture.Request {
	q := r.Request
	q.Header = r.Header.Clone()
	if q.Header == nil {
		q.Header = http.Header{}
	}
	if r.again {
		q.Header.Set("Idempotency-Key", key)
	}
	return q
}

// populate puts what the requests need beside the demo data.
func populate(t *testing.T, s *fixture.System, large bool) table.Rows {
	t.Helper()
	name, last := "Long", int64(406)
	if large {
		name, last = strings.Repeat("long ", 4000), 424
	}
	s.Put(t, fixture.People(301, 312))
	for id := int64(401); id <= last; id++ {
		s.Put(t, fixture.Person(id, func(u *model.User) { u.FirstName = name }))
	}
	s.Put(t, fixture.All(fixture.Team(12, "Empty"), fixture.Team(13, "Long"), fixture.Project(152, 7, "Second"), fixture.Key("service1", 0), fixture.Key("second2", 7)))
	s.Put(t, fixture.JoinsTeam(12, 7, "owner"))
	s.Put(t, fixture.JoinsTeam(13, 401, "owner"))
	for id := int64(402); id <= last; id++ {
		s.Put(t, fixture.JoinsTeam(13, id, "editor"))
	}
	s.Put(t, fixture.Joins(152, 7, "admin"))
	s.Put(t, fixture.Joins(152, 301, "admin"))
	fixture.Check(t, s)
	return s.Rows(t.Context(), t)
}

// passing is what differs from one run of a request to the next: ids out of
// counters, times, random ids.
var passing = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z|\b(?i:[a-z2-7]{26})\b|\d{4,}`)

// outline tells what became of the rows that were there before, and counts what
// is the same: two runs with one outline tell the same story.
func outline(before, now table.Rows) map[string]int {
	out := map[string]int{}
	for p := range before {
		if _, ok := now[p]; !ok {
			out["gone: "+p.PK+" "+p.SK]++
		}
	}
	for p, item := range now {
		kind := table.KindOf(item)
		if kind == "Counter" || kind == "ReplayPart" || fixture.SameItem(before[p], item) {
			continue // gaps, and pieces that nobody names, are allowed
		}
		p, row := fixture.Steady(p, fixture.Plain(item))
		for _, name := range []string{"request_id", "pending_shard", "gsi3pk"} {
			delete(row, name)
		}
		if body, ok := row["body"].([]byte); ok {
			row["body"] = string(body)
		}
		b, err := json.Marshal(row)
		if err != nil {
			panic(err)
		}
		out[passing.ReplaceAllString(p.PK+" "+string(b), "…")]++
	}
	return out
}
