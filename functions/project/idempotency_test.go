package project_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

func keyed(r fixture.Request, key string) fixture.Request { return with(r, "Idempotency-Key", key) }

func TestIdempotency(t *testing.T) {
	made := keyed(create(demo.ProjectMember, `{"project_name":"New"}`), "k")
	left := keyed(leave(demo.ProjectAdmin, "16"), "k")
	bad := map[string]string{"header.Idempotency-Key": "must be 1 to 255 printable ASCII characters, given once"}
	other := fixture.Key("other", 15)
	fixture.Table(t, []fixture.Row{
		{Name: "a repeated creation is the same answer, and one project", First: []fixture.Request{made}, Request: made, Status: 201, Again: true, Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "a repeated removal is the same answer, not a 404", First: []fixture.Request{left}, Request: left, Status: 200, Again: true, Idle: true},
		{Name: "with a slash behind it is the same request", First: []fixture.Request{left}, Request: keyed(leave(demo.ProjectAdmin, "16/"), "k"), Status: 200, Again: true, Idle: true},
		{Name: "without the key it is another one", First: []fixture.Request{left}, Request: leave(demo.ProjectAdmin, "16"), Status: 404, Code: "not_found"},
		{Name: "the answer stays, whatever has happened since", First: []fixture.Request{left, add(demo.ProjectAdmin, `{"user_ids":[16]}`)}, Request: left, Status: 200, Again: false, Has: []string{`"id":148`}, Idle: true},
		{Name: "also for who may not see it any more", Given: fixture.LeavesTeam(7, 15), First: []fixture.Request{keyed(leave(demo.ProjectMember, "15"), "k")}, Request: keyed(leave(demo.ProjectMember, "15"), "k"), Status: 200, Again: true, Idle: true},
		{Name: "another body", First: []fixture.Request{made}, Request: keyed(create(demo.ProjectMember, `{"project_name":"Other"}`), "k"), Status: 409, Code: "idempotency_mismatch"},
		{Name: "another query", First: []fixture.Request{left}, Request: keyed(leave(demo.ProjectAdmin, "16?report=true"), "k"), Status: 409, Code: "idempotency_mismatch"},
		{Name: "another path", First: []fixture.Request{left}, Request: keyed(leave(demo.ProjectAdmin, "15"), "k"), Status: 409, Code: "idempotency_mismatch"},
		{Name: "409 before 404", First: []fixture.Request{left}, Request: keyed(leave(demo.ProjectAdmin, "99"), "k"), Status: 409, Code: "idempotency_mismatch"},
		{Name: "400 before 409", First: []fixture.Request{left}, Request: keyed(leave(demo.ProjectAdmin, "0"), "k"), Status: 400, Code: "invalid"},
		{Name: "another operation may use the key", First: []fixture.Request{left}, Request: keyed(create(demo.ProjectAdmin, `{"project_name":"New"}`), "k"), Status: 201},
		{Name: "another principal too", First: []fixture.Request{made}, Request: keyed(create(demo.ProjectAdmin, `{"project_name":"Other"}`), "k"), Status: 201},
		{Name: "two keys of one user are one principal", Given: other, First: []fixture.Request{made}, Request: keyed(create("other.secret", `{"project_name":"New"}`), "k"), Status: 201, Again: true, Idle: true},
		{Name: "but not with one that reaches less than he does", Given: fixture.Key("other", 15, func(k *model.APIKey) { k.Scope = string(access.ScopeReadOnly) }), First: []fixture.Request{made}, Request: keyed(create("other.secret", `{"project_name":"New"}`), "k"), Status: 403, Code: "forbidden"},
		{Name: "case counts in the key", First: []fixture.Request{made}, Request: keyed(create(demo.ProjectMember, `{"project_name":"Other"}`), "K"), Status: 201},
		{Name: "a refusal isn't kept", Tried: true, First: []fixture.Request{keyed(leave(demo.ProjectAdmin, "1"), "k"), add(demo.ProjectAdmin, `{"user_ids":[1]}`)}, Request: keyed(leave(demo.ProjectAdmin, "1"), "k"), Status: 200, Has: []string{`"id":1001`}},
		{Name: "nor does it hold the key", Tried: true, First: []fixture.Request{keyed(leave(demo.ProjectAdmin, "1"), "k")}, Request: left, Status: 200},
		{Name: "a preview doesn't hold it either", First: []fixture.Request{keyed(leave(demo.ProjectAdmin, "16?dry_run=true"), "k")}, Request: left, Status: 200},
		{Name: "kept for 24 hours", First: []fixture.Request{made}, Later: 24*time.Hour - 4*time.Millisecond, Request: made, Status: 201, Again: true, Idle: true},
		{Name: "and not longer", First: []fixture.Request{left, add(demo.ProjectAdmin, `{"user_ids":[16]}`)}, Later: 24 * time.Hour, Request: left, Status: 200, Has: []string{`"id":1001`}},
		{Name: "then for another request too", First: []fixture.Request{made}, Later: 25 * time.Hour, Request: keyed(create(demo.ProjectMember, `{"project_name":"Other"}`), "k"), Status: 201},
		{Name: "an upsert", First: []fixture.Request{keyed(visit(demo.ProjectMember, 4), "k")}, Request: keyed(visit(demo.ProjectMember, 4), "k"), Status: 200, Again: true, Idle: true},
		{Name: "an addition that changes nothing is kept too", First: []fixture.Request{keyed(add(demo.ProjectAdmin, `{"user_ids":[15]}`), "k")}, Request: keyed(add(demo.ProjectAdmin, `{"user_ids":[16]}`), "k"), Status: 409, Code: "idempotency_mismatch"},

		{Name: "255 characters", Request: keyed(leave(demo.ProjectAdmin, "16"), strings.Repeat("~", 255)), Status: 200},
		{Name: "256", Request: keyed(leave(demo.ProjectAdmin, "16"), strings.Repeat("k", 256)), Status: 400, Code: "invalid", Fields: bad},
		{Name: "none", Request: keyed(leave(demo.ProjectAdmin, "16"), ""), Status: 400, Code: "invalid", Fields: bad},
		{Name: "not ASCII", Request: keyed(leave(demo.ProjectAdmin, "16"), "ключ"), Status: 400, Code: "invalid", Fields: bad},
		{Name: "a tab in it", Request: keyed(leave(demo.ProjectAdmin, "16"), "a\tb"), Status: 400, Code: "invalid", Fields: bad},
		{Name: "given twice", Request: with(leave(demo.ProjectAdmin, "16"), "Idempotency-Key", "a", "b"), Status: 400, Code: "invalid", Fields: bad},
		{Name: "on a GET it means nothing", Request: keyed(get(demo.ProjectAdmin, "/api/project/4"), strings.Repeat("k", 256)), Status: 200},
		{Name: "on a PUT neither", First: []fixture.Request{keyed(edit(demo.ProjectAdmin, `{"description":"A"}`), "k")}, Request: keyed(edit(demo.ProjectAdmin, `{"description":"B"}`), "k"), Status: 200, Has: []string{`"description":"B"`}},
	})
}

