package removal_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// revision is a row as it was last seen.
type revision struct {
	kind    string
	version int64
	content map[string]any
	gone    bool
}

// revisions are the rows that have a version, as they were seen so far: by key, and
// by id where another row may come under the key.
type revisions struct {
	seen map[string]revision
	back map[string]bool // kinds of which a row was deleted and put back
}

// see demands that no version stands for two contents, that none is lower than the
// one before, and that a row which was deleted comes back under a new one.
func (r *revisions) see(t *testing.T, after string, rows table.Rows) {
	t.Helper()
	there := map[string]bool{}
	for p, item := range rows {
		row := fixture.Plain(item)
		number, ok := row["version"].(float64)
		version := int64(number)
		if !ok {
			continue
		}
		name := fmt.Sprint(p, row["id"])
		now, was := revision{kind: table.KindOf(item), version: version, content: content(row)}, r.seen[name]
		switch same := reflect.DeepEqual(was.content, now.content); {
		case was.kind == "":
		case version < was.version:
			t.Errorf("%s: %s goes back from version %d to %d", after, name, was.version, version)
		case version == was.version && was.gone:
			t.Errorf("%s: %s is back under version %d, which it had", after, name, version)
		case version == was.version && !same:
			t.Errorf("%s: version %d of %s stands for two contents (- before, + now):\n%s", after, version, name, cmp.Diff(was.content, now.content))
		}
		if was.gone {
			r.back[now.kind] = true
		}
		r.seen[name], there[name] = now, true
	}
	for name, was := range r.seen {
		if !there[name] {
			was.gone = true
			r.seen[name] = was
		}
	}
}

// content is a row without what changes beside its version: numbers that are added
// to, and the keys of indexes.
func content(row map[string]any) map[string]any {
	maps.DeleteFunc(row, func(name string, _ any) bool {
		return strings.HasSuffix(name, "_count") || strings.HasPrefix(name, "gsi") || name == "epoch" || name == "rating_sum" || name == "ttl"
	})
	return row
}

// changes are requests that change what user 20 has, of every kind that can be.
func changes(rows table.Rows, n int) []step {
	steps := []step{
		{http.MethodPut, "/api/user/20", fmt.Sprintf(`{"first_name":"Name %d"}`, n)},
		{http.MethodPut, "/api/agent/31", fmt.Sprintf(`{"instructions":"Number %d."}`, n)},
		{http.MethodPut, "/api/agent/36", fmt.Sprintf(`{"owner":%d}`, 20+n%2)},
		{http.MethodPost, "/api/team/7/user", fmt.Sprintf(`{"user_ids":[20],"role":%q}`, []string{"viewer", "editor"}[n%2])},
	}
	permission := func(id int64, roles ...string) {
		steps = append(steps, step{http.MethodPut, fmt.Sprint("/api/user-permission/", id), fmt.Sprintf(`{"permission":%q}`, roles[n%2])})
	}
	for _, m := range table.ProjectMembers.All(rows) {
		if m.UserID == 20 && m.ProjectID != 162 { // whose only admin can't be removed
			permission(m.ID, "member", "admin")
		}
	}
	for _, m := range table.AgentMembers.All(rows) {
		permission(m.ID, "viewer", "editor")
	}
	return steps
}

// However often things are taken away, put back and changed in between, a version
// of a row stands for one content: an If-Match matches what it was given for.
func TestVersionsOnlyRise(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	r := &revisions{map[string]revision{}, map[string]bool{}}
	rnd := rand.New(rand.NewPCG(13, 1))
	all := slices.Concat(flows(), flows())
	for n, f := range all {
		r.see(t, f.name+", before", w.Rows(t.Context(), t))
		w.ask(t, http.StatusOK, f.method, f.path, f.body)
		r.see(t, f.name, w.Rows(t.Context(), t))
		if n%3 > 0 {
			w.settle(t)
			r.see(t, f.name+", settled", w.Rows(t.Context(), t))
		}
		removed := made(w.Rows(t.Context(), t))
		slices.SortFunc(removed, func(a, b model.Removal) int { return int(a.ID - b.ID) })
		w.ask(t, http.StatusOK, http.MethodPost, undo(removed[len(removed)-1].ID), "")
		r.see(t, f.name+", undone", w.Rows(t.Context(), t))
		for _, s := range changes(w.Rows(t.Context(), t), n) {
			if rnd.IntN(2) == 0 {
				continue
			}
			if got := w.Do(t.Context(), fixture.Request{Method: s.method, Path: s.path, Body: s.body, Key: demo.GlobalAdmin}); got.Status >= http.StatusInternalServerError {
				t.Fatalf("%s %s: %d %s", s.method, s.path, got.Status, got.Body)
			}
		}
		w.settle(t)
	}
	r.see(t, "at the end", w.Rows(t.Context(), t))
	want := []string{"AgentMember", "Notification", "ProjectMember", "RecentAgents", "Recents", "TeamMember"}
	if got := slices.Sorted(maps.Keys(r.back)); !slices.Equal(got, want) {
		t.Errorf("put back were %v, want %v", got, want)
	}
	w.sound(t)
}
