package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/functions"
	"wardroom/functions/stream"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// grant is one action on the table or one of its indexes, as in
// infra/aws/actions.json.
type grant struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// actions are the grants that each function was seen to use: each group for its
// operations and, unless everybody may call all of them, for first sign-ins,
// and the stream's for what followed.
func actions(entries []entry, arrivals, follow []fixture.Call) map[string][]grant {
	used := map[string][]grant{}
	for _, g := range functions.All(nil) {
		used[g.Slug] = []grant{}
		if !slices.ContainsFunc(g.Ops, func(o api.Op) bool { return !o.IsPublic }) {
			continue
		}
		for _, c := range arrivals {
			for _, a := range c.Actions() {
				used[g.Slug] = append(used[g.Slug], grant{a[0], a[1]})
			}
		}
	}
	for _, e := range entries {
		for _, c := range e.calls {
			for _, a := range c.Actions() {
				used[e.group] = append(used[e.group], grant{a[0], a[1]})
			}
		}
	}
	used[stream.Slug] = []grant{}
	for _, c := range follow {
		for _, a := range c.Actions() {
			used[stream.Slug] = append(used[stream.Slug], grant{a[0], a[1]})
		}
	}
	for group, grants := range used {
		slices.SortFunc(grants, func(a, b grant) int {
			return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Action, b.Action))
		})
		used[group] = slices.Compact(grants)
	}
	return used
}

// render writes a grant a line, so that a change is seen as one.
func render(used map[string][]grant) (string, error) {
	var groups []string
	for _, group := range slices.Sorted(maps.Keys(used)) {
		var lines []string
		for _, g := range used[group] {
			line, err := json.Marshal(g)
			if err != nil {
				return "", err
			}
			lines = append(lines, "    "+string(line))
		}
		groups = append(groups, fmt.Sprintf("  %q: [\n%s\n  ]", group, strings.Join(lines, ",\n")))
	}
	return "{\n" + strings.Join(groups, ",\n") + "\n}\n", nil
}

// A role has what its function was seen to use, and nothing else.
func TestActions(t *testing.T) {
	want, err := render(actions(record(t), arrived(t), followed(t)))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../aws/actions.json", want)
}

// followed plays every usage once more and records what follows from it: at
// once, and when every retention is over.
func followed(t *testing.T) []fixture.Call {
	t.Helper()
	all := usages(t)
	calls := make([][]fixture.Call, len(all))
	each(t, len(all), newFollower, func(t *testing.T, f follower, i int) { calls[i] = f.follow(t, all[i]) })
	return slices.Concat(calls...)
}

// follower plays usages on one table, where DynamoDB is at hand.
type follower struct {
	player
	begin table.Rows
}

func newFollower(t *testing.T) follower {
	f := follower{player: player{trace: new(fixture.Trace)}}
	f.System = fixture.New(t, f.trace.Option())
	f.begin = f.Rows(t.Context(), t)
	return f
}

func (f follower) follow(t *testing.T, u usage) (calls []fixture.Call) {
	t.Helper()
	f.Fresh()
	f.Put(t, u.given)
	f.Do(t.Context(), u.Request)
	for range 2 {
		f.trace.Take()
		f.Settle(t.Context(), t)
		calls = append(calls, f.trace.Take()...)
		f.Pass(removal.UndoFor + time.Hour)
	}
	f.Restore(t.Context(), t, f.begin)
	return calls
}

// arrived records what the first sign-ins of somebody who is a user and of
// somebody who becomes one do, whichever group they call.
func arrived(t *testing.T) []fixture.Call {
	t.Helper()
	trace, f := new(fixture.Trace), issuer.Forge(t)
	s := fixture.New(t, trace.Option())
	s.Trust(f.Config())
	s.Put(t, fixture.Change(table.Domains, func(d *model.Domain) { d.SignIn = true }, int64(1), "organization.com"))
	trace.Take()
	for _, email := range []string{"member@organization.com", "new@organization.com"} {
		r := fixture.Request{Method: http.MethodGet, Path: "/api/project/recent", Header: http.Header{"Authorization": {"Bearer " + f.Sign(t, f.ID(email, email))}}}
		if got := s.Do(t.Context(), r); got.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", email, got.Status, got.Body)
		}
	}
	return trace.Take()
}
