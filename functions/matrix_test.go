package functions_test

import (
	_ "embed"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"

	"wardroom/functions"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/access"
	"wardroom/pkg/table"
)

// The expected column, written from access.md.
//
//go:embed testdata/access.txt
var written string

// verdict is a cell: the status wanted, and whether it comes with a change.
type verdict struct {
	status int
	idle   bool // a success that changes nothing
}

// matrix is the page, by row and column.
type matrix struct {
	columns []string
	rows    map[string]map[string]verdict // a column that makes no sense in a row is missing there
}

func readMatrix(t *testing.T) matrix {
	t.Helper()
	m := matrix{rows: map[string]map[string]verdict{}}
	for n, line := range strings.Split(written, "\n") {
		cells := strings.Fields(line)
		switch {
		case len(cells) == 0 || line[0] == '#':
			continue
		case m.columns == nil:
			m.columns = cells[1:]
			continue
		case len(cells) != len(m.columns)+1 || m.rows[cells[0]] != nil:
			t.Fatalf("access.txt:%d: %d cells for %d columns, or twice the same row", n+1, len(cells)-1, len(m.columns))
		}
		row := map[string]verdict{}
		for i, cell := range cells[1:] {
			if cell == "-" {
				continue
			}
			digits, idle := strings.CutSuffix(cell, "=")
			status, err := strconv.Atoi(digits)
			if err != nil {
				t.Fatalf("access.txt:%d: %q", n+1, cell)
			}
			row[m.columns[i]] = verdict{status, idle}
		}
		m.rows[cells[0]] = row
	}
	return m
}

// Every operation has a row, every row an operation; so do variants; and an
// operation that is open to oneself has a row about oneself.
func TestEveryOperationIsInTheMatrix(t *testing.T) {
	m := readMatrix(t)
	want := map[string]bool{}
	for name := range variants {
		want[name] = true
	}
	for _, o := range seed.Operations(t) {
		want[o.Name] = true
		if o.SelfField != "" {
			want[o.Name+"/self"] = true
		}
	}
	for name := range want {
		if m.rows[name] == nil {
			t.Errorf("access.txt has no row %s", name)
		}
	}
	for name := range m.rows {
		if !want[name] {
			t.Errorf("access.txt: %s is no operation and no variant", name)
		}
	}
}

// TestWhoMayDoWhat asks every operation as everybody. Refusals and reads share
// one table, and change nothing in it; what a success changes is put back.
func TestWhoMayDoWhat(t *testing.T) {
	m := readMatrix(t)
	byGroup(t, func(t *testing.T, operations []seed.Operation) {
		s := withCast(t)
		base, before := dump(t, s)
		asked := 0
		for _, o := range operations {
			for _, name := range rowsOf(o, m) {
				asked += (&row{t: t, s: s, op: o, name: name, cells: m.rows[name], before: before}).play(m.columns, base)
			}
		}
		t.Logf("%d requests by %d columns", asked, len(m.columns))
	})
}

// byGroup runs a test of each group's operations, the groups at the same time.
func byGroup(t *testing.T, test func(*testing.T, []seed.Operation)) {
	t.Helper()
	groups := map[string][]seed.Operation{}
	for _, o := range seed.Operations(t) {
		groups[o.Group] = append(groups[o.Group], o)
	}
	for name, operations := range groups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, operations)
		})
	}
}

