package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Operator is the actor of commands that are given beside the API, in the audit log
// and in stamps.
const Operator = "operator"

// ByOperator begins the request of a command, which the audit log calls by the
// operation's id. No caller was let in and nothing was decided: whoever reaches the
// table may do as a global admin does. The rows are those that the command has
// read; Commit writes what is noted.
func ByOperator(s *store.Store, o model.Organization, operation string, rows table.Rows, now model.Time) *Request {
	return &Request{
		View: resource.NewView(o.ID, now, rows), Operation: operation, store: s, Organization: o, Actor: Operator, Stamp: Operator,
		Caller: access.Caller{Organization: o.ID, Rank: access.GlobalAdmin},
	}
}

// Commit writes what an operator's request noted, with its audit row.
func (c *Request) Commit(ctx context.Context) error {
	if c.Outcome.Audit != nil {
		c.store.RecordAudit(&c.Tx, *c.Outcome.Audit)
	}
	return c.store.Commit(ctx, &c.Tx)
}
