// Package ledger records the calls of each operation to DynamoDB. Its tests play every
// operation on the demo data: the round trips and units become docs/costs.md and are
// compared with the limits of docs/decisions.md; the actions become
// infra/aws/actions.json, from which the stack makes each function's role. Both are
// written by
//
//	go test ./infra/ledger -update
package ledger