// An answer is for an active principal only, even a stored one.
func TestStoredAnswerNeedsThePrincipal(t *testing.T) {
	s := fixture.New(t)
	r := keyed(create(demo.ProjectMember, `{"project_name":"New"}`), "k")
	if got := s.Do(t.Context(), r); got.Status != 201 {
		t.Fatal(got)
	}
	s.Put(t, inactive(15))
	if got := s.Do(t.Context(), r); got.Status != 401 {
		t.Errorf("an inactive user: %d %s, want 401", got.Status, got.Body)
	}
}

// However many ask at once with one key, it happens once and all hear the same.
func TestOneKeyAtOnce(t *testing.T) {
	s := fixture.New(t)
	const rounds, n = 12, 8
	for round := range rounds {
		name := strconv.Itoa(round)
		var answers [n]fixture.Response
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				answers[i] = s.Do(t.Context(), keyed(create(demo.ProjectMember, `{"project_name":"New `+name+`"}`), name))
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a.Status != 201 || a.Body != answers[0].Body {
				t.Errorf("%d %s\nbeside\n%s", a.Status, a.Body, answers[0].Body)
			}
		}
	}
	projects := 0
	for key := range s.Rows(t.Context(), t) {
		if _, ok := table.Projects.Parse(key); ok {
			projects++
		}
	}
	if projects != 3+rounds || len(audits(t, s)) != rounds {
		t.Errorf("%d projects and %d audit rows, want %d and %d", projects, len(audits(t, s)), 3+rounds, rounds)
	}
}
