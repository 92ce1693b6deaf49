// Package fault names every way to refuse a caller.
//
// A Fault is made to be shown: its message names no Go type and repeats nothing
// the caller sent. What only the log may know is its Cause. Any other error is
// not fit to show: Of turns it into a mute 500.
package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Fault is an error a caller may see.
type Fault struct {
	Kind       Kind
	Message    string
	Fields     map[string]string // what is wrong with which field: "body.user_ids[1]", "path.project_id", "query.limit", "header.If-Match"
	RetryAfter time.Duration     // when it makes sense to try again; shown in whole seconds, at least one, with 429 and 503
	Meta       map[string]any    // more facts for the caller, beside code and request_id
	Cause      error             // logged, never shown
}

// Error is for the log, so it tells the cause as well.
func (f *Fault) Error() string {
	if f.Cause != nil {
		return string(f.Kind) + ": " + f.Message + ": " + f.Cause.Error()
	}
	return string(f.Kind) + ": " + f.Message
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New returns a Fault of kind k. The message is shown to the caller, so its
// arguments may be names and limits of ours but never values of theirs.
func New(k Kind, format string, args ...any) *Fault {
	if len(args) == 0 {
		return &Fault{Kind: k, Message: format}
	}
	return &Fault{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Messages of refusals that have only one.
const (
	messageInvalid      = "Invalid request"
	messageUnauthorized = "Unauthorized"
	messageForbidden    = "You do not have permission to perform this action."
	messageNotFound     = "Record Not Found"
	messageInternal     = "Internal error"
	messageUnavailable  = "Temporarily unavailable. Try again."
)

// Invalid is a 400 that names one field by its place on the wire, for example
// "body.user_ids[1]"; On adds more.
func Invalid(field, message string) *Fault {
	return New(KindInvalid, messageInvalid).On(field, message)
}

// Unauthorized is a 401; it never says what is wrong with the credentials.
func Unauthorized() *Fault { return New(KindUnauthorized, messageUnauthorized) }

// Forbidden is a 403, for a caller who may know that the resource exists. It says
// which kind of right is missing: a role, where nothing else is named.
func Forbidden(missing ...Reason) *Fault {
	f := New(KindForbidden, messageForbidden)
	f.Meta = map[string]any{ReasonMeta: ReasonRole}
	for _, r := range missing {
		f.Meta[ReasonMeta] = r
	}
	return f
}

// OfGlobalAdmin is the 403 of any change that somebody else would make to a global
// admin's account.
func OfGlobalAdmin() *Fault {
	f := Forbidden(ReasonRank)
	f.Message = "A global admin's account is theirs alone: they give up the rank first."
	return f
}

// NotFound is the 404 of what doesn't exist and of what the caller may not
// know to exist, which must not differ.
func NotFound() *Fault { return New(KindNotFound, messageNotFound) }

// Missing is the NotFound of an id in the body or the query, whose place it names.
func Missing(where string) *Fault {
	return NotFound().On(where, "names nothing that the caller can reach")
}

// Unavailable is a 503 worth repeating in a second.
func Unavailable(cause error) *Fault {
	return &Fault{Kind: KindUnavailable, Message: messageUnavailable, RetryAfter: time.Second, Cause: cause}
}

// On returns f with one more field named. It copies, so that a Fault kept in a
// variable can be refined by concurrent requests.
func (f *Fault) On(field, message string) *Fault {
	g := *f
	g.Fields = make(map[string]string, len(f.Fields)+1)
	maps.Copy(g.Fields, f.Fields)
	g.Fields[field] = message
	return &g
}

// Told returns the fault as one line, for clients that show nothing but a message:
// an invalid request's names the first field, in alphabetical order.
func (f *Fault) Told() string {
	if f.Message != messageInvalid || len(f.Fields) == 0 {
		return f.Message
	}
	first := slices.Min(slices.Collect(maps.Keys(f.Fields)))
	return f.Message + ": " + first + " " + f.Fields[first]
}

// Of returns the Fault inside err, or one that hides it: a request that ran
// out of time, or whose process is being stopped, is unavailable; anything else
// is a mute internal error. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Unavailable(err)
	}
	return &Fault{Kind: KindInternal, Message: messageInternal, Cause: err}
}

// Is reports whether err holds a Fault of kind k.
func Is(err error, k Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == k
}
