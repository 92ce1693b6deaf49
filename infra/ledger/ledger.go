// Package ledger keeps account of what operations ask of DynamoDB. Its tests
// play every operation on the demo data and record each call: the round trips
// and units become docs/costs.md and are held against the limits of
// docs/decisions.md; the actions become infra/aws/actions.json, from which the stack
// makes each function's role. Both are written by
//
//	go test ./infra/ledger -update
package ledger
