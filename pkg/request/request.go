// Package request is one request as its handler sees it: who calls, what the
// operation's line names, what the request is about, all as just read, and what is
// to be written. A handler finds it in its input, decides, and notes the writes;
// package guard lets requests in and commits what they noted. Commands and
// background work that decide as a request does begin one by ByOperator, without
// anything of HTTP.
package request

import (
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Request is one try of a request. Another try starts from a new one.
type Request struct {
	resource.View // of what was read
	resource.Line // what the operation's line names

	Caller       access.Caller
	Actor        string        // user:7 or key:demoproj, for the audit log
	Stamp        string        // created_by and modified_by: the caller's e-mail, or key:<prefix>
	User         *model.User   // nil for a service key
	Key          *model.APIKey // the service key that calls; nil for a user
	Organization model.Organization

	Tx      table.Tx // writes to be committed once the handler has answered
	Outcome Outcome  // what else is to become of the request

	Operation  string // id of the operation, as the audit log names it
	ID         string // of the request, for the audit log
	SourceIP   string
	Credential Credential
	// Place is where the request gave a field, as refusals name it: "body.agent_ids",
	// or "query.agent_ids" for one that may stand in either.
	Place func(field string) string
	// Continued is the id of what the request has made by a part before; 0 where
	// this is its beginning. See Continue.
	Continued int64

	store  *store.Store
	early  table.Rows      // what the first trip read
	asked  []table.Primary // the rows that were asked for, whether they are there or not
	person *model.User     // that was looked at last
	grants []grant
}

// New begins a request with what a fetch has read, at a time.
func New(f *Fetch, now model.Time) *Request {
	r := &Request{View: f.view, store: f.store, early: f.early, asked: slices.Concat(f.keys, f.shown)}
	r.Now = now
	return r
}

// Credential is the credential of a request, as far as handlers need to know it.
type Credential struct {
	Key      model.APIKey    // the zero row for a token alone
	Scope    access.KeyScope // how far it reaches
	SignsIn  bool            // people sign in here with tokens of an issuer
	Newcomer *Newcomer       // nil for who has a credential
}

// In is embedded by the inputs of operations that aren't public.
type In struct{ r *Request }

// Request returns what is known of the request.
func (i *In) Request() *Request { return i.r }

// Take gives the input its request.
func (i *In) Take(r *Request) { i.r = r }

// Taking is an input with an In.
type Taking interface{ Take(r *Request) }
