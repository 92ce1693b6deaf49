package faults_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/table"
)

// rig is worlds for tests that play requests over and over on equal data. One
// of them is used by one test at a time.
type rig struct {
	free chan *world
}

type world struct {
	*fixture.System
	rows table.Rows
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{make(chan *world, 2*runtime.GOMAXPROCS(0))} // a fault is waited for, mostly
	for range cap(r.free) {
		r.free <- newWorld(t, false)
	}
	return r
}

func newWorld(t *testing.T, large bool) *world {
	t.Helper()
	s := fixture.New(t, fixture.Consistent(t), fixture.Trouble)
	return &world{s, populate(t, s, large)}
}

// run plays one of the requests.
func (r *rig) run(t *testing.T, f func(*testing.T, asked, *world)) {
	for _, q := range requests(t) {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			if q.large {
				f(t, q, newWorld(t, true))
				return
			}
			s := <-r.free
			defer func() { r.free <- s }()
			f(t, q, s)
		})
	}
}

// anew puts the data back, and forgets what the process holds.
func (s *world) anew(t *testing.T) {
	t.Helper()
	s.Restore(t.Context(), t, s.rows)
	s.Fresh()
}

// clean is how a request goes where nothing goes wrong.
type clean struct {
	fixture.Response
	calls []string
	after map[string]int
}

// looked are the requests whose table was looked through for what must always be
// true; make test does so once for each of them.
var looked sync.Map

func (s *world) clean(t *testing.T, q asked) clean {
	t.Helper()
	s.anew(t)
	var f fixture.Faults
	c := clean{Response: s.Do(f.In(t.Context()), q.with("once"))}
	rows := s.Rows(t.Context(), t)
	c.calls, c.after = f.Calls(), outline(s.rows, rows)
	if _, before := looked.LoadOrStore(q.name, true); !before || scale.Long() {
		for _, broken := range fixture.Broken(rows) {
			t.Error(broken)
		}
	}
	if c.Status >= http.StatusInternalServerError || q.large && len(table.ReplayParts.All(rows)) < 2 {
		t.Fatalf("%d %.1000s", c.Status, c.Body)
	}
	return c
}

// some are the faults that a call meets. In make test-long that is every one, for a
// call that writes, and two otherwise; in make test two, and one for every third
// call. They are others for each call and each request, so that all meet calls of
// each kind.
func (c clean) some(q asked, call int, faults []fixture.Fault) []fixture.Fault {
	each := 1
	switch writes := c.calls[call] == "TransactWriteItems" || c.calls[call] == "UpdateItem"; {
	case scale.Long() && writes:
		return faults
	case scale.Long(), writes:
		each = 2
	case (int(chance(q))+call)%3 != 0:
		return nil
	}
	var out []fixture.Fault
	for i := range each {
		out = append(out, faults[(int(chance(q))+each*call+i)%len(faults)])
	}
	return out
}

// chance is a number that is another one for each request, and always the same.
func chance(q asked) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(q.name)) // a hash takes everything
	return uint16(h.Sum32())
}

// Each call to the backend fails in turn, in each way that passes. Nobody
// notices: the answer and what was written are as ever, and the same request
// again finds them.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	newRig(t).run(t, func(t *testing.T, q asked, s *world) {
		c := s.clean(t, q)
		for n := range c.calls {
			for _, fault := range c.some(q, n, fixture.Once()) {
				s.anew(t)
				f := fixture.Faults{Call: n + 1, Fault: fault}
				got := s.Do(f.In(t.Context()), q.with("once"))
				if f.Struck() == 0 {
					continue
				}
				what := fmt.Sprintf("%s at call %d (%s)", fault.Name, n+1, c.calls[n])
				if got.Status != c.Status {
					t.Errorf("%s: %d %s", what, got.Status, got.Body)
					continue
				}
				s.settled(t, what, c)
				s.again(t, what, q, got)
			}
		}
	})
}

// settled demands that the effect is there, once and whole. A table that tells the
// same as without the fault is as sound as that one; make test-long looks again.
func (s *world) settled(t *testing.T, what string, c clean) {
	t.Helper()
	rows := s.Rows(t.Context(), t)
	o := outline(s.rows, rows)
	if !cmp.Equal(c.after, o) {
		t.Errorf("%s: in the table, - without the fault, + with it:\n%s", what, cmp.Diff(c.after, o))
	}
	if len(o) == 0 || !scale.Long() {
		return
	}
	for _, broken := range fixture.Broken(rows) {
		t.Errorf("%s: %s", what, broken)
	}
}

// secret is what an answer shows once, with what warns of it, and what a repeated
// one has instead.
var secret = regexp.MustCompile(`,"key":"[^"]*"|,"meta":\{"(url":"[^"]*"(?:,"warnings":\[[^]]*\])?|replayed":true)\}|"url":"[^"]*"(?:,"warnings":\[[^]]*\])?|"replayed":true`)

