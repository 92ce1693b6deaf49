// Package api declares operations once.
//
// An Op is one line in a group's list. The router, validation, the envelope,
// the place of the permission check, the OpenAPI document, the reference pages
// and the routes of API Gateway are all derived from it. A handler takes a
// typed request and returns a value or an error; headers, statuses and JSON are
// this package's business.
//
// It is the only package that knows huma, which reads struct tags into schemas
// and writes the OpenAPI document. Requests are bound, checked and answered
// here, because huma's own pipeline lets too much pass (rules.go says what).
package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
)

// Op is one operation: a plain value, from which everything else is derived.
type Op struct {
	Name    string   // as the sidebar shows it: "Remove User from Project"
	Method  string   // GET, POST, PUT, PATCH or DELETE
	Path    string   // "/api/project/{project_id}/user/{user_id}", without trailing slash
	Aliases []string // more paths to the same operation, not in the document
	Group   string   // slug of its group, filled by Mount and All
	Summary string   // a sentence or two for the document, where the name doesn't say enough
	Message string   // the success envelope's
	Others  []string // messages that a handler may give instead, by Told
	Status  int      // the success status

	Needs        []Need   // every one of them must be allowed
	SelfField    string   // input field that names a user who may call without the permission; "" for none
	UserFields   []string // input fields whose ids name users of the caller's organisation
	MemberFields []string // input fields whose ids name members of the resource
	IsAnyone     bool     // open to any signed-in caller
	Who          string   // a sentence on who of them may call, where the handler decides; "" for all
	IsInvited    bool     // open also to callers whom the token of an invitation admits
	IsPublic     bool     // open to all, without credentials
	IsRead       bool     // changes nothing: open to read-only keys, no idempotency
	IsToggle     bool     // a PUT that does something else when it is sent again
	IsAgenta     bool     // speaks the workspace dialect
	IsSCIM       bool     // speaks SCIM 2.0
	IsRemoval    bool     // may begin a removal, whose id the answer's header has

	NoAudit string // why it writes without an audit row; "" for an operation that leaves one

	Failures  []int        // statuses beyond those that every operation may answer
	Conflicts []fault.Kind // codes of its 409s, except those of Idempotency-Keys; none where they aren't listed

	in     *input
	blank  any // an empty *I
	out    *output
	invoke func(ctx context.Context, in any) (any, error)
}

// Need is a permission and the resource on which it is checked.
type Need struct {
	Permission access.Permission
	Resource   access.Resource
}

// GET declares an operation that reads.
func GET[I, O any](path, name string, h func(context.Context, *I) (O, error)) Op {
	o := declare(http.MethodGet, path, name, h)
	o.IsRead = true
	return o
}

// POST declares an operation that creates or does something.
func POST[I, O any](path, name string, h func(context.Context, *I) (O, error)) Op {
	return declare(http.MethodPost, path, name, h)
}

// PUT declares an operation that changes something.
func PUT[I, O any](path, name string, h func(context.Context, *I) (O, error)) Op {
	return declare(http.MethodPut, path, name, h)
}

// PATCH declares an operation that changes parts of something.
func PATCH[I, O any](path, name string, h func(context.Context, *I) (O, error)) Op {
	return declare(http.MethodPatch, path, name, h)
}

// DELETE declares an operation that deletes something.
func DELETE[I, O any](path, name string, h func(context.Context, *I) (O, error)) Op {
	return declare(http.MethodDelete, path, name, h)
}

// declare panics where the types can't be served faithfully, so that a bad tag
// stops the program before its first request.
func declare[I, O any](method, path, name string, h func(context.Context, *I) (O, error)) Op {
	return Op{
		Name: name, Method: method, Path: path, Message: name + " done successfully.", Status: http.StatusOK,
		in:    inputOf(reflect.TypeFor[I](), path),
		blank: new(I),
		out:   outputOf(reflect.TypeFor[O](), reflect.TypeFor[I]()),
		invoke: func(ctx context.Context, in any) (any, error) {
			return h(ctx, in.(*I))
		},
	}
}

// Says sets the success message, and others that a handler may give instead, by Told.
func (o Op) Says(message string, others ...string) Op {
	o.Message, o.Others = message, others
	return o
}

// About adds a sentence or two to the document.
func (o Op) About(text string) Op { o.Summary = text; return o }

// Allow names a permission that the caller must have on a resource. Repeated, they must
// have all.
func (o Op) Allow(p access.Permission, on access.Resource) Op {
	o.Needs = append(slices.Clip(o.Needs), Need{p, on})
	return o
}

// OrSelf opens the operation also to the user whom the field names.
func (o Op) OrSelf(field string) Op { o.SelfField = field; return o }

