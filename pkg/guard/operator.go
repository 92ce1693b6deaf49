package guard

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Operator is who gives commands beside the API, in the audit log and in stamps.
const Operator = "operator"

// ByOperator is the case of a command, which the audit log calls by its name. No
// caller was let in and nothing was decided: whoever reaches the table may do as a
// global admin does. The rows are those that the command has read; Commit writes
// what is noted.
func ByOperator(s *store.Store, o model.Organization, name string, rows table.Rows, now model.Time) *Case {
	return &Case{
		op: &api.Op{Name: name}, store: s, rows: rows, Organization: o, Now: now, Actor: Operator, Stamp: Operator,
		Caller: access.Caller{Organization: o.ID, Rank: access.GlobalAdmin},
	}
}

// Commit writes what an operator's case noted, with its audit row.
func (c *Case) Commit(ctx context.Context) error {
	if c.audit != nil {
		c.store.RecordAudit(&c.Tx, *c.audit)
	}
	return c.store.Commit(ctx, &c.Tx)
}
