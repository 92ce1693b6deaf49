// Package check has the invariants of a table, which hold at every moment, whatever
// requests came and failed: each row can be read and is as its entity writes it,
// counters equal the rows they count, and rows that name each other agree. Tests check
// them after everything they do, and `admin check` checks a stage.
package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/table"
)

// Broken returns a sentence for each violation among all rows of a table, sorted. An
// unreadable row may cause several: it is missing to the other rules.
func Broken(rows table.Rows) []string {
	var words []string
	for _, f := range find(rows) {
		words = append(words, f.says)
	}
	return words
}

func find(rows table.Rows) []finding {
	c := &checks{rows: make(table.Rows, len(rows))}
	for p, item := range rows {
		if err := table.Sound(p, item); err != nil {
			c.hold(false, "%v", err)
			continue
		}
		c.rows[p] = item
	}
	c.keys()
	c.people()
	c.names()
	c.signIns()
	c.domains()
	c.things()
	c.projects()
	c.teams()
	c.agents()
	c.ownerless()
	c.opinions()
	c.ids()
	c.removals()
	c.effects()
	c.listings()
	c.replays()
	slices.SortFunc(c.broken, func(a, b finding) int { return strings.Compare(a.says, b.says) })
	return c.broken
}

type checks struct {
	rows   table.Rows
	broken []finding
}

// finding is a violation in words. Its rule is the format of these.
type finding struct{ rule, says string }

func (c *checks) hold(ok bool, format string, args ...any) {
	if !ok {
		c.broken = append(c.broken, finding{format, fmt.Sprintf(format, args...)})
	}
}

// keys checks that every row, written anew by its entity, is the same row, and has the
// keys of all its indexes.
func (c *checks) keys() {
	for p, item := range c.rows {
		again, err := table.Remake(item)
		if err != nil {
			c.hold(false, "%v: %v", p, err)
			continue
		}
		if !SameItem(again, item) {
			c.hold(false, "%v isn't as its entity writes it (- there, + anew):\n%s", p, cmp.Diff(Plain(item), Plain(again)))
		}
	}
}
