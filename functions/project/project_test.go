package project_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

// ids is a JSON list of the ids from first to last.
func ids(first, last int64) string {
	var list []string
	for id := first; id <= last; id++ {
		list = append(list, fmt.Sprint(id))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// audits are the audit rows that a system holds.
func audits(t *testing.T, s *fixture.System) []model.Audit {
	t.Helper()
	return fixture.Audits(s.Rows(t.Context(), t))
}

// audit is the one audit row there is: a call writes one.
func audit(t *testing.T, s *fixture.System) model.Audit {
	t.Helper()
	found := audits(t, s)
	if len(found) != 1 {
		t.Fatalf("%d audit rows, want one: %+v", len(found), found)
	}
	return found[0]
}