// rowsOf lists the rows of an operation.
func rowsOf(o seed.Operation, m matrix) []string {
	var out []string
	for name := range m.rows {
		if id, _, _ := strings.Cut(name, "/"); id == o.Name {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// row is one request, to be sent by everybody.
type row struct {
	t     *testing.T
	s     *fixture.System
	op    seed.Operation
	name  string
	cells map[string]verdict

	before fixture.Dump // of the table, to show a difference
}

// play sends the row's request as every column and returns how many requests
// that were. What changes nothing goes through both doors, in make test as every
// fifth column.
func (r *row) play(columns []string, base table.Rows) int {
	t, asked := r.t, 0
	changes := func(v verdict) bool { return v.status < http.StatusBadRequest && !v.idle && !r.op.IsRead }
	for i, code := range columns {
		if v, ok := r.cells[code]; ok && !changes(v) {
			for _, c := range credentials(code, r.op.Group) {
				asked++
				r.ask(code, c, v, func(q fixture.Request) fixture.Response { return r.s.Do(t.Context(), q) })
				if (i+len(r.name))%scale.Stride(5) > 0 {
					continue
				}
				asked++
				r.ask(code, c, v, func(q fixture.Request) fixture.Response { return r.s.Invoke(t.Context(), t, q) })
			}
		}
	}
	if !fixture.Same(base, r.content()) {
		t.Errorf("%s: a refusal, or a read, changed the table (- before, + after):\n%s", r.name, cmp.Diff(r.before, r.s.Dump(t.Context(), t)))
		r.reset(base)
	}
	for _, code := range columns {
		if v, ok := r.cells[code]; ok && changes(v) {
			for _, c := range credentials(code, r.op.Group) {
				asked++
				r.ask(code, c, v, func(q fixture.Request) fixture.Response { return r.s.Do(t.Context(), q) })
				if fixture.Same(base, r.content()) {
					t.Errorf("%s as %s: it says %d, but nothing changed", r.name, c.name, v.status)
				}
				r.reset(base)
			}
		}
	}
	return asked
}

// content is what the table holds, but for how far callers have come in lists: a
// read notes that.
func (r *row) content() table.Rows {
	rows := r.s.Rows(r.t.Context(), r.t)
	maps.DeleteFunc(rows, func(_ table.Primary, item dynamo.Item) bool { return table.KindOf(item) == "ListPlace" })
	return rows
}

func (r *row) reset(base table.Rows) {
	r.s.Restore(r.t.Context(), r.t, base)
	r.s.Fresh()
}

// ask sends the request once and compares its status. Whoever may not know the
// project and the team is told nothing of them.
func (r *row) ask(code string, c credential, want verdict, door func(fixture.Request) fixture.Response) {
	q := instead(r.op.Sample, variants[r.name])
	if id, email, ok := self(code); ok {
		own := strings.NewReplacer("{self}", id, "{email}", email)
		q.Path, q.Body = own.Replace(q.Path), own.Replace(q.Body)
	} else if strings.Contains(q.Path+q.Body, "{self}") || strings.Contains(q.Path, "{email}") {
		r.t.Errorf("%s: %s is nobody, so the cell is -", r.name, code)
		return
	}
	q.Header = c.header
	got := door(q)
	if got.Status != want.status {
		r.t.Errorf("%s as %s: %d, want %d\n\t%s %s %s\n\t%.300s", r.name, c.name, got.Status, want.status, q.Method, q.Path, q.Body, got.Body)
	}
	if got.Status == http.StatusForbidden && !r.op.IsAgenta && !r.op.IsSCIM {
		if reason, ok := reasonIn(code, r.op.IsRead, got); !ok {
			r.t.Errorf("%s as %s: the 403 gives the reason %q", r.name, c.name, reason)
		}
	}
	if slices.Contains(outsiders, code) && told.MatchString(got.Body) {
		r.t.Errorf("%s as %s: a stranger is told\n\t%s", r.name, c.name, got.Body)
	}
}

// outsiders are the columns without any way to project 151 and teams 7 and 8,
// and told finds what the demo data say of these.
var (
	outsiders = []string{"bad", "ros", "gone", "str", "exp", "oglo", "omem"}
	told      = regexp.MustCompile(`Demo (project|team)|"(Support|Handbook|Core)"`)
)

// A restricted key can be given every group of operations, and no other.
func TestARestrictedKeyNamesGroups(t *testing.T) {
	var slugs []string
	for _, g := range functions.All(nil) {
		slugs = append(slugs, g.Slug)
	}
	if d := cmp.Diff(slugs, access.Groups()); d != "" {
		t.Errorf("functions.All -, access.Groups +:\n%s", d)
	}
}
