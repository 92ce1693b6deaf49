package request

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Operator is the actor, in the audit log and in stamps, of commands beside the API.
const Operator = "operator"

// ByOperator begins the request of a command, with operation as its action in the
// audit log and the rows that it has read. Its caller may do what a global admin may:
// whoever reaches the table needs no permission. Commit commits it.
func ByOperator(s *store.Store, o model.Organization, operation string, rows table.Rows, now model.Time) *Request {
	return &Request{
		View: resource.NewView(o.ID, now, rows), Operation: operation, store: s, Organization: o, Actor: Operator, Stamp: Operator,
		Caller: access.Caller{Organization: o.ID, Rank: access.GlobalAdmin},
	}
}

// Commit commits the writes of an operator's request, with its audit row.
func (c *Request) Commit(ctx context.Context) error {
	if c.Outcome.Audit != nil {
		c.store.RecordAudit(&c.Tx, *c.Outcome.Audit)
	}
	return c.store.Commit(ctx, &c.Tx)
}
