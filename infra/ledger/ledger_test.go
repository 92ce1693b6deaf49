package ledger

import (
	"flag"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
)

var update = flag.Bool("update", false, "write docs/costs.md and infra/aws/actions.json anew")

// entry is what one usage asked of DynamoDB.
type entry struct {
	usage
	status, trips int
	read, write   float64
	calls         []fixture.Call
}

// player plays usages on one table, each on the demo data and what it is given.
type player struct {
	*fixture.System
	trace *fixture.Trace
}

func newPlayer(t *testing.T) player {
	p := player{trace: new(fixture.Trace)}
	p.System = fixture.New(t, p.trace.Option(), fixture.Away)
	return p
}

// play records one usage. Ids are at hand, unless the process is to be cold.
func (p player) play(t *testing.T, u usage, cold bool) entry {
	t.Helper()
	before := p.Rows(t.Context(), t)
	defer func() { p.Restore(t.Context(), t, before) }()
	p.Fresh()
	p.Put(t, u.given)
	if !cold {
		for _, sequence := range model.Sequences() {
			if _, err := p.Store.NewID(t.Context(), sequence); err != nil {
				t.Fatal(err)
			}
		}
	}
	ready := p.Rows(t.Context(), t)
	p.trace.Take()
	e := entry{usage: u, status: p.Do(t.Context(), u.Request).Status}
	e.calls = p.trace.Take()
	e.trips = fixture.Trips(e.calls)
	after := p.Rows(t.Context(), t)
	for _, c := range e.calls {
		switch c.Name {
		case "GetItem", "BatchGetItem":
			e.read += taken(c, ready)
		case "Query":
			e.read += c.Units
		case "TransactWriteItems":
			e.write += written(c, ready, after)
		default:
			e.write += c.Units
		}
	}
	return e
}

// record plays every usage once, the first time it is asked for.
func record(t *testing.T) []entry {
	t.Helper()
	recorded.once.Do(func() { recorded.entries = playAll(t) })
	return recorded.entries
}

// playAll plays every usage once.
func playAll(t *testing.T) []entry {
	t.Helper()
	all := usages(t)
	out := make([]entry, len(all))
	each(t, len(all), newPlayer, func(t *testing.T, p player, i int) { out[i] = p.play(t, all[i], false) })
	return out
}

// hands are how many tables are played on at the same time: a play waits for answers
// from far away most of the time.
const hands = 4

// each does something for every number below n, on tables that made makes.
func each[P any](t *testing.T, n int, made func(*testing.T) P, do func(*testing.T, P, int)) {
	t.Helper()
	t.Run("each", func(t *testing.T) {
		for hand := range hands {
			t.Run(strconv.Itoa(hand), func(t *testing.T) {
				t.Parallel()
				p := made(t)
				for i := hand; i < n; i += hands {
					do(t, p, i)
				}
			})
		}
	})
}

var recorded struct {
	once    sync.Once
	entries []entry
}

// An operation keeps to its limit, however it is used; a block of ids and an
// Idempotency-Key cost it one trip more at most.
func TestRoundTrips(t *testing.T) {
	all := record(t)
	each(t, len(all), newPlayer, func(t *testing.T, p player, i int) {
		t.Run(all[i].name(), func(t *testing.T) { p.limited(t, all[i]) })
	})
}

// limited holds an entry against its limit, and plays what writes twice more: by a
// cold process, and with an Idempotency-Key. make test does that for the sample of
// an operation alone.
func (p player) limited(t *testing.T, e entry) {
	t.Helper()
	limit, ok := e.limit()
	if !ok {
		t.Fatalf("%s has no limit yet: add it to limits", e.operation)
	}
	if e.status >= http.StatusBadRequest {
		t.Errorf("status %d", e.status)
	}
	p.check(t, e, limit, false)
	if e.write == 0 || e.how != "" && !scale.Long() {
		return
	}
	p.check(t, p.play(t, e.usage, true), limit+leasing, true)
	if e.Method == http.MethodPut || e.Method == http.MethodPatch {
		return
	}
	u := e.usage
	u.Header = u.Header.Clone()
	if u.Header == nil {
		u.Header = http.Header{}
	}
	u.Header.Set("Idempotency-Key", "once")
	p.check(t, p.play(t, u, false), limit+repeated, false)
}

// check holds an entry against its limit. One that passes it is played anew: a
// machine that stalls makes calls look as if they had gone out one after the
// other, but never the other way round, so the least of some tries counts.
func (p player) check(t *testing.T, e entry, limit reach, cold bool) {
	t.Helper()
	for range 2 {
		if e.trips <= int(limit) {
			return
		}
		e = p.play(t, e.usage, cold)
	}
	if e.trips <= int(limit) {
		return
	}
	t.Errorf("%d round trips one after the other, want %d at most", e.trips, limit)
	for _, c := range e.calls {
		t.Log(c.Name, c.Index, c.Writes, c.Units)
	}
}

func (e entry) name() string {
	if e.how == "" {
		return e.operation
	}
	return e.operation + ", " + e.how
}

// golden compares a generated file with the committed one, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slices.Collect(strings.Lines(string(got))), slices.Collect(strings.Lines(want))); d != "" {
		t.Errorf("run make docs: %s is not as recorded (committed -, recorded +):\n%s", path, d)
	}
}

// numbers is a JSON list.
func numbers(first, last int) string {
	var ids []string
	for id := first; id <= last; id++ {
		ids = append(ids, strconv.Itoa(id))
	}
	return "[" + strings.Join(ids, ",") + "]"
}