// again sends a request once more, which is answered as before where it has an
// Idempotency-Key; but secrets are told once.
func (s *world) again(t *testing.T, what string, q asked, first fixture.Response) {
	t.Helper()
	if !q.again || first.Status >= http.StatusBadRequest {
		return
	}
	got := s.Do(t.Context(), q.with("once"))
	if got.Status != first.Status || secret.ReplaceAllString(got.Body, "") != secret.ReplaceAllString(first.Body, "") {
		t.Errorf("%s: first\n%d %s\nand again\n%d %s", what, first.Status, first.Body, got.Status, got.Body)
	}
}

// Each call fails in turn, and everything after it. The answer is 503 and says
// when to come back; what was written is all or nothing; and the same request,
// once the trouble is over, does what it was to do, once.
func TestLastingFaults(t *testing.T) {
	t.Parallel()
	newRig(t).run(t, func(t *testing.T, q asked, s *world) {
		c := s.clean(t, q)
		for n := range c.calls {
			for _, fault := range c.some(q, n, append(fixture.Lasting(), fixture.Endings()...)) {
				s.anew(t)
				f := fixture.Faults{Call: n + 1, Fault: fault}
				// Contention is met again and again, until there is no time left.
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				got := s.Do(f.In(ctx), q.with("once"))
				cancel()
				if f.Struck() == 0 {
					continue
				}
				what := fmt.Sprintf("%s from call %d (%s)", fault.Name, n+1, c.calls[n])
				s.refused(t, what, q, c, got)
				s.Fresh() // the process may have ended, too
				s.Pass(time.Minute)
				if got := s.Do(t.Context(), q.with("once")); got.Status != c.Status {
					t.Errorf("%s, and then: %d %s", what, got.Status, got.Body)
				}
				s.settled(t, what, c)
			}
		}
	})
}

// refused demands a 503, and that nothing was half done, or no step.
func (s *world) refused(t *testing.T, what string, q asked, c clean, got fixture.Response) {
	t.Helper()
	if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("%s: %d %s, Retry-After %q", what, got.Status, got.Body, got.Header.Get("Retry-After"))
	}
	rows := s.Rows(t.Context(), t)
	o := outline(s.rows, rows)
	if len(o) == 0 || !q.steps && !scale.Long() && cmp.Equal(o, c.after) {
		return
	}
	for _, broken := range fixture.Broken(rows) {
		t.Errorf("%s: %s", what, broken)
	}
	if !q.steps && !cmp.Equal(o, c.after) {
		t.Errorf("%s: half done, - wanted or nothing, + now:\n%s", what, cmp.Diff(c.after, o))
	}
}

// Three of ten transactions meet another one; requests get through all the same.
// One in eight may be told to come back, and then does.
func TestContention(t *testing.T) {
	t.Parallel()
	newRig(t).run(t, func(t *testing.T, q asked, s *world) {
		c := s.clean(t, q)
		if !slices.Contains(c.calls, "TransactWriteItems") {
			return
		}
		random := rand.New(rand.NewPCG(1, uint64(chance(q))))
		late := false
		for range scale.Of(20) {
			s.anew(t)
			f := fixture.Faults{Call: 1, Fault: fixture.Contended(random, 0.3)}
			got := s.Do(f.In(t.Context()), q.with("once"))
			if got.Status == http.StatusServiceUnavailable && !late {
				late = true
				got = s.Do(t.Context(), q.with("once"))
			}
			if got.Status != c.Status {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			s.settled(t, "random conflicts", c)
			s.again(t, "random conflicts", q, got)
		}
	})
}

// A table that never answers makes a 503 while there is still time to send it,
// through either door, and the process lives on.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	s := fixture.New(t, fixture.Consistent(t), fixture.Trouble)
	for _, r := range []fixture.Request{
		{Method: "GET", Path: "/api/project/151", Key: demo.ProjectAdmin},
		{Method: "DELETE", Path: "/api/project/151/user/16", Key: demo.ProjectAdmin},
		{Method: "GET", Path: "/api/workspaces/7", Key: demo.ProjectAdmin},
	} {
		for call := 1; call <= 3; call++ {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			f := fixture.Faults{Call: call, Fault: fixture.Blocked()}
			got := s.Invoke(f.In(ctx), t, r)
			if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || f.Struck() == 0 {
				t.Errorf("%s %s, no answer to call %d: %d %s, Retry-After %q", r.Method, r.Path, call, got.Status, got.Body, got.Header.Get("Retry-After"))
			}
			if ctx.Err() != nil {
				t.Errorf("%s %s, no answer to call %d: the 503 came when the time was over", r.Method, r.Path, call)
			}
			cancel()
		}
	}
	if got := s.Do(t.Context(), fixture.Request{Method: "DELETE", Path: "/api/project/151/user/16", Key: demo.ProjectAdmin}); got.Status != http.StatusOK {
		t.Errorf("and then: %d %s", got.Status, got.Body)
	}
	fixture.Check(t, s)
}
