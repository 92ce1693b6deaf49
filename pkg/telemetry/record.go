// Package telemetry observes requests: one log line and one line of metrics
// for each, whichever door it came through.
//
// A door, or Handler itself, begins a Record and puts it in the context. The
// layers below add what they know (the operation, the organisation, the units
// a table call consumed), and Handler writes it all when the request ends.
// Nothing here sees credentials, bodies or query values, so nothing here can
// log them.
package telemetry

import (
	"context"
	"sync"
	"time"
)

// Record collects the facts of one request. It is safe for concurrent use,
// because calls to the table may run side by side and a handler that outlives
// its deadline keeps its Record.
type Record struct {
	id       string
	sourceIP string
	began    time.Time

	mu           sync.Mutex
	observed     bool
	operation    string
	organization int64
	principal    string
	calls        int
	read, write  float64
	err          error
	leftOut      []error
}

type recordKey struct{}

// Begin starts the record of one request. The request id is API Gateway's own
// in Lambda, so a caller's report, the gateway's access log and ours meet.
func Begin(ctx context.Context, requestID, sourceIP string) (context.Context, *Record) {
	r := &Record{id: requestID, sourceIP: sourceIP, began: time.Now()}
	return context.WithValue(ctx, recordKey{}, r), r
}

// From returns the record of the request that ctx belongs to. Outside a
// request (a test, a maintenance command) it returns one that nobody reads,
// so callers need no nil check.
func From(ctx context.Context) *Record {
	if r, ok := ctx.Value(recordKey{}).(*Record); ok {
		return r
	}
	return &Record{began: time.Now()}
}

// ID is the request id: it is answered in meta.request_id and stored in audit
// rows. It is empty only outside a request.
func (r *Record) ID() string { return r.id }

// SourceIP is the caller's address as the door saw it, without a port.
func (r *Record) SourceIP() string { return r.sourceIP }

// SetOperation names the operation that was routed to, for example
// "remove-user-from-project". It becomes a metric dimension, so it must come
// from the list of operations and never from the request.
func (r *Record) SetOperation(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operation = id
}

// Operation is what SetOperation said, or "" before routing.
func (r *Record) Operation() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.operation
}

// SetOrganization names the caller's organisation.
func (r *Record) SetOrganization(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.organization = id
}

// Organization is the caller's organisation, or 0 before authentication.
func (r *Record) Organization() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.organization
}

// SetPrincipal stamps the record with who asked, as an id ("user:16",
// "key:demoproj"). It is logged, so it is never an e-mail address or a secret.
func (r *Record) SetPrincipal(stamp string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.principal = stamp
}

// Principal is what SetPrincipal said, or "" before authentication.
func (r *Record) Principal() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.principal
}

// AddCall counts one call to the table, answered or not.
func (r *Record) AddCall() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
}

// Calls is the number of calls to the table so far.
func (r *Record) Calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// AddUnits adds the capacity units that one call consumed.
func (r *Record) AddUnits(read, write float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read += read
	r.write += write
}

// Units are the capacity units consumed so far.
func (r *Record) Units() (read, write float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.read, r.write
}

// SetErr keeps the cause of a refusal for the log, which shows it for statuses from 500
// up, and for a 401 that has one. The first cause is kept: later ones are usually its
// consequences. A nil error changes nothing.
func (r *Record) SetErr(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// Err is the cause that SetErr kept, or nil.
func (r *Record) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// LeaveOut notes that something was omitted from an answer, and why, such as an
// unreadable row. The log has a line for each.
func (r *Record) LeaveOut(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leftOut = append(r.leftOut, why)
}

// observe claims the record for one Handler and reports whether it was free.
func (r *Record) observe() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	free := !r.observed
	r.observed = true
	return free
}

// facts is a copy of a finished request's record, safe to read without a lock.
type facts struct {
	id, operation, principal string
	organization             int64
	status, calls            int
	elapsed                  time.Duration
	read, write              float64
	err                      error
	leftOut                  []error
}

func (r *Record) finish(status int) facts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return facts{
		id: r.id, operation: r.operation, principal: r.principal, organization: r.organization,
		status: status, calls: r.calls, elapsed: time.Since(r.began), read: r.read, write: r.write, err: r.err, leftOut: r.leftOut,
	}
}
