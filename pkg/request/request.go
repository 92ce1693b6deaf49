// Package request is one request as its handler sees it: the caller, the things that
// the operation's line names, the rows that were read, and the writes to be committed.
// A handler finds it in its input, decides, and notes writes; package guard admits
// requests and commits them. Commands and background work that decide as a request
// does begin one by ByOperator, without anything of HTTP.
package request

import (
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Request is one try of a request; another try begins with a new one. It isn't safe
// for concurrent use.
type Request struct {
	resource.View // the rows that were read
	resource.Line // the things that the operation's line names

	Caller       access.Caller
	Actor        string        // user:7 or key:demoproj, for the audit log
	Stamp        string        // created_by and modified_by: the caller's e-mail, or key:<prefix>
	User         *model.User   // nil for a service key
	Key          *model.APIKey // the service key that calls; nil for a user
	Organization model.Organization

	Tx      table.Tx // writes to be committed once the handler has answered
	Outcome Outcome  // everything else that the guard does for the handler

	Operation  string // id of the operation, as the audit log names it
	ID         string // the request's, for the audit log
	SourceIP   string
	Credential Credential
	// Place returns the place of a field in the request, as refusals name it:
	// "body.agent_ids", or "query.agent_ids" for one that was given there.
	Place func(field string) string
	// Continued is the id of the thing that an earlier part of the request has made; 0
	// in its first part. See Continue.
	Continued int64

	store  *store.Store
	early  table.Rows      // the rows of the first trip
	asked  []table.Primary // the keys that were read, whether rows exist or not
	person *model.User     // the user that UserRow returned last
	grants []grant
}

// New begins a request with the rows of a fetch, at a time.
func New(f *Fetch, now model.Time) *Request {
	r := &Request{View: f.view, store: f.store, early: f.early, asked: slices.Concat(f.keys, f.shown)}
	r.Now = now
	return r
}

// Credential is the part of a request's credential that handlers need.
type Credential struct {
	Key      model.APIKey // zero for a token alone
	Scope    access.KeyScope
	SignsIn  bool      // an issuer is configured, with whose tokens people sign in
	Newcomer *Newcomer // nil for a caller with a credential
}

// In is embedded by the inputs of operations that aren't public.
type In struct{ r *Request }

// Request returns the request of this try.
func (i *In) Request() *Request { return i.r }

// Take sets the input's request, after the request was authorized.
func (i *In) Take(r *Request) { i.r = r }

// Taking is an input with an In.
type Taking interface{ Take(r *Request) }