// Users names fields whose ids must be users of the caller's organisation.
func (o Op) Users(fields ...string) Op { o.UserFields = fields; return o }

// Members names fields whose ids must be members of the resource.
func (o Op) Members(fields ...string) Op { o.MemberFields = fields; return o }

// Anyone opens the operation to every signed-in caller. Where its handler decides who of
// them may, who says so in a sentence for the document.
func (o Op) Anyone(who ...string) Op { o.IsAnyone, o.Who = true, strings.Join(who, " "); return o }

// Invited opens the operation to every signed-in caller, and to callers whom the token
// of an invitation in its body admits.
func (o Op) Invited() Op { o.IsAnyone, o.IsInvited = true, true; return o }

// Public opens the operation to everybody, without a guard.
func (o Op) Public() Op { o.IsPublic = true; return o }

// Reads marks a POST that changes nothing: read-only keys may call it, and it takes no
// Idempotency-Key.
func (o Op) Reads() Op { o.IsRead = true; return o }

// Toggles marks a PUT that undoes itself when it is sent again: it takes an
// Idempotency-Key, so that a repetition can be told from a second toggle.
func (o Op) Toggles() Op { o.IsToggle = true; return o }

// Removes marks an operation that may begin a removal, whose id its answer then has in a
// header.
func (o Op) Removes() Op { o.IsRemoval = true; return o }

// LeavesNoRow says why an operation that writes leaves no audit row.
func (o Op) LeavesNoRow(why string) Op { o.NoAudit = why; return o }

// OwnList is the reason, for LeavesNoRow, of operations on the caller's own lists.
const OwnList = "A list of the caller's own, on which nobody's rights depend."

// Creates marks an operation that answers 201.
func (o Op) Creates() Op { o.Status = http.StatusCreated; return o }

// Mute marks an operation that answers 204, without its handler's result.
func (o Op) Mute() Op { o.Status = http.StatusNoContent; return o }

// Conflict says that the operation may answer 409, and lists the codes of these, except
// those of Idempotency-Keys.
func (o Op) Conflict(kinds ...fault.Kind) Op {
	for _, k := range kinds {
		if k.Status() != http.StatusConflict {
			panic("api: " + o.Name + ": " + string(k) + " is no conflict")
		}
	}
	o.Conflicts = kinds
	return o
}

// Fails lists statuses that the operation may answer beyond those of every operation.
func (o Op) Fails(statuses ...int) Op { o.Failures = statuses; return o }

// Also routes one more path to the operation. It stays out of the document,
// and outside /api/ its answer is bare.
func (o Op) Also(path string) Op {
	o.Aliases = append(slices.Clip(o.Aliases), path)
	return o
}

// Agenta gives the operation the dialect of the workspace routes: no envelope,
// errors in FastAPI's shape with 422 for parameters, unknown fields ignored,
// and a second route without the /api prefix.
func (o Op) Agenta() Op {
	o.IsAgenta = true
	return o.Also(strings.TrimPrefix(o.Path, "/api"))
}

// SCIM gives the operation the dialect of SCIM 2.0 (RFC 7644): no envelope,
// answers and errors as application/scim+json, attributes named in any case,
// and unknown ones ignored.
func (o Op) SCIM() Op { o.IsSCIM = true; return o }

// Blank returns an empty input of the operation, to find the hooks that its type
// implements. It is shared: don't write to it.
func (o Op) Blank() any { return o.blank }

// ID is the stable operationId, unique over all groups: the name in lower case
// with hyphens, "remove-user-from-project".
func (o Op) ID() string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(o.Name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

// Paths lists every path that is routed to the operation, its own first.
func (o Op) Paths() []string { return append([]string{o.Path}, o.Aliases...) }

// TakesIdempotencyKey reports whether the operation takes an Idempotency-Key.
func (o Op) TakesIdempotencyKey() bool {
	return (o.Method == http.MethodPost || o.Method == http.MethodDelete || o.IsToggle) && !o.IsRead && !o.IsPublic
}

// TakesIfMatch reports whether the operation takes an If-Match: it changes or deletes
// one row, whose version its answer has. A DELETE of the rows that its body or query
// names has no one version.
func (o Op) TakesIfMatch() bool {
	return o.out.versioned() && (o.changes() || o.Method == http.MethodDelete && strings.HasSuffix(o.Path, "}"))
}

// changes reports whether the operation changes an existing thing.
func (o Op) changes() bool { return o.Method == http.MethodPut || o.Method == http.MethodPatch }

// sends reports whether the request has a body by its method, declared or not.
func (o Op) sends() bool { return o.Method == http.MethodPost || o.changes() }
